//! Every rule at its borders, and what an alert then says.
use alerting::Rule;
use domain::{Category, Counts, Family, HotspotState, Priority, Span, Subcategory};

use crate::subjects::{Log, With, at, cause, groups, hotspot, incident, killed, retracted, start, told, urgent};

fn severity_of(counts: Counts) -> Option<String> {
    let alerts = Log::new().incidents(1, &[incident(1).with(|incident| incident.counts = counts)]);
    alerts.first().map(|alert| alert.severity.to_string())
}

#[test]
fn serious_incident_begins_at_its_thresholds() {
    let none = Counts::default();
    let cases = [
        (Counts { killed: Some(0), ..none }, None),
        (Counts { killed: Some(1), ..none }, Some("HIGH")),
        (Counts { killed: Some(4), ..none }, Some("HIGH")),
        (Counts { killed: Some(5), ..none }, Some("CRITICAL")),
        (Counts { abducted: Some(0), ..none }, None),
        (Counts { abducted: Some(1), ..none }, Some("HIGH")),
        (Counts { injured: Some(2), ..none }, None),
        (Counts { injured: Some(3), ..none }, Some("HIGH")),
        (Counts { attackers: Some(9), ..none }, None),
        (Counts { attackers: Some(10), ..none }, Some("HIGH")),
        (Counts { livestock: Some(49), ..none }, None),
        (Counts { livestock: Some(50), ..none }, Some("HIGH")),
        (Counts { injured: Some(2), attackers: Some(9), livestock: Some(49), ..none }, None),
        (Counts { killed: Some(5), injured: Some(3), ..none }, Some("CRITICAL")),
        (none, None),
    ];
    for (counts, expected) in cases {
        assert_eq!(severity_of(counts).as_deref(), expected, "{counts:?}");
    }
}

#[test]
fn serious_incident_is_of_the_families_and_arms() {
    for category in Category::ALL {
        let subject = incident(1).with(killed(1)).with(|incident| incident.category = *category);
        let raised = !Log::new().incidents(1, &[subject]).is_empty();

        assert_eq!(raised, category.family().is_some() || *category == Category::ArmsPossession, "{category}");
    }
}

#[test]
fn priority_one_alerts_in_every_category() {
    for category in Category::ALL {
        let subject = incident(1).with(urgent).with(|incident| incident.category = *category);

        assert_eq!(told(&Log::new().incidents(1, &[subject])), ["priority_one_single_group raised HIGH"], "{category}");
    }
}

#[test]
fn priority_one_alerts_while_one_group_says_so() {
    let raised =
        |change: &dyn Fn(&mut domain::Incident)| !Log::new().incidents(1, &[incident(1).with(change)]).is_empty();

    assert!(raised(&|incident| urgent(incident)));
    assert!(!raised(&|incident| incident.priority = Priority::Two));
    assert!(!raised(&|incident| {
        urgent(incident);
        groups(2)(incident);
    }));
}

#[test]
fn second_group_confirms_a_priority_one_report() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(urgent)]);

    let alerts = log.incidents(2, &[incident(1).with(urgent).with(groups(2))]);

    assert_eq!(told(&alerts), ["priority_one_single_group closed CONFIRMED HIGH"]);
    assert!(alerts[0].reason.ends_with("on the word of 2 independent groups."), "{}", alerts[0].reason);
}

#[test]
fn hotspot_alerts_when_new_or_growing() {
    for state in HotspotState::ALL {
        let alerts = Log::new().hotspots(1, &[hotspot(1, *state)]);

        let emerging = matches!(state, HotspotState::New | HotspotState::Growing);
        let expected: &[&str] = if emerging { &["hotspot_emerging raised MEDIUM"] } else { &[] };
        assert_eq!(told(&alerts), expected, "{state}");
    }
}

#[test]
fn hotspot_alert_stays_until_the_hotspot_is_gone() {
    let mut log = Log::new();
    log.hotspots(1, &[hotspot(1, HotspotState::New)]);

    assert_eq!(told(&log.hotspots(2, &[hotspot(1, HotspotState::Persistent)])), ["hotspot_emerging raised MEDIUM"]);
    assert_eq!(told(&log.hotspots(3, &[hotspot(1, HotspotState::Persistent)])), Vec::<String>::new());
    assert_eq!(told(&log.hotspots(4, &[hotspot(1, HotspotState::Fading)])), ["hotspot_emerging raised MEDIUM"]);
    let faded = hotspot(1, HotspotState::Fading).with(|hotspot| hotspot.cells.clear());
    let best_cell = faded.best_cell;
    assert_eq!(log.hotspots(4, &[faded])[0].cells, [best_cell]);
    let gone = hotspot(1, HotspotState::Gone).with(|hotspot| hotspot.cells.clear());
    assert_eq!(told(&log.hotspots(5, &[gone])), ["hotspot_emerging closed SUBJECT_GONE MEDIUM"]);
}

