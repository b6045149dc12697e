//! An operations centre takes an alert.
use alerting::{Refusal, Rule};
use domain::AlertState;

use crate::subjects::{Log, With, alert_id, at, incident, killed, retracted, told};

#[test]
fn alert_is_taken_once() {
    let mut log = Log::new();
    let id = alert_id(Rule::SeriousIncident, 1);
    assert_eq!(log.acknowledge(0, id, "duty").unwrap_err(), Refusal::Unknown);
    log.incidents(1, &[incident(1).with(killed(1))]);

    let taken = log.acknowledge(2, id, "duty").unwrap();

    assert_eq!((taken.state, taken.revision, taken.log_time), (AlertState::Acknowledged, 2, at(2)));
    assert_eq!(taken.acknowledgement, Some(("duty".to_owned(), at(2), "on our way".to_owned())));
    let again = log.acknowledge(3, id, "late").unwrap_err();
    assert_eq!(again, Refusal::AlreadyAcknowledged { by: "duty".to_owned(), at: at(2) });
    assert_eq!(again.to_string(), "duty acknowledged it at 2026-03-04T04:30:00Z");
}

#[test]
fn ended_alert_is_not_taken() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(killed(1))]);
    log.incidents(2, &[incident(1).with(retracted)]);

    assert_eq!(log.acknowledge(3, alert_id(Rule::SeriousIncident, 1), "duty").unwrap_err(), Refusal::Ended);
}

#[test]
fn acknowledgement_at_the_deadline_comes_too_late() {
    let mut log = Log::new();
    log.incidents(0, &[incident(1).with(killed(1))]);

    assert_eq!(log.acknowledge(14 * 24, alert_id(Rule::SeriousIncident, 1), "duty").unwrap_err(), Refusal::Ended);
}

#[test]
fn taken_alert_goes_on_being_revised_and_ends_by_its_days() {
    let mut log = Log::new();
    log.incidents(0, &[incident(1).with(killed(1))]);
    log.acknowledge(1, alert_id(Rule::SeriousIncident, 1), "duty").unwrap();

    assert_eq!(told(&log.incidents(2, &[incident(1).with(killed(6))])), ["serious_incident acknowledged CRITICAL"]);
    assert_eq!(told(&log.next(14 * 24)), ["serious_incident closed EXPIRED CRITICAL"]);
}
