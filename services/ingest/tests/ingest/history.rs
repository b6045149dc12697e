//! History: old events in one ascending stream, before all live ones; no clock moves the log while it lasts.
use api::domain::v1 as wire;
use domain::{Action, AlertId, Decision, LogTime, Payload};
use ingest::Refusal;
use tonic::Code;

use crate::world::{NOW, Plan, World, at, old_report, reason, refused, report, stamp};

fn acknowledgement() -> Action {
    let alert = AlertId::of_subject("serious-incident", &[7; 16]);
    Action { actor: "ops-nakuru".to_owned(), decision: Decision::AcknowledgeAlert { alert, note: String::new() } }
}

#[tokio::test]
async fn history_is_stamped_by_when_it_was_reported() {
    let world = World::start().await;

    let first = world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();
    let second = world.publish_history(old_report("b", "1998-05-01T10:00:00Z")).await.unwrap();

    assert_eq!(stamp(&first), "1998-05-01T10:00:00Z");
    assert_eq!(stamp(&second), "1998-05-01T10:00:00Z", "an equal time is in order");
    assert!(world.records().iter().all(|record| record.history));
}

#[tokio::test]
async fn history_below_log_time_is_refused_unless_known() {
    let world = World::start().await;
    world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();
    world.publish_history(old_report("b", "2001-05-01T10:00:00Z")).await.unwrap();

    let refusal = world.publish_history(old_report("c", "1999-05-01T10:00:00Z")).await.unwrap_err();
    let known = world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();

    assert_eq!(reason(&refusal), refused(Code::FailedPrecondition, "HISTORY_OUT_OF_ORDER"));
    assert!(refusal.message().contains("2001-05-01T10:00:00Z"), "{refusal}");
    assert!(known.duplicate);
    assert_eq!(world.records().len(), 2);
}

#[tokio::test]
async fn history_needs_the_permission_of_the_server() {
    let mut plan = Plan::new();
    plan.config.history_allowed = false;
    let world = plan.start().await;

    let refusal = world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap_err();
    let end = world.end_history("1999-01-01T00:00:00Z").await.unwrap_err();

    assert_eq!(reason(&refusal), refused(Code::FailedPrecondition, "HISTORY_NOT_ALLOWED"));
    assert_eq!(reason(&end), refused(Code::FailedPrecondition, "HISTORY_NOT_ALLOWED"));
    assert!(world.records().is_empty());
}

#[tokio::test]
async fn live_record_closes_history_but_not_for_what_is_known() {
    let world = World::start().await;
    world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();
    let live = world.publish(report("b")).await.unwrap();
    let world = world.restart().await;

    let refusal = world.publish_history(old_report("c", "2026-03-04T07:00:00Z")).await.unwrap_err();
    let known = world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();
    let end = world.end_history("2026-03-05T00:00:00Z").await.unwrap_err();

    assert_eq!(stamp(&live), NOW);
    assert_eq!(reason(&refusal), refused(Code::FailedPrecondition, "HISTORY_CLOSED"));
    assert!(known.duplicate);
    assert_eq!(reason(&end), refused(Code::FailedPrecondition, "HISTORY_CLOSED"));
}

#[tokio::test]
async fn end_of_history_is_a_tick_at_its_time() {
    let world = World::start().await;
    world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();

    let early = world.end_history("1998-05-01T09:59:59Z").await.unwrap_err();
    let position = world.end_history("1999-01-01T00:00:00Z").await.unwrap();
    let repeated = world.end_history("1999-01-01T00:00:00Z").await.unwrap();
    let world = world.restart().await;
    let after_restart = world.end_history("1999-01-01T00:00:00Z").await.unwrap();

    assert_eq!(reason(&early), refused(Code::FailedPrecondition, "HISTORY_OUT_OF_ORDER"));
    assert_eq!((position, repeated, after_restart), (1, 1, 1), "a repeated call writes nothing");
    let records = world.records();
    assert_eq!(records.len(), 2);
    assert_eq!(records[1].payload, Payload::Tick { end_history: true });
    assert_eq!(records[1].received_at, LogTime::new(at("1999-01-01T00:00:00Z")));
    assert!(records[1].history);
}

