//! The seam to the one writer of `records`: what time it is there, and a tick when a timer is due.

use std::fmt;

use domain::{LogTime, Timestamp};
use futures::future::BoxFuture;

/// Writes ticks to the log.
pub trait Ticker: fmt::Debug + Send + Sync + 'static {
    /// The time by which the writer stamps.
    fn now(&self) -> Timestamp;

    /// Appends a tick, so that timers due at `due` fire. Does nothing while history is open.
    fn tick(&self, due: LogTime) -> BoxFuture<'_, Result<(), TickError>>;
}

/// A tick that was not appended; the log's writer has ended or is ending.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not append a tick: {reason}")]
pub struct TickError {
    /// What the writer said.
    pub reason: String,
}
