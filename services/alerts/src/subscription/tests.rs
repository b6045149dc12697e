//! One stream without a server. Times are short, and what must not come before its time is measured.
use access::Viewer;
use api::alert::v1::AlertFilter;
use api::domain::v1 as wire;
use domain::{AlertId, Severity};
use prost_types::Timestamp as WireTime;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::*;
use crate::facets::KnownCells;

const BOOKMARKS: Duration = Duration::from_millis(40);
const STALL: Duration = Duration::from_millis(150);
/// How long a test waits for what has to come.
const DEADLINE: Duration = Duration::from_secs(20);

fn time(second: u64) -> WireTime {
    WireTime { seconds: i64::try_from(second).unwrap(), nanos: 0 }
}

fn revision(number: u64) -> Revision {
    let alert = wire::Alert {
        alert_id: AlertId::from_bytes([1; 16]).to_string(),
        revision: i64::try_from(number).unwrap(),
        cause_position: i64::try_from(number).unwrap(),
        log_time: Some(time(number)),
        raised_at: Some(time(1)),
        state: wire::AlertState::Raised.into(),
        // Every third is grave, from the third on.
        severity: if number.is_multiple_of(3) { Severity::Critical } else { Severity::Low }.number(),
        ..wire::Alert::default()
    };
    Revision::read(alert, &Viewer::agency_console(), &mut KnownCells::default()).unwrap()
}

fn settle(feed: &Feed, revisions: Vec<Revision>) {
    let last = revisions.last().map(|revision| (revision.point.cause.position, revision.log_time));
    let Some((position, log_time)) = last else { return };
    feed.settle(revisions, Progress { position, log_time }, &mut KnownCells::default());
}

/// A stream without a server, and its client.
struct World {
    feed: Arc<Feed>,
    /// The revisions that have come.
    revisions: u64,
    messages: mpsc::Receiver<Permitted<WatchAlertsResponse>>,
    end: oneshot::Receiver<Farewell>,
    places: Arc<Semaphore>,
    task: JoinHandle<()>,
}

impl World {
    async fn start(config: AlertsConfig) -> Self {
        let nowhere = Cursor { point: None, log_time: None };
        let mut world = Self::open(config, &AlertFilter::default(), |_| {
            let phase = Phase::State { heads: VecDeque::new(), opening: nowhere };
            (phase, nowhere, 0)
        });
        assert!(matches!(world.take().await, Message::Synced(_)));
        world
    }

    /// A stream that starts as it is told to, in a feed that holds as many revisions as that.
    fn open(config: AlertsConfig, filter: &AlertFilter, start: impl FnOnce(&Feed) -> (Phase, Cursor, u64)) -> Self {
        let feed = Arc::new(Feed::new(Viewer::agency_console()));
        let (phase, at, revisions) = start(&feed);
        let places = Arc::new(Semaphore::new(1));
        let filter = Filter::parse(filter, &mut Vec::new());
        let subscription = Subscription {
            progress: feed.follow(),
            feed: Arc::clone(&feed),
            key: TokenKey::new([7; 32]),
            filter_hash: filter.hash(),
            filter,
            phase,
            at,
            bookmark_interval: config.bookmark_interval,
            config: Arc::new(config),
            shutdown: CancellationToken::new(),
            place: Arc::clone(&places).try_acquire_owned().unwrap(),
        };
        let (messages, sent) = mpsc::channel(1);
        let (end, ended) = oneshot::channel();
        let task = tokio::spawn(subscription.run(Outlet { messages, end }));
        Self { feed, revisions, messages: sent, end: ended, places, task }
    }

    fn come(&mut self, count: u64) {
        self.revisions += count;
        settle(&self.feed, (self.revisions - count + 1..=self.revisions).map(revision).collect());
    }

    async fn take(&mut self) -> Message {
        self.messages.recv().await.unwrap().into_inner().message.unwrap()
    }

    async fn take_revision(&mut self) -> i64 {
        loop {
            match self.take().await {
                Message::Upsert(alert) => return alert.revision,
                Message::Bookmark(_) => {}
                other @ (Message::Removed(_) | Message::Synced(_) | Message::Goodbye(_)) => panic!("{other:?}"),
            }
        }
    }

    fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    async fn farewell(self) -> (String, Farewell) {
        let farewell = self.end.await.unwrap();
        let Some(Message::Goodbye(goodbye)) = &farewell.goodbye.get().message else { panic!("{farewell:?}") };
        (goodbye.reason.clone(), farewell)
    }
}

fn config(change: impl FnOnce(&mut AlertsConfig)) -> AlertsConfig {
    let mut config = AlertsConfig { send_stall_max: STALL, ..AlertsConfig::default() };
    change(&mut config);
    config
}

