//! No answer before the sync that covers it, and what happens when the disk fails.
use std::sync::{Arc, Condvar, Mutex};

use api::domain::v1 as wire;
use api::ingest::v1::Receipt;
use domain::{Payload, Timestamp};
use eventlog::AppendError;
use eventlog::simulated::SimulatedFiles;
use futures::future::join_all;
use ingest::{Clock, IngestConfig, Keys, Origin, RunError, Submission};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::held_files::HeldFiles;
use crate::world::{NOW, Plan, at, open_log, reason, records, refused, report};

/// Whether a power cut at this moment leaves what the receipt says.
fn survives_power_cut(files: &SimulatedFiles, receipt: &Receipt, seed: u64) -> bool {
    let log = open_log(Arc::new(files.after_power_cut(seed)));
    records(&log).iter().any(|record| match &record.payload {
        Payload::Report(stamped) => {
            record.position.number() == receipt.position
                && stamped.report.key.client_report_id.as_str() == receipt.client_report_id
        }
        Payload::Action(_) | Payload::Tick { .. } | Payload::Claim | Payload::Unreadable(_) => false,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipt_outlives_a_power_cut_at_its_arrival() {
    let files = SimulatedFiles::new();
    let world = Plan::new().on(&files).start().await;

    let publishers = (0..4_u64).map(|publisher| {
        let (world, files) = (&world, &files);
        async move {
            for number in 0..25 {
                let receipt = world.publish(report(&format!("{publisher}-{number}"))).await.unwrap();
                assert!(survives_power_cut(files, &receipt, publisher * 100 + number), "{receipt:?} is lost");
            }
        }
    });
    join_all(publishers).await;

    assert_eq!(world.records().len(), 100);
}

#[tokio::test]
async fn one_sync_covers_all_that_waited() {
    let files = SimulatedFiles::new();
    let world = Plan::new().on(&files).start().await;
    let submissions = (0..200).map(|number| submission(&format!("OB-{number}")));
    let before = files.sync_count();

    let answers = world.handle.publish(submissions.collect()).await.unwrap();

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 200);
    assert_eq!(files.sync_count() - before, 1);
}

fn submission(id: &str) -> Submission {
    Submission::new(api::parse_report(&report(id)).unwrap(), Origin::Live, &Keys::offline())
}

#[tokio::test]
async fn no_answer_is_there_while_its_sync_runs() {
    let files = HeldFiles::default();
    let world = Plan::new().on(&files).start().await;
    files.hold();

    let mut call = Box::pin(world.handle.publish(vec![submission("OB-1"), submission("OB-1")]));
    assert!(futures::poll!(&mut call).is_pending());
    files.wait_for_sync();
    assert!(futures::poll!(&mut call).is_pending(), "what is at its sync is not durable");
    assert!(world.records().is_empty(), "and is not read");
    assert_eq!(world.handle.log_time(), None);
    files.let_go();

    let answers = call.await.unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
}

#[tokio::test]
async fn what_waits_while_a_sync_runs_shares_the_next() {
    let files = HeldFiles::default();
    let world = Plan::new().on(&files).start().await;
    files.hold();
    let ids: Vec<String> = (0..50).map(|number| format!("OB-{number}")).collect();
    let mut first = Box::pin(world.handle.try_publish(submission("first")));
    assert!(futures::poll!(&mut first).is_pending());
    files.wait_for_sync();
    let before = files.syncs();

    let mut waiting = join_all(ids.iter().map(|id| world.handle.try_publish(submission(id))));
    assert!(futures::poll!(&mut waiting).is_pending());
    files.let_go();

    assert!(waiting.await.iter().all(Result::is_ok));
    assert!(first.await.is_ok());
    assert_eq!(files.syncs() - before, 2, "the one that ran, and one for all 50 that waited");
}

#[tokio::test]
async fn duplicate_needs_no_sync() {
    let files = SimulatedFiles::new();
    let world = Plan::new().on(&files).start().await;
    world.publish(report("OB-1")).await.unwrap();
    let before = files.sync_count();

    world.publish(report("OB-1")).await.unwrap();

    assert_eq!(files.sync_count(), before);
}

#[tokio::test]
async fn failed_sync_acknowledges_nothing_and_ends_the_appender() {
    let files = SimulatedFiles::new();
    let world = Plan::new().on(&files).start().await;
    world.publish(report("OB-1")).await.unwrap();
    files.fail_sync_after(0);

    let lost = world.publish(report("OB-2")).await.unwrap_err();
    let later = world.publish(report("OB-3")).await.unwrap_err();

    assert_eq!(reason(&lost), refused(Code::Unavailable, "LOG_STOPPED"));
    assert_eq!(reason(&later), refused(Code::Unavailable, "LOG_STOPPED"));
    assert!(lost.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()));
    let end = world.end_of_run().await;
    assert!(matches!(end, Err(RunError::Append(AppendError::Sync { .. }))), "{end:?}");
}

#[tokio::test]
async fn full_disk_is_told_and_forgotten_once_there_is_room() {
    let files = SimulatedFiles::new();
    let world = Plan::new().on(&files).start().await;
    world.publish(report("OB-1")).await.unwrap();
    files.set_room(Some(100));

    let refusal = world.publish(report("OB-2")).await.unwrap_err();
    let known = world.publish(report("OB-1")).await.unwrap();
    files.set_room(None);
    let taken = world.publish(report("OB-2")).await.unwrap();

    assert_eq!(reason(&refusal), refused(Code::ResourceExhausted, "STORAGE_FULL"));
    assert!(known.duplicate, "what is on the disk is answered while it is full");
    assert_eq!((taken.duplicate, taken.position), (false, 1));
    assert_eq!(world.records().len(), 2);
}

#[tokio::test]
async fn call_that_is_cancelled_is_appended_all_the_same() {
    let world = Plan::new().start().await;
    let mut call = Box::pin(world.handle.try_publish(submission("OB-1")));
    assert!(futures::poll!(&mut call).is_pending(), "no answer comes before another thread has run");
    drop(call);

    let again = world.handle.try_publish(submission("OB-1")).await.unwrap();
    assert!(again.duplicate, "the cancelled call came first");
    assert_eq!(world.records().len(), 1);
}

#[tokio::test]
async fn what_waits_at_shutdown_is_appended() {
    let world = Plan::new().start().await;
    let mut call = Box::pin(world.handle.try_publish(submission("OB-1")));
    assert!(futures::poll!(&mut call).is_pending());
    drop(call);

    let world = world.restart().await;

    assert_eq!(world.records().len(), 1);
}

/// A clock that holds the appender until it is let go; others read it freely.
struct HeldClock {
    held: Mutex<bool>,
    change: Condvar,
}

impl HeldClock {
    fn let_go(&self) {
        *self.held.lock().unwrap() = false;
        self.change.notify_all();
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        if std::thread::current().name() == Some("ingest-appender") {
            drop(self.change.wait_while(self.held.lock().unwrap(), |held| *held).unwrap());
        }
        at(NOW)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_queue_is_told_before_any_work() {
    let clock = Arc::new(HeldClock { held: Mutex::new(true), change: Condvar::new() });
    let mut plan = Plan::new();
    plan.config = IngestConfig { queue_reports_max: 2.try_into().unwrap(), ..plan.config };
    let held: Arc<dyn Clock> = Arc::<HeldClock>::clone(&clock);
    let world = Arc::new(plan.start_with(held).await);
    let waiting = ["OB-1", "OB-2"].map(|id| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.publish(report(id)).await })
    });
    let refusal = refusal_of_a_full_queue(&world).await;

    clock.let_go();

    assert_eq!(reason(&refusal), refused(Code::ResourceExhausted, "QUEUE_FULL"));
    assert!(refusal.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()));
    assert!(refusal.metadata().get("grpc-retry-pushback-ms").is_some());
    for call in waiting {
        call.await.unwrap().unwrap();
    }
    assert!(!world.publish(report("OB-3")).await.unwrap().duplicate, "what was shed is not in the log");
}

/// Asks once the calls before it have filled the queue.
async fn refusal_of_a_full_queue(world: &crate::world::World) -> Status {
    loop {
        if world.handle.waiting_reports() == 2 {
            return world.publish(wire::Report { summary: "shed".to_owned(), ..report("OB-3") }).await.unwrap_err();
        }
        tokio::task::yield_now().await;
    }
}
