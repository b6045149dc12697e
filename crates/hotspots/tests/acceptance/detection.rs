//! What `detect` finds, and what it must not find.

use std::collections::BTreeSet;

use domain::{Cell, Family, HotspotState};
use geography::{MaskResolution, mask};
use hotspots::{DetectRow, Rows, Settings, detect};

use crate::world::{centre, cluster, days, end, incident, index_at, settings, uniform};

const LAMU: (f64, f64) = (-2.27, 40.9);
const KAPEDO: (f64, f64) = (1.15, 36.10);

fn cells_of(rows: &[DetectRow], family: Family, window_days: u16) -> BTreeSet<Cell> {
    rows.iter().filter(|row| (row.family, row.window_days) == (family, window_days)).map(|row| row.cell).collect()
}

#[test]
fn uniform_world_shows_a_hotspot_in_few_seeds() {
    for (incidents, of_days) in [(20_000, 730), (3_000, 1_825)] {
        let shows = |seed: &u64| {
            let world = uniform(*seed, MaskResolution::Six, incidents, of_days);
            !detect(&world, end(), Settings::default(), Rows::OfHotspots).is_empty()
        };

        let seeds: Vec<u64> = (1..=100).filter(shows).collect();

        println!("{incidents} incidents in {of_days} days: {} of 100 seeds show a hotspot: {seeds:?}", seeds.len());
        assert!(seeds.len() <= 10, "{incidents} incidents in {of_days} days: a hotspot in {seeds:?}");
    }
}

#[test]
fn planted_clusters_are_found_and_nothing_else() {
    let mask = mask(MaskResolution::Six);
    let (lamu, kapedo) = (index_at(mask, LAMU.0, LAMU.1), index_at(mask, KAPEDO.0, KAPEDO.1));
    let mut world = uniform(7, MaskResolution::Six, 4_000, 730);
    world.extend(cluster(1, Family::Banditry, (mask, kapedo), 12, (80, end())));
    world.extend(cluster(2, Family::ViolentExtremism, (mask, lamu), 9, (25, end())));

    let rows = detect(&world, end(), Settings::default(), Rows::OfHotspots);

    let cell = |index: usize| Cell::new(u64::from(mask.cells()[index]));
    assert!(cells_of(&rows, Family::Banditry, 90).contains(&cell(kapedo)));
    assert!(cells_of(&rows, Family::ViolentExtremism, 28).contains(&cell(lamu)));
    let near =
        |index: usize| mask.cells()[index].grid_disk::<Vec<_>>(2).into_iter().map(|cell| Cell::new(u64::from(cell)));
    let planted: BTreeSet<Cell> = near(lamu).chain(near(kapedo)).collect();
    assert!(rows.iter().all(|row| planted.contains(&row.cell)));
    assert!(rows.iter().all(|row| matches!(row.family, Family::Banditry | Family::ViolentExtremism)));
}

#[test]
fn four_incidents_make_no_hotspot_and_five_do() {
    let mask = mask(MaskResolution::Six);
    let point = centre(mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let five: Vec<_> = (0..5).map(|number| incident(number, Family::Trafficking, end(), point)).collect();

    let rows_of =
        |count: usize| detect(&five[..count], end(), settings(MaskResolution::Six, &[28]), Rows::OfHotspots).len();

    assert_eq!((rows_of(4), rows_of(5)), (0, 7));
}

#[test]
fn window_opens_after_its_length_and_closes_at_the_instant() {
    let mask = mask(MaskResolution::Six);
    let point = centre(mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let tick = domain::Span::from_micros(1);
    let opening = end().minus(days(28));
    let instants = [opening, opening.plus(tick), end(), end().plus(tick)];
    let world: Vec<_> = (0..).zip(instants).map(|(number, at)| incident(number, Family::Banditry, at, point)).collect();

    let counted = |rows: Vec<DetectRow>| rows.iter().map(|row| row.incidents).sum::<u32>();
    let each = world.iter().map(|counted_one| {
        let one = std::slice::from_ref(counted_one);
        let banditry = |row: &DetectRow| row.family == Family::Banditry;
        let rows = detect(one, end(), settings(MaskResolution::Six, &[28]), Rows::AllCells);
        counted(rows.into_iter().filter(banditry).collect())
    });

    assert_eq!(each.collect::<Vec<u32>>(), [0, 1, 1, 0]);
}

#[test]
fn all_cells_are_the_mask_and_hold_the_rows_of_hotspots() {
    for resolution in [MaskResolution::Five, MaskResolution::Six] {
        let mask = mask(resolution);
        let mut world = uniform(11, resolution, 500, 90);
        world.extend(cluster(3, Family::OrganisedGang, (mask, index_at(mask, KAPEDO.0, KAPEDO.1)), 20, (20, end())));

        let all = detect(&world, end(), settings(resolution, &[90]), Rows::AllCells);
        let rows = detect(&world, end(), settings(resolution, &[90]), Rows::OfHotspots);

        assert_eq!(all.len(), 4 * mask.len());
        assert!(all.is_sorted_by_key(|row| (row.family, row.window_days, row.cell)));
        assert!(!rows.is_empty());
        assert_eq!(all.into_iter().filter(|row| row.hotspot.is_some()).collect::<Vec<_>>(), rows);
    }
}

#[test]
fn empty_world_has_no_expectation() {
    let rows = detect(&[], end(), settings(MaskResolution::Five, &[28]), Rows::AllCells);

    let plain = |row: &DetectRow| {
        (row.expected, row.gi_star_z, row.p_value, row.q_value, row.score) == (0.0, 0.0, 1.0, 1.0, 0.0)
            && row.score.is_sign_positive()
    };
    assert!(rows.iter().all(plain));
}

#[test]
fn states_tell_what_changed_in_seven_days() {
    let mask = mask(MaskResolution::Six);
    let kapedo = (mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let week_before = end().minus(days(7));
    let state_of = |before: u64, since: u64| {
        let mut world = uniform(5, MaskResolution::Six, 400, 300);
        world.extend(cluster(4, Family::Banditry, kapedo, before, (10, week_before)));
        world.extend(cluster(5, Family::Banditry, kapedo, since, (6, end())));
        let rows = detect(&world, end(), settings(MaskResolution::Six, &[90]), Rows::OfHotspots);
        rows.first().and_then(|row| row.state)
    };

    assert_eq!(state_of(0, 12), Some(HotspotState::New));
    assert_eq!(state_of(12, 12), Some(HotspotState::Growing));
    assert_eq!(state_of(12, 0), Some(HotspotState::Persistent));
}

#[test]
fn hotspot_that_leaves_its_window_fades() {
    let mask = mask(MaskResolution::Six);
    let kapedo = (mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let mut world = uniform(5, MaskResolution::Six, 400, 300);
    world.extend(cluster(6, Family::Banditry, kapedo, 20, (6, end().minus(days(29)))));
    world.extend(cluster(7, Family::Banditry, kapedo, 10, (10, end())));

    let rows = detect(&world, end(), settings(MaskResolution::Six, &[28]), Rows::OfHotspots);

    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.state == Some(HotspotState::Fading)));
}

#[test]
fn finest_resolution_finds_a_town() {
    let mask = mask(MaskResolution::Seven);
    let world = cluster(8, Family::OrganisedGang, (mask, index_at(mask, -1.2864, 36.8172)), 8, (20, end()));

    let rows = detect(&world, end(), settings(MaskResolution::Seven, &[28]), Rows::OfHotspots);

    assert!(rows.len() >= 7);
    assert!(rows.iter().all(|row| row.resolution == 7));
}
