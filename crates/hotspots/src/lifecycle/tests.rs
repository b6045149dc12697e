//! Small lives: cells weigh 1000 each unless told otherwise.

use std::collections::BTreeMap;

use domain::Timestamp;
use proptest::prelude::*;

use super::*;

fn day(number: i64) -> LogTime {
    LogTime::new(Timestamp::from_micros(0).unwrap().plus(Span::from_days(number)))
}

fn found(cells: &[u32], observed_milli: u64) -> Found {
    Found { cells: cells.to_vec(), observed_milli }
}

fn born_at(mark: LogTime) -> impl Fn(&Found) -> HotspotId {
    move |found| HotspotId::of_birth(1, 6, 28, u64::from(found.cells[0]), mark.timestamp().micros())
}

fn step(lifecycle: &mut Lifecycle, mark: LogTime, found: &[Found]) -> Vec<Step> {
    lifecycle.step(mark, found, |_| 1_000, born_at(mark))
}

fn states(steps: &[Step]) -> Vec<HotspotState> {
    steps.iter().map(|step| step.state).collect()
}

#[test]
fn state_compares_with_seven_days_before() {
    for (then, now, state) in [
        (4_000, 5_000, HotspotState::Growing),
        (4_000, 4_999, HotspotState::Persistent),
        (5_000, 4_001, HotspotState::Persistent),
        (5_000, 4_000, HotspotState::Fading),
    ] {
        let mut lifecycle = Lifecycle::default();

        let first = step(&mut lifecycle, day(0), &[found(&[1, 2], then)]);
        let sixth = step(&mut lifecycle, day(6), &[found(&[2, 3], now)]);
        let seventh = step(&mut lifecycle, day(7), &[found(&[2, 3], now)]);

        assert_eq!((states(&first), states(&sixth)), (vec![HotspotState::New], vec![HotspotState::New]));
        assert_eq!(states(&seventh), [state]);
        assert_eq!(seventh[0].life.id, first[0].life.id);
    }
}

#[test]
fn lost_hotspot_fades_for_seven_days_and_is_gone() {
    let mut lifecycle = Lifecycle::default();
    let id = step(&mut lifecycle, day(0), &[found(&[1, 2], 9_000)])[0].life.id;

    let lost: Vec<Vec<Step>> = (1..=9).map(|number| step(&mut lifecycle, day(number), &[])).collect();

    let expected = [(true, HotspotState::Fading), (false, HotspotState::Fading), (true, HotspotState::Gone)];
    for (index, (turn, state)) in [0, 3, 7].into_iter().zip(expected) {
        assert_eq!((lost[index][0].body, lost[index][0].state), (Body::Lost { turn }, state), "day {}", index + 1);
        assert_eq!(lost[index][0].life.id, id);
    }
    assert!(lost[8].is_empty());
}

#[test]
fn hotspot_that_comes_back_in_time_keeps_its_id() {
    let mut lifecycle = Lifecycle::default();
    let id = step(&mut lifecycle, day(0), &[found(&[1, 2], 9_000)])[0].life.id;
    step(&mut lifecycle, day(1), &[]);

    let back = step(&mut lifecycle, day(7), &[found(&[2, 3], 9_000)]);

    assert_eq!((back[0].life.id, back[0].life.lost_at), (id, None));
}

#[test]
fn gone_hotspot_is_born_again_under_another_id() {
    let mut lifecycle = Lifecycle::default();
    let id = step(&mut lifecycle, day(0), &[found(&[1, 2], 9_000)])[0].life.id;
    step(&mut lifecycle, day(1), &[]);
    step(&mut lifecycle, day(8), &[]);

    let again = step(&mut lifecycle, day(9), &[found(&[1, 2], 9_000)]);

    assert_eq!(states(&again), [HotspotState::New]);
    assert_ne!(again[0].life.id, id);
}

#[test]
fn part_that_split_off_is_not_new() {
    let mut lifecycle = Lifecycle::default();
    let id = step(&mut lifecycle, day(0), &[found(&[1, 2, 3, 4, 5], 10_000)])[0].life.id;

    let parts = step(&mut lifecycle, day(7), &[found(&[1, 2], 3_000), found(&[4, 5, 6], 7_000)]);

    let of_cells = |cells: &[u32]| parts.iter().find(|step| step.life.cells == cells).unwrap();
    assert_ne!(of_cells(&[1, 2]).life.id, of_cells(&[4, 5, 6]).life.id);
    assert_eq!(of_cells(&[1, 2]).life.id, id, "two cells shared by both: a tie goes to the least cell");
    assert_eq!(states(&parts), [HotspotState::Fading, HotspotState::Fading]);
}

#[test]
fn weight_decides_which_part_keeps_the_id() {
    let mut lifecycle = Lifecycle::default();
    let id = step(&mut lifecycle, day(0), &[found(&[1, 2, 3, 4, 5], 10_000)])[0].life.id;

    let mark = day(1);
    let weight_of = |cell: u32| if cell == 5 { 9_000 } else { 1_000 };
    let parts = lifecycle.step(mark, &[found(&[1, 2], 2_000), found(&[4, 5], 10_000)], weight_of, born_at(mark));

    assert_eq!(parts.iter().find(|step| step.life.cells == [4, 5]).unwrap().life.id, id);
}

