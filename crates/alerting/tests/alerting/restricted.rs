//! Nothing but category, county, local day and counts of a restricted incident comes into an alert.
use domain::{AlertState, Category, CloseReason, Incident, Priority, Severity};

use crate::subjects::{Log, With, groups, incident, merged_into, start, urgent};

fn restricted(incident: &mut Incident) {
    incident.restricted = true;
    incident.category = Category::GenderBasedViolence;
}

#[test]
fn restricted_alert_shows_category_county_day_and_counts() {
    let subject = incident(1).with(urgent).with(restricted).with(|incident| incident.counts.injured = Some(1));

    let alert = Log::new().incidents(1, std::slice::from_ref(&subject)).remove(0);

    assert_eq!(
        alert.reason,
        "Priority-1 report of gender based violence in Baringo on 2026-03-04: 1 injured; on the word of one group alone."
    );
    assert_eq!(
        (alert.severity, alert.category, alert.county),
        (Severity::High, Some(subject.category), subject.place.county)
    );
    assert_eq!((alert.point, alert.nearest_place.as_str(), alert.restricted), (None, "", true));
    assert_eq!(alert.event_at, start().local_day().start());
    assert!(alert.cells.len() > 10, "{}", alert.cells.len());
}

#[test]
fn category_alone_makes_an_alert_restricted() {
    let subject = incident(1).with(urgent).with(|incident| incident.category = Category::ChildDefilement);

    let alert = Log::new().incidents(1, &[subject]).remove(0);

    assert!(alert.restricted && alert.point.is_none() && alert.nearest_place.is_empty());
}

#[test]
fn incident_that_becomes_restricted_takes_its_place_out_of_the_alert() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(urgent)]);

    let revised = log.incidents(2, &[incident(1).with(urgent).with(restricted)]).remove(0);
    let closed =
        log.incidents(3, &[incident(1).with(restricted).with(|incident| incident.priority = Priority::Two)]).remove(0);

    for alert in [revised, closed] {
        assert!(alert.restricted && alert.point.is_none(), "{alert:?}");
        assert!(!alert.reason.contains("Kapedo"), "{}", alert.reason);
    }
}

#[test]
fn merge_into_a_restricted_incident_takes_the_place_out_of_the_alert() {
    for (survivor, state) in [(groups(1), "superseded"), (groups(2), "closed")] {
        let mut log = Log::new();
        log.incidents(1, &[incident(2).with(urgent)]);

        let merge = [incident(1).with(urgent).with(restricted).with(survivor), incident(2).with(merged_into(1))];
        let alerts = log.incidents(2, &merge);

        let ended = alerts.iter().find(|alert| alert.revision == 2).expect("the merged incident had an alert");
        assert!(ended.restricted && ended.point.is_none() && !ended.reason.contains("Kapedo"), "{ended:?}");
        let expected = AlertState::Closed { reason: CloseReason::Confirmed };
        assert_eq!(ended.state == expected, state == "closed", "{ended:?}");
    }
}
