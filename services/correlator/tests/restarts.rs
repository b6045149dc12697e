//! A correlator that is stopped and started anywhere writes the facts of one that never was: the same ids, the same bytes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use api::log::v1::fact::Payload as FactPayload;
use api::{decode_fact, encode_record};
use bytes::Bytes;
use correlator::{Correlator, TickError, Ticker};
use domain::{ContentHash, LogPosition, LogTime, Payload, Record, StampedReport, Timestamp};
use eventlog::{DataFolder, Entry, EventLog, Logged, ReadLimit, Topic};
use futures::FutureExt;
use futures::future::BoxFuture;
use pipeline::Settings;
use proptest::prelude::*;
use scenario::{Density, Noise, Recipe, World, generate};
use tokio_util::sync::CancellationToken;

const FACTS: [Topic; 5] = [Topic::Receipts, Topic::Incidents, Topic::Hotspots, Topic::Alerts, Topic::Quarantine];

/// A clock that stands still: history moves log time by itself.
#[derive(Debug)]
struct NoTicks;

impl Ticker for NoTicks {
    fn now(&self) -> Timestamp {
        Timestamp::LEAST
    }

    fn tick(&self, due: LogTime) -> BoxFuture<'_, Result<(), TickError>> {
        async move { panic!("history needs no tick, but one was asked for {due}") }.boxed()
    }
}

/// Reports of a dense world as history, closed by a tick a week later.
fn records() -> Vec<Bytes> {
    let until: Timestamp = "2026-06-30T21:00:00Z".parse().unwrap();
    let recipe =
        Recipe { seed: 21, reports: 500, density: Density::Hard, noise: Noise::A4, world: World::Planted, until };
    let mut records: Vec<Record> = generate(&recipe)
        .reports
        .into_iter()
        .map(|report| {
            let received_at = LogTime::new(report.body.account().unwrap().reported_at.unwrap());
            // No two of them are of one report, so that any hash will do.
            let stamped = StampedReport { report, content_hash: ContentHash::from_bytes([7; 32]) };
            Record {
                position: LogPosition::FIRST,
                received_at,
                history: true,
                payload: Payload::Report(Box::new(stamped)),
            }
        })
        .collect();
    let end = LogTime::new(until.plus(domain::Span::from_days(7)));
    records.push(Record {
        position: LogPosition::FIRST,
        received_at: end,
        history: true,
        payload: Payload::Tick { end_history: true },
    });
    records.iter().map(|record| encode_record(record, "node")).collect()
}

/// Runs a correlator on the log until it has applied `upto` records or is stopped, whichever a stop lets it.
fn run(log: &Arc<dyn EventLog>, upto: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shutdown = CancellationToken::new();
    let correlator =
        Correlator::open(Settings::default(), Arc::clone(log), Arc::new(NoTicks), shutdown.clone()).unwrap();
    let (log, stop) = (Arc::clone(log), shutdown);
    let watcher = std::thread::spawn(move || {
        // Stops as soon as a fact topic tells that so many records are done.
        let mut receipts = log.subscribe(Topic::Receipts);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            while progress(log.as_ref()).is_none_or(|position| position + 1 < upto) {
                receipts.changed().await.unwrap();
            }
        });
        stop.cancel();
    });
    correlator.run(runtime.handle()).unwrap();
    watcher.join().unwrap();
}

/// The greatest position that the progress markers name.
fn progress(log: &dyn EventLog) -> Option<u64> {
    let last = log.end(Topic::Receipts).get().checked_sub(1)?;
    let Logged { value: bytes, .. } =
        log.read(Topic::Receipts, LogPosition::new(last), ReadLimit::records(1)).unwrap().into_iter().next()?;
    match decode_fact(&bytes).unwrap().payload? {
        FactPayload::Progress(progress) => u64::try_from(progress.position).ok(),
        FactPayload::Receipt(_)
        | FactPayload::Incident(_)
        | FactPayload::Hotspot(_)
        | FactPayload::Alert(_)
        | FactPayload::Quarantine(_) => None,
    }
}

/// All facts by topic, subject and revision; the same one twice must have the same bytes.
fn facts(log: &dyn EventLog) -> BTreeMap<(Topic, String, i64), Bytes> {
    let mut folded = BTreeMap::new();
    for topic in FACTS {
        let mut next = LogPosition::FIRST;
        while next < log.end(topic) {
            for Logged { position, value: bytes, .. } in log.read(topic, next, ReadLimit::default()).unwrap() {
                next = position.next();
                let key = match decode_fact(&bytes).unwrap().payload.unwrap() {
                    FactPayload::Receipt(fact) => (topic, fact.report_id, fact.revision),
                    FactPayload::Incident(fact) => (topic, fact.incident_id, fact.revision),
                    FactPayload::Hotspot(fact) => (topic, fact.hotspot_id, fact.revision),
                    FactPayload::Alert(fact) => (topic, fact.alert_id, fact.revision),
                    FactPayload::Quarantine(fact) => (topic, fact.quarantine_id, fact.revision),
                    FactPayload::Progress(_) => continue,
                };
                let known = folded.insert(key.clone(), bytes.clone());
                assert!(known.is_none_or(|known| known == bytes), "{key:?} was written twice with other bytes");
            }
        }
    }
    folded
}

/// A folder whose log holds the records.
fn folder(path: &Path, records: &[Bytes]) -> Arc<dyn EventLog> {
    let log = DataFolder::open(path).unwrap().log();
    let entries: Vec<Entry> = records.iter().cloned().map(Entry::from).collect();
    log.open_appender(Topic::Records).unwrap().append_durably(&entries).unwrap();
    Arc::new(log)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn stops_anywhere_change_no_fact(mut stops in proptest::collection::vec(1_u64..500, 1..5)) {
        let records = records();
        let calm = tempfile::tempdir().unwrap();
        let log = folder(calm.path(), &records);
        run(&log, records.len() as u64);
        let expected = facts(log.as_ref());
        prop_assert!(expected.len() > 1_000);

        stops.sort_unstable();
        let stopped = tempfile::tempdir().unwrap();
        let log = folder(stopped.path(), &records);
        for stop in stops.into_iter().chain([records.len() as u64]) {
            run(&log, stop);
        }

        prop_assert_eq!(facts(log.as_ref()), expected);
    }
}
