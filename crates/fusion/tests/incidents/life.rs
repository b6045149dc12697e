//! The life of incidents: created, joined, merged, split, taken back, revived; and what is frozen after the horizon.
use domain::{AcceptedReport, Incident, IncidentId, IncidentState, LineageKind, LogPosition};
use fusion::Outcome;

use crate::given::{Given, accept, fused, fusion, near_kapedo, report, retract, sizes};

/// Hours of 31 days.
const PAST_HORIZON: f64 = 31.0 * 24.0;

fn id_of(report: &AcceptedReport) -> IncidentId {
    IncidentId::of_first_member(report.id)
}

fn revision_of<'a>(outcome: &'a Outcome, report: &AcceptedReport) -> &'a Incident {
    outcome.incidents.iter().find(|incident| incident.id == id_of(report)).unwrap()
}

fn steps(incident: &Incident) -> Vec<LineageKind> {
    incident.lineage.iter().map(|step| step.kind).collect()
}

#[test]
fn second_report_of_a_raid_joins_the_first() {
    let mut fusion = fusion();
    let (police, npr) = (report("police", 1), report("npr", 2));

    let first = accept(&mut fusion, &police);
    let second = accept(&mut fusion, &npr);

    assert_eq!(first.moved, [(police.id, Some(id_of(&police)))]);
    assert_eq!(second.moved, [(npr.id, Some(id_of(&police)))]);
    let incident = revision_of(&second, &police);
    assert_eq!((incident.revision, incident.members.len(), incident.links.len()), (2, 2, 1));
    assert_eq!(steps(incident), [LineageKind::Created, LineageKind::Updated]);
    assert_eq!(incident.members[0].mean_weight, Some(incident.links[0].weight));
}

#[test]
fn same_report_again_changes_nothing() {
    let mut fusion = fusion();
    let police = report("police", 1);
    accept(&mut fusion, &police);

    assert_eq!(accept(&mut fusion, &police), Outcome::default());
    assert_eq!(retract(&mut fusion, &report("nobody", 9), 9), Outcome::default());
}

#[test]
fn two_raids_of_one_night_stay_apart_and_name_each_other() {
    let (here, there) = (report("police", 1), report("police", 2).at(near_kapedo(9.0, 0.0)).hour(9.0));

    let fusion = fused(&[here.clone(), there.clone()]);

    assert_eq!(sizes(&fusion), [1, 1]);
    for raid in [&here, &there] {
        let incident = fusion.incident(id_of(raid)).unwrap();
        let Some(rejected) = &incident.nearest_rejected else { continue };
        assert!(rejected.weight < domain::Weight::ZERO);
    }
}

#[test]
fn chain_of_near_reports_is_not_one_incident() {
    let chain: Vec<_> = (0..20_u32)
        .map(|link| {
            report(&format!("post-{link}"), u64::from(link))
                .at(near_kapedo(f64::from(link) * 1.2, 0.0))
                .hour(f64::from(link) * 0.7)
        })
        .collect();
    let parameters = fusion::Parameters::version_zero();
    let linked = |pair: &[AcceptedReport]| {
        fusion::score_pair(&parameters, &pair[0], &pair[1]).unwrap().weight > domain::Weight::ZERO
    };

    let fusion = fused(&chain);

    assert!(chain.windows(2).all(linked), "each is near the next");
    assert!(fusion.live_incidents().count() >= 2, "{:?}", sizes(&fusion));
}

#[test]
fn amendment_merges_two_incidents_and_the_younger_id_answers_with_the_survivor() {
    let (police, npr) = (report("police", 1), report("npr", 2).at(near_kapedo(12.0, 0.0)).hour(20.0));
    let mut fusion = fused(&[police.clone(), npr.clone()]);
    assert_eq!(sizes(&fusion), [1, 1]);

    let outcome = accept(&mut fusion, &npr.clone().at(near_kapedo(0.1, 0.0)).hour(0.1).amended(2, 3));

    assert_eq!(outcome.moved, [(npr.id, Some(id_of(&police)))]);
    let (survivor, merged) = (revision_of(&outcome, &police), revision_of(&outcome, &npr));
    assert_eq!(
        survivor.lineage.last().map(|step| (step.kind, step.other)),
        Some((LineageKind::Merged, Some(merged.id)))
    );
    assert_eq!(merged.state, IncidentState::Merged { into: survivor.id });
    assert_eq!((merged.revision, merged.members.len(), merged.hotspot_milli), (2, 0, None));
    assert_eq!(fusion.incident(merged.id).map(|incident| incident.id), Some(survivor.id));
}

