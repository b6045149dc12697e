//! What the log holds, in one total order: stamped reports, actions and ticks. A record's position is the clock of everything.

use std::fmt;

use crate::id::{AlertId, ContentHash};
use crate::report::Report;
use crate::time::LogTime;

/// A record's place in the log, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogPosition(u64);

impl LogPosition {
    /// The first.
    pub const FIRST: Self = Self(0);

    /// Takes a position.
    #[must_use]
    pub const fn new(position: u64) -> Self {
        Self(position)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    /// The position after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for LogPosition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// One record of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its place.
    pub position: LogPosition,
    /// The stamp it carries. Log time is the running maximum of these.
    pub received_at: LogTime,
    /// True if history.
    pub history: bool,
    /// What it is.
    pub payload: Payload,
}

/// What a record is.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// A report.
    Report(Box<StampedReport>),
    /// A decision.
    Action(Action),
    /// Time passed; `end_history` closes history.
    Tick {
        /// True if it closes history.
        end_history: bool,
    },
    /// A correlator says that it is the one that writes facts from now on. Its position is its epoch. Changes nothing: it is no part of what
    /// the pipeline makes of the log, and moves no log time.
    Claim,
    /// Bytes that could not be read, with the reason; they become a quarantine entry.
    Unreadable(String),
}

/// A report as accepted for the log.
#[derive(Clone, Debug, PartialEq)]
pub struct StampedReport {
    /// The report, hashes in place of identifiers.
    pub report: Report,
    /// Of the canonical report as sent.
    pub content_hash: ContentHash,
}

/// What a person or a training run decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Who.
    pub actor: String,
    /// What.
    pub decision: Decision,
}

/// A decision that answers then depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// An operations centre took an alert.
    AcknowledgeAlert {
        /// The alert.
        alert: AlertId,
        /// What was noted.
        note: String,
    },
}

/// What caused a fact: a record, or a timer that fired after a record. Ordered as the facts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// The last report or action applied before, or the record itself.
    pub position: LogPosition,
    /// The timer's own log time; `None`: the record itself. Ticks are no cause, so that facts do not depend on how many there were.
    pub timer: Option<LogTime>,
}
