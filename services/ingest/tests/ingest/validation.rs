//! Validation: every fault at once, by field, and nothing of a refused report in the log.
use api::domain::v1 as wire;
use tonic::Code;
use tonic_types::StatusExt;

use crate::world::{World, at, reason, refused, report};

#[tokio::test]
async fn every_fault_is_a_field_violation() {
    let world = World::start().await;
    let south = Some(wire::LatLng { latitude: -30.0, longitude: 36.0 });
    let faulty = wire::Report {
        client_report_id: " ".to_owned(),
        category: 99,
        occurred_at: Some(api::timestamp_to_wire(at("2026-03-09T00:00:00Z"))),
        place: Some(wire::Place { point: south, uncertainty_metres: Some(10.0), ..wire::Place::default() }),
        killed: Some(-1),
        summary: "x".repeat(4_001),
        ..report("")
    };

    let refusal = world.publish(faulty).await.unwrap_err();

    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REPORT_INVALID"));
    let violations = refusal.get_details_bad_request().unwrap().field_violations;
    let mut fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["category", "client_report_id", "killed", "occurred_at", "place.point", "summary"]);
    assert!(violations.iter().all(|violation| !violation.description.is_empty()));
    assert!(world.records().is_empty());
}

#[tokio::test]
async fn time_is_judged_against_the_stamp() {
    let world = World::start().await;
    let happened = |text| wire::Report {
        occurred_at: Some(api::timestamp_to_wire(at(text))),
        occurred_uncertainty: Some(prost_types::Duration { seconds: 3_600, nanos: 0 }),
        ..report(text)
    };

    let future = world.publish(happened("2026-03-05T07:30:01Z")).await.unwrap_err();
    let old = world.publish(happened("2025-01-28T05:29:59Z")).await.unwrap_err();
    world.publish(happened("2026-03-05T07:30:00Z")).await.unwrap();
    world.publish(happened("2025-01-28T05:30:00Z")).await.unwrap();

    assert!(future.message().contains("24 h after it was received"), "{future}");
    assert!(old.message().contains("400 days before it was received"), "{old}");
}

#[tokio::test]
async fn swapped_coordinates_are_named() {
    let world = World::start().await;
    let swapped = Some(wire::LatLng { latitude: 36.1034, longitude: 1.1517 });

    let place = Some(wire::Place { point: swapped, ..wire::Place::default() });
    let refusal = world.publish(wire::Report { place, ..report("OB-1") }).await.unwrap_err();

    assert!(refusal.message().contains("swapped"), "{refusal}");
}

#[tokio::test]
async fn missing_report_is_told() {
    let world = World::start().await;

    let request = api::ingest::v1::PublishReportRequest { report: None, history: false };
    let refusal = world.client.clone().publish_report(request).await.unwrap_err();

    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REPORT_INVALID"));
}

#[tokio::test]
async fn report_over_the_limit_is_told_so() {
    let world = World::start().await;
    let large = wire::Report { summary: "x".repeat(256 * 1024), ..report("OB-1") };

    let refusal = world.publish(large).await.unwrap_err();

    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REPORT_TOO_LARGE"));
}