#[test]
fn amendment_splits_an_incident_and_the_part_with_the_first_member_keeps_the_id() {
    let (police, npr, elders) = (report("police", 1), report("npr", 2), report("elders", 3));
    let mut fusion = fused(&[police.clone(), npr.clone(), elders.clone()]);
    assert_eq!(sizes(&fusion), [3]);

    let outcome = accept(&mut fusion, &npr.clone().at(near_kapedo(12.0, 0.0)).hour(20.0).amended(2, 4));

    let (kept, split) = (revision_of(&outcome, &police), revision_of(&outcome, &npr));
    assert_eq!((kept.members.len(), split.members.len()), (2, 1));
    assert_eq!(kept.lineage.last().map(|step| (step.kind, step.other)), Some((LineageKind::Split, Some(split.id))));
    assert_eq!(
        split.lineage.iter().map(|step| (step.kind, step.other)).collect::<Vec<_>>(),
        [(LineageKind::Created, None), (LineageKind::Split, Some(kept.id))]
    );
}

#[test]
fn merged_incident_revives_when_its_report_comes_apart_again() {
    let (police, npr) = (report("police", 1), report("npr", 2).at(near_kapedo(12.0, 0.0)).hour(20.0));
    let mut fusion = fused(&[police.clone(), npr.clone()]);
    accept(&mut fusion, &npr.clone().at(near_kapedo(0.1, 0.0)).hour(0.1).amended(2, 3));

    let outcome = accept(&mut fusion, &npr.clone().amended(3, 4));

    let revived = revision_of(&outcome, &npr);
    assert_eq!((revived.state, revived.revision), (IncidentState::Live, 3));
    assert_eq!(steps(revived), [LineageKind::Created, LineageKind::Merged, LineageKind::Revived, LineageKind::Split]);
    assert_eq!(fusion.incident(revived.id).map(|incident| incident.id), Some(revived.id));
}

#[test]
fn incident_of_which_all_is_taken_back_is_retracted_and_may_revive() {
    let mut fusion = fusion();
    let police = report("police", 1);
    accept(&mut fusion, &police);

    let outcome = retract(&mut fusion, &police, 2);
    let again = accept(&mut fusion, &police.clone().amended(3, 3));

    assert_eq!(outcome.moved, [(police.id, None)]);
    assert_eq!((outcome.incidents[0].state, outcome.incidents[0].revision), (IncidentState::Retracted, 2));
    assert_eq!(outcome.incidents[0].lineage.last().map(|step| step.position), Some(LogPosition::new(2)));
    assert_eq!(
        (again.incidents[0].id, again.incidents[0].state, again.incidents[0].revision),
        (id_of(&police), IncidentState::Live, 3)
    );
}

#[test]
fn first_member_taken_back_leaves_its_id_answering_with_the_rest() {
    let (police, npr, elders) = (report("police", 1), report("npr", 2), report("elders", 3));
    let mut fusion = fused(&[police.clone(), npr.clone(), elders]);

    let outcome = retract(&mut fusion, &police, 4);

    let (old, rest) = (revision_of(&outcome, &police), revision_of(&outcome, &npr));
    assert_eq!(old.state, IncidentState::Merged { into: rest.id });
    assert_eq!((rest.state, rest.members.len()), (IncidentState::Live, 2));
    assert_eq!(fusion.incident(old.id).map(|incident| incident.id), Some(rest.id));
}

#[test]
fn report_after_the_horizon_is_an_incident_of_its_own_and_names_its_match() {
    let police = report("police", 1);
    let late = report("npr", 2).received(6.0 + PAST_HORIZON);
    let on_time = report("kws", 3).received(6.0 + 29.0 * 24.0);

    let fusion = fused(&[police.clone(), late.clone()]);
    let incident = fusion.incident(id_of(&late)).unwrap();

    assert_eq!(sizes(&fusion), [1, 1]);
    assert!(incident.beyond_horizon);
    let rival = incident.nearest_rejected.as_ref().unwrap();
    assert!(rival.weight > domain::Weight::ZERO && [rival.report_a, rival.report_b].contains(&police.id));
    assert!(!fusion.incident(id_of(&police)).unwrap().beyond_horizon);
    assert_eq!(sizes(&fused(&[police, on_time])), [2]);
}

#[test]
fn frozen_members_stay_but_their_amendment_and_retraction_still_revise_the_incident() {
    let (police, npr) = (report("police", 1), report("npr", 2));
    let mut fusion = fused(&[police.clone(), npr.clone()]);
    let mut amended = npr.clone().at(near_kapedo(13.0, 0.0)).hour(30.0).amended(2, 3);
    amended.received_at = crate::given::log_hour(6.0 + PAST_HORIZON);
    amended.account.killed = Some(7);

    let outcome = accept(&mut fusion, &amended);
    let incident = revision_of(&outcome, &police);
    assert_eq!((incident.members.len(), incident.counts.killed), (2, Some(7)));

    let cause = domain::Cause { position: LogPosition::new(4), timer: None };
    let outcome = fusion.retract(npr.id, cause, amended.received_at);
    assert_eq!(revision_of(&outcome, &police).members.len(), 1);
}
