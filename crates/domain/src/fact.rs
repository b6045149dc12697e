//! What a stage concludes and writes to a log. A fact is identified by (subject id, revision); readers fold by it.

use crate::alert::Alert;
use crate::closed::closed_list;
use crate::hotspot::Hotspot;
use crate::id::{IncidentId, QuarantineId, ReportId, ReportKey};
use crate::incident::Incident;
use crate::record::{Cause, LogPosition};
use crate::report::{AcceptedReport, Revision};
use crate::time::LogTime;

/// What a stage concludes.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// What became of a report.
    Receipt(Box<Receipt>),
    /// A revision of an incident.
    Incident(Box<Incident>),
    /// A revision of a hotspot.
    Hotspot(Box<Hotspot>),
    /// A revision of an alert.
    Alert(Box<Alert>),
    /// A record that was not merged.
    Quarantine(QuarantineEntry),
}

/// What became of a report: a revision for each change.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The report.
    pub report: ReportId,
    /// Which report.
    pub key: ReportKey,
    /// Counts from 1 without gaps.
    pub revision: u64,
    /// The report revision that counts.
    pub report_revision: Revision,
    /// Revisions missing below the highest, ascending, at most 100.
    pub gaps: Vec<Revision>,
    /// True if the highest revision is a retraction.
    pub retracted: bool,
    /// The incident it supports.
    pub incident: Option<IncidentId>,
    /// What caused this receipt.
    pub cause: Cause,
    /// Log time.
    pub log_time: LogTime,
    /// The report revision that this receipt accepts; `None` if only the incident changed, or of a retraction.
    pub accepted: Option<Box<AcceptedReport>>,
    /// Positions of records with another content under a revision that was taken, ascending, at most the last 100.
    pub conflicts: Vec<LogPosition>,
    /// The revisions that were taken, ascending, at most the highest 100.
    pub taken: Vec<TakenRevision>,
}

/// A revision of a report, by the first record that brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenRevision {
    /// The report revision.
    pub revision: Revision,
    /// Position of that record.
    pub position: LogPosition,
    /// Its stamp.
    pub received_at: LogTime,
}

/// A record that was not merged, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineEntry {
    /// Its id.
    pub id: QuarantineId,
    /// Position of the record.
    pub position: LogPosition,
    /// Log time.
    pub log_time: LogTime,
    /// Why.
    pub reason: QuarantineReason,
    /// In a sentence.
    pub detail: String,
    /// Which report, if known.
    pub key: Option<ReportKey>,
    /// Which revision, if known.
    pub report_revision: Option<Revision>,
    /// True if the record is an account of a restricted category: then no reader sees which report it is of, nor the detail.
    pub restricted: bool,
}

closed_list! {
    /// Why a record was not merged.
    QuarantineReason {
        /// Another content under the same revision.
        ConflictingContent = 1 "CONFLICTING_CONTENT",
        /// A retraction of a report that is not known.
        UnknownReportRetracted = 2 "UNKNOWN_REPORT_RETRACTED",
        /// The record could not be read.
        Unreadable = 3 "UNREADABLE",
        /// The record broke a rule that ingest checks.
        Invalid = 4 "INVALID",
        /// An action that does not fit its subject.
        ActionRefused = 5 "ACTION_REFUSED",
    }
}
