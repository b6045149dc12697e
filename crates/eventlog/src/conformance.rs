//! The promises of an event log, each as a function that panics with words where an engine breaks it.
//!
//! Comes in: an engine that can be opened again and again on the same data. `event_log_conformance!` makes one test of each promise.
//! Guarantees: nothing here knows an engine; each promise wants an engine of its own, with nothing in it.
//!
//! Never: power cuts and failing disks; those belong to the engine that can simulate them.

use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use domain::LogPosition;

use crate::error::{AppendError, OpenError, PositionError, ReadError};
use crate::event_log::{Entry, EventLog, Logged, RECORD_BYTES_MAX, ReadLimit};
use crate::topic::Topic;

/// An engine under test.
pub trait Engine {
    /// Opens the logs. Called again after all handles were dropped, which is an orderly restart.
    fn open(&self) -> Arc<dyn EventLog>;
}

impl<Open: Fn() -> Arc<dyn EventLog>> Engine for Open {
    fn open(&self) -> Arc<dyn EventLog> {
        self()
    }
}

/// Makes a module with one test for each promise: `event_log_conformance!(name, expression that gives an empty Engine)`.
#[macro_export]
macro_rules! event_log_conformance {
    ($module:ident, $engine:expr) => {
        $crate::event_log_conformance!(@tests $module, $engine,
            empty_log_ends_at_the_first_position
            records_come_back_in_order_at_their_positions
            batches_of_any_size_follow_one_another
            positions_go_on_after_a_restart
            records_are_readable_once_they_are_durable
            facts_are_readable_once_they_are_appended
            second_appender_is_refused_while_one_lives
            read_keeps_its_limits_but_brings_one_record
            reading_past_the_end_says_where_it_is
            subscriber_sees_the_readable_end_move
            topics_do_not_mix
            too_large_record_leaves_the_log_as_it_was
            stored_position_is_loaded_after_a_restart
            positions_of_readers_and_topics_are_apart
            name_that_is_no_readers_is_refused
            readers_beside_a_writer_see_a_prefix
        );
    };
    (@tests $module:ident, $engine:expr, $($promise:ident)+) => {
        mod $module {
            $(
                #[test]
                fn $promise() {
                    $crate::conformance::$promise(&$engine);
                }
            )+
        }
    };
}

const EVERYTHING: ReadLimit = ReadLimit { records_max: usize::MAX, bytes_max: usize::MAX };

fn value(number: u64) -> Bytes {
    Bytes::from(format!("record {number} {}", "x".repeat((number % 97) as usize)))
}

fn batch(range: std::ops::Range<u64>) -> Vec<Entry> {
    range.map(|number| value(number).into()).collect()
}

fn numbered(range: std::ops::Range<u64>) -> Vec<(LogPosition, Bytes)> {
    range.map(|number| (LogPosition::new(number), value(number))).collect()
}

fn everything(log: &dyn EventLog, topic: Topic) -> Vec<(LogPosition, Bytes)> {
    read(log, topic, LogPosition::FIRST, EVERYTHING)
}

fn read(log: &dyn EventLog, topic: Topic, from: LogPosition, limit: ReadLimit) -> Vec<(LogPosition, Bytes)> {
    let read = log.read(topic, from, limit).expect("a sound log is read");
    read.into_iter().map(|Logged { position, value, .. }| (position, value)).collect()
}

fn append_durably(log: &dyn EventLog, topic: Topic, batch: &[Entry]) {
    let mut appender = log.open_appender(topic).expect("no other appender lives");
    appender.append_durably(batch).expect("the engine takes a batch");
}

/// Every topic of an empty log ends at position 0 and gives nothing.
pub fn empty_log_ends_at_the_first_position(engine: &dyn Engine) {
    let log = engine.open();

    for topic in Topic::ALL {
        assert_eq!(log.end(topic), LogPosition::FIRST, "{topic}");
        assert_eq!(log.opened_end(topic), LogPosition::FIRST, "{topic}");
        assert_eq!(everything(log.as_ref(), topic), [], "{topic}");
        assert_eq!(log.load_position("projector", topic).expect("there is none"), None, "{topic}");
    }
}

