//! What is raised from an incident or a hotspot, with a lifecycle that an operations centre can act on.
//!
//! | from \ input | acknowledge | subject ends, or 14 days | subject merged into an older one |
//! |---|---|---|---|
//! | raised | acknowledged | closed | superseded |
//! | acknowledged | refused (the first counts) | closed | superseded |
//! | superseded, closed | refused | stays | stays |
//!
//! What has ended is raised again, under the same id, when its rule comes to hold again.

use crate::closed::closed_list;
use crate::handling::Handling;
use crate::id::{AlertId, HotspotId, IncidentId};
use crate::place::{Cell, CountyNumber, Point};
use crate::record::Cause;
use crate::taxonomy::{Category, Family};
use crate::time::{LogTime, Timestamp};

/// One revision of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Counts from 1 without gaps.
    pub revision: u64,
    /// Name of the rule.
    pub rule: String,
    /// How grave.
    pub severity: Severity,
    /// Where it stands.
    pub state: AlertState,
    /// What it is about.
    pub subject: Subject,
    /// The category of an incident.
    pub category: Option<Category>,
    /// The family of a hotspot, or of the category.
    pub family: Option<Family>,
    /// The county.
    pub county: Option<CountyNumber>,
    /// The nearest place.
    pub nearest_place: String,
    /// The point of an incident.
    pub point: Option<Point>,
    /// Cells it covers, ascending: one of resolution 6 of an incident, all of a hotspot, a cover of an area. In a cover a coarser cell stands
    /// for all of its children of resolution 6.
    pub cells: Vec<Cell>,
    /// When the event happened, or the mark at which the hotspot emerged.
    pub event_at: Timestamp,
    /// Log time at which it was raised.
    pub raised_at: LogTime,
    /// Log time of this revision.
    pub log_time: LogTime,
    /// True if the event was older than the rule's age when it was raised.
    pub historical: bool,
    /// In a sentence: what, where, on whose word.
    pub reason: String,
    /// Marks of the subject.
    pub handling: Handling,
    /// True if the subject is restricted.
    pub restricted: bool,
    /// What caused this revision.
    pub cause: Cause,
    /// Who took it, when, and what was noted; kept after it is closed.
    pub acknowledgement: Option<(String, LogTime, String)>,
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An incident.
    Incident(IncidentId),
    /// A hotspot.
    Hotspot(HotspotId),
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertState {
    /// Nobody has taken it.
    Raised,
    /// Somebody has taken it.
    Acknowledged,
    /// An older alert speaks for it.
    Superseded {
        /// That alert.
        by: AlertId,
    },
    /// Ended by the system.
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

closed_list! {
    /// How grave an alert is.
    Severity {
        /// To know.
        Low = 1 "LOW",
        /// To plan for.
        Medium = 2 "MEDIUM",
        /// To act on today.
        High = 3 "HIGH",
        /// To act on now.
        Critical = 4 "CRITICAL",
    }
}

closed_list! {
    /// Why an alert was closed.
    CloseReason {
        /// The incident was retracted.
        SubjectRetracted = 1 "SUBJECT_RETRACTED",
        /// The hotspot is gone.
        SubjectGone = 2 "SUBJECT_GONE",
        /// A second group confirmed the priority-1 report.
        Confirmed = 3 "CONFIRMED",
        /// 14 days passed.
        Expired = 4 "EXPIRED",
        /// What raised it is no longer said.
        NoLongerHolds = 5 "NO_LONGER_HOLDS",
    }
}
