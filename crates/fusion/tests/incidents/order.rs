//! Any order of the same stamped reports gives the same incidents; and the snapshot goes on as the state it was taken from.
use std::cell::Cell;

use domain::{AcceptedReport, Category, Incident, LogPosition, SourceKind, Subcategory};
use fusion::{Fusion, score_pair};
use proptest::{prelude::*, sample::Index};

use crate::given::{Given, Step, accept, fusion, near_kapedo, report, retract};

/// What a report is made from. Few values each, so that ties and echoes are common.
#[derive(Clone, Debug)]
struct Draw {
    agency: usize,
    spot: (i8, i8),
    quarter_hour: i8,
    kind: usize,
    received_days: u8,
    fate: u8,
    summary: u8,
    killed: Option<u32>,
}

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    let one = (
        0_usize..4,
        (-5_i8..=5, -5_i8..=5),
        -14_i8..=14,
        0_usize..5,
        0_u8..25,
        0_u8..10,
        0_u8..6,
        proptest::option::of(0_u32..3),
    );
    let one = one.prop_map(|(agency, spot, quarter_hour, kind, received_days, fate, summary, killed)| Draw {
        agency,
        spot,
        quarter_hour,
        kind,
        received_days,
        fate,
        summary,
        killed,
    });
    proptest::collection::vec(one, 14..28)
}

const AGENCIES: [(&str, SourceKind); 4] = [
    ("police", SourceKind::Police),
    ("npr", SourceKind::Npr),
    ("elders", SourceKind::VillageElder),
    ("kws", SourceKind::Ranger),
];
const KINDS: [(Category, Option<Subcategory>); 5] = [
    (Category::Banditry, Some(Subcategory::CattleRaid)),
    (Category::Banditry, Some(Subcategory::CattleRaid)),
    (Category::Banditry, Some(Subcategory::Ambush)),
    (Category::OrganisedGang, None),
    (Category::GenderBasedViolence, None),
];
const SUMMARIES: [&str; 3] = ["Raiders took the whole herd at dawn", "Ng'ombe wote wameibiwa alfajiri", "short"];

fn drawn(position: usize, draw: &Draw) -> AcceptedReport {
    let (agency, source_kind) = AGENCIES[draw.agency];
    let (category, subcategory) = KINDS[draw.kind];
    let mut report = report(agency, position as u64)
        .at(near_kapedo(f64::from(draw.spot.0), f64::from(draw.spot.1)))
        .hour(f64::from(draw.quarter_hour) / 4.0)
        .told_by(source_kind)
        .received(24.0 * f64::from(draw.received_days));
    report.account.category = category;
    report.account.subcategory = subcategory;
    report.account.killed = draw.killed;
    report.account.summary = SUMMARIES.get(usize::from(draw.summary)).copied().unwrap_or_default().to_owned();
    if draw.fate == 9 { report.area("Kapedo") } else { report }
}

/// The steps of each report, in their own order: what it says, perhaps an amendment, perhaps taken back.
fn lives(draws: &[Draw]) -> Vec<Vec<Step>> {
    let life = |(position, draw): (usize, &Draw)| {
        let first = drawn(position, draw);
        let moved = first.clone().at(near_kapedo(f64::from(draw.spot.1), 0.5)).amended(2, 1_000 + position as u64);
        let accept_first = Step::accept(first.clone());
        match draw.fate {
            0 => vec![accept_first, Step::retract(first)],
            1 => vec![accept_first, Step::accept(moved)],
            2 => vec![Step::accept(moved), accept_first],
            3 => vec![accept_first, Step::accept(moved), Step::retract(first)],
            _ => vec![accept_first],
        }
    };
    draws.iter().enumerate().map(life).collect()
}

/// Deals the steps of all reports out, each report's in their own order, as the indices say.
fn shuffled(lives: &[Vec<Step>], indices: &[Index]) -> Vec<Step> {
    let mut waiting: Vec<std::collections::VecDeque<Step>> = lives.iter().cloned().map(Into::into).collect();
    let mut steps = Vec::new();
    let mut indices = indices.iter().cycle();
    while !waiting.is_empty() {
        let at = indices.next().unwrap().index(waiting.len());
        steps.extend(waiting[at].pop_front());
        waiting.retain(|life| !life.is_empty());
    }
    steps
}

fn run(fusion: &mut Fusion, steps: &[Step]) {
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Accept(report) => accept(fusion, report),
            Step::Retract(report) => retract(fusion, report, 10_000 + at as u64),
        };
    }
}