/// What was appended is read back from any position on.
pub fn records_come_back_in_order_at_their_positions(engine: &dyn Engine) {
    let log = engine.open();
    let mut appender = log.open_appender(Topic::Records).expect("no other appender lives");

    let positions = appender.append_durably(&batch(0..300)).expect("the engine takes a batch");

    assert_eq!(positions, (0..300).map(|position| Some(LogPosition::new(position))).collect::<Vec<_>>());
    assert_eq!(log.end(Topic::Records), LogPosition::new(300));
    for from in [0, 1, 63, 64, 65, 128, 299, 300] {
        let read = read(log.as_ref(), Topic::Records, LogPosition::new(from), EVERYTHING);
        assert_eq!(read, numbered(from..300), "from {from}");
    }
}

/// An empty batch takes no position; empty records and the largest record are records.
pub fn batches_of_any_size_follow_one_another(engine: &dyn Engine) {
    let log = engine.open();
    let mut appender = log.open_appender(Topic::Alerts).expect("no other appender lives");
    let largest = Bytes::from(vec![0_u8; RECORD_BYTES_MAX]);
    let batches =
        [vec![], vec![Bytes::new()], vec![largest.clone()], vec![], vec![Bytes::new(), Bytes::from_static(&[0; 700])]];

    let positions = batches.map(|batch| {
        let entries: Vec<Entry> = batch.into_iter().map(Entry::from).collect();
        let positions = appender.append_durably(&entries).expect("the engine takes a batch");
        positions.into_iter().flatten().map(LogPosition::get).collect::<Vec<_>>()
    });

    assert_eq!(positions, [vec![], vec![0], vec![1], vec![], vec![2, 3]]);
    let payloads: Vec<Bytes> = everything(log.as_ref(), Topic::Alerts).into_iter().map(|(_, bytes)| bytes).collect();
    assert!(payloads == [Bytes::new(), largest, Bytes::new(), Bytes::from_static(&[0; 700])], "other bytes came back");
}

/// After a restart the next position is the one after the last, and all that was there is there.
pub fn positions_go_on_after_a_restart(engine: &dyn Engine) {
    for restart in 0..4 {
        let log = engine.open();
        let (from, to) = (restart * 70, (restart + 1) * 70);
        assert_eq!(everything(log.as_ref(), Topic::Records), numbered(0..from), "restart {restart}");
        assert_eq!(log.opened_end(Topic::Records), LogPosition::new(from));

        append_durably(log.as_ref(), Topic::Records, &batch(from..to));

        assert_eq!(everything(log.as_ref(), Topic::Records), numbered(0..to), "restart {restart}");
    }
}

/// Of `records`, what was appended and not synced is neither at the end nor read.
pub fn records_are_readable_once_they_are_durable(engine: &dyn Engine) {
    let log = engine.open();
    let mut appender = log.open_appender(Topic::Records).expect("no other appender lives");
    appender.append_durably(&batch(0..2)).expect("the engine takes a batch");

    appender.append(&batch(2..5)).expect("the engine takes a batch");

    assert_eq!(log.end(Topic::Records), LogPosition::new(2));
    assert_eq!(everything(log.as_ref(), Topic::Records), numbered(0..2));
    appender.sync().expect("the engine syncs");
    assert_eq!(log.end(Topic::Records), LogPosition::new(5));
    assert_eq!(everything(log.as_ref(), Topic::Records), numbered(0..5));
}

