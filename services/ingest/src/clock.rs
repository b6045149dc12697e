//! The machine's clock, as an argument: `serve` gives the real one, a test owns its own.
use std::time::{SystemTime, UNIX_EPOCH};

use domain::Timestamp;

/// Tells the time. May jump back or forward: log time takes what is greater.
pub trait Clock: Send + Sync {
    /// The instant, in UTC.
    fn now(&self) -> Timestamp;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// The instant; a clock before 1970 or after 2200 is read as the nearer end of what can be held.
    fn now(&self) -> Timestamp {
        let Ok(since) = SystemTime::now().duration_since(UNIX_EPOCH) else { return Timestamp::LEAST };
        i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::GREATEST)
    }
}