#[test]
fn figures_that_are_not_shown_revise_no_hotspot_alert() {
    let mut log = Log::new();
    log.hotspots(1, &[hotspot(1, HotspotState::New)]);

    let same = hotspot(1, HotspotState::New).with(|hotspot| {
        hotspot.expected = 0.4;
        hotspot.score = 7.0;
        hotspot.q_value = 1e-7;
    });
    assert_eq!(told(&log.hotspots(2, &[same])), Vec::<String>::new());
    let larger = hotspot(1, HotspotState::New).with(|hotspot| hotspot.incidents.push(crate::subjects::incident_id(99)));
    assert_eq!(told(&log.hotspots(3, &[larger])), ["hotspot_emerging raised MEDIUM"]);
}

#[test]
fn event_of_three_days_is_not_yet_historical() {
    let historical = |hours: i64, late: Span| {
        let subject = incident(1).with(killed(1)).with(|incident| incident.occurred_at = start().minus(late));
        Log::new().incidents(hours, &[subject])[0].historical
    };

    assert!(!historical(72, Span::ZERO));
    assert!(historical(72, Span::from_micros(1)));
    assert!(!historical(0, Span::ZERO));
}

#[test]
fn alert_stays_news_when_it_is_revised_late() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(killed(1))]);

    let alerts = log.incidents(100, &[incident(1).with(killed(6))]);

    assert_eq!(told(&alerts), ["serious_incident raised CRITICAL"]);
    assert_eq!((alerts[0].historical, alerts[0].raised_at), (false, at(1)));
}

#[test]
fn amendment_that_takes_the_dead_back_closes_the_alert() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(killed(1))]);

    let alerts = log.incidents(2, &[incident(1).with(killed(0))]);

    assert_eq!(told(&alerts), ["serious_incident closed NO_LONGER_HOLDS HIGH"]);
    assert_eq!(told(&log.incidents(3, &[incident(1).with(killed(2))])), ["serious_incident raised HIGH"]);
}

#[test]
fn retracted_incident_closes_all_its_alerts() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(killed(1)).with(urgent)]);

    let mut told = told(&log.incidents(2, &[incident(1).with(retracted)]));

    told.sort();
    assert_eq!(
        told,
        ["priority_one_single_group closed SUBJECT_RETRACTED HIGH", "serious_incident closed SUBJECT_RETRACTED HIGH"]
    );
}

#[test]
fn nothing_new_to_show_makes_no_revision() {
    let mut log = Log::new();
    log.incidents(1, &[incident(1).with(killed(1))]);

    let unseen = incident(1).with(killed(1)).with(|incident| {
        incident.revision = 2;
        incident.belief.milli = 900;
        incident.background_version = 3;
        incident.hotspot_milli = None;
    });
    assert_eq!(told(&log.incidents(2, &[unseen])), Vec::<String>::new());
    let moved = incident(1).with(killed(1)).with(|incident| incident.place.nearest_place = "Chemolingot".to_owned());
    assert_eq!(told(&log.incidents(3, &[moved])), ["serious_incident raised HIGH"]);
}

#[test]
fn alerts_end_by_themselves_in_the_order_of_their_days() {
    let mut log = Log::new();
    log.incidents(0, &[incident(2).with(killed(1)), incident(1).with(killed(1))]);
    log.incidents(5, &[incident(3).with(killed(1))]);
    assert_eq!(log.alerting.next_deadline(), Some(at(14 * 24)));

    assert_eq!(told(&log.next(14 * 24 - 1)), Vec::<String>::new());
    let first = log.next(14 * 24);
    assert_eq!(told(&first), ["serious_incident closed EXPIRED HIGH"; 2]);
    assert_eq!(first[0].log_time, at(14 * 24));
    let second = log.next(1_000);

    assert_eq!(told(&second), ["serious_incident closed EXPIRED HIGH"]);
    assert_eq!(second[0].log_time, at(14 * 24 + 5));
    assert_eq!(log.alerting.next_deadline(), None);
}

