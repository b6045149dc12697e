//! Restricted alerts are reduced in list, get and stream alike, and no filter finds out more.
use api::alert::v1::{self, watch_alerts_request::Start};
use api::domain::v1 as wire;
use domain::{Alert, Category, Handling, Tlp};

use crate::world::{Said, World, cell, in_county, raid, revised, upsert};

fn restricted(number: u8) -> Alert {
    let handling = Handling::default();
    Alert { category: Some(Category::GenderBasedViolence), family: None, restricted: true, handling, ..raid(number) }
}

fn at_cell(lat: f64, lng: f64) -> v1::AlertFilter {
    v1::AlertFilter { cells: vec![cell(lat, lng, 7).to_string()], ..v1::AlertFilter::default() }
}

fn assert_reduced(alert: &wire::Alert) {
    assert_eq!(alert.county, "Baringo");
    assert_eq!(alert.occurred_on, "2026-03-04");
    assert_eq!((alert.point, alert.nearest_place.as_str()), (None, ""));
    assert!(alert.cells.is_empty());
    assert_eq!(alert.event_at, None);
    assert!(!alert.reason.contains("Kapedo"), "{}", alert.reason);
}

#[tokio::test]
async fn restricted_alert_is_reduced_in_every_answer() {
    let mut world = World::start().await;
    let marked = Alert { handling: Handling { tlp: Tlp::Red, ..Handling::default() }, ..raid(2) };
    world.correlator.record(&[restricted(1), marked.clone()]);
    world.settled().await;

    for alert in world.list(v1::ListAlertsRequest::default()).await.unwrap().alerts {
        assert_reduced(&alert);
    }
    for id in [restricted(1).id, marked.id] {
        let answer = world.get(id).await.unwrap();
        assert_reduced(&answer.alert.unwrap());
        answer.revisions.iter().for_each(assert_reduced);
    }
    for start in [Start::Now(()), Start::Beginning(())] {
        let mut watch = world.watch_from(in_county("Baringo"), start).await.unwrap();
        assert_reduced(&watch.alert().await);
        assert_reduced(&watch.alert().await);
    }
}

#[tokio::test]
async fn filter_by_cells_says_no_more_than_the_county_of_a_restricted_alert() {
    let mut world = World::start().await;
    world.correlator.record(&[restricted(1)]);
    world.settled().await;

    // At the place itself, and at the other end of the county.
    for (lat, lng) in [(1.15, 36.10), (0.3, 35.8)] {
        let mut watch = world.watch_now(at_cell(lat, lng)).await;
        assert_eq!(watch.until_synced().await.0, [upsert(&restricted(1))]);
    }
    let mut elsewhere = world.watch_now(at_cell(-4.0, 39.6)).await;
    assert_eq!(elsewhere.until_synced().await.0, []);
}

#[tokio::test]
async fn what_is_restricted_by_now_is_restricted_in_its_past() {
    let mut world = World::start().await;
    let open = raid(1);
    let closed_off = revised(&open, |alert| alert.restricted = true);
    world.correlator.record(std::slice::from_ref(&open));
    world.settled().await;
    let mut before = world.watch_from(at_cell(0.3, 35.8), Start::Beginning(())).await.unwrap();
    assert_eq!(before.until_synced().await.0, []);

    world.correlator.record(std::slice::from_ref(&closed_off));
    world.settled().await;

    let mut watch = world.watch_from(at_cell(0.3, 35.8), Start::Beginning(())).await.unwrap();
    assert_reduced(&watch.alert().await);
    assert_reduced(&watch.alert().await);
    let answer = world.get(open.id).await.unwrap();
    assert_eq!(answer.revisions.len(), 2);
    answer.revisions.iter().for_each(assert_reduced);
    assert_eq!(before.next_said().await.0, Said::Upsert(open.id.to_string(), 2));
}
