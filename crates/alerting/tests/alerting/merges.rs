//! Incidents that become one, and come apart again.
use alerting::Rule;
use domain::{Alert, AlertState, CloseReason};

use crate::subjects::{Log, With, alert_id, at, groups, incident, killed, merged_into, retracted, told, urgent};

fn of(alerts: &[Alert], incident: u8) -> &Alert {
    let id = alert_id(Rule::SeriousIncident, incident);
    alerts.iter().find(|alert| alert.id == id).expect("the incident has an alert among these")
}

#[test]
fn younger_alert_is_superseded_by_the_older() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(killed(1))]);
    log.incidents(2, &[incident(2).with(killed(2))]);

    let alerts = log.incidents(3, &[incident(1).with(killed(2)), incident(2).with(merged_into(1))]);

    let survivor = alert_id(Rule::SeriousIncident, 1);
    assert_eq!(of(&alerts, 2).state, AlertState::Superseded { by: survivor });
    assert_eq!((of(&alerts, 1).state, of(&alerts, 1).raised_at), (AlertState::Raised, at(1)));
    assert_eq!(alerts.len(), 2);
}

#[test]
fn survivor_without_alert_takes_over_as_it_stood() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1)]);
    log.incidents(2, &[incident(2).with(killed(2))]);
    log.acknowledge(3, alert_id(Rule::SeriousIncident, 2), "duty").unwrap();

    let alerts = log.incidents(100, &[incident(2).with(merged_into(1)), incident(1).with(killed(2))]);

    let survivor = of(&alerts, 1);
    assert_eq!((survivor.state, survivor.revision), (AlertState::Acknowledged, 1));
    assert_eq!((survivor.raised_at, survivor.log_time, survivor.historical), (at(2), at(100), false));
    assert_eq!(survivor.acknowledgement, Some(("duty".to_owned(), at(3), "on our way".to_owned())));
    assert_eq!(of(&alerts, 2).state, AlertState::Superseded { by: survivor.id });
    assert_eq!(told(&log.next(14 * 24 + 2)), ["serious_incident closed EXPIRED HIGH"]);
}

#[test]
fn survivor_that_nobody_took_is_raised() {
    let mut log = Log::new();
    log.incidents(1, &[incident(2).with(killed(1)), incident(3).with(killed(1))]);
    log.acknowledge(2, alert_id(Rule::SeriousIncident, 2), "duty").unwrap();

    let merged = [incident(1).with(killed(1)), incident(2).with(merged_into(1)), incident(3).with(merged_into(1))];
    let alerts = log.incidents(3, &merged);

    assert_eq!((of(&alerts, 1).state, of(&alerts, 1).raised_at), (AlertState::Raised, at(1)));
    assert_eq!(alerts.len(), 3);
}

#[test]
fn expired_survivor_takes_over_what_is_open() {
    let mut log = Log::new();
    log.incidents(0, &[incident(1).with(killed(1))]);
    log.incidents(10 * 24, &[incident(2).with(killed(1))]);

    let alerts = log.incidents(15 * 24, &[incident(1).with(killed(1)), incident(2).with(merged_into(1))]);

    let last = alerts.iter().rev().find(|alert| alert.id == alert_id(Rule::SeriousIncident, 1)).unwrap();
    assert_eq!((last.state, last.revision, last.raised_at), (AlertState::Raised, 3, at(10 * 24)));
    assert_eq!(of(&alerts, 2).state, AlertState::Superseded { by: last.id });
}

#[test]
fn order_of_the_revisions_of_one_record_changes_nothing() {
    let before = [incident(1), incident(2).with(killed(2)), incident(3).with(killed(1))];
    let merge = [incident(1).with(killed(2)), incident(2).with(merged_into(1)), incident(3).with(merged_into(2))];
    let run = |order: [usize; 3]| {
        let mut log = Log::new();
        log.incidents(1, &before);
        log.incidents(2, &order.map(|index| merge[index].clone()))
    };

    let expected = run([0, 1, 2]);

    assert_eq!(of(&expected, 3).state, AlertState::Superseded { by: alert_id(Rule::SeriousIncident, 1) });
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(run(order), expected, "{order:?}");
    }
}

#[test]
fn merge_with_another_group_confirms() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1)]);
    log.incidents(2, &[incident(2).with(urgent)]);

    let alerts = log.incidents(3, &[incident(1).with(urgent).with(groups(2)), incident(2).with(merged_into(1))]);

    assert_eq!(told(&alerts), ["priority_one_single_group closed CONFIRMED HIGH"]);
}

#[test]
fn merge_after_which_nothing_serious_is_said_closes() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1)]);
    log.incidents(2, &[incident(2).with(killed(1))]);

    let alerts = log.incidents(3, &[incident(1).with(killed(0)), incident(2).with(merged_into(1))]);

    assert_eq!(told(&alerts), ["serious_incident closed NO_LONGER_HOLDS HIGH"]);
}

#[test]
fn merge_into_a_retracted_incident_closes() {
    let mut log = Log::new();
    log.incidents(2, &[incident(2).with(killed(1))]);

    let alerts = log.incidents(3, &[incident(1).with(retracted), incident(2).with(merged_into(1))]);

    assert_eq!(alerts[0].state, AlertState::Closed { reason: CloseReason::SubjectRetracted });
}

#[test]
fn incident_that_a_split_brings_back_is_alerted_again() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(killed(1)), incident(2).with(killed(2))]);
    log.incidents(2, &[incident(1).with(killed(2)), incident(2).with(merged_into(1))]);

    let alerts = log.incidents(3, &[incident(1).with(killed(0)), incident(2).with(killed(2))]);

    assert_eq!(of(&alerts, 1).state, AlertState::Closed { reason: CloseReason::NoLongerHolds });
    assert_eq!(
        (of(&alerts, 2).state, of(&alerts, 2).revision, of(&alerts, 2).raised_at),
        (AlertState::Raised, 3, at(3))
    );
}

#[test]
fn alias_of_an_ended_alert_stays_silent() {
    let mut log = Log::new();
    log.incidents(1, &[incident(2).with(killed(1))]);
    log.incidents(2, &[incident(2).with(retracted)]);

    assert_eq!(told(&log.incidents(3, &[incident(1), incident(2).with(merged_into(1))])), Vec::<String>::new());
}
