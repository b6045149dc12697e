//! Every message of a stream: upsert, removed, synced once, bookmark, goodbye.
use std::time::Duration;

use api::alert::v1::{self, watch_alerts_request::Start, watch_alerts_response::Message};
use api::timestamp_to_wire;
use domain::{AlertState, Category, CloseReason, Severity, Span};
use tonic::Code;
use tonic_types::StatusExt;

use crate::world::{Said, World, county, fields, in_county, raid, reason, refused, removed, revised, said, upsert};

fn severity_min(severity: Severity) -> v1::AlertFilter {
    v1::AlertFilter { severity_min: severity.number(), ..v1::AlertFilter::default() }
}

#[tokio::test]
async fn now_sends_open_alerts_that_match_then_changes() {
    let mut world = World::start().await;
    let [raised, taken, closed, superseded, historical, elsewhere] = [1, 2, 3, 4, 5, 6].map(raid);
    let taken_up = revised(&taken, |alert| alert.state = AlertState::Acknowledged);
    let ended = revised(&closed, |alert| alert.state = AlertState::Closed { reason: CloseReason::Expired });
    let merged = revised(&superseded, |alert| alert.state = AlertState::Superseded { by: raised.id });
    for first in [raised.clone(), taken, closed, superseded] {
        world.correlator.record(&[first]);
    }
    world.correlator.record(&[domain::Alert { historical: true, ..historical }]);
    world.correlator.record(&[domain::Alert { county: county("Lamu"), ..elsewhere }]);
    for second in [taken_up.clone(), ended, merged] {
        world.correlator.record(&[second]);
    }
    world.settled().await;

    let mut watch = world.watch_now(in_county("Baringo")).await;
    assert_eq!(watch.until_synced().await.0, [upsert(&raised), upsert(&taken_up)]);

    let raised_again = raid(7);
    let closed_now = revised(&raised, |alert| alert.state = AlertState::Closed { reason: CloseReason::Expired });
    world.correlator.record(std::slice::from_ref(&raised_again));
    world.correlator.record(std::slice::from_ref(&closed_now));
    assert_eq!(watch.take(2).await, [upsert(&raised_again), upsert(&closed_now)]);
}

#[tokio::test]
async fn state_ascends_by_the_cursor_of_head_revisions() {
    let mut world = World::start().await;
    let [first, second] = [1, 2].map(raid);
    let graver = revised(&first, |alert| alert.severity = Severity::Critical);
    for revision in [&first, &second, &graver] {
        world.correlator.record(std::slice::from_ref(revision));
    }
    world.settled().await;

    let mut watch = world.watch_now(v1::AlertFilter::default()).await;

    assert_eq!(watch.until_synced().await.0, [upsert(&second), upsert(&graver)]);
}

#[tokio::test]
async fn without_initial_state_synced_comes_first() {
    let mut world = World::start().await;
    world.correlator.record(&[raid(1)]);
    world.settled().await;

    let request = v1::WatchAlertsRequest { include_initial: Some(false), ..v1::WatchAlertsRequest::default() };
    let mut watch = world.watch(request).await.unwrap();
    assert_eq!(watch.next_said().await.0, Said::Synced);

    world.correlator.record(&[raid(2)]);
    assert_eq!(watch.next_said().await.0, upsert(&raid(2)));
}

#[tokio::test]
async fn watch_of_an_empty_log_is_synced_at_once() {
    let mut world = World::start().await;

    let mut watch = world.watch_now(v1::AlertFilter::default()).await;
    let (state, cursor) = watch.until_synced().await;
    assert!(state.is_empty());

    world.correlator.record(&[raid(1)]);
    assert_eq!(watch.next_said().await.0, upsert(&raid(1)));
    let mut later = world.watch_after(v1::AlertFilter::default(), &cursor).await.unwrap();
    assert_eq!(later.until_synced().await.0, [upsert(&raid(1))]);
}

#[tokio::test]
async fn beginning_sends_retained_revisions_then_synced_once() {
    let mut world = World::start_with(|config| config.retention = Duration::from_secs(3_600)).await;
    let [forgotten, old] = [1, 2].map(raid);
    world.correlator.record(&[forgotten]);
    world.correlator.pass(Span::from_secs(7_200));
    let closed = revised(&old, |alert| alert.state = AlertState::Closed { reason: CloseReason::SubjectRetracted });
    let historical = domain::Alert { historical: true, ..raid(3) };
    for revision in [&old, &closed, &historical] {
        world.correlator.record(std::slice::from_ref(revision));
    }
    world.settled().await;

    let mut watch = world.watch_from(v1::AlertFilter::default(), Start::Beginning(())).await.unwrap();
    assert_eq!(watch.take(4).await, [upsert(&old), upsert(&closed), upsert(&historical), Said::Synced]);

    world.correlator.record(&[raid(4)]);
    assert_eq!(watch.next_said().await.0, upsert(&raid(4)));
}