/// Four come for each that is taken, until the stream ends.
async fn fall_behind(config: AlertsConfig) -> World {
    let mut world = World::start(config).await;
    let started = Instant::now();
    while !world.has_ended() {
        assert!(started.elapsed() < DEADLINE, "it is cut");
        world.come(4);
        world.messages.recv().await;
    }
    assert!(started.elapsed() >= STALL, "{:?}", started.elapsed());
    world
}

#[tokio::test]
async fn bookmark_comes_at_its_interval_also_between_alerts() {
    let config = AlertsConfig { bookmark_interval: BOOKMARKS, ..AlertsConfig::default() };
    let mut world = World::start(config).await;
    let started = Instant::now();

    for round in 1..=5_u32 {
        world.come(1);
        assert_eq!(world.take_revision().await, i64::from(round));
        assert!(matches!(world.take().await, Message::Bookmark(Bookmark { lag: 0, .. })));
        assert!(started.elapsed() >= BOOKMARKS * (round - 1), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn message_that_is_not_taken_in_time_ends_the_stream() {
    let mut world = World::start(config(|_| ())).await;
    let started = Instant::now();
    world.come(3);

    timeout(DEADLINE, &mut world.task).await.unwrap().unwrap();

    assert!(started.elapsed() >= STALL, "{:?}", started.elapsed());
    assert_eq!(world.places.available_permits(), 1, "its place is free although nothing was taken");
    assert_eq!(world.take_revision().await, 1, "what was under way comes before the goodbye");
    assert!(world.messages.recv().await.is_none());
    let (reason, farewell) = world.farewell().await;
    assert_eq!(reason, "SLOW_SUBSCRIBER");
    assert_eq!(farewell.goodbye.get().sequence, 3);
    assert_eq!(farewell.status.code(), tonic::Code::ResourceExhausted);
}

#[tokio::test]
async fn subscriber_that_falls_ever_further_behind_is_cut() {
    let world = fall_behind(config(|config| config.lag_messages_max = 10.try_into().unwrap())).await;

    assert_eq!(world.farewell().await.0, "SLOW_SUBSCRIBER");
}

#[tokio::test]
async fn subscriber_that_is_behind_in_bytes_is_cut() {
    let world = fall_behind(config(|config| {
        config.lag_messages_max = 100_000.try_into().unwrap();
        config.lag_bytes_max = 1_000.try_into().unwrap();
    }))
    .await;

    assert_eq!(world.farewell().await.0, "SLOW_SUBSCRIBER");
}

#[tokio::test]
async fn burst_beyond_the_bounds_cuts_nobody_who_takes_it() {
    let send_stall_max = STALL * 4;
    let config = AlertsConfig { send_stall_max, lag_messages_max: 50.try_into().unwrap(), ..AlertsConfig::default() };
    let mut world = World::start(config).await;
    let started = Instant::now();

    while started.elapsed() < send_stall_max * 2 {
        let before = i64::try_from(world.revisions).unwrap();
        world.come(60);
        for number in 1..=60 {
            assert_eq!(world.take_revision().await, before + number);
        }
    }

    assert!(!world.has_ended());
}

#[tokio::test]
async fn stream_ends_at_its_age_give_or_take_a_tenth() {
    let stream_age_max = Duration::from_millis(300);
    let config = AlertsConfig { stream_age_max, bookmark_interval: BOOKMARKS, ..AlertsConfig::default() };
    let mut world = World::start(config).await;
    let started = Instant::now();

    while let Some(response) = world.messages.recv().await {
        assert!(matches!(response.get().message, Some(Message::Bookmark(_))));
    }

    assert!(started.elapsed() >= Duration::from_millis(250), "{:?}", started.elapsed());
    assert_eq!(world.farewell().await.0, "MAX_AGE");
}

#[tokio::test]
async fn stream_whose_client_has_gone_gives_its_place_back() {
    let World { messages, places, task, .. } = World::start(AlertsConfig::default()).await;

    drop(messages);
    timeout(DEADLINE, task).await.unwrap().unwrap();

    assert_eq!(places.available_permits(), 1);
}

/// The third comes between the opening, at the second, and the first look at the feed; nothing up to the opening matches.
#[tokio::test]
async fn what_comes_during_the_opening_follows_synced() {
    let filter = AlertFilter { severity_min: Severity::High.number(), ..AlertFilter::default() };
    let mut world = World::open(AlertsConfig::default(), &filter, |feed| {
        settle(feed, (1..=3).map(revision).collect());
        (Phase::Past { opening: Cursor::after(&revision(2)) }, Cursor { point: None, log_time: None }, 3)
    });

    assert!(matches!(world.take().await, Message::Synced(_)));
    assert!(matches!(world.take().await, Message::Upsert(alert) if alert.revision == 3));
    world.come(3);
    assert!(matches!(world.take().await, Message::Removed(alert) if alert.revision == 4));
    assert!(matches!(world.take().await, Message::Upsert(alert) if alert.revision == 6));
}
