//! The tail of `records` where other processes append to it too: what they stamped moves log time here.
//!
//! Comes in: records as they become readable. Goes out: where the log stands in time, for the next group.
//! Guarantees: every record is taken once, in order; a read that fails is tried again from the same place.
//!
//! Never: judges a report, or holds one.
use std::sync::Arc;
use std::time::Duration;

use domain::LogPosition;
use eventlog::{EventLog, ReadLimit, Topic};
use tokio::sync::watch;

use crate::handle::SharedLogTime;
use crate::log_clock::LogClock;

/// How long to wait after a read that failed, or that gave less than the log had announced.
const READ_RETRY: Duration = Duration::from_millis(200);

/// Follows the log from a position on.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) next: LogPosition,
    pub(crate) log_clock: watch::Sender<LogClock>,
    pub(crate) log_time: Arc<SharedLogTime>,
}

impl Follower {
    /// Follows for ever.
    pub(crate) async fn run(mut self) {
        let mut end = self.log.subscribe(Topic::Records);
        loop {
            let announced = *end.borrow_and_update();
            let before = self.next;
            let log = Arc::clone(&self.log);
            let read = tokio::task::spawn_blocking(move || log.read(Topic::Records, before, ReadLimit::default()));
            match read.await {
                Ok(Ok(records)) => {
                    let decoded = records.iter().map(|logged| api::decode_record(logged.position, &logged.value));
                    self.log_clock.send_modify(|clock| decoded.for_each(|record| clock.advance(&record)));
                    self.next = records.last().map_or(before, |last| last.position.next());
                    self.log_time.raise(self.log_clock.borrow().log_time());
                }
                Ok(Err(error)) => tracing::warn!(%error, "the tail of the log could not be read"),
                Err(_) => return,
            }
            if self.next > before {
                continue;
            }
            if announced > self.next {
                tokio::time::sleep(READ_RETRY).await;
            } else if end.changed().await.is_err() {
                return;
            }
        }
    }
}
