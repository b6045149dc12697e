//! Why a report, an action or a tick is not in the log, and what a caller is told: one function maps each to its status.
//!
//! Guarantees: every refusal has a code, a sentence, a stable reason, all field violations, and a delay where trying again can help.
use std::collections::HashMap;
use std::time::Duration;

use domain::{LogPosition, LogTime, ReportKey, Revision, Violation};
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::clock_guard::CLOCK_OFF_MAX;

/// How long to wait when the queue is full: it empties within a few syncs.
const QUEUE_RETRY: Duration = Duration::from_millis(500);
/// How long to wait for a process that ends and is started again.
const RESTART_RETRY: Duration = Duration::from_secs(5);
/// How long to wait before the same report is sent again after no answer of the log.
const UNKNOWN_RETRY: Duration = Duration::from_secs(1);
/// How long to wait for someone to set the clock: it is compared each minute.
const CLOCK_RETRY: Duration = Duration::from_secs(60);
/// How long to wait for someone to make room on the disk.
const STORAGE_RETRY: Duration = Duration::from_secs(60);

/// Why something was not appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was sent is wrong.
    #[error("the report has {} faults", .0.len())]
    Invalid(Vec<Violation>),
    /// It is over the limit for one report.
    #[error("a report of {bytes} bytes is over the limit of {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The same revision was taken with other content.
    #[error("revision {} of {key} was taken with other content at position {first}: send what changed as a higher revision", revision.get())]
    IdReused {
        /// The report.
        key: ReportKey,
        /// Its revision.
        revision: Revision,
        /// Where the first content is.
        first: LogPosition,
    },
    /// The config does not allow history.
    #[error("this server takes no history: set history_allowed, in a folder of its own")]
    HistoryNotAllowed,
    /// The log holds a live record.
    #[error("this log holds live records already: history has to come before them, into a folder of its own")]
    HistoryClosed,
    /// Below log time.
    #[error("history has to come in ascending order of reported_at: the log stands at {log_time}")]
    HistoryBehind {
        /// Log time.
        log_time: LogTime,
    },
    /// No tick while the last report is history.
    #[error("the last report in the log is history: no clock moves it on")]
    HistoryOpen,
    /// Too many reports wait.
    #[error("more reports wait for the log than this server holds: send the same report again later")]
    QueueFull,
    /// No room on the disk.
    #[error("the log cannot grow, its disk is full: send the same report again when there is room")]
    StorageFull,
    /// The log did not say whether the record is in it.
    #[error("outcome unknown, send the same report again: the log did not answer in time")]
    OutcomeUnknown,
    /// The clock of this machine is off.
    #[error("the clock of this server is {} the clock of the log, more than {} s: it takes no reports until that is mended", difference(*ahead_micros), CLOCK_OFF_MAX.as_secs())]
    ClockOff {
        /// Microseconds ahead of the broker's clock; below zero: behind it.
        ahead_micros: i64,
    },
    /// The clock of this machine has not been compared with the broker's.
    #[error(
        "the clock of this server could not be compared with the clock of the log: it takes no reports before that"
    )]
    ClockUnmeasured,
    /// The process ends; what was sent may or may not be in the log.
    #[error("the log of this server has stopped: send the same report again until a receipt comes")]
    Stopped,
}

fn difference(ahead_micros: i64) -> String {
    let side = if ahead_micros < 0 { "behind" } else { "ahead of" };
    let millis = ahead_micros.unsigned_abs() / 1_000;
    format!("{}.{:03} s {side}", millis / 1_000, millis % 1_000)
}

impl Refusal {
    /// What the caller is told.
    #[must_use]
    pub fn to_status(&self) -> Status {
        let message = self.to_string();
        match self {
            Self::Invalid(violations) => {
                api::invalid_argument("REPORT_INVALID", "the report cannot be taken", violations)
            }
            Self::TooLarge { .. } => api::refused(Code::InvalidArgument, "REPORT_TOO_LARGE", &message),
            Self::IdReused { .. } => api::refused(Code::AlreadyExists, "REPORT_ID_REUSED", &message),
            Self::HistoryNotAllowed => api::failed_precondition("HISTORY_NOT_ALLOWED", &message),
            Self::HistoryClosed => api::failed_precondition("HISTORY_CLOSED", &message),
            Self::HistoryBehind { .. } => api::failed_precondition("HISTORY_OUT_OF_ORDER", &message),
            Self::HistoryOpen => api::failed_precondition("HISTORY_OPEN", &message),
            Self::QueueFull => exhausted("QUEUE_FULL", &message, QUEUE_RETRY),
            Self::StorageFull => exhausted("STORAGE_FULL", &message, STORAGE_RETRY),
            Self::OutcomeUnknown => api::unavailable("OUTCOME_UNKNOWN", &message, UNKNOWN_RETRY),
            Self::ClockOff { .. } => api::unavailable("CLOCK_OFF", &message, CLOCK_RETRY),
            Self::ClockUnmeasured => api::unavailable("CLOCK_UNMEASURED", &message, RESTART_RETRY),
            Self::Stopped => api::unavailable("LOG_STOPPED", &message, RESTART_RETRY),
        }
    }

    /// When the same call may succeed; `None`: never as it is.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::QueueFull => Some(QUEUE_RETRY),
            Self::StorageFull => Some(STORAGE_RETRY),
            Self::OutcomeUnknown => Some(UNKNOWN_RETRY),
            Self::ClockOff { .. } => Some(CLOCK_RETRY),
            Self::ClockUnmeasured | Self::Stopped => Some(RESTART_RETRY),
            Self::Invalid(_)
            | Self::TooLarge { .. }
            | Self::IdReused { .. }
            | Self::HistoryNotAllowed
            | Self::HistoryClosed
            | Self::HistoryBehind { .. }
            | Self::HistoryOpen => None,
        }
    }
}

/// Shed before any work: with a delay as a detail, and as the header that gRPC's own retries heed.
fn exhausted(reason: &str, message: &str, retry_after: Duration) -> Status {
    let mut details = ErrorDetails::with_error_info(reason, api::ERROR_DOMAIN, HashMap::new());
    details.set_retry_info(Some(retry_after));
    let mut status = Status::with_error_details(Code::ResourceExhausted, message, details);
    let millis = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX);
    status.metadata_mut().insert("grpc-retry-pushback-ms", MetadataValue::from(millis));
    status
}