#[tokio::test]
async fn clock_stamps_nothing_while_the_last_report_is_history() {
    let world = World::start().await;
    world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();
    let now = LogTime::new(at(NOW));

    assert_eq!(world.handle.append_tick(now).await, Err(Refusal::HistoryOpen));
    world.end_history("1999-01-01T00:00:00Z").await.unwrap();
    let world = world.restart().await;
    assert_eq!(world.handle.append_tick(now).await, Err(Refusal::HistoryOpen));
    let (position, stamp) = world.handle.append_action(acknowledgement()).await.unwrap();
    assert_eq!((position.get(), stamp), (2, LogTime::new(at("1999-01-01T00:00:00Z"))));

    // An acknowledgement is no live record: history may go on.
    world.publish_history(old_report("b", "1999-06-01T00:00:00Z")).await.unwrap();
    assert_eq!(world.handle.log_time(), Some(LogTime::new(at("1999-06-01T00:00:00Z"))));
}

#[tokio::test]
async fn live_phase_is_stamped_by_the_clock_that_never_goes_back() {
    let world = World::start().await;
    world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();
    let live = world.publish(report("b")).await.unwrap();
    world.clock.set("2026-03-04T06:00:00Z");
    let earlier = world.publish(report("c")).await.unwrap();
    let (_, action) = world.handle.append_action(acknowledgement()).await.unwrap();
    let tick = world.handle.append_tick(LogTime::new(at("2026-03-04T08:00:00Z"))).await.unwrap();
    let world = world.restart().await;
    let later = world.publish(report("d")).await.unwrap();

    assert_eq!((stamp(&live), stamp(&earlier)), (NOW.to_owned(), NOW.to_owned()));
    assert_eq!(action, LogTime::new(at(NOW)));
    assert_eq!(tick, LogTime::new(at("2026-03-04T08:00:00Z")));
    assert_eq!(stamp(&later), "2026-03-04T08:00:00Z", "log time is kept over a restart");
}

#[tokio::test]
async fn tick_that_log_time_has_passed_is_not_written() {
    let world = World::start().await;
    world.publish(report("a")).await.unwrap();

    let log_time = world.handle.append_tick(LogTime::new(at("2026-03-04T06:00:00Z"))).await.unwrap();

    assert_eq!(log_time, LogTime::new(at(NOW)));
    assert_eq!(world.records().len(), 1);
}

#[tokio::test]
async fn empty_log_takes_no_tick() {
    let world = World::start().await;

    assert_eq!(world.handle.append_tick(LogTime::new(at(NOW))).await, Err(Refusal::HistoryOpen));
    assert!(world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.is_ok());
}

#[tokio::test]
async fn history_has_to_say_when_it_was_reported() {
    let world = World::start().await;

    let refusal = world.publish_history(report("a")).await.unwrap_err();

    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REPORT_INVALID"));
    assert!(refusal.message().contains("reported_at"), "{refusal}");
}

#[tokio::test]
async fn retraction_of_history_takes_log_time() {
    let world = World::start().await;
    world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();
    let retraction = wire::Report {
        agency: "police".to_owned(),
        client_report_id: "a".to_owned(),
        revision: 2,
        retracted: true,
        ..wire::Report::default()
    };

    let receipt = world.publish_history(retraction).await.unwrap();

    assert_eq!(stamp(&receipt), "1998-05-01T10:00:00Z");
}

#[tokio::test]
async fn other_content_of_history_is_kept_at_log_time() {
    let world = World::start().await;
    world.publish_history(old_report("a", "1998-05-01T10:00:00Z")).await.unwrap();
    world.publish_history(old_report("b", "2001-05-01T10:00:00Z")).await.unwrap();

    let old = wire::Report { summary: "other".to_owned(), ..old_report("a", "1998-05-01T10:00:00Z") };
    let live = wire::Report { summary: "other".to_owned(), ..report("b") };
    let refusals = [world.publish_history(old).await.unwrap_err(), world.publish(live).await.unwrap_err()];

    for refusal in &refusals {
        assert_eq!(reason(refusal), refused(Code::AlreadyExists, "REPORT_ID_REUSED"));
    }
    let records = world.records();
    assert_eq!(records.len(), 4);
    assert!(records.iter().all(|record| record.history), "a copy for the quarantine opens no live phase");
    assert_eq!(records[3].received_at, LogTime::new(at("2001-05-01T10:00:00Z")));
}
