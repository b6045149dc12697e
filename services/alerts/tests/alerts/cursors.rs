//! Cursors that are refused: too old, of another filter, from the future, forged; each as the first answer.
use std::time::Duration;

use api::alert::v1::{self, watch_alerts_request::Start};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use domain::Span;
use tonic::Code;

use crate::world::{Said, World, fields, in_county, metadata, raid, reason, refused, upsert};

fn cursor_of(text: &str) -> Bytes {
    URL_SAFE_NO_PAD.decode(text).unwrap().into()
}

#[tokio::test]
async fn cursor_older_than_retention_is_refused_before_any_alert() {
    let mut world = World::start_with(|config| config.retention = Duration::from_secs(600)).await;
    for number in 1..=3 {
        world.correlator.record(&[raid(number)]);
    }
    let mut watch = world.watch_from(v1::AlertFilter::default(), Start::Beginning(())).await.unwrap();
    let (_, first) = watch.next_said().await;
    // The first three are a minute apart, and ten minutes are kept: after this only the third is.
    world.correlator.pass(Span::from_secs(450));
    world.correlator.record(&[raid(4)]);
    world.settled().await;

    let refusal = world.watch_after(v1::AlertFilter::default(), &first).await.err().unwrap();

    assert_eq!(reason(&refusal), refused(Code::OutOfRange, "CURSOR_TOO_OLD"));
    let oldest = cursor_of(metadata(&refusal).get("oldest_cursor").unwrap());
    let mut resumed = world.watch_after(v1::AlertFilter::default(), &oldest).await.unwrap();
    assert_eq!(resumed.until_synced().await.0, [upsert(&raid(3)), upsert(&raid(4))]);
    let mut again = world.watch_now(v1::AlertFilter::default()).await;
    assert_eq!(again.until_synced().await.0.len(), 4, "retention deletes nothing");
}

#[tokio::test]
async fn bookmarks_keep_the_cursor_of_a_quiet_filter_young() {
    let mut world = World::start_with(|config| {
        config.retention = Duration::from_secs(600);
        config.bookmark_interval = Duration::from_millis(20);
    })
    .await;
    world.correlator.record(&[]);
    world.settled().await;
    let mut watch = world.watch_now(in_county("Lamu")).await;
    let (_, synced) = watch.until_synced().await;
    world.correlator.pass(Span::from_secs(3_600));
    let log_time = api::timestamp_to_wire(world.correlator.now());

    let young = loop {
        let (bookmark, cursor) = watch.bookmark().await;
        if bookmark.server_time == Some(log_time) {
            break cursor;
        }
    };

    let refusal = world.watch_after(in_county("Lamu"), &synced).await.err().unwrap();
    assert_eq!(reason(&refusal), refused(Code::OutOfRange, "CURSOR_TOO_OLD"));
    assert_eq!(world.watch_after(in_county("Lamu"), &young).await.unwrap().next_said().await.0, Said::Synced);
}

#[tokio::test]
async fn cursor_of_another_filter_is_refused() {
    let mut world = World::start().await;
    world.correlator.record(&[raid(1)]);
    world.settled().await;
    let (_, cursor) = world.watch_now(in_county("Baringo")).await.until_synced().await;

    for other in [v1::AlertFilter::default(), in_county("Lamu")] {
        let refusal = world.watch_after(other, &cursor).await.err().unwrap();
        assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "CURSOR_OF_ANOTHER_FILTER"));
        assert_eq!(fields(&refusal), ["cursor"]);
    }
    let mut same = world.watch_after(in_county("BARINGO COUNTY"), &cursor).await.unwrap();
    assert_eq!(same.next_said().await.0, Said::Synced);
}

#[tokio::test]
async fn cursor_from_the_future_is_refused() {
    let mut ahead = World::start().await;
    let world = World::start().await;
    ahead.correlator.record(&[raid(1)]);
    ahead.settled().await;
    let (_, cursor) = ahead.watch_now(v1::AlertFilter::default()).await.until_synced().await;

    let refusal = world.watch_after(v1::AlertFilter::default(), &cursor).await.err().unwrap();

    assert_eq!(reason(&refusal), refused(Code::OutOfRange, "CURSOR_IN_FUTURE"));
    let newest = cursor_of(metadata(&refusal).get("newest_cursor").unwrap());
    assert_eq!(world.watch_after(v1::AlertFilter::default(), &newest).await.unwrap().next_said().await.0, Said::Synced);
}

/// A power cut can take facts that were shown; they are made again with the same cursors.
#[tokio::test]
async fn cursor_ahead_of_the_feed_is_waited_for() {
    let mut ahead = World::start().await;
    let mut world = World::start().await;
    ahead.correlator.record(&[raid(1)]);
    ahead.settled().await;
    let (_, cursor) = ahead.watch_now(v1::AlertFilter::default()).await.until_synced().await;

    let mut client = world.client.clone();
    let request = v1::WatchAlertsRequest { start: Some(Start::Cursor(cursor)), ..v1::WatchAlertsRequest::default() };
    let waiting = tokio::spawn(async move { client.watch_alerts(request).await });
    world.correlator.record(&[raid(1)]);
    world.correlator.record(&[raid(2)]);

    let mut watch = crate::world::Watch::new(waiting.await.unwrap().unwrap().into_inner());
    let mut heard = watch.take(2).await;
    heard.retain(|said| *said != Said::Synced);
    assert_eq!(heard, [upsert(&raid(2))]);
}

#[tokio::test]
async fn cursor_with_any_changed_byte_is_refused() {
    let mut world = World::start().await;
    world.correlator.record(&[raid(1)]);
    world.settled().await;
    let (_, cursor) = world.watch_now(v1::AlertFilter::default()).await.until_synced().await;

    for index in 0..cursor.len() {
        let mut forged = cursor.to_vec();
        forged[index] ^= 1;
        let refusal = world.watch_after(v1::AlertFilter::default(), &forged.into()).await.err().unwrap();
        assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "CURSOR_INVALID"), "{index}");
    }
    for forged in [Bytes::new(), cursor.slice(1..), cursor.slice(..cursor.len() - 1)] {
        let refusal = world.watch_after(v1::AlertFilter::default(), &forged).await.err().unwrap();
        assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "CURSOR_INVALID"));
    }
}
