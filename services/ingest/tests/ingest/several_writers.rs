//! Two ingests on one log: each report counts once, whatever each of them knows, and no lost answer is taken for a failure.
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use api::domain::v1 as wire;
use domain::{Fact, LogPosition, LogTime, Payload, QuarantineReason, Receipt as Verdict, Record, ReportId};
use eventlog::{EventLog, Topic};
use ingest::{
    ClockGuard, ClockState, Durability, Engines, Ingest, IngestConfig, Keys, Origin, Refusal, Register, Submission,
};
use pipeline::{Pipeline, Settings};
use tokio_util::sync::CancellationToken;

use crate::shared_log::{Fault, SharedLog};
use crate::world::{HandClock, NOW, at, records, report};

const WAIT_MAX: Duration = Duration::from_secs(10);

/// An ingest that runs until it is dropped.
struct Running {
    ingest: ingest::IngestHandle,
    clock: Arc<HandClock>,
    clock_state: tokio::sync::watch::Receiver<ClockState>,
    _stop: tokio_util::sync::DropGuard,
}

fn open(log: &SharedLog, revisions_max: usize, clock_guard: Option<ClockGuard>) -> Running {
    let clock = Arc::new(HandClock::at(NOW));
    let engines = Engines {
        log: Arc::new(log.clone()),
        register: Register::Memory { revisions_max: NonZeroUsize::new(revisions_max).unwrap() },
        durability: Durability::Replicated,
        clock_guard,
        clock: Arc::<HandClock>::clone(&clock),
        admission: pipeline::admit,
        node_id: "node".to_owned(),
    };
    let Ingest { handle, clock_state, run, .. } = ingest::open(&IngestConfig::default(), engines).unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(run.run(stop.clone()));
    Running { ingest: handle, clock, clock_state, _stop: stop.drop_guard() }
}

fn two_on(log: &SharedLog) -> (Running, Running) {
    (open(log, 1_000_000, None), open(log, 1_000_000, None))
}

fn submit(report: &wire::Report) -> Submission {
    Submission::new(api::parse_report(report).unwrap(), Origin::Live, &Keys::offline())
}

/// Of each report: the last receipt, and how many of its receipts accept something.
type Receipts = BTreeMap<ReportId, (Verdict, usize)>;
/// Of each report: its quarantined records.
type Quarantined = BTreeMap<ReportId, Vec<LogPosition>>;

/// What the pipeline makes of the log.
fn outcome(log: &SharedLog) -> (Receipts, Quarantined) {
    let mut pipeline = Pipeline::new(Settings { hotspots: false, ..Settings::default() });
    let (mut receipts, mut quarantined) = (Receipts::new(), Quarantined::new());
    for fact in records(log).into_iter().flat_map(|record| pipeline.apply(record)) {
        match fact {
            Fact::Receipt(receipt) => {
                let before = receipts.get(&receipt.report).map_or(0, |(_, accepted)| *accepted);
                let accepted = before + usize::from(receipt.accepted.is_some());
                receipts.insert(receipt.report, (*receipt, accepted));
            }
            Fact::Quarantine(entry) => {
                assert_eq!(entry.reason, QuarantineReason::ConflictingContent);
                let id = entry.key.unwrap().report_id();
                quarantined.entry(id).or_default().push(entry.position);
            }
            Fact::Incident(_) | Fact::Hotspot(_) | Fact::Alert(_) => {}
        }
    }
    (receipts, quarantined)
}

