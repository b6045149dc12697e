//! One stream: the shared feed in, messages out, each with its cursor and a number from 1.
//!
//! | phase | sends | until |
//! |---|---|---|
//! | state | alerts that were open at the opening, ascending by the cursor of their head | all are sent: `synced` |
//! | past | revisions after the cursor, to the opening | the opening is reached: `synced` |
//! | live | revisions after the opening | the end |
//!
//! A bookmark comes at its interval in every phase. A stream holds its place in the feed and one message that is under way; a message that is
//! not taken in time, or a place that stays too far behind, ends it. Guarantees: the cursor of a message repeats nothing that was sent and
//! skips nothing; the goodbye follows all that was sent, even if nobody has taken it yet.
//!
//! Never: a queue of its own; a wait that others feel.
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use access::{Permitted, permit, permit_past};
use api::TokenKey;
use api::alert::v1::{Bookmark, Synced, WatchAlertsResponse, watch_alerts_response::Message};
use api::{domain::v1::AlertRef, timestamp_to_wire};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::config::AlertsConfig;
use crate::cursor::Cursor;
use crate::farewell::{Farewell, Reason, chance};
use crate::feed::Feed;
use crate::filter::{Filter, FilterHash};
use crate::index::{Change, Progress, Scan};
use crate::revision::{Point, Revision};

/// Revisions that are looked at before others have their turn.
const LOOKED_MAX: usize = 1_024;

/// Where a stream stands.
#[derive(Debug)]
pub(crate) enum Phase {
    State { heads: VecDeque<Arc<Revision>>, opening: Cursor },
    Past { opening: Cursor },
    Live,
}

/// What a stream needs to run.
pub(crate) struct Subscription {
    pub(crate) feed: Arc<Feed>,
    pub(crate) config: Arc<AlertsConfig>,
    pub(crate) key: TokenKey,
    pub(crate) filter: Filter,
    pub(crate) filter_hash: FilterHash,
    pub(crate) phase: Phase,
    /// What a client that goes on from here has.
    pub(crate) at: Cursor,
    pub(crate) bookmark_interval: Duration,
    /// Taken before the phase was, so that nothing between is missed.
    pub(crate) progress: watch::Receiver<Option<Progress>>,
    pub(crate) shutdown: CancellationToken,
    /// The place among all streams.
    pub(crate) place: OwnedSemaphorePermit,
}

/// How the stream reaches its client: one message under way, and the end.
pub(crate) struct Outlet {
    pub(crate) messages: mpsc::Sender<Permitted<WatchAlertsResponse>>,
    pub(crate) end: oneshot::Sender<Farewell>,
}

impl Subscription {
    /// Sends until it ends. Afterwards the place is free, whatever the client has yet to take.
    pub(crate) async fn run(self, outlet: Outlet) {
        let Outlet { messages, end } = outlet;
        let (feed, config, key, filter_hash) =
            (Arc::clone(&self.feed), Arc::clone(&self.config), self.key.clone(), self.filter_hash);
        let mut stream = Stream::new(self, messages);
        let Some(reason) = stream.run().await else { return };
        let Stream { sequence, subscription, .. } = stream;
        let cursor = subscription.at.seal(&key, &filter_hash);
        drop(subscription.place);
        tracing::info!(reason = reason.word(), messages = sequence, "a stream of alerts ends");
        let farewell = Farewell::new(reason, sequence + 1, cursor, config.retry_jitter_max, feed.viewer());
        if end.send(farewell).is_err() {
            tracing::debug!("the subscriber went before it was told goodbye");
        }
    }
}

/// What there is to do.
enum Next {
    Message(Box<Message>),
    /// Much was looked at and nothing found: others have their turn.
    Yield,
    Wait,
}

struct Stream {
    subscription: Subscription,
    messages: mpsc::Sender<Permitted<WatchAlertsResponse>>,
    /// Messages sent.
    sequence: i64,
    bookmark_at: Instant,
    ends_at: Instant,
    /// Since when more is behind than may be.
    over_since: Option<Instant>,
}

impl Stream {
    fn new(subscription: Subscription, messages: mpsc::Sender<Permitted<WatchAlertsResponse>>) -> Self {
        let now = Instant::now();
        let age_max = subscription.config.stream_age_max.mul_f64(0.9 + 0.2 * chance());
        let bookmark_at = now + subscription.bookmark_interval;
        Self { subscription, messages, sequence: 0, bookmark_at, ends_at: now + age_max, over_since: None }
    }

