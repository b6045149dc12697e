//! The order that subscribers see is that of causes, whatever the batches were, and whatever a crash left or repeats.
use api::alert::v1::{self, watch_alerts_request::Start};
use domain::{Alert, Cause, LogPosition, Span};

use crate::world::{FIRST, Said, World, raid, revised, upsert};

async fn all(world: &World) -> Vec<Said> {
    let mut watch = world.watch_from(v1::AlertFilter::default(), Start::Beginning(())).await.unwrap();
    watch.until_synced().await.0
}

#[tokio::test]
async fn facts_of_one_cause_come_by_alert_whatever_their_order_in_the_log() {
    let mut world = World::start().await;
    let mut facts = world.correlator.conclude(&[raid(1), raid(2), raid(3)]);
    facts.sort_by_key(|alert| std::cmp::Reverse(alert.id));
    world.correlator.write(&facts);
    world.correlator.mark();
    world.settled().await;

    facts.reverse();
    assert_eq!(all(&world).await, facts.iter().map(upsert).collect::<Vec<_>>());
}

#[tokio::test]
async fn facts_without_a_marker_are_held_back_until_it_comes() {
    let mut world = World::start().await;
    world.correlator.record(&[raid(1)]);
    let held = world.correlator.conclude(&[raid(2)]);
    world.correlator.write(&held);
    world.correlator.mark_at(FIRST);
    let request = v1::ListAlertsRequest { at_least_position: Some(1), ..v1::ListAlertsRequest::default() };
    let refusal = world.list(request).await.unwrap_err();
    assert_eq!(crate::world::reason(&refusal), crate::world::refused(tonic::Code::Unavailable, "NOT_PROJECTED"));
    assert_eq!(all(&world).await, [upsert(&raid(1))]);

    world.correlator.mark();
    world.settled().await;
    assert_eq!(all(&world).await, [upsert(&raid(1)), upsert(&raid(2))]);
}

#[tokio::test]
async fn repeated_facts_show_once() {
    let mut world = World::start().await;
    let first = world.correlator.conclude(&[raid(1), raid(2)]);
    let second = world.correlator.conclude(&[revised(&raid(1), |alert| alert.historical = true)]);
    let mut watch = world.watch_now(v1::AlertFilter::default()).await;
    watch.until_synced().await;

    world.correlator.write(&first);
    world.correlator.write(&second);
    world.correlator.mark();
    // After a crash the correlator goes on from before, and cuts its batches elsewhere.
    world.correlator.write(&first);
    world.correlator.mark_at(FIRST);
    world.correlator.write(&second);
    world.correlator.record(&[raid(3)]);

    let once: Vec<Said> = in_order(first.iter().chain(&second)).into_iter().chain([upsert(&raid(3))]).collect();
    assert_eq!(watch.take(4).await, once);
    let world = world.restart().await;
    assert_eq!(all(&world).await, once);
}

/// A batch of which a crash left the first fact is written again in smaller batches.
#[tokio::test]
async fn batch_cut_by_a_crash_keeps_the_order_of_causes() {
    let mut world = World::start().await;
    let first = world.correlator.conclude(&[raid(1)]);
    let mut second = world.correlator.conclude(&[raid(2), raid(3)]);
    second.sort_by_key(|alert| std::cmp::Reverse(alert.id));
    world.correlator.write(&first);
    world.correlator.write(&second[..1]);

    let mut world = world.restart().await;
    world.correlator.write(&first);
    world.correlator.mark_at(FIRST);
    world.correlator.write(&second);
    world.correlator.mark();
    world.settled().await;

    let expected = in_order(first.iter().chain(&second));
    assert_eq!(all(&world).await, expected);
}

#[tokio::test]
async fn timers_come_after_the_record_before_them() {
    let mut world = World::start().await;
    let [by_record, by_early_timer, by_late_timer] = [3, 2, 1].map(raid);
    let record = world.correlator.conclude(&[by_record]);
    let at = |minutes: i64| world.correlator.log_time(FIRST).plus(Span::from_secs(minutes * 60));
    let fired = |alert: Alert, minutes| {
        let cause = Cause { position: LogPosition::new(FIRST), timer: Some(at(minutes)) };
        Alert { cause, log_time: at(minutes), ..alert }
    };
    let timers = [fired(by_late_timer, 40), fired(by_early_timer, 20)];
    world.correlator.write(&record);
    world.correlator.mark();
    world.settled().await;
    let mut watch = world.watch_now(v1::AlertFilter::default()).await;
    watch.until_synced().await;

    // Ticks take positions, and are no causes.
    world.correlator.write(&timers);
    world.correlator.pass(Span::from_secs(3_600));

    assert_eq!(watch.take(2).await, [upsert(&raid(2)), upsert(&raid(1))]);
    assert_eq!(all(&world).await, [upsert(&raid(3)), upsert(&raid(2)), upsert(&raid(1))]);
}

fn in_order<'alerts>(alerts: impl Iterator<Item = &'alerts Alert>) -> Vec<Said> {
    let mut alerts: Vec<&Alert> = alerts.collect();
    alerts.sort_by_key(|alert| (alert.cause, alert.id, alert.revision));
    alerts.into_iter().map(upsert).collect()
}