#[test]
fn older_of_two_that_grow_together_survives_a_tie() {
    let mut lifecycle = Lifecycle::default();
    let older = step(&mut lifecycle, day(0), &[found(&[8, 9], 6_000)])[0].life.id;
    let both = step(&mut lifecycle, day(1), &[found(&[1, 2], 6_000), found(&[8, 9], 6_000)]);
    let younger = both.iter().find(|step| step.life.id != older).unwrap().life.id;

    let joined = step(&mut lifecycle, day(2), &[found(&[1, 2, 5, 8, 9], 14_000)]);

    let body_of = |id: HotspotId| joined.iter().find(|step| step.life.id == id).unwrap().body;
    assert_eq!(body_of(older), Body::Component(0));
    assert_eq!(body_of(younger), Body::Lost { turn: true });
}

#[test]
fn minute_marks_keep_one_evaluation_an_hour() {
    let mut lifecycle = Lifecycle::default();
    let minute = |number: i64| LogTime::new(day(0).timestamp().plus(Span::from_secs(60 * number)));

    for number in 0..12 * 24 * 60 {
        let observed = 9_000 + u64::try_from(number).unwrap();
        step(&mut lifecycle, minute(number), &[found(&[1, 2], observed)]);
    }

    assert_eq!(lifecycle.evaluations.len(), 7 * 24 + 1);
}

/// The rule as it is said: the best pair of all is taken, then the best of the rest.
fn stated_match(found: &[Found], older: &[Vec<u32>], weight_of: &impl Fn(u32) -> u64) -> BTreeMap<usize, usize> {
    let mut matched: BTreeMap<usize, usize> = BTreeMap::new();
    let free = |matched: &BTreeMap<usize, usize>, index: usize, old: usize| {
        !matched.contains_key(&index) && !matched.values().any(|&taken| taken == old)
    };
    loop {
        let mut best: Option<(u64, usize, usize)> = None;
        for (old, cells) in older.iter().enumerate() {
            for (index, component) in found.iter().enumerate() {
                let shared: Vec<u32> = component.cells.iter().copied().filter(|cell| cells.contains(cell)).collect();
                let weight = shared.iter().map(|&cell| weight_of(cell)).sum::<u64>();
                let better = best.is_none_or(|best| weight > best.0);
                if !shared.is_empty() && free(&matched, index, old) && better {
                    best = Some((weight, old, index));
                }
            }
        }
        let Some((_, old, index)) = best else { return matched };
        matched.insert(index, old);
    }
}

/// Disjoint sets of cells, as components are.
fn components() -> impl Strategy<Value = Vec<Found>> {
    prop::collection::vec(0_usize..6, 24).prop_map(|owners| {
        let of = |owner: usize| {
            let cells: Vec<u32> = (0_u32..24).zip(&owners).filter(|pair| *pair.1 == owner).map(|pair| pair.0).collect();
            found(&cells, 1_000 * cells.len() as u64)
        };
        (0..4).map(of).filter(|found| !found.cells.is_empty()).collect()
    })
}

proptest! {
    #[test]
    fn matching_takes_the_best_pair_of_the_rest(
        now in components(),
        older in prop::collection::vec(prop::collection::btree_set(0_u32..24, 1..8), 0..5),
        weights in prop::collection::vec(0_u64..4, 24),
    ) {
        let older: Vec<Vec<u32>> = older.into_iter().map(|cells| cells.into_iter().collect()).collect();
        let slices: Vec<&[u32]> = older.iter().map(Vec::as_slice).collect();
        let weight_of = |cell: u32| weights[cell as usize];

        let kin = match_by_weight(&now, &slices, &weight_of);

        let partners: BTreeMap<usize, usize> =
            kin.iter().enumerate().filter_map(|(index, kin)| Some((index, kin.partner?))).collect();
        prop_assert_eq!(partners, stated_match(&now, &older, &weight_of));
    }

    #[test]
    fn gone_is_final_and_no_id_is_told_twice(walk in prop::collection::vec((0_i64..4, components()), 1..30)) {
        let mut lifecycle = Lifecycle::default();
        let mut now = 0;
        let mut gone: Vec<HotspotId> = Vec::new();
        for (days, found) in walk {
            now += days + 1;
            let steps = step(&mut lifecycle, day(now), &found);
            let mut ids: Vec<HotspotId> = steps.iter().map(|step| step.life.id).collect();
            prop_assert!(ids.iter().all(|id| !gone.contains(id)));
            prop_assert_eq!(steps.iter().filter(|step| matches!(step.body, Body::Component(_))).count(), found.len());
            gone.extend(steps.iter().filter(|step| step.state == HotspotState::Gone).map(|step| step.life.id));
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), steps.len());
        }
    }
}
