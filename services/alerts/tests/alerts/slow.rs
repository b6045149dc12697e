//! A subscriber that does not take what comes is cut with its cursor, and harms nobody.
use std::time::Duration;

use api::alert::v1::{self, watch_alerts_request::Start};
use domain::Alert;
use tonic::Code;

use crate::world::{Said, Watch, World, county, metadata, raid, reason, refused, upsert};

/// Far more than windows and buffers of a connection hold.
const REVISIONS: u64 = 600;

#[tokio::test]
async fn slow_subscriber_is_cut_with_its_cursor_while_a_fast_one_goes_on() {
    let mut world = World::start_with(|config| {
        config.send_stall_max = Duration::from_millis(300);
        config.subscribers_max = 2.try_into().unwrap();
    })
    .await;
    let beginning =
        || v1::WatchAlertsRequest { start: Some(Start::Beginning(())), ..v1::WatchAlertsRequest::default() };
    let mut slow = Watch::new(world.narrow_client().await.watch_alerts(beginning()).await.unwrap().into_inner());
    let mut fast = world.watch(beginning()).await.unwrap();

    let cells = alerting::cover(county("Turkana")).to_vec();
    let area = Alert { cells, reason: "x".repeat(10_000), ..raid(1) };
    let flood: Vec<Alert> = (1..=REVISIONS).map(|revision| Alert { revision, ..area.clone() }).collect();
    for revisions in flood.chunks(50) {
        for revision in revisions {
            world.correlator.record(std::slice::from_ref(revision));
        }
        let mut heard = fast.take(revisions.len()).await;
        heard.retain(|said| *said != Said::Synced);
        let missing = revisions.len() - heard.len();
        heard.extend(fast.take(missing).await);
        assert_eq!(heard, revisions.iter().map(upsert).collect::<Vec<_>>());
    }

    // The place of the slow one is free once it has been cut, although it has taken nothing yet.
    let mut third = loop {
        if let Ok(watch) = world.watch(beginning()).await {
            break watch;
        }
    };
    assert_eq!(third.next_said().await.0, upsert(&flood[0]));
    drop(third);
    let (mut heard, cursor, status) = slow.read_to_end().await;
    assert_eq!(heard.pop(), Some(Said::Goodbye("SLOW_SUBSCRIBER".to_owned())));
    assert_eq!(reason(&status), refused(Code::ResourceExhausted, "SLOW_SUBSCRIBER"));
    assert!(metadata(&status).contains_key("cursor"));
    heard.retain(|said| matches!(said, Said::Upsert(..)));
    assert!(heard.len() < flood.len(), "it was cut before the end");
    let rest = loop {
        if let Ok(mut watch) = world.watch_after(v1::AlertFilter::default(), &cursor).await {
            break watch.until_synced().await.0;
        }
    };
    heard.extend(rest);
    assert_eq!(heard, flood.iter().map(upsert).collect::<Vec<_>>());
    world.correlator.record(&[raid(2)]);
    assert_eq!(fast.next_said().await.0, upsert(&raid(2)));
}