/// Facts can be made again, so nobody waits for a sync to read them.
pub fn facts_are_readable_once_they_are_appended(engine: &dyn Engine) {
    for topic in Topic::ALL.into_iter().filter(|topic| topic.is_rebuilt()) {
        let log = engine.open();
        let mut appender = log.open_appender(topic).expect("no other appender lives");

        appender.append(&batch(0..5)).expect("the engine takes a batch");

        assert_eq!(everything(log.as_ref(), topic), numbered(0..5), "{topic}");
        appender.sync().expect("the engine syncs");
        assert_eq!(everything(log.as_ref(), topic), numbered(0..5), "{topic}");
    }
}

/// One appender a topic; dropping it gives the topic back.
pub fn second_appender_is_refused_while_one_lives(engine: &dyn Engine) {
    let log = engine.open();
    let mut first = log.open_appender(Topic::Records).expect("no other appender lives");
    first.append_durably(&batch(0..3)).expect("the engine takes a batch");

    let second = log.open_appender(Topic::Records);

    assert!(matches!(second, Err(OpenError::AppenderTaken { topic: Topic::Records })));
    log.open_appender(Topic::Alerts).expect("another topic is free");
    drop(first);
    let mut again = log.open_appender(Topic::Records).expect("the topic was given back");
    let positions = again.append_durably(&batch(3..4)).expect("the engine takes a batch");
    assert_eq!(positions, [Some(LogPosition::new(3))]);
}

/// A read stops at the records or after the bytes asked for, and brings one record even if that is too large.
pub fn read_keeps_its_limits_but_brings_one_record(engine: &dyn Engine) {
    let log = engine.open();
    append_durably(log.as_ref(), Topic::Records, &vec![Bytes::from_static(&[7; 100]).into(); 10]);
    let count = |records_max, bytes_max| {
        let limit = ReadLimit { records_max, bytes_max };
        log.read(Topic::Records, LogPosition::new(2), limit).expect("a sound log is read").len()
    };

    assert_eq!(count(3, usize::MAX), 3);
    assert_eq!(count(usize::MAX, 250), 3);
    assert_eq!(count(usize::MAX, 100), 1);
    assert_eq!(count(0, 0), 1);
    assert_eq!(count(usize::MAX, usize::MAX), 8);
}

/// At the end there is nothing; past it a reader is told, since what it saw there has been lost.
pub fn reading_past_the_end_says_where_it_is(engine: &dyn Engine) {
    let log = engine.open();
    append_durably(log.as_ref(), Topic::Incidents, &batch(0..4));

    let at_end = log.read(Topic::Incidents, LogPosition::new(4), EVERYTHING).expect("a sound log is read");
    let past_end = log.read(Topic::Incidents, LogPosition::new(5), EVERYTHING);

    assert_eq!(at_end, []);
    assert!(matches!(past_end, Err(ReadError::BeyondEnd { end, .. }) if end == LogPosition::new(4)));
}

/// A receiver holds the end from the start and sees each move.
pub fn subscriber_sees_the_readable_end_move(engine: &dyn Engine) {
    let log = engine.open();
    append_durably(log.as_ref(), Topic::Records, &batch(0..2));
    let mut end = log.subscribe(Topic::Records);
    assert_eq!(*end.borrow_and_update(), LogPosition::new(2));

    append_durably(log.as_ref(), Topic::Records, &batch(2..3));

    assert!(end.has_changed().expect("the log lives"));
    assert_eq!(*end.borrow_and_update(), LogPosition::new(3));
}

/// Each topic has positions of its own.
pub fn topics_do_not_mix(engine: &dyn Engine) {
    let log = engine.open();

    for (topic, count) in Topic::ALL.into_iter().zip(1..) {
        append_durably(log.as_ref(), topic, &batch(0..count));
    }

    for (topic, count) in Topic::ALL.into_iter().zip(1..) {
        assert_eq!(everything(log.as_ref(), topic), numbered(0..count), "{topic}");
    }
}

