//! The state of the log that an answer shows: everything up to a log time, and of what was said at that very time, up to a position.
//!
//! Log time alone is not enough: many records may carry the same stamp (history, imports), and a page must not change because another
//! one came. Position alone is not enough: a timer has its own log time, and people ask by time. A fact belongs to a snapshot if its log
//! time and the position of its cause are both at or below it; along the revisions of one subject both only rise.
//!
//! Never: an offset of a fact topic. Two engines give the same snapshot for the same log.
use domain::{LogPosition, LogTime};

/// The state of the log that an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Facts of a later log time are not seen.
    pub log_time: LogTime,
    /// Facts with a later cause are not seen.
    pub position: LogPosition,
}

impl Snapshot {
    /// What has been projected.
    #[must_use]
    pub const fn at(position: LogPosition, log_time: LogTime) -> Self {
        Self { log_time, position }
    }

    /// Restricts what is projected to what was known at a past log time. A time that the log has not reached changes nothing.
    #[must_use]
    pub fn as_of(self, time: LogTime) -> Self {
        if time >= self.log_time {
            return self;
        }
        // Below the log time of the projection nothing can be added: log time only rises, and timers fire in its order.
        Self { log_time: time, position: LogPosition::new(u64::MAX) }
    }
}