/// Live incidents without what is history: revision, cause, log time, lineage.
fn without_history(fusion: &Fusion) -> Vec<Incident> {
    let plain = |incident: &Incident| {
        let mut incident = incident.clone();
        incident.revision = 0;
        incident.lineage.clear();
        incident.cause.position = LogPosition::FIRST;
        incident.log_time = crate::given::log_hour(0.0);
        incident
    };
    fusion.live_incidents().map(plain).collect()
}

/// Reports of the largest component of weights above zero among those that count in the end.
fn largest_component(fusion: &Fusion, lives: &[Vec<Step>]) -> usize {
    let accepted = |step: &Step| match step {
        Step::Accept(report) => Some((**report).clone()),
        Step::Retract(_) => None,
    };
    let head = |life: &Vec<Step>| life.iter().filter_map(accepted).max_by_key(|report| report.revision);
    let reports: Vec<AcceptedReport> =
        lives.iter().filter_map(head).filter(|report| fusion.incident_of(report.id).is_some()).collect();
    let linked = |a: &AcceptedReport, b: &AcceptedReport| {
        score_pair(fusion.parameters(), a, b).is_some_and(|link| link.weight > domain::Weight::ZERO)
    };
    let mut component: Vec<usize> = (0..reports.len()).collect();
    for a in 0..reports.len() {
        for b in 0..a {
            if linked(&reports[a], &reports[b]) {
                let (from, to) = (component[a], component[b]);
                component.iter_mut().filter(|label| **label == from).for_each(|label| *label = to);
            }
        }
    }
    component.iter().map(|label| component.iter().filter(|other| *other == label).count()).max().unwrap_or(0)
}

#[test]
fn any_order_of_the_same_reports_gives_the_same_incidents() {
    let (counted, with_several) = (Cell::new(0), Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(1_400));
    let indices = || proptest::collection::vec(any::<Index>(), 64);
    let outcome = runner.run(&(draws(), indices(), indices()), |(draws, one, other)| {
        let lives = lives(&draws);
        let (mut first, mut second) = (fusion(), fusion());
        run(&mut first, &shuffled(&lives, &one));
        run(&mut second, &shuffled(&lives, &other));
        prop_assert_eq!(without_history(&first), without_history(&second));
        if largest_component(&first, &lives) >= 10 {
            counted.set(counted.get() + 1);
            with_several.set(with_several.get() + usize::from(first.live_incidents().count() >= 3));
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(counted.get() >= 1_000, "only {} orders were of components of ten reports", counted.get());
    assert!(with_several.get() >= 500, "only {} of them came apart into several incidents", with_several.get());
}

proptest! {
    #[test]
    fn restored_snapshot_goes_on_as_the_state_would(draws in draws(), indices in proptest::collection::vec(any::<Index>(), 64), cut in any::<Index>()) {
        let steps = shuffled(&lives(&draws), &indices);
        let (before, after) = steps.split_at(cut.index(steps.len()));
        let mut state = fusion();
        run(&mut state, before);
        let mut restored = Fusion::restore(state.snapshot());
        prop_assert_eq!(restored.snapshot(), state.snapshot());
        for step in after {
            let outcomes = [&mut state, &mut restored].map(|fusion| match step {
                Step::Accept(report) => accept(fusion, report),
                Step::Retract(report) => retract(fusion, report, 10_000),
            });
            prop_assert_eq!(&outcomes[0], &outcomes[1]);
        }
        prop_assert_eq!(restored.snapshot(), state.snapshot());
    }

    #[test]
    fn revisions_count_without_gaps_and_tell_every_move(draws in draws(), indices in proptest::collection::vec(any::<Index>(), 64)) {
        let mut fusion = fusion();
        let mut checker = domain::invariants::RevisionChecker::default();
        let mut known = std::collections::BTreeMap::new();
        for (at, step) in shuffled(&lives(&draws), &indices).iter().enumerate() {
            let outcome = match step {
                Step::Accept(report) => accept(&mut fusion, report),
                Step::Retract(report) => retract(&mut fusion, report, 10_000 + at as u64),
            };
            prop_assert!(outcome.incidents.is_sorted_by(|a, b| a.id < b.id));
            prop_assert!(outcome.moved.is_sorted_by(|a, b| a.0 < b.0));
            for incident in outcome.incidents {
                prop_assert_eq!(incident.lineage.last().map(|step| step.position), Some(incident.cause.position));
                prop_assert!(checker.admit(&domain::Fact::Incident(Box::new(incident))));
            }
            known.extend(outcome.moved);
            for (report, incident) in &known {
                prop_assert_eq!(fusion.incident_of(*report), *incident);
            }
        }
    }
}
