//! How far the projection has come, for those who wait for it.
//!
//! Guarantees: it only rises; what it names has been stored, of every topic. Never: waits for longer than it was told.
use std::time::Duration;

use domain::{LogPosition, LogTime};
use tokio::sync::watch;

/// How long a query waits for the position it asks for.
pub const WAIT_MAX: Duration = Duration::from_secs(2);

/// Everything that the pipeline concluded up to this record is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projected {
    /// Position of the last record that counts.
    pub position: LogPosition,
    /// Log time there.
    pub log_time: LogTime,
}

/// What was waited for has not come; ask again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answers have not come up to position {wanted} yet")]
pub struct NotProjected {
    /// The position that was asked for.
    pub wanted: LogPosition,
    /// How far they have come.
    pub projected: Option<LogPosition>,
}

/// Follows the projection.
#[derive(Clone, Debug)]
pub struct Projection(watch::Receiver<Option<Projected>>);

impl Projection {
    /// Follows what a projector sends.
    #[must_use]
    pub const fn new(receiver: watch::Receiver<Option<Projected>>) -> Self {
        Self(receiver)
    }

    /// How far it has come; `None`: nothing is projected.
    #[must_use]
    pub fn projected(&self) -> Option<Projected> {
        *self.0.borrow()
    }

    /// The receiver itself, for those who follow every step.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Option<Projected>> {
        self.0.clone()
    }

    /// Waits until a position is projected.
    ///
    /// # Errors
    /// If it is not within `wait_max`, or if the projector has ended.
    pub async fn wait_until(&self, wanted: LogPosition, wait_max: Duration) -> Result<Projected, NotProjected> {
        let mut receiver = self.0.clone();
        let is_there = |projected: &Option<Projected>| projected.is_some_and(|projected| projected.position >= wanted);
        let waited = tokio::time::timeout(wait_max, receiver.wait_for(is_there)).await;
        let projected = waited.ok().and_then(Result::ok).and_then(|projected| *projected);
        projected
            .ok_or_else(|| NotProjected { wanted, projected: self.projected().map(|projected| projected.position) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    fn projected(position: u64) -> Option<Projected> {
        let log_time = LogTime::new(Timestamp::LEAST);
        Some(Projected { position: LogPosition::new(position), log_time })
    }

    #[tokio::test]
    async fn waiting_ends_when_the_position_is_projected() {
        let (sender, receiver) = watch::channel(projected(4));
        let projection = Projection::new(receiver);
        let waiting = tokio::spawn(async move { projection.wait_until(LogPosition::new(6), WAIT_MAX).await });

        sender.send(projected(5)).unwrap();
        sender.send(projected(7)).unwrap();

        assert_eq!(waiting.await.unwrap().ok(), projected(7));
    }

    #[tokio::test]
    async fn waiting_for_what_does_not_come_ends() {
        let (_sender, receiver) = watch::channel(projected(4));

        let waited = Projection::new(receiver).wait_until(LogPosition::new(6), Duration::from_millis(1)).await;

        let refusal = NotProjected { wanted: LogPosition::new(6), projected: Some(LogPosition::new(4)) };
        assert_eq!(waited, Err(refusal));
    }
}
