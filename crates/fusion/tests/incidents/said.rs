//! What an incident says: restricted reports and echoes never move it, patrols make no hotspot, marks are joined to the strictest.
use domain::{AcceptedReport, Category, Discovery, Incident, SourceKind, Subcategory, Tlp};

use crate::given::{Given, at_hour, fused, kapedo, near_kapedo, report, sizes};

fn only(reports: &[AcceptedReport]) -> Incident {
    let fusion = fused(reports);
    assert_eq!(sizes(&fusion), [reports.len()], "all are one incident");
    fusion.live_incidents().next().cloned().unwrap()
}

fn restricted(agency: &str, position: u64) -> AcceptedReport {
    let mut report = report(agency, position);
    report.account.category = Category::GenderBasedViolence;
    report.account.subcategory = None;
    report
}

#[test]
fn restricted_member_never_moves_dates_or_counts_for_an_open_incident() {
    let open = report("police", 1);
    let mut hidden = restricted("health", 2).at(near_kapedo(0.3, 0.3)).hour(0.4);
    hidden.account.injured = Some(1);

    let (alone, both) = (only(std::slice::from_ref(&open)), only(&[open, hidden]));

    assert_eq!(
        (&both.place, both.occurred_at, both.category, both.counts),
        (&alone.place, alone.occurred_at, alone.category, alone.counts)
    );
    assert!(!both.restricted && both.members[1].restricted && both.links[0].restricted);
}

#[test]
fn incident_of_restricted_reports_only_is_restricted_and_makes_no_hotspot() {
    let incident = only(&[restricted("health", 1), restricted("police", 2)]);

    assert!(incident.restricted);
    assert_eq!((incident.category, incident.hotspot_milli), (Category::GenderBasedViolence, None));
    assert_eq!(incident.place.point, Some(kapedo()));
}

#[test]
fn precise_report_draws_the_place_and_the_time() {
    let police = report("police", 1);
    let mut elders = report("elders", 2).at(near_kapedo(2.0, 0.0)).hour(1.0).told_by(SourceKind::VillageElder);
    elders.place.uncertainty = domain::Meters::from_km(3);
    elders.account.occurrence =
        domain::Occurrence::At { at: at_hour(1.0), uncertainty: Some(domain::Span::from_hours(3)) };

    let incident = only(&[police, elders]);

    let moved = geography::distance(incident.place.point.unwrap(), kapedo()).get();
    // The weights of the two are 1/0.4² and 1/3².
    assert!((moved - 2_000.0 * 0.16 / 9.16).abs() < 2.0, "{moved}");
    assert_eq!(incident.occurred_at.since(at_hour(0.0)), domain::Span::from_secs(97));
    assert_eq!(
        (incident.place.county.map(domain::CountyNumber::get), incident.place.nearest_place.as_str()),
        (Some(23), "Kapedo")
    );
}

#[test]
fn echo_joins_the_group_it_repeats_and_weighs_nothing() {
    let said = |agency, position, summary: &str| {
        let mut report = report(agency, position).hour(position as f64 / 10.0);
        report.account.summary = summary.to_owned();
        report
    };
    let first = said("police", 1, "Ng'ombe 120 wameibiwa, walielekea kaskazini");
    let copied = said("npr", 2, "NG'OMBE 120 WAMEIBIWA walielekea kaskazini!");

    let (alone, both) = (only(std::slice::from_ref(&first)), only(&[first.clone(), copied]));

    assert_eq!(
        (both.belief.milli, both.belief.groups, both.belief.echoes, both.belief.agencies),
        (alone.belief.milli, 1, 1, 2)
    );
    assert!(both.members[1].echo && both.members[1].weight.get() == 0);
    assert_eq!(both.members[1].group.as_str(), "police");
    assert_eq!((both.place, both.occurred_at), (alone.place, alone.occurred_at));
    assert_eq!(only(&[first, said("npr", 2, "Ng'ombe 120!")]).belief.echoes, 0);
}

#[test]
fn same_point_and_instant_to_the_last_digit_is_an_echo() {
    let incident = only(&[report("police", 1), report("npr", 2)]);

    assert_eq!((incident.belief.echoes, incident.belief.groups), (1, 1));
}

#[test]
fn patrol_makes_no_hotspot_but_another_report_of_it_does() {
    let mut patrol = report("kws", 1).told_by(SourceKind::Ranger);
    patrol.account.discovery = Some(Discovery::Patrol);
    let elders = report("elders", 2).hour(0.2).told_by(SourceKind::VillageElder);
    let copy = report("elders", 2).told_by(SourceKind::VillageElder);

    assert_eq!(only(&[patrol.clone()]).hotspot_milli, None);
    assert_eq!(only(&[patrol.clone(), copy]).hotspot_milli, None);
    let both = only(&[patrol, elders.clone()]);
    assert_eq!(both.hotspot_milli, only(&[elders]).hotspot_milli);
    assert!(both.hotspot_milli.unwrap() < both.belief.milli);
}

#[test]
fn area_and_category_without_family_make_no_hotspot() {
    let mut wildlife = report("kws", 1);
    (wildlife.account.category, wildlife.account.subcategory) = (Category::HumanWildlifeConflict, None);

    let area = only(&[report("elders", 1).area("Kapedo")]);

    assert_eq!((area.hotspot_milli, area.place.point, area.place.cell), (None, None, None));
    assert_eq!(only(&[wildlife]).hotspot_milli, None);
}

#[test]
fn category_is_that_of_the_larger_weight_and_marks_are_the_strictest() {
    let mut ambush = report("npr", 2).hour(0.1).told_by(SourceKind::Npr);
    ambush.account.subcategory = Some(Subcategory::Ambush);
    ambush.account.handling.tlp = Tlp::Red;
    ambush.account.priority = domain::Priority::One;

    let incident = only(&[report("police", 1), ambush]);

    assert_eq!((incident.category, incident.subcategory), (Category::Banditry, Some(Subcategory::CattleRaid)));
    assert_eq!((incident.handling.tlp, incident.priority), (Tlp::Red, domain::Priority::One));
}
