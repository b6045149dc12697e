//! The table of the head, row by row.
use domain::{Handling, HotspotId, IncidentId, LogPosition, Span};

use super::*;

const START: &str = "2026-03-04T02:30:00Z";

fn at(hours: i64) -> LogTime {
    LogTime::new(START.parse::<Timestamp>().unwrap().plus(Span::from_hours(hours)))
}

fn moment(hours: i64) -> Moment {
    Moment { cause: Cause { position: LogPosition::new(hours.unsigned_abs()), timer: None }, log_time: at(hours) }
}

fn content(severity: Severity) -> Content {
    Content {
        severity,
        category: None,
        family: None,
        county: None,
        nearest_place: String::new(),
        point: None,
        cells: Vec::new(),
        event_at: at(0).timestamp(),
        reason: format!("a {severity} matter"),
        handling: Handling::default(),
        restricted: false,
    }
}

fn holds(severity: Severity) -> Input {
    Input::Holds(Box::new(Holding { content: content(severity), historical: false, inheritance: None }))
}

fn stays(severity: Severity) -> Input {
    Input::Stays(Box::new(content(severity)))
}

fn closes(reason: CloseReason) -> Input {
    Input::Ends(AlertState::Closed { reason }, None)
}

fn merges() -> Input {
    Input::Ends(AlertState::Superseded { by: other() }, None)
}

fn other() -> AlertId {
    AlertId::from_bytes([9; 16])
}

fn acknowledges(by: &str) -> Input {
    Input::Acknowledged(Acknowledgement { by: by.to_owned(), at: at(1), note: "on our way".to_owned() })
}

fn identity() -> Identity {
    Identity::of(Rule::SeriousIncident, Subject::Incident(IncidentId::from_bytes([7; 16])))
}

/// Where an alert stands after some inputs, an hour apart.
fn after(inputs: Vec<Input>) -> Standing {
    inputs
        .into_iter()
        .zip(0..)
        .fold(Standing::unraised(identity()), |standing, (input, hour)| standing.step(input, moment(hour)).standing)
}

/// What the step shows: the state of a revision, its number, or why there is none.
fn shown(before: Vec<Input>, input: Input) -> Result<(u64, AlertState), Option<Refusal>> {
    match after(before).step(input, moment(100)).outcome {
        Outcome::Revised(alert) => Ok((alert.revision, alert.state)),
        Outcome::Unchanged => Err(None),
        Outcome::Refused(refusal) => Err(Some(refusal)),
    }
}

fn closed(reason: CloseReason) -> AlertState {
    AlertState::Closed { reason }
}

#[test]
fn never_raised_is_raised_by_its_rule_alone() {
    assert_eq!(shown(vec![], holds(Severity::High)), Ok((1, AlertState::Raised)));
    assert_eq!(shown(vec![], stays(Severity::High)), Err(None));
    assert_eq!(shown(vec![], closes(CloseReason::NoLongerHolds)), Err(None));
    assert_eq!(shown(vec![], merges()), Err(None));
    assert_eq!(shown(vec![], acknowledges("duty")), Err(Some(Refusal::Unknown)));
}

#[test]
fn raised_is_revised_only_if_it_shows_another_thing() {
    let raised = || vec![holds(Severity::High)];

    assert_eq!(shown(raised(), holds(Severity::High)), Err(None));
    assert_eq!(shown(raised(), holds(Severity::Critical)), Ok((2, AlertState::Raised)));
    assert_eq!(shown(raised(), stays(Severity::High)), Err(None));
    assert_eq!(shown(raised(), stays(Severity::Low)), Ok((2, AlertState::Raised)));
    assert_eq!(shown(raised(), merges()), Ok((2, AlertState::Superseded { by: other() })));
    assert_eq!(shown(raised(), acknowledges("duty")), Ok((2, AlertState::Acknowledged)));
    for reason in CloseReason::ALL {
        assert_eq!(shown(raised(), closes(*reason)), Ok((2, closed(*reason))));
    }
}

#[test]
fn first_acknowledgement_counts() {
    let taken = || vec![holds(Severity::High), acknowledges("duty")];
    let first = Refusal::AlreadyAcknowledged { by: "duty".to_owned(), at: at(1) };

    assert_eq!(shown(taken(), acknowledges("late")), Err(Some(first)));
    assert_eq!(shown(taken(), holds(Severity::High)), Err(None));
    assert_eq!(shown(taken(), holds(Severity::Critical)), Ok((3, AlertState::Acknowledged)));
    assert_eq!(shown(taken(), merges()), Ok((3, AlertState::Superseded { by: other() })));
    assert_eq!(shown(taken(), closes(CloseReason::Confirmed)), Ok((3, closed(CloseReason::Confirmed))));
}

