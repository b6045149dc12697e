//! What is bounded: candidates of a report, reports settled together, links listed, steps remembered.
use domain::{AcceptedReport, Category};

use crate::given::{Given, accept, fused, fusion, near_kapedo, report, sizes};

/// One report a post, all of one minute.
fn crowd(count: u32) -> Vec<AcceptedReport> {
    (0..count)
        .map(|number| report(&format!("post-{number}"), u64::from(number)).hour(f64::from(number) / 3_600.0))
        .collect()
}

#[test]
fn component_over_64_reports_is_cut_into_runs_by_time() {
    let fusion = fused(&crowd(150));

    assert_eq!(sizes(&fusion), [22, 64, 64]);
    let first = fusion.incident_of(crowd(1)[0].id).and_then(|id| fusion.incident(id)).unwrap();
    let positions: Vec<u64> = first.members.iter().map(|member| member.first_position.get()).collect();
    assert_eq!(positions, (0..64).collect::<Vec<_>>());
    assert_eq!(first.links.len(), 120);
}

#[test]
fn weaker_links_are_cut_before_a_component_is_cut_by_time() {
    // Two crowds an hour and 3 km apart, which some links between them hold together.
    let mut reports = crowd(40);
    let other = (40..80_u32).map(|number| {
        report(&format!("post-{number}"), u64::from(number))
            .at(near_kapedo(2.5, 0.0))
            .hour(3.9 + f64::from(number) / 3_600.0)
    });
    reports.extend(other);

    let fusion = fused(&reports);

    assert_eq!(sizes(&fusion), [40, 40]);
}

/// Whether a report finds its match half an hour before, past so many others that are nearer in time.
fn finds_its_match_past(others: u32) -> bool {
    let matching = report("police", 0).hour(-0.5);
    let other = |number: u32| {
        let mut other = report(&format!("post-{number}"), u64::from(number)).at(near_kapedo(10.0, 0.0)).hour(0.1);
        (other.account.category, other.account.subcategory) = (Category::HumanWildlifeConflict, None);
        other.account.place.name = "Silale".to_owned();
        other
    };
    let next = report("npr", 1_000);
    let mut reports = vec![matching.clone()];
    reports.extend((1..=others).map(other));
    reports.push(next.clone());
    let fusion = fused(&reports);
    fusion.incident_of(next.id) == fusion.incident_of(matching.id)
}

#[test]
fn report_is_compared_with_the_256_nearest_earlier_ones_only() {
    assert!(finds_its_match_past(255));
    assert!(!finds_its_match_past(256));
}

#[test]
fn incident_remembers_its_last_64_steps() {
    let mut fusion = fusion();
    let police = report("police", 1);
    accept(&mut fusion, &police);
    for revision in 2..=80_i64 {
        let mut amended = police.clone().amended(revision, u64::try_from(revision).unwrap());
        amended.account.killed = u32::try_from(revision).ok();
        accept(&mut fusion, &amended);
    }

    let incident = fusion.live_incidents().next().unwrap();

    assert_eq!((incident.revision, incident.lineage.len()), (80, 64));
    assert_eq!(incident.lineage[0].position.get(), 17);
}
