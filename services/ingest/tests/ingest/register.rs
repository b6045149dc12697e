//! The register: the same content once, for ever; other content under the same revision never merged.
use std::fs;
use std::path::Path;

use api::domain::v1 as wire;
use domain::Payload;
use tonic::Code;

use crate::world::{World, reason, refused, report};

/// The same report, told otherwise.
fn retold(id: &str, summary: &str) -> wire::Report {
    wire::Report { summary: summary.to_owned(), ..report(id) }
}

#[tokio::test]
async fn same_content_gets_the_first_receipt_again() {
    let world = World::start().await;
    let first = world.publish(report("OB-1")).await.unwrap();
    world.publish(report("OB-2")).await.unwrap();
    world.clock.set("2026-03-04T09:00:00Z");

    let again = world.publish(report("OB-1")).await.unwrap();

    assert!(!first.duplicate && again.duplicate);
    assert_eq!(again, api::ingest::v1::Receipt { duplicate: true, ..first });
    assert_eq!(world.records().len(), 2);
}

#[tokio::test]
async fn retry_after_years_is_still_a_duplicate() {
    let world = World::start().await;
    let first = world.publish(report("OB-1")).await.unwrap();
    world.clock.set("2029-03-04T06:30:00Z");

    let again = world.publish(report("OB-1")).await.unwrap();

    assert!(again.duplicate, "an old retry is no new report that is too old");
    assert_eq!(again.position, first.position);
}

#[tokio::test]
async fn other_content_is_refused_and_kept_once_for_the_quarantine() {
    let world = World::start().await;
    let first = world.publish(report("OB-1")).await.unwrap();

    for summary in ["two men", "three men", "two men", "four men"] {
        let refusal = world.publish(retold("OB-1", summary)).await.unwrap_err();
        assert_eq!(reason(&refusal), refused(Code::AlreadyExists, "REPORT_ID_REUSED"));
    }

    let kept: Vec<String> = world.records().iter().filter_map(summary_of).collect();
    assert_eq!(kept, ["", "two men"]);
    let world = world.restart().await;
    world.publish(retold("OB-1", "five men")).await.unwrap_err();
    assert_eq!(world.records().len(), 2, "a restart does not forget that a copy is kept");
    let again = world.publish(report("OB-1")).await.unwrap();
    assert_eq!((again.duplicate, again.position), (true, first.position));
}

fn summary_of(record: &domain::Record) -> Option<String> {
    match &record.payload {
        Payload::Report(stamped) => stamped.report.body.account().map(|account| account.summary.clone()),
        Payload::Action(_) | Payload::Tick { .. } | Payload::Claim | Payload::Unreadable(_) => None,
    }
}

#[tokio::test]
async fn other_content_with_faults_is_told_its_faults_and_not_kept() {
    let world = World::start().await;
    world.publish(report("OB-1")).await.unwrap();
    let south = Some(wire::LatLng { latitude: -30.0, longitude: 36.0 });
    let elsewhere =
        wire::Report { place: Some(wire::Place { point: south, ..wire::Place::default() }), ..report("OB-1") };

    let refusal = world.publish(elsewhere).await.unwrap_err();

    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REPORT_INVALID"));
    assert_eq!(world.records().len(), 1);
}

#[tokio::test]
async fn revisions_come_in_any_order() {
    let world = World::start().await;
    for revision in [3, 1, 2] {
        let amended = wire::Report { revision, ..retold("OB-1", &format!("revision {revision}")) };
        assert!(!world.publish(amended).await.unwrap().duplicate);
    }

    assert_eq!(world.receipt("police", "OB-1", 0).await.unwrap().receipt.unwrap().revision, 3);
    assert_eq!(world.receipt("police", "OB-1", 1).await.unwrap().receipt.unwrap().position, 1);
    assert_eq!(world.records().len(), 3);
}

#[tokio::test]
async fn same_id_of_another_agency_is_another_report() {
    let world = World::start().await;
    world.publish(report("OB-1")).await.unwrap();

    let other = world.publish(wire::Report { agency: "npr".to_owned(), ..report("OB-1") }).await.unwrap();

    assert!(!other.duplicate);
}

#[tokio::test]
async fn register_that_is_gone_is_made_again_from_the_log() {
    let world = World::start().await;
    let first = world.publish(report("OB-1")).await.unwrap();
    world.publish(retold("OB-1", "two men")).await.unwrap_err();
    let plan = world.stop().await;
    let folder = plan.folder_path();
    fs::remove_dir_all(folder.join("store")).unwrap();

    let world = plan.start().await;

    assert_eq!(world.publish(report("OB-1")).await.unwrap().position, first.position);
    world.publish(retold("OB-1", "three men")).await.unwrap_err();
    assert_eq!(world.records().len(), 2, "nothing was appended twice");
}

#[tokio::test]
async fn register_ahead_of_its_log_takes_no_report_for_a_duplicate() {
    let full = World::start().await;
    for id in ["OB-1", "OB-2", "OB-3"] {
        full.publish(report(id)).await.unwrap();
    }
    let full = full.stop().await;
    let short = World::start().await;
    short.publish(report("OB-1")).await.unwrap();
    let short = short.stop().await;
    // As after a log was put back from an older copy: same keys, fewer records than the register knows.
    fs::copy(full.folder_path().join("keys.toml"), short.folder_path().join("keys.toml")).unwrap();
    fs::remove_dir_all(short.folder_path().join("store")).unwrap();
    copy_folder(&full.folder_path().join("store"), &short.folder_path().join("store"));

    let world = short.start().await;

    assert!(!world.publish(report("OB-2")).await.unwrap().duplicate, "it is not in this log");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