    /// Sends until the stream has to end; `None` if the client has gone.
    async fn run(&mut self) -> Option<Reason> {
        let messages = self.messages.clone();
        let shutdown = self.subscription.shutdown.clone();
        loop {
            let slot = tokio::select! {
                biased;
                () = shutdown.cancelled() => return Some(Reason::Shutdown),
                () = sleep_until(self.ends_at) => return Some(Reason::MaxAge),
                slot = timeout(self.subscription.config.send_stall_max, messages.reserve()) => slot,
            };
            let Ok(slot) = slot else { return Some(Reason::SlowSubscriber) };
            let slot = slot.ok()?;
            if self.is_left_behind() {
                return Some(Reason::SlowSubscriber);
            }
            match self.next() {
                Next::Message(message) => slot.send(self.response(*message)),
                Next::Yield => tokio::task::yield_now().await,
                Next::Wait => {
                    drop(slot);
                    tokio::select! {
                        biased;
                        () = shutdown.cancelled() => return Some(Reason::Shutdown),
                        () = messages.closed() => return None,
                        () = sleep_until(self.ends_at.min(self.bookmark_at)) => {}
                        changed = self.subscription.progress.changed() => if changed.is_err() { return Some(Reason::Shutdown) },
                    }
                }
            }
        }
    }

    /// Finds what to send next, and moves on past it.
    fn next(&mut self) -> Next {
        // Before the first message there is no cursor yet that a state could be gone on from.
        if self.sequence > 0 && Instant::now() >= self.bookmark_at {
            return Next::Message(Box::new(self.bookmark()));
        }
        match &mut self.subscription.phase {
            Phase::State { heads, opening } => {
                let (head, opening) = (heads.pop_front(), *opening);
                match head {
                    Some(head) => self.upsert_of_state(&head),
                    None => self.synced(opening),
                }
            }
            Phase::Past { opening } => {
                let opening = *opening;
                if self.subscription.at.point >= opening.point {
                    self.synced(opening)
                } else {
                    self.change(opening.point)
                }
            }
            Phase::Live => self.change(None),
        }
    }

    fn upsert_of_state(&mut self, head: &Revision) -> Next {
        self.subscription.at = Cursor::after(head);
        let alert = permit(self.subscription.feed.viewer(), head.alert());
        Next::Message(Box::new(Message::Upsert(alert.into_inner())))
    }

    fn synced(&mut self, opening: Cursor) -> Next {
        self.subscription.at = opening;
        self.subscription.phase = Phase::Live;
        Next::Message(Box::new(Message::Synced(Synced {})))
    }

    /// What the next revisions mean, up to one that comes with `synced` if there is one.
    fn change(&mut self, until: Option<Point>) -> Next {
        self.subscription.progress.mark_unchanged();
        let Subscription { feed, filter, at, .. } = &mut self.subscription;
        let Scan { last, change } = feed.ask(|index| index.scan(at.point, until, filter, LOOKED_MAX));
        let Some(last) = last else { return Next::Wait };
        *at = Cursor::after(&last);
        let message = match change {
            None => return Next::Yield,
            Some(Change::Upsert { revision, head }) => {
                Message::Upsert(permit_past(feed.viewer(), revision.alert(), &head.alert()).into_inner())
            }
            Some(Change::Removed(revision)) => Message::Removed(AlertRef {
                alert_id: revision.point.alert.to_string(),
                revision: i64::try_from(revision.point.revision).unwrap_or(i64::MAX),
            }),
        };
        Next::Message(Box::new(message))
    }

    fn bookmark(&mut self) -> Message {
        self.bookmark_at = Instant::now() + self.subscription.bookmark_interval;
        let at = self.subscription.at;
        let (lag, progress) = self.subscription.feed.ask(|index| (index.count_after(at.point), index.progress()));
        let log_time = progress.map(|progress| progress.log_time);
        if lag == 0 && matches!(self.subscription.phase, Phase::Live) {
            self.subscription.at.log_time = log_time;
        }
        Message::Bookmark(Bookmark {
            server_time: log_time.map(|log_time| timestamp_to_wire(log_time.timestamp())),
            lag: i64::try_from(lag).unwrap_or(i64::MAX),
        })
    }

    /// Whether more has been behind than may be, for as long as a message may wait. What was there at the opening does not count.
    fn is_left_behind(&mut self) -> bool {
        let Subscription { config, feed, at, phase, .. } = &self.subscription;
        let (messages_max, bytes_max) = (config.lag_messages_max.get(), config.lag_bytes_max.get());
        let is_live = matches!(phase, Phase::Live);
        if !is_live || !feed.ask(|index| index.exceeds_after(at.point, messages_max, bytes_max)) {
            self.over_since = None;
            return false;
        }
        self.over_since.get_or_insert_with(Instant::now).elapsed() >= config.send_stall_max
    }

    fn response(&mut self, message: Message) -> Permitted<WatchAlertsResponse> {
        self.sequence += 1;
        let Subscription { feed, key, filter_hash, at, .. } = &self.subscription;
        let response =
            WatchAlertsResponse { sequence: self.sequence, cursor: at.seal(key, filter_hash), message: Some(message) };
        permit(feed.viewer(), response)
    }
}

#[cfg(test)]
mod tests;