#[test]
fn closed_alert_tells_who_had_taken_it() {
    let standing = after(vec![holds(Severity::High), acknowledges("duty")]);

    let Outcome::Revised(alert) = standing.step(closes(CloseReason::Expired), moment(9)).outcome else { panic!() };

    assert_eq!(alert.acknowledgement, Some(("duty".to_owned(), at(1), "on our way".to_owned())));
}

#[test]
fn expired_is_raised_again_only_if_graver_or_ceased_since() {
    let expired = || vec![holds(Severity::High), closes(CloseReason::Expired)];
    let ceased = |input| expired().into_iter().chain([input]).collect();

    assert_eq!(shown(expired(), holds(Severity::High)), Err(None));
    assert_eq!(shown(expired(), holds(Severity::Critical)), Ok((3, AlertState::Raised)));
    assert_eq!(shown(ceased(stays(Severity::High)), holds(Severity::High)), Ok((3, AlertState::Raised)));
    assert_eq!(shown(ceased(closes(CloseReason::NoLongerHolds)), holds(Severity::High)), Ok((3, AlertState::Raised)));
    assert_eq!(shown(ceased(merges()), holds(Severity::High)), Ok((3, AlertState::Raised)));
    assert_eq!(shown(expired(), stays(Severity::High)), Err(None));
    assert_eq!(shown(expired(), acknowledges("duty")), Err(Some(Refusal::Ended)));
}

#[test]
fn ended_otherwise_is_raised_again_when_its_rule_holds() {
    let ends = CloseReason::ALL.iter().filter(|reason| **reason != CloseReason::Expired).map(|reason| closes(*reason));
    for end in ends.chain([merges()]) {
        let ended = || vec![holds(Severity::High), acknowledges("duty"), end.clone()];

        assert_eq!(shown(ended(), holds(Severity::High)), Ok((4, AlertState::Raised)), "{end:?}");
        assert_eq!(shown(ended(), end.clone()), Err(None), "{end:?}");
        assert_eq!(shown(ended(), stays(Severity::Low)), Err(None), "{end:?}");
        assert_eq!(shown(ended(), acknowledges("late")), Err(Some(Refusal::Ended)), "{end:?}");
    }
}

#[test]
fn raised_again_is_taken_by_nobody_and_of_its_own_time() {
    let standing = after(vec![holds(Severity::High), acknowledges("duty"), closes(CloseReason::NoLongerHolds)]);

    let Outcome::Revised(alert) = standing.step(holds(Severity::High), moment(50)).outcome else { panic!() };

    assert_eq!((alert.raised_at, alert.log_time, &alert.acknowledgement), (at(50), at(50), &None));
}

#[test]
fn heirs_stand_as_all_before_them_stood() {
    let open = |hour: i64, historical: bool, by: Option<i64>| {
        let acknowledgement =
            by.map(|hour| Acknowledgement { by: format!("{hour}"), at: at(hour), note: String::new() });
        Inheritance { raised_at: at(hour), historical, acknowledgement }
    };

    assert_eq!(open(1, true, Some(5)).join(open(2, false, None)), open(1, false, None));
    assert_eq!(open(2, true, Some(5)).join(open(1, true, Some(4))), open(1, true, Some(4)));
}

#[test]
fn id_comes_from_rule_and_subject() {
    let bytes = [7; 16];
    let ids = [
        Identity::of(Rule::SeriousIncident, Subject::Incident(IncidentId::from_bytes(bytes))).id,
        Identity::of(Rule::PriorityOneSingleGroup, Subject::Incident(IncidentId::from_bytes(bytes))).id,
        Identity::of(Rule::HotspotEmerging, Subject::Hotspot(HotspotId::from_bytes(bytes))).id,
        Identity::of(Rule::SeriousIncident, Subject::Incident(IncidentId::from_bytes([8; 16]))).id,
    ];

    let distinct: std::collections::BTreeSet<AlertId> = ids.into_iter().collect();
    assert_eq!(distinct.len(), ids.len());
}
