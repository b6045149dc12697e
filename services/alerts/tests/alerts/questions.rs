//! Lists, one alert, and acknowledgements.
use api::alert::v1;
use api::domain::v1 as wire;
use domain::{Alert, AlertId, AlertState, CloseReason, Decision, LogTime, Span};
use tonic::Code;
use tonic_types::StatusExt;

use crate::world::{World, fields, in_county, raid, reason, refused, revised, start};

fn raised_on(days: i64, alert: Alert) -> Alert {
    Alert { raised_at: LogTime::new(start().plus(Span::from_secs(days * 86_400))), ..alert }
}

fn page(size: i32, token: &str) -> v1::ListAlertsRequest {
    v1::ListAlertsRequest { page_size: size, page_token: token.to_owned(), ..v1::ListAlertsRequest::default() }
}

fn ids(alerts: &[wire::Alert]) -> Vec<&str> {
    alerts.iter().map(|alert| alert.alert_id.as_str()).collect()
}

#[tokio::test]
async fn list_is_newest_first_by_day_then_id() {
    let mut world = World::start().await;
    let mut alerts: Vec<Alert> = (0..9).map(|number| raised_on(i64::from(number % 3), raid(number))).collect();
    world.correlator.record(&alerts);
    world.settled().await;

    let listed = world.list(page(0, "")).await.unwrap();

    alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.raised_at), alert.id));
    assert_eq!(ids(&listed.alerts), alerts.iter().map(|alert| alert.id.to_string()).collect::<Vec<_>>());
    assert_eq!(listed.next_page_token, "");
}

#[tokio::test]
async fn pages_show_one_state_while_alerts_change() {
    let mut world = World::start().await;
    let alerts: Vec<Alert> = (0..10).map(|number| raised_on(i64::from(number / 4), raid(number))).collect();
    world.correlator.record(&alerts);
    world.settled().await;
    let whole = world.list(page(100, "")).await.unwrap().alerts;

    let (mut listed, mut token) = (Vec::new(), String::new());
    let mut number = 100;
    loop {
        let answer = world.list(page(3, &token)).await.unwrap();
        listed.extend(answer.alerts);
        token = answer.next_page_token;
        if token.is_empty() {
            break;
        }
        // All that there was is raised anew on another day, and more comes, before the next page.
        let again: Vec<Alert> =
            alerts.iter().map(|alert| raised_on(9, revised(alert, |again| again.revision = number.into()))).collect();
        world.correlator.record(&again);
        world.correlator.record(&[raised_on(5, raid(number))]);
        world.settled().await;
        number += 1;
    }

    assert_eq!(listed, whole);
}

#[tokio::test]
async fn list_holds_what_filter_and_states_ask_for() {
    let mut world = World::start().await;
    let closed = revised(&raid(2), |alert| alert.state = AlertState::Closed { reason: CloseReason::Expired });
    world.correlator.record(&[raid(1), raid(2), Alert { county: crate::world::county("Lamu"), ..raid(3) }]);
    world.correlator.record(&[closed]);
    world.settled().await;
    let request = |filter, states: &[wire::AlertState]| v1::ListAlertsRequest {
        filter: Some(filter),
        states: states.iter().map(|state| i32::from(*state)).collect(),
        ..v1::ListAlertsRequest::default()
    };

    for (filter, states, expected) in [
        (in_county("Baringo"), vec![wire::AlertState::Raised], vec![raid(1).id]),
        (in_county("Baringo"), vec![wire::AlertState::Closed], vec![raid(2).id]),
        (in_county("Lamu"), vec![], vec![raid(3).id]),
        (in_county("Lamu"), vec![wire::AlertState::Superseded, wire::AlertState::Acknowledged], vec![]),
    ] {
        let listed = world.list(request(filter, &states)).await.unwrap();
        assert_eq!(ids(&listed.alerts), expected.iter().map(AlertId::to_string).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn page_of_many_areas_stays_under_the_limit_of_clients() {
    let mut world = World::start().await;
    let cells = alerting::cover(crate::world::county("Turkana")).to_vec();
    let areas: Vec<Alert> =
        (0..=255).map(|number| Alert { cells: cells.clone(), reason: "x".repeat(20_000), ..raid(number) }).collect();
    for areas in areas.chunks(32) {
        world.correlator.record(areas);
    }
    world.settled().await;

    let (mut count, mut pages, mut token) = (0, 0, String::new());
    loop {
        let answer = world.list(page(1_000, &token)).await.unwrap();
        count += answer.alerts.len();
        pages += 1;
        token = answer.next_page_token;
        if token.is_empty() {
            break;
        }
    }

    assert_eq!(count, 256);
    assert!(pages > 1);
}

#[tokio::test]
async fn page_token_of_another_query_or_changed_is_refused() {
    let mut world = World::start().await;
    world.correlator.record(&[raid(1), raid(2)]);
    world.settled().await;
    let token = world.list(page(1, "")).await.unwrap().next_page_token;

    let other = v1::ListAlertsRequest { filter: Some(in_county("Baringo")), ..page(1, &token) };
    let refusal = world.list(other).await.unwrap_err();
    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "PAGE_TOKEN_OF_ANOTHER_QUERY"));
    let changed = token.replacen(&token[10..11], if &token[10..11] == "A" { "B" } else { "A" }, 1);
    let refusal = world.list(page(1, &changed)).await.unwrap_err();
    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "PAGE_TOKEN_INVALID"));
    assert_eq!(world.list(page(2, &token)).await.unwrap().alerts.len(), 1);
}

