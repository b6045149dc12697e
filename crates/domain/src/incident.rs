//! One real-world event: its members, its evidence, what it says and how far it can be believed.
//!
//! Guarantees: everything but the revision, the cause and the lineage is a function of the set of accepted revisions and the versions.
//! Never: moved or dated by a restricted member, unless all members are restricted.

use crate::handling::Handling;
use crate::id::{AgencyId, IncidentId, ReportId, ReportKey, SourceId};
use crate::place::{Cell, CountyNumber, Meters, Point};
use crate::record::{Cause, LogPosition};
use crate::report::Revision;
use crate::taxonomy::{Category, Credibility, Priority, Reliability, Subcategory};
use crate::time::{LocalDay, LogTime, Span, Timestamp};

/// Weight of evidence in 1/10 000 nat: integers, so that a waterfall sums exactly in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(i32);

impl Weight {
    /// None.
    pub const ZERO: Self = Self(0);

    /// Takes 1/10 000 nat.
    #[must_use]
    pub const fn new(ten_thousandths: i32) -> Self {
        Self(ten_thousandths)
    }

    /// 1/10 000 nat.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// Nats.
    #[must_use]
    pub fn nats(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }

    /// The probability 1/(1+e^-nats).
    #[must_use]
    pub fn probability(self) -> f64 {
        1.0 / (1.0 + libm::exp(-self.nats()))
    }
}

/// One revision of an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Counts from 1 without gaps.
    pub revision: u64,
    /// Whether it lives.
    pub state: IncidentState,
    /// What kind of event.
    pub category: Category,
    /// The kind in more detail.
    pub subcategory: Option<Subcategory>,
    /// Middle of the time of the event.
    pub occurred_at: Timestamp,
    /// Half-width of that time.
    pub occurred_uncertainty: Span,
    /// Where.
    pub place: IncidentPlace,
    /// How many.
    pub counts: Counts,
    /// How far it can be believed.
    pub belief: Belief,
    /// Weight in hotspots, in thousandths of belief, without the members that a patrol found or that their marks keep back; `None`: it does
    /// not count.
    pub hotspot_milli: Option<u16>,
    /// Its reports, by position of their first revision.
    pub members: Vec<Member>,
    /// The links between members, ascending.
    pub links: Vec<LinkEvidence>,
    /// The strongest link that was not followed.
    pub nearest_rejected: Option<LinkEvidence>,
    /// Marks of all members joined.
    pub handling: Handling,
    /// Highest priority of the members.
    pub priority: Priority,
    /// True if all members are restricted.
    pub restricted: bool,
    /// Steps in its life, oldest first, at most the last 64.
    pub lineage: Vec<LineageEvent>,
    /// What caused this revision.
    pub cause: Cause,
    /// Log time of this revision.
    pub log_time: LogTime,
    /// Version of the fusion parameters.
    pub parameter_version: u32,
    /// Version of the background rates.
    pub background_version: u32,
    /// True if membership was frozen when it came.
    pub beyond_horizon: bool,
    /// Local day on which the report that gives the id was first received.
    pub received_on: LocalDay,
}

/// Whether an incident lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentState {
    /// Lives.
    Live,
    /// Became part of another.
    Merged {
        /// The survivor.
        into: IncidentId,
    },
    /// All its reports were taken back.
    Retracted,
}

/// Where an incident is.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentPlace {
    /// The point; `None`: known as an area only.
    pub point: Option<Point>,
    /// Radius that holds the truth in 68 of 100 cases.
    pub uncertainty: Meters,
    /// Resolution-6 cell of the point.
    pub cell: Option<Cell>,
    /// The county; `None` outside Kenya.
    pub county: Option<CountyNumber>,
    /// The ward, if a member names it.
    pub ward: String,
    /// The nearest place.
    pub nearest_place: String,
    /// True in the Ilemi triangle.
    pub disputed: bool,
}

/// How many, each the weighted median of the members that say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Persons killed.
    pub killed: Option<u32>,
    /// Persons injured.
    pub injured: Option<u32>,
    /// Persons abducted.
    pub abducted: Option<u32>,
    /// Attackers seen.
    pub attackers: Option<u32>,
    /// Head of livestock taken.
    pub livestock: Option<u32>,
}

/// How far an incident can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belief {
    /// Probability that it is real, in thousandths.
    pub milli: u16,
    /// Letter of the most reliable source.
    pub reliability: Reliability,
    /// Number that probability and groups give.
    pub credibility: Credibility,
    /// Independent groups, echoes left out.
    pub groups: u32,
    /// Distinct sources, echoes left out.
    pub sources: u32,
    /// Agencies with a member.
    pub agencies: u32,
    /// Members that only repeat another.
    pub echoes: u32,
}

/// One report of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The report.
    pub report: ReportId,
    /// Which report.
    pub key: ReportKey,
    /// The revision that counts.
    pub revision: Revision,
    /// Position of the report's first revision.
    pub first_position: LogPosition,
    /// Who it comes from.
    pub source: SourceId,
    /// Independence group: the agency whose chain it belongs to.
    pub group: AgencyId,
    /// Weight in the belief.
    pub weight: Weight,
    /// True if it only repeats an earlier one.
    pub echo: bool,
    /// True if a patrol found it by itself.
    pub patrol: bool,
    /// Mean weight to the other members; `None` if it stands alone.
    pub mean_weight: Option<Weight>,
    /// True if its category is restricted: then no reader sees more of it than this mark.
    pub restricted: bool,
}

/// Why two reports are held to be one event, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkEvidence {
    /// The lesser report id.
    pub report_a: ReportId,
    /// The greater report id.
    pub report_b: ReportId,
    /// Sum of all fields.
    pub weight: Weight,
    /// The prior and each field; they sum to the weight.
    pub fields: Vec<FieldEvidence>,
    /// Metres between the two, if both are points.
    pub distance: Option<Meters>,
    /// Time between the two.
    pub time_apart: Span,
    /// True if the category of one of the two is restricted: then no reader sees the link.
    pub restricted: bool,
}

/// What one field says of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEvidence {
    /// The field: "prior", "distance", "time", ...
    pub field: &'static str,
    /// The level met, in words.
    pub level: &'static str,
    /// What it weighs.
    pub weight: Weight,
}

/// A step in the life of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineageEvent {
    /// What happened.
    pub kind: LineageKind,
    /// Position of the record that caused it.
    pub position: LogPosition,
    /// Log time.
    pub log_time: LogTime,
    /// The other incident, if merged or split.
    pub other: Option<IncidentId>,
}

crate::closed::closed_list! {
    /// Kind of a step in the life of an incident.
    LineageKind {
        /// First seen.
        Created = 1 "CREATED",
        /// Members or fields changed.
        Updated = 2 "UPDATED",
        /// Became part of the other, or took it in.
        Merged = 3 "MERGED",
        /// Came apart from the other, or the other from it.
        Split = 4 "SPLIT",
        /// All its reports were taken back.
        Retracted = 5 "RETRACTED",
        /// Lives again.
        Revived = 6 "REVIVED",
    }
}