#[test]
fn growing_hotspot_is_not_alerted_twice_without_a_pause() {
    let mut log = Log::new();
    log.hotspots(0, &[hotspot(1, HotspotState::New)]);
    log.next(14 * 24);

    assert_eq!(told(&log.hotspots(14 * 24 + 1, &[hotspot(1, HotspotState::Growing)])), Vec::<String>::new());
    assert_eq!(told(&log.hotspots(14 * 24 + 2, &[hotspot(1, HotspotState::Persistent)])), Vec::<String>::new());
    let again = log.hotspots(14 * 24 + 3, &[hotspot(1, HotspotState::Growing)]);

    assert_eq!(told(&again), ["hotspot_emerging raised MEDIUM"]);
    assert_eq!((again[0].revision, again[0].raised_at, again[0].historical), (3, at(14 * 24 + 3), false));
}

#[test]
fn alert_carries_what_a_centre_acts_on() {
    let mut log = Log::new();
    let subject = incident(1).with(killed(1)).with(|incident| {
        incident.subcategory = Some(Subcategory::CattleRaid);
        incident.counts.injured = Some(2);
        incident.counts.attackers = Some(1);
        incident.counts.livestock = Some(120);
    });

    let alert = log.incidents(1, std::slice::from_ref(&subject)).remove(0);

    assert_eq!(
        alert.reason,
        "Banditry (cattle raid) near Kapedo, Baringo at 2026-03-04 05:30 EAT (+03:00): 1 killed, 2 injured, 1 attacker, \
         120 head of livestock; on the word of one group alone."
    );
    assert_eq!(alert.id, crate::subjects::alert_id(Rule::SeriousIncident, 1));
    assert_eq!((alert.category, alert.family), (Some(Category::Banditry), Some(Family::Banditry)));
    assert_eq!((alert.point, alert.county, alert.event_at), (subject.place.point, subject.place.county, start()));
    assert_eq!(alert.cells, [subject.place.cell.unwrap()]);
    assert_eq!((alert.raised_at, alert.log_time, alert.cause), (at(1), at(1), cause(1)));
}

#[test]
fn hotspot_alert_says_on_whose_word() {
    let reason = |sources: u32, agencies: u32, expected: f64| {
        let subject = hotspot(1, HotspotState::New).with(|hotspot| {
            (hotspot.sources, hotspot.agencies, hotspot.expected) = (sources, agencies, expected);
        });
        Log::new().hotspots(1, &[subject]).remove(0).reason
    };

    assert_eq!(
        reason(5, 3, 0.3),
        "New hotspot of banditry near Kapedo, Baringo: 12 incidents in 28 days, where an even spread gives less than 1; on \
         the word of 3 agencies, 5 sources."
    );
    assert!(reason(4, 1, 2.4).ends_with("gives about 2; on the word of one agency alone, 4 sources."));
    assert!(reason(1, 1, 2.4).ends_with("on the word of a single source."));
}

#[test]
fn uncertain_hour_is_not_told() {
    let subject = incident(1).with(killed(1)).with(|incident| incident.occurred_uncertainty = Span::from_hours(12));

    let alert = Log::new().incidents(1, &[subject]).remove(0);

    assert!(alert.reason.starts_with("Banditry near Kapedo, Baringo on 2026-03-04: 1 killed;"), "{}", alert.reason);
}

#[test]
fn area_is_covered_by_its_county() {
    let area = |incident: &mut domain::Incident| (incident.place.point, incident.place.cell) = (None, None);
    let inside = Log::new().incidents(1, &[incident(1).with(killed(1)).with(area)]).remove(0);
    let abroad = incident(1).with(killed(1)).with(area).with(|incident| incident.place.county = None);
    let abroad = Log::new().incidents(1, &[abroad]).remove(0);

    assert!(inside.cells.len() > 10, "{}", inside.cells.len());
    assert!(inside.reason.starts_with("Banditry somewhere in Baringo at"), "{}", inside.reason);
    assert!(abroad.cells.len() > 10, "{}", abroad.cells.len());
    assert!(abroad.reason.starts_with("Banditry somewhere outside Kenya at"), "{}", abroad.reason);
}