/// A batch with a record over the limit is refused as a whole, and the next one is taken.
pub fn too_large_record_leaves_the_log_as_it_was(engine: &dyn Engine) {
    let log = engine.open();
    let mut appender = log.open_appender(Topic::Records).expect("no other appender lives");
    let too_large = [Bytes::from_static(b"small").into(), Bytes::from(vec![1_u8; RECORD_BYTES_MAX + 1]).into()];

    let refused = appender.append_durably(&too_large).expect_err("the record is over the limit");

    assert!(matches!(refused, AppendError::TooLarge { .. }) && !refused.is_fatal());
    appender.append_durably(&batch(0..1)).expect("the engine takes a batch");
    assert_eq!(everything(log.as_ref(), Topic::Records), numbered(0..1));
}

/// A position is there after a restart, and may go back.
pub fn stored_position_is_loaded_after_a_restart(engine: &dyn Engine) {
    let log = engine.open();
    append_durably(log.as_ref(), Topic::Records, &batch(0..9));
    for position in [3, 9, 4] {
        log.store_position("correlator", Topic::Records, LogPosition::new(position)).expect("a position is stored");
    }
    drop(log);

    let loaded = engine.open().load_position("correlator", Topic::Records).expect("a position is loaded");

    assert_eq!(loaded, Some(LogPosition::new(4)));
}

/// Each reader has a position in each topic.
pub fn positions_of_readers_and_topics_are_apart(engine: &dyn Engine) {
    let log = engine.open();
    log.store_position("a", Topic::Records, LogPosition::new(0)).expect("a position is stored");
    log.store_position("a", Topic::Alerts, LogPosition::new(2)).expect("a position is stored");
    log.store_position("b", Topic::Alerts, LogPosition::new(3)).expect("a position is stored");

    let load = |reader, topic| log.load_position(reader, topic).expect("a position is loaded").map(LogPosition::get);

    assert_eq!([load("a", Topic::Records), load("b", Topic::Records)], [Some(0), None]);
    assert_eq!([load("a", Topic::Alerts), load("b", Topic::Alerts)], [Some(2), Some(3)]);
}

/// Names are short and plain, since they become names of files or groups.
pub fn name_that_is_no_readers_is_refused(engine: &dyn Engine) {
    let log = engine.open();
    let long = "a".repeat(65);

    for name in ["", "../a", "a.b", "A", "a b", &long] {
        let stored = log.store_position(name, Topic::Records, LogPosition::FIRST);
        assert!(matches!(stored, Err(PositionError::Name { .. })), "{name:?} was taken");
        let loaded = log.load_position(name, Topic::Records);
        assert!(matches!(loaded, Err(PositionError::Name { .. })), "{name:?} was taken");
    }
}

/// While a writer appends, every reader sees a prefix of what comes in the end, and all of it once it has come.
pub fn readers_beside_a_writer_see_a_prefix(engine: &dyn Engine) {
    const COUNT: u64 = 400;
    let log = engine.open();
    thread::scope(|scope| {
        let readers: Vec<_> = (0..3).map(|_| scope.spawn(|| read_until(log.as_ref(), COUNT))).collect();
        let mut appender = log.open_appender(Topic::Records).expect("no other appender lives");
        for number in 0..COUNT {
            appender.append(&batch(number..number + 1)).expect("the engine takes a batch");
            if number % 7 == 0 {
                appender.sync().expect("the engine syncs");
            }
        }
        appender.sync().expect("the engine syncs");
        for reader in readers {
            assert_eq!(reader.join().expect("the reader has ended"), numbered(0..COUNT));
        }
    });
}

fn read_until(log: &dyn EventLog, count: u64) -> Vec<(LogPosition, Bytes)> {
    let mut read = Vec::new();
    while (read.len() as u64) < count {
        let next = LogPosition::new(read.len() as u64);
        read.extend(self::read(log, Topic::Records, next, ReadLimit::records(11)));
        thread::yield_now();
    }
    read
}