#[tokio::test]
async fn all_faults_of_a_question_are_told_at_once() {
    let world = World::start().await;
    let request = v1::ListAlertsRequest {
        filter: Some(in_county("Atlantis")),
        states: vec![0, 9],
        page_size: -1,
        at_least_position: Some(-1),
        ..v1::ListAlertsRequest::default()
    };

    let refusal = world.list(request).await.unwrap_err();

    assert_eq!(fields(&refusal), ["filter.counties[0]", "states", "states", "page_size", "at_least_position"]);
}

#[tokio::test]
async fn alert_is_shown_with_all_its_revisions() {
    let mut world = World::start().await;
    let taken = revised(&raid(1), |alert| alert.state = AlertState::Acknowledged);
    world.correlator.record(&[raid(1)]);
    world.correlator.record(std::slice::from_ref(&taken));
    world.settled().await;

    let answer = world.get(raid(1).id).await.unwrap();

    let head = answer.alert.unwrap();
    assert_eq!((head.revision, head.state()), (2, wire::AlertState::Acknowledged));
    assert_eq!(head.cells, [crate::world::cell(1.15, 36.10, 6).to_string()]);
    assert_eq!(answer.revisions.iter().map(|past| past.revision).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(answer.revisions[1], head);
}

#[tokio::test]
async fn unknown_alert_is_not_found() {
    let world = World::start().await;

    for id in ["alt-00000000000000000000000000000000", "alt-1", ""] {
        let request = v1::GetAlertRequest { alert_id: id.to_owned(), at_least_position: None };
        let refusal = world.client.clone().get_alert(request).await.unwrap_err();
        assert_eq!(reason(&refusal), refused(Code::NotFound, "NOT_FOUND"));
        let request =
            v1::AcknowledgeAlertRequest { alert_id: id.to_owned(), actor: "ops".to_owned(), note: String::new() };
        let refusal = world.client.clone().acknowledge_alert(request).await.unwrap_err();
        assert_eq!(reason(&refusal), refused(Code::NotFound, "NOT_FOUND"));
    }
    assert!(world.actions().is_empty());
}

#[tokio::test]
async fn position_that_does_not_come_is_unavailable_with_a_delay() {
    let world = World::start().await;
    let request = v1::GetAlertRequest { alert_id: raid(1).id.to_string(), at_least_position: Some(5) };

    let refusal = world.client.clone().get_alert(request).await.unwrap_err();

    assert_eq!(reason(&refusal), refused(Code::Unavailable, "NOT_PROJECTED"));
    assert!(refusal.get_details_retry_info().unwrap().retry_delay.is_some());
}

#[tokio::test]
async fn acknowledgement_is_in_the_log_when_it_is_answered_and_seen_by_its_position() {
    let mut world = World::start().await;
    world.correlator.record(&[raid(1)]);
    world.settled().await;
    let mut watch = world.watch_now(v1::AlertFilter::default()).await;
    watch.until_synced().await;

    let request = v1::AcknowledgeAlertRequest {
        alert_id: raid(1).id.to_string(),
        actor: "ops-baringo".to_owned(),
        note: "unit sent".to_owned(),
    };
    let answer = world.client.clone().acknowledge_alert(request).await.unwrap().into_inner();

    let decision = Decision::AcknowledgeAlert { alert: raid(1).id, note: "unit sent".to_owned() };
    assert_eq!(world.actions(), [("ops-baringo".to_owned(), decision)]);
    assert_eq!(answer.log_time, Some(api::timestamp_to_wire(start())));
    // The folder's log holds no reports, so its positions are behind those of the facts; the correlator goes on.
    assert_eq!(answer.position, 0);
    let taken = revised(&raid(1), |alert| {
        alert.state = AlertState::Acknowledged;
        alert.acknowledgement = Some(("ops-baringo".to_owned(), alert.log_time, "unit sent".to_owned()));
    });
    world.correlator.record(&[taken]);
    let request = v1::GetAlertRequest { alert_id: raid(1).id.to_string(), at_least_position: Some(1) };
    let seen = world.client.clone().get_alert(request).await.unwrap().into_inner().alert.unwrap();
    assert_eq!((seen.state(), seen.acknowledged_by.as_str()), (wire::AlertState::Acknowledged, "ops-baringo"));
    assert_eq!(watch.alert().await, seen);
}

#[tokio::test]
async fn acknowledgement_without_an_actor_is_refused() {
    let mut world = World::start().await;
    world.correlator.record(&[raid(1)]);
    world.settled().await;
    let request = |actor: &str, note: &str| v1::AcknowledgeAlertRequest {
        alert_id: raid(1).id.to_string(),
        actor: actor.to_owned(),
        note: note.to_owned(),
    };

    for (request, expected) in [
        (request("", ""), vec!["actor"]),
        (request(" ", ""), vec!["actor"]),
        (request(&"x".repeat(129), &"x".repeat(1_001)), vec!["actor", "note"]),
    ] {
        let refusal = world.client.clone().acknowledge_alert(request).await.unwrap_err();
        assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REQUEST_INVALID"));
        assert_eq!(fields(&refusal), expected);
    }
    assert!(world.actions().is_empty());
    let longest = request(&"ü".repeat(128), &"ü".repeat(1_000));
    world.client.clone().acknowledge_alert(longest).await.unwrap();
    assert_eq!(world.actions().len(), 1);
}
