//! Where a stream starts: a request in, an open stream out, or the refusal that is its first answer.
//!
//! Guarantees: state and changes meet without a gap, since both are of one moment of the feed; a cursor before what is retained, past the
//! end, of another filter or not of ours is refused before any alert.
use std::sync::Arc;
use std::time::Duration;

use access::Permitted;
use api::TokenKey;
use api::alert::v1::{WatchAlertsRequest, WatchAlertsResponse, watch_alerts_request::Start};
use domain::{LogTime, Span, Violation};
use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::Status;

use crate::config::AlertsConfig;
use crate::cursor::Cursor;
use crate::farewell::Farewell;
use crate::feed::Feed;
use crate::filter::{Filter, FilterHash};
use crate::index::{Index, Progress};
use crate::refusal::Refusal;
use crate::subscription::{Outlet, Phase, Subscription};

/// The shortest time between two bookmarks that may be asked for.
const BOOKMARK_LEAST: Duration = Duration::from_secs(1);
/// The longest.
const BOOKMARK_MOST: Duration = Duration::from_secs(10);

/// What a stream yields.
pub(crate) type Messages = BoxStream<'static, Result<Permitted<WatchAlertsResponse>, Status>>;

/// Opens streams.
#[derive(Clone, Debug)]
pub(crate) struct Watcher {
    pub(crate) feed: Arc<Feed>,
    pub(crate) config: Arc<AlertsConfig>,
    pub(crate) key: TokenKey,
    pub(crate) places: Arc<Semaphore>,
    pub(crate) streams: TaskTracker,
    pub(crate) shutdown: CancellationToken,
}

impl Watcher {
    /// Opens a stream.
    pub(crate) async fn watch(&self, request: WatchAlertsRequest) -> Result<Messages, Refusal> {
        let mut faults = Vec::new();
        let filter = Filter::parse(&request.filter.unwrap_or_default(), &mut faults);
        let bookmark_interval = parse_bookmark_interval(request.bookmark_interval, &mut faults);
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults));
        }
        let subscribers_max = self.config.subscribers_max.get();
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refusal::Full { subscribers_max })?;
        let progress = self.feed.follow();
        let filter_hash = filter.hash();
        let (phase, at) = match request.start.unwrap_or(Start::Now(())) {
            Start::Now(()) => self.feed.ask(|index| start_now(index, &filter, request.include_initial.unwrap_or(true))),
            Start::Beginning(()) => self.feed.ask(|index| (past(index), self.oldest(index))),
            Start::Cursor(sealed) => self.go_on(&sealed, &filter_hash).await?,
        };
        let bookmark_interval = bookmark_interval.unwrap_or(BOOKMARK_MOST).min(self.config.bookmark_interval);
        Ok(self.open(Subscription {
            feed: Arc::clone(&self.feed),
            config: Arc::clone(&self.config),
            key: self.key.clone(),
            filter,
            filter_hash,
            phase,
            at,
            bookmark_interval,
            progress,
            shutdown: self.shutdown.clone(),
            place,
        }))
    }

    fn open(&self, subscription: Subscription) -> Messages {
        let (messages, sent) = mpsc::channel(1);
        let (end, ended) = oneshot::channel();
        self.streams.spawn(subscription.run(Outlet { messages, end }));
        let farewell = stream::once(ended).flat_map(|farewell| stream::iter(farewell.into_iter().flat_map(last_words)));
        ReceiverStream::new(sent).map(Ok).chain(farewell).boxed()
    }

    async fn go_on(&self, sealed: &[u8], filter_hash: &FilterHash) -> Result<(Phase, Cursor), Refusal> {
        let cursor = Cursor::open(sealed, &self.key, filter_hash)?;
        // After a power cut the feed may be behind what it has told before; the correlator makes that again.
        if self.feed.ask(|index| is_in_future(index, cursor)) {
            self.feed.wait_for(|_| self.feed.ask(|index| !is_in_future(index, cursor))).await;
        }
        self.feed.ask(|index| {
            if is_in_future(index, cursor) {
                return Err(Refusal::CursorInFuture { newest: newest(index).seal(&self.key, filter_hash) });
            }
            if self.is_too_old(index, cursor) {
                return Err(Refusal::CursorTooOld { oldest: self.oldest(index).seal(&self.key, filter_hash) });
            }
            Ok((past(index), cursor))
        })
    }

    /// A cursor of an empty log is as good as long as nothing after it has gone.
    fn is_too_old(&self, index: &Index, cursor: Cursor) -> bool {
        let Some(horizon) = self.horizon(index) else { return false };
        match cursor.log_time {
            Some(log_time) => log_time < horizon,
            None => index.first_after(cursor.point).is_some_and(|revision| revision.log_time < horizon),
        }
    }

    /// Before the first revision that is retained.
    fn oldest(&self, index: &Index) -> Cursor {
        let horizon = self.horizon(index);
        let point = horizon.and_then(|horizon| index.last_before(horizon)).map(|revision| revision.point);
        Cursor { point, log_time: horizon }
    }

    /// The log time up to which revisions are not retained.
    fn horizon(&self, index: &Index) -> Option<LogTime> {
        let retention = Span::from_micros(i64::try_from(self.config.retention.as_micros()).unwrap_or(i64::MAX));
        index.progress().map(|progress| LogTime::new(progress.log_time.timestamp().minus(retention)))
    }
}

fn last_words(farewell: Farewell) -> [Result<Permitted<WatchAlertsResponse>, Status>; 2] {
    [Ok(farewell.goodbye), Err(farewell.status)]
}

fn start_now(index: &Index, filter: &Filter, include_initial: bool) -> (Phase, Cursor) {
    let opening = newest(index);
    let heads = if include_initial { index.open(filter) } else { Vec::new() };
    (Phase::State { heads: heads.into(), opening }, opening)
}

fn past(index: &Index) -> Phase {
    Phase::Past { opening: newest(index) }
}

/// After all there is.
fn newest(index: &Index) -> Cursor {
    Cursor {
        point: index.last().map(|revision| revision.point),
        log_time: index.progress().map(|Progress { log_time, .. }| log_time),
    }
}

fn is_in_future(index: &Index, cursor: Cursor) -> bool {
    let newest = newest(index);
    cursor.point > newest.point || cursor.log_time > newest.log_time
}

fn parse_bookmark_interval(interval: Option<prost_types::Duration>, faults: &mut Vec<Violation>) -> Option<Duration> {
    let interval = interval?;
    let parsed =
        Duration::try_from(interval).ok().filter(|interval| (BOOKMARK_LEAST..=BOOKMARK_MOST).contains(interval));
    if parsed.is_none() {
        faults.push(Violation::new("bookmark_interval", "must be from 1 s to 10 s"));
    }
    parsed
}
