//! What hotspot detection must find in scenarios whose truth is known: all that was planted, and nothing in a world without structure.
use std::collections::BTreeSet;

use domain::{IncidentId, Timestamp};
use hotspots::{Counted, DetectRow, Rows, Settings, detect};
use scenario::{Density, Noise, Recipe, Scenario, World, default_demo, generate};

/// Seeds of worlds without structure; each has sixteen chances (families and windows) at a false alarm of 5 %.
const UNIFORM_SEEDS: u64 = 20;

fn until() -> Timestamp {
    "2026-06-30T21:00:00Z".parse().expect("it is a time")
}

fn detected(scenario: &Scenario) -> Vec<DetectRow> {
    let counted = scenario.incidents.iter().filter_map(|incident| {
        Some(Counted {
            incident: IncidentId::from_bytes(u128::from(incident.id).to_be_bytes()),
            family: incident.category.family()?,
            at: incident.occurred_at,
            point: incident.point,
            weight_milli: incident.weight_milli,
            agencies: Vec::new(),
            sources: Vec::new(),
        })
    });
    detect(&counted.collect::<Vec<_>>(), until(), Settings::default(), Rows::OfHotspots)
}

#[test]
fn every_planted_hotspot_is_found_and_no_other() {
    let demo = default_demo(1, until());
    let rows = detected(&demo);

    for hotspot in &demo.hotspots {
        let is_it = |row: &&DetectRow| row.family == hotspot.family && hotspot.cells.contains(&row.cell);
        assert!(rows.iter().any(|row| is_it(&row) && row.window_days == 1_825), "{} was not found", hotspot.name);
    }
    let planted = |row: &DetectRow| {
        demo.hotspots.iter().any(|hotspot| hotspot.family == row.family && hotspot.cells.contains(&row.cell))
    };
    let found: BTreeSet<_> = rows.iter().filter_map(|row| row.hotspot).collect();
    let explained: BTreeSet<_> = rows.iter().filter(|row| planted(row)).filter_map(|row| row.hotspot).collect();
    assert_eq!(found.difference(&explained).count(), 0);
}

#[test]
fn world_without_structure_shows_next_to_no_hotspot() {
    let alarms = (1..=UNIFORM_SEEDS).filter(|seed| {
        let recipe = Recipe {
            seed: *seed,
            reports: 3_000,
            density: Density::Easy,
            noise: Noise::A4,
            world: World::Uniform,
            until: until(),
        };
        !detected(&generate(&recipe)).is_empty()
    });

    assert!(alarms.count() <= 2);
}
