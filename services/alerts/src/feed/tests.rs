//! The feed reads each fact once, and rests while none comes.
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::domain::v1 as wire;
use api::encode_progress;
use api::log::v1::Fact;
use bytes::Bytes;
use domain::{AlertId, Timestamp};
use eventlog::{Appender, Epoch, Logged, OpenError, PositionError};
use prost::Message;

use super::*;

/// The topic in memory, which counts how often it is read.
#[derive(Debug)]
struct CountingLog {
    facts: Mutex<Vec<Bytes>>,
    end: watch::Sender<LogPosition>,
    reads: AtomicUsize,
}

impl CountingLog {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            facts: Mutex::default(),
            end: watch::Sender::new(LogPosition::FIRST),
            reads: AtomicUsize::new(0),
        })
    }

    fn append(&self, fact: Bytes) {
        let mut facts = self.facts.lock().unwrap();
        facts.push(fact);
        self.end.send_replace(LogPosition::new(facts.len() as u64));
    }
}

impl EventLog for CountingLog {
    fn open_appender_of(&self, topic: Topic, _: Epoch) -> Result<Box<dyn Appender>, OpenError> {
        Err(OpenError::AppenderTaken { topic })
    }

    fn read(&self, _: Topic, from: LogPosition, _: ReadLimit) -> Result<Vec<Logged>, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let numbered = facts.iter().enumerate().map(|(index, fact)| {
            let position = LogPosition::new(index as u64);
            Logged { position, value: fact.clone(), trace: None, epoch: Epoch::NONE }
        });
        Ok(numbered.filter(|logged| logged.position >= from).collect())
    }

    fn end(&self, _: Topic) -> LogPosition {
        *self.end.borrow()
    }

    fn subscribe(&self, _: Topic) -> watch::Receiver<LogPosition> {
        self.end.subscribe()
    }

    fn store_position(&self, _: &str, _: Topic, _: LogPosition) -> Result<(), PositionError> {
        Ok(())
    }

    fn opened_end(&self, _: Topic) -> LogPosition {
        LogPosition::FIRST
    }

    fn load_position(&self, _: &str, _: Topic) -> Result<Option<LogPosition>, PositionError> {
        Ok(None)
    }
}

fn marker(position: u64) -> Bytes {
    let log_time = Timestamp::from_wire(i64::try_from(position).unwrap(), 0).map(LogTime::new);
    encode_progress(LogPosition::new(position), log_time.unwrap())
}

fn fact(alert: wire::Alert) -> Bytes {
    Fact { payload: Some(Payload::Alert(alert)) }.encode_to_vec().into()
}

fn alert(revision: i64) -> wire::Alert {
    let time = Some(prost_types::Timestamp { seconds: 1, nanos: 0 });
    wire::Alert {
        alert_id: AlertId::from_bytes([1; 16]).to_string(),
        revision,
        log_time: time,
        raised_at: time,
        ..wire::Alert::default()
    }
}

#[tokio::test]
async fn quiet_topic_is_not_read() {
    let log = CountingLog::new();
    let feed = Arc::new(Feed::new(Viewer::agency_console()));
    let shutdown = CancellationToken::new();
    let reader = FeedReader::new(Arc::clone(&log) as Arc<dyn EventLog>, Arc::clone(&feed));
    let running = tokio::spawn(reader.run(shutdown.clone()));

    for position in 1..=20 {
        log.append(marker(position));
        assert!(feed.wait_for(|progress| progress.position >= LogPosition::new(position)).await);
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
    }

    shutdown.cancel();
    running.await.unwrap().unwrap();
    let reads = log.reads.load(Ordering::SeqCst);
    assert!(reads <= 20, "20 facts were read in {reads} reads");
}

#[test]
fn fact_that_cannot_be_read_is_left_out_and_the_rest_goes_on() {
    let log = CountingLog::new();
    let feed = Arc::new(Feed::new(Viewer::agency_console()));
    for bytes in [
        fact(alert(1)),
        Bytes::from_static(b"no fact"),
        fact(wire::Alert { alert_id: "alt-1".to_owned(), ..alert(2) }),
        fact(wire::Alert { revision: -1, ..alert(2) }),
        fact(wire::Alert { cause_position: -1, ..alert(2) }),
        fact(wire::Alert { raised_at: None, ..alert(2) }),
        fact(wire::Alert { timer_at: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), ..alert(2) }),
        Fact::default().encode_to_vec().into(),
        fact(wire::Alert { cells: vec!["nowhere".to_owned()], ..alert(3) }),
        marker(9),
    ] {
        log.append(bytes);
    }

    FeedReader::new(log, Arc::clone(&feed)).catch_up().unwrap();

    let history = feed.ask(|index| index.history(AlertId::from_bytes([1; 16])).to_vec());
    assert_eq!(history.iter().map(|revision| revision.point.revision).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(history[1].alert().cells, ["nowhere"], "what was written is shown as it is");
}

/// The design rules it out. If it came to pass, the alert must at least be in lists and in streams that start over.
#[test]
fn revision_of_an_earlier_cause_is_put_in_its_place() {
    let log = CountingLog::new();
    let feed = Arc::new(Feed::new(Viewer::agency_console()));
    let late = wire::Alert { alert_id: AlertId::from_bytes([2; 16]).to_string(), cause_position: 1, ..alert(1) };
    for bytes in [fact(wire::Alert { cause_position: 5, ..alert(1) }), marker(5), fact(late), marker(6)] {
        log.append(bytes);
    }

    FeedReader::new(log, Arc::clone(&feed)).catch_up().unwrap();

    feed.ask(|index| {
        assert_eq!(index.count_after(None), 2);
        assert_eq!(index.first_after(None).unwrap().point.alert, AlertId::from_bytes([2; 16]));
        assert_eq!(index.progress().unwrap().position, LogPosition::new(6));
    });
}