#[tokio::test]
async fn alert_that_leaves_the_filter_is_removed() {
    let mut world = World::start().await;
    let first = raid(1);
    let milder = revised(&first, |alert| alert.severity = Severity::Medium);
    let milder_still = revised(&milder, |alert| alert.severity = Severity::Low);
    let grave = revised(&milder_still, |alert| alert.severity = Severity::Critical);
    let closed = revised(&grave, |alert| alert.state = AlertState::Closed { reason: CloseReason::NoLongerHolds });
    let mut watch = world.watch_now(severity_min(Severity::High)).await;
    watch.until_synced().await;

    for revision in [&first, &milder, &milder_still, &grave, &closed] {
        world.correlator.record(std::slice::from_ref(revision));
    }

    assert_eq!(watch.take(4).await, [upsert(&first), removed(&milder), upsert(&grave), upsert(&closed)]);
}

#[tokio::test]
async fn bookmark_comes_without_a_match_and_moves_on() {
    let mut world = World::start_with(|config| config.bookmark_interval = Duration::from_millis(20)).await;
    world.correlator.record(&[raid(1)]);
    world.settled().await;
    let mut watch = world.watch_now(in_county("Lamu")).await;
    let (_, synced) = watch.until_synced().await;
    world.correlator.record(&[raid(2)]);
    let last = world.correlator.now();

    let cursor = loop {
        let (bookmark, cursor) = watch.bookmark().await;
        if bookmark.server_time == Some(timestamp_to_wire(last)) && bookmark.lag == 0 {
            break cursor;
        }
    };

    assert_ne!(cursor, synced);
    let mut resumed = world.watch_after(in_county("Lamu"), &cursor).await.unwrap();
    assert_eq!(resumed.next_said().await.0, Said::Synced);
}

#[tokio::test]
async fn bookmark_comes_as_often_as_asked_for() {
    let world = World::start().await;
    let interval = |seconds, nanos| Some(prost_types::Duration { seconds, nanos });
    let request = |bookmark_interval| v1::WatchAlertsRequest { bookmark_interval, ..v1::WatchAlertsRequest::default() };

    let before = tokio::time::Instant::now();
    let mut watch = world.watch(request(interval(1, 0))).await.unwrap();
    let (bookmark, _) = watch.bookmark().await;
    assert_eq!(bookmark.server_time, None, "the log of this folder has no time yet");
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());

    for wrong in [interval(0, 999_999_999), interval(10, 1), interval(-1, 0)] {
        let refusal = world.watch(request(wrong)).await.err().unwrap();
        assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REQUEST_INVALID"));
        assert_eq!(fields(&refusal), ["bookmark_interval"]);
    }
}

#[tokio::test]
async fn shutdown_says_goodbye_and_the_cursor_goes_on_after_it() {
    let mut world = World::start().await;
    world.correlator.record(&[raid(1)]);
    world.settled().await;
    let mut watch = world.watch_now(v1::AlertFilter::default()).await;
    watch.until_synced().await;

    world.shutdown.cancel();
    let last = watch.next().await;
    let status = watch.try_next().await.unwrap().unwrap_err();

    let Some(Message::Goodbye(goodbye)) = &last.message else { panic!("{last:?}") };
    assert_eq!(goodbye.reason, "SHUTDOWN");
    let retry_after = Duration::try_from(goodbye.retry_after.unwrap()).unwrap();
    assert!((500..=600).contains(&retry_after.as_millis()), "{retry_after:?}");
    assert_eq!(reason(&status), refused(Code::Unavailable, "SHUTDOWN"));
    assert_eq!(status.get_details_retry_info().unwrap().retry_delay, Some(retry_after));
    let mut world = world.restart().await;
    world.correlator.record(&[raid(2)]);
    world.settled().await;
    let mut resumed = world.watch_after(v1::AlertFilter::default(), &last.cursor).await.unwrap();
    assert_eq!(resumed.until_synced().await.0, [upsert(&raid(2))]);
    drop(resumed);
    world.stop().await;
}

