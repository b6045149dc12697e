//! A report on its way to the log: hashed, protected, and known to be live or history.
//!
//! Guarantees: the content hash is of the report as sent; past this no source reference and no identifier is in clear.
use domain::{ContentHash, Report, ReportBody, Timestamp};

use crate::keys::Keys;

/// Whether a report tells of now or of old times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Stamped by the clock.
    Live,
    /// Stamped by the time at which it was reported.
    History {
        /// That time. An account needs it; a retraction without one takes log time.
        reported_at: Option<Timestamp>,
    },
}

impl Origin {
    /// History, by the report's own `reported_at`.
    #[must_use]
    pub fn history_of(report: &Report) -> Self {
        Self::History { reported_at: report.body.account().and_then(|account| account.reported_at) }
    }
}

/// A report that may be appended.
#[derive(Clone, Debug)]
pub struct Submission {
    pub(crate) report: Report,
    pub(crate) content_hash: ContentHash,
    pub(crate) origin: Origin,
}

impl Submission {
    /// Takes a report as sent: hashes its content, then replaces what names its source, persons, vehicles and phones.
    #[must_use]
    pub fn new(mut report: Report, origin: Origin, keys: &Keys) -> Self {
        let content_hash = keys.content_hash(&report);
        keys.protect(&mut report);
        Self { report, content_hash, origin }
    }

    /// True if it is history that says nothing of when it was reported, though it has to.
    pub(crate) const fn lacks_reported_at(&self) -> bool {
        matches!(self.origin, Origin::History { reported_at: None })
            && matches!(self.report.body, ReportBody::Account(_))
    }
}
