//! What one source says: as sent and checked, and as accepted with what intake stamped on it.
//!
//! Guarantees: a report is an account or a retraction, never half of both. Counts that are absent are unknown, not zero.
//! Never: holds a field for the ethnicity or religion of persons.

use crate::handling::Handling;
use crate::id::{ReportId, ReportKey, SourceId};
use crate::place::{Place, ResolvedPlace};
use crate::record::LogPosition;
use crate::taxonomy::{
    Category, Channel, Credibility, Discovery, IdentifierKind, LivestockKind, Priority, Reliability, SourceKind,
    Subcategory, WeaponKind,
};
use crate::time::{LocalDay, LogTime, Span, Timestamp};

/// Number of a report's revision, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u32);

impl Revision {
    /// The first.
    pub const FIRST: Self = Self(1);

    /// Takes a number; `None` unless 1 to 2 147 483 647.
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        i32::try_from(number).ok().filter(|number| *number >= 1).and_then(|number| u32::try_from(number).ok()).map(Self)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> i32 {
        i32::try_from(self.0).unwrap_or(i32::MAX)
    }
}

/// What one source says, one revision of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Which report.
    pub key: ReportKey,
    /// Which revision.
    pub revision: Revision,
    /// What it says.
    pub body: ReportBody,
}

/// What a report's revision says.
#[derive(Clone, Debug, PartialEq)]
pub enum ReportBody {
    /// What happened.
    Account(Box<Account>),
    /// That nothing is said any more.
    Retraction,
}

impl ReportBody {
    /// The account, unless retracted.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Account(account) => Some(account),
            Self::Retraction => None,
        }
    }
}

/// When something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// At an instant, give or take.
    At {
        /// The instant.
        at: Timestamp,
        /// Half-width that holds the truth in 68 of 100 cases; `None`: the default of the source kind.
        uncertainty: Option<Span>,
    },
    /// On a local day.
    On(LocalDay),
}

impl Occurrence {
    /// The middle: the instant, or noon of the day in East Africa.
    #[must_use]
    pub fn middle(&self) -> Timestamp {
        match self {
            Self::At { at, .. } => *at,
            Self::On(day) => day.start().plus(Span::from_hours(12)),
        }
    }

    /// The end: the instant and its uncertainty, or the end of the day.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        match self {
            Self::At { at, uncertainty } => at.plus(uncertainty.unwrap_or(Span::ZERO)),
            Self::On(day) => day.end(),
        }
    }
}

/// What a source says happened. Empty text is not said.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The post or unit that took it.
    pub unit: String,
    /// Its number in another system.
    pub external_ref: Option<ExternalRef>,
    /// Who saw or heard it.
    pub source_kind: Option<SourceKind>,
    /// How it came in.
    pub channel: Option<Channel>,
    /// Told, found or measured.
    pub discovery: Option<Discovery>,
    /// The source's reference: in clear before ingest, a keyed hash in base64 after it.
    pub source_ref: String,
    /// What kind of event.
    pub category: Category,
    /// The kind in more detail.
    pub subcategory: Option<Subcategory>,
    /// When it happened.
    pub occurrence: Occurrence,
    /// When the publisher's system took it.
    pub reported_at: Option<Timestamp>,
    /// Where it happened.
    pub place: Place,
    /// In the source's words.
    pub summary: String,
    /// Language of the summary.
    pub language: String,
    /// Persons killed.
    pub killed: Option<u32>,
    /// Persons injured.
    pub injured: Option<u32>,
    /// Persons abducted.
    pub abducted: Option<u32>,
    /// Attackers seen.
    pub attackers: Option<u32>,
    /// Livestock taken.
    pub livestock: Vec<Livestock>,
    /// Weapons seen.
    pub weapons: Vec<Weapon>,
    /// Goods carried or seized.
    pub goods: Vec<Goods>,
    /// Where they went, degrees from true north.
    pub heading_degrees: Option<u16>,
    /// How it was done.
    pub modus: Vec<String>,
    /// Persons, vehicles, phones: in clear before ingest, keyed hashes in base64 after it.
    pub identifiers: Vec<Identifier>,
    /// How far it can be trusted.
    pub grading: Grading,
    /// How urgent.
    pub priority: Priority,
    /// Who may read it.
    pub handling: Handling,
}

impl Account {
    /// Head of livestock of all kinds; `None` if none is counted.
    #[must_use]
    pub fn livestock_total(&self) -> Option<u32> {
        let mut counts = self.livestock.iter().filter_map(|livestock| livestock.count).peekable();
        counts.peek()?;
        Some(counts.fold(0, u32::saturating_add))
    }

    /// Whether a patrol found it by itself: then it makes no hotspot.
    #[must_use]
    pub fn is_patrol(&self) -> bool {
        self.discovery == Some(Discovery::Patrol)
    }
}

/// A number in another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalRef {
    /// The system.
    pub system: String,
    /// The number there.
    pub id: String,
}

/// Livestock of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Livestock {
    /// The animal.
    pub kind: Option<LivestockKind>,
    /// Head.
    pub count: Option<u32>,
}

/// Weapons of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weapon {
    /// The kind.
    pub kind: Option<WeaponKind>,
    /// Pieces.
    pub count: Option<u32>,
}

/// Goods of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Goods {
    /// What it is.
    pub name: String,
    /// How much: finite, not negative.
    pub quantity: Option<f64>,
    /// Unit of the quantity.
    pub unit: String,
}

/// Names a person, a vehicle or a phone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier {
    /// What it names.
    pub kind: IdentifierKind,
    /// In clear before ingest, a keyed hash in base64 after it.
    pub value: String,
}

/// Admiralty grading; `None`: not graded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grading {
    /// Of the source.
    pub reliability: Option<Reliability>,
    /// Of the information.
    pub credibility: Option<Credibility>,
}

/// A report's revision that counts, with what intake stamped on it.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceptedReport {
    /// Its id.
    pub id: ReportId,
    /// Which report.
    pub key: ReportKey,
    /// Which revision.
    pub revision: Revision,
    /// What it says.
    pub account: Account,
    /// Position of this revision.
    pub position: LogPosition,
    /// Position of the first revision that was accepted: an incident's id comes from the least of these.
    pub first_position: LogPosition,
    /// Log time at which this revision was received.
    pub received_at: LogTime,
    /// Log time at which the first accepted revision was received.
    pub first_received_at: LogTime,
    /// True if history.
    pub history: bool,
    /// Where it was put.
    pub place: ResolvedPlace,
    /// Expected random candidates in its link window, in thousandths; at least 50.
    pub background_milli: u64,
    /// Version of the background rates.
    pub background_version: u32,
}

impl AcceptedReport {
    /// Who it comes from.
    #[must_use]
    pub fn source(&self) -> SourceId {
        let agency = &self.key.agency;
        if !self.account.source_ref.is_empty() {
            SourceId::of_reference(agency, &self.account.source_ref)
        } else if !self.account.unit.is_empty() {
            SourceId::of_unit(agency, &self.account.unit)
        } else {
            SourceId::of_kind(agency, self.account.source_kind.map_or(0, SourceKind::number))
        }
    }
}