#[tokio::test]
async fn stream_of_great_age_is_told_to_come_back() {
    let mut world = World::start_with(|config| config.stream_age_max = Duration::from_millis(100)).await;
    world.correlator.record(&[raid(1)]);
    world.settled().await;
    let mut watch = world.watch_now(v1::AlertFilter::default()).await;

    let (messages, cursor, status) = watch.read_to_end().await;

    assert_eq!(messages, [upsert(&raid(1)), Said::Synced, Said::Goodbye("MAX_AGE".to_owned())]);
    assert_eq!(reason(&status), refused(Code::Unavailable, "MAX_AGE"));
    let mut resumed = world.watch_after(v1::AlertFilter::default(), &cursor).await.unwrap();
    assert_eq!(resumed.next_said().await.0, Said::Synced);
}

#[tokio::test]
async fn acknowledged_alert_is_in_the_state_and_historical_is_not() {
    let mut world = World::start().await;
    let taken = revised(&raid(1), |alert| {
        alert.state = AlertState::Acknowledged;
        alert.acknowledgement = Some(("ops-baringo".to_owned(), alert.log_time, "unit sent".to_owned()));
    });
    world.correlator.record(&[raid(1), domain::Alert { historical: true, ..raid(2) }]);
    world.correlator.record(&[taken]);
    world.settled().await;

    let mut watch = world.watch_now(v1::AlertFilter::default()).await;
    let alert = watch.alert().await;

    assert_eq!((alert.acknowledged_by.as_str(), alert.note.as_str()), ("ops-baringo", "unit sent"));
    assert_eq!(watch.next_said().await.0, Said::Synced);
}

#[tokio::test]
async fn subscribers_hear_what_their_filters_match() {
    let mut world = World::start().await;
    let area = domain::Alert {
        cells: alerting::cover(county("Garissa")).to_vec(),
        county: county("Garissa"),
        point: None,
        ..raid(2)
    };
    let smuggling = domain::Alert { category: Some(Category::Trafficking), family: None, ..raid(3) };
    for alert in [&raid(1), &area, &smuggling] {
        world.correlator.record(std::slice::from_ref(alert));
    }
    world.settled().await;
    let of_cell = |lat, lng, resolution| v1::AlertFilter {
        cells: vec![crate::world::cell(lat, lng, resolution).to_string()],
        ..v1::AlertFilter::default()
    };
    let of_category =
        |category: Category| v1::AlertFilter { categories: vec![category.number()], ..v1::AlertFilter::default() };

    for (filter, expected) in [
        (of_cell(-0.45, 39.65, 9), vec![upsert(&area)]),
        (of_cell(-0.45, 39.65, 6), vec![upsert(&area)]),
        (of_cell(1.15, 36.10, 8), vec![upsert(&raid(1)), upsert(&smuggling)]),
        (of_cell(-4.0, 39.6, 5), vec![]),
        (of_category(Category::Banditry), vec![upsert(&raid(1)), upsert(&area)]),
        (of_category(Category::Trafficking), vec![upsert(&smuggling)]),
        (in_county("Garissa County"), vec![upsert(&area)]),
    ] {
        let mut watch = world.watch_now(filter.clone()).await;
        assert_eq!(watch.until_synced().await.0, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn area_that_resolves_to_nothing_is_refused_with_the_nearest_names() {
    let world = World::start().await;
    let filter = v1::AlertFilter {
        counties: vec!["Turkhana".to_owned()],
        cells: vec!["nowhere".to_owned()],
        ..v1::AlertFilter::default()
    };

    let refusal = world.watch_from(filter, Start::Now(())).await.err().unwrap();

    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REQUEST_INVALID"));
    assert_eq!(fields(&refusal), ["filter.counties[0]", "filter.cells[0]"]);
    assert!(refusal.message().contains("nearest: Turkana"), "{}", refusal.message());
}

#[tokio::test]
async fn more_subscribers_than_allowed_are_told_to_come_back() {
    let world = World::start_with(|config| config.subscribers_max = 1.try_into().unwrap()).await;
    let mut first = world.watch_now(v1::AlertFilter::default()).await;
    assert_eq!(said(&first.next().await), Said::Synced);

    let refusal = world.watch_from(v1::AlertFilter::default(), Start::Now(())).await.err().unwrap();

    assert_eq!(reason(&refusal), refused(Code::ResourceExhausted, "SUBSCRIBERS_FULL"));
    assert!(refusal.get_details_retry_info().is_some());
    drop(first);
    while world.watch_from(v1::AlertFilter::default(), Start::Now(())).await.is_err() {}
}