/// A report at a place of its own.
fn placed(number: u16, summary: &str) -> wire::Report {
    let point =
        wire::LatLng { latitude: 0.5 + f64::from(number % 40) * 0.04, longitude: 36.0 + f64::from(number / 40) * 0.04 };
    let place = Some(wire::Place { point: Some(point), ..wire::Place::default() });
    wire::Report { place, summary: summary.to_owned(), ..report(&format!("OB-{number}")) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_contents_that_race_one_is_accepted_and_the_other_quarantined() {
    let log = SharedLog::new();
    let (one, other) = two_on(&log);
    let mut acknowledged = BTreeMap::new();

    for number in 0..1_000 {
        let (two_men, three_men) = (submit(&placed(number, "two men")), submit(&placed(number, "three men")));
        let (first, second) = tokio::join!(one.ingest.try_publish(two_men), other.ingest.try_publish(three_men));
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!((first.duplicate, first.durability), (false, Durability::Replicated));
        acknowledged.insert(first.key.report_id(), [first.position, second.position]);
    }

    let (receipts, quarantined) = outcome(&log);
    assert_eq!((receipts.len(), quarantined.len()), (1_000, 1_000));
    let mut won = [0, 0];
    for (id, positions) in acknowledged {
        let (receipt, accepted) = &receipts[&id];
        let [first, last] = [positions[0].min(positions[1]), positions[0].max(positions[1])];
        assert_eq!((*accepted, receipt.taken.len(), receipt.taken[0].position), (1, 1, first));
        assert_eq!((&receipt.conflicts, &quarantined[&id]), (&vec![last], &vec![last]));
        won[usize::from(first == positions[1])] += 1;
    }
    println!("accepted through the one {}, through the other {}", won[0], won[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retry_through_another_ingest_after_a_lost_answer_counts_once() {
    let log = SharedLog::new();
    let (one, other) = two_on(&log);

    log.set_fault(Fault::AnswerLost);
    let lost = one.ingest.try_publish(submit(&report("OB-1"))).await;
    log.set_fault(Fault::None);
    let receipt = other.ingest.try_publish(submit(&report("OB-1"))).await.unwrap();

    assert_eq!(lost, Err(Refusal::OutcomeUnknown));
    assert_eq!((receipt.position, receipt.duplicate), (LogPosition::new(1), false));
    let (receipts, quarantined) = outcome(&log);
    let (verdict, accepted) = receipts.values().next().unwrap();
    assert_eq!((receipts.len(), *accepted, quarantined.len()), (1, 1, 0));
    assert_eq!((verdict.taken[0].position, verdict.revision), (LogPosition::FIRST, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_of_a_group_without_answer_is_unknown_and_may_be_sent_again() {
    let log = SharedLog::new();
    let (one, _other) = two_on(&log);

    log.set_fault(Fault::BatchLost);
    let twice = vec![submit(&report("OB-1")), submit(&report("OB-1")), submit(&placed(7, "")), submit(&placed(7, "x"))];
    let lost = one.ingest.publish(twice).await.unwrap();
    log.set_fault(Fault::None);
    let receipt = one.ingest.try_publish(submit(&report("OB-1"))).await.unwrap();

    assert!(lost.iter().all(|answer| *answer == Err(Refusal::OutcomeUnknown)), "{lost:?}");
    assert_eq!((receipt.position, receipt.duplicate), (LogPosition::FIRST, false));
    assert_eq!(log.end(Topic::Records), LogPosition::new(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_this_process_acknowledged_is_answered_as_by_a_register() {
    let log = SharedLog::new();
    let (one, other) = two_on(&log);
    other.ingest.try_publish(submit(&placed(1, "first of all"))).await.unwrap();
    let told_otherwise = |summary: &str| submit(&wire::Report { summary: summary.to_owned(), ..report("OB-1") });

    let group = vec![submit(&report("OB-1")), submit(&report("OB-1")), told_otherwise("two men")];
    let answers = one.ingest.publish(group).await.unwrap();
    let again = one.ingest.try_publish(submit(&report("OB-1"))).await.unwrap();
    let conflict = one.ingest.try_publish(told_otherwise("three men")).await;

    let first = answers[0].clone().unwrap();
    assert_eq!(first.position, LogPosition::new(1));
    assert_eq!(answers[1], Ok(ingest::Receipt { duplicate: true, ..first.clone() }));
    assert_eq!(again, ingest::Receipt { duplicate: true, ..first.clone() });
    for refusal in [answers[2].clone(), conflict] {
        let Err(Refusal::IdReused { first: position, .. }) = refusal else { panic!("{refusal:?}") };
        assert_eq!(position, first.position);
    }
    assert_eq!(log.end(Topic::Records), LogPosition::new(3), "one copy is kept for the quarantine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forgotten_is_acknowledged_again_and_counts_once() {
    let log = SharedLog::new();
    let one = open(&log, 1, None);

    for id in ["OB-1", "OB-2", "OB-1"] {
        assert!(!one.ingest.try_publish(submit(&report(id))).await.unwrap().duplicate);
    }

    let (receipts, quarantined) = outcome(&log);
    assert_eq!((receipts.len(), quarantined.len()), (2, 0));
    assert!(receipts.values().all(|(_, accepted)| *accepted == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stamps_follow_the_greatest_log_time_of_all_writers() {
    let log = SharedLog::new();
    let (one, late) = two_on(&log);
    late.clock.set("2026-03-04T06:29:59Z");

    let ahead = one.ingest.try_publish(submit(&report("OB-1"))).await.unwrap();
    wait_until(|| late.ingest.log_time() == Some(ahead.received_at)).await;
    let behind = late.ingest.try_publish(submit(&report("OB-2"))).await.unwrap();

    assert_eq!(behind.received_at, ahead.received_at);
    let opened_later = open(&log, 1, None);
    assert_eq!(opened_later.ingest.log_time(), Some(ahead.received_at), "and a start finds it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clock_that_is_off_stamps_nothing_until_it_is_mended() {
    let log = SharedLog::new();
    let ahead_micros = Arc::new(AtomicI64::new(-2_345_678));
    let measured = Arc::clone(&ahead_micros);
    let guard = ClockGuard::new(Arc::new(move || Ok(measured.load(Ordering::SeqCst)))).every(Duration::from_millis(5));
    let mut one = open(&log, 10, Some(guard));

    let refusal = one.ingest.try_publish(submit(&report("OB-1"))).await.unwrap_err();
    assert_eq!(refusal, Refusal::ClockOff { ahead_micros: -2_345_678 });
    assert_eq!(refusal.to_status().code(), tonic::Code::Unavailable);
    assert!(refusal.to_string().contains("2.345 s behind the clock of the log"), "{refusal}");
    assert_eq!(log.end(Topic::Records), LogPosition::FIRST);

    ahead_micros.store(1_999_999, Ordering::SeqCst);
    let mended = one.clock_state.wait_for(|state| *state == ClockState::Sound);
    tokio::time::timeout(WAIT_MAX, mended).await.unwrap().unwrap();
    assert!(one.ingest.try_publish(submit(&report("OB-1"))).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clock_that_was_never_measured_stamps_nothing() {
    let log = SharedLog::new();
    let one = open(&log, 10, Some(ClockGuard::new(Arc::new(|| Err("no broker answers".to_owned())))));

    let refusal = one.ingest.try_publish(submit(&report("OB-1"))).await.unwrap_err();

    assert_eq!((refusal, *one.clock_state.borrow()), (Refusal::ClockUnmeasured, ClockState::Unmeasured));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn start_takes_the_greatest_of_the_last_stamps_and_no_claim_moves_it() {
    let log = SharedLog::new();
    let mut appender = log.open_appender(Topic::Records).unwrap();
    let stamps = ["2026-03-04T06:30:02Z", "2026-03-04T06:30:01Z", "2027-01-01T00:00:00Z"];
    let payloads = [Payload::Tick { end_history: false }, Payload::Tick { end_history: false }, Payload::Claim];
    for (text, payload) in stamps.into_iter().zip(payloads) {
        let received_at = LogTime::new(at(text));
        let record = Record { position: LogPosition::FIRST, received_at, history: false, payload };
        appender.append_durably(&[api::encode_record(&record, "another").into()]).unwrap();
    }

    let one = open(&log, 10, None);

    assert_eq!(one.ingest.log_time(), Some(LogTime::new(at("2026-03-04T06:30:02Z"))));
    let receipt = one.ingest.try_publish(submit(&report("OB-1"))).await.unwrap();
    assert_eq!(receipt.received_at, LogTime::new(at("2026-03-04T06:30:02Z")));
}

/// Waits for a state, with a deadline.
async fn wait_until(holds: impl Fn() -> bool) {
    let waited = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(WAIT_MAX, waited).await.unwrap();
}
