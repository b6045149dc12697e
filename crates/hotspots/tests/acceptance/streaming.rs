//! Along log time: the same as recomputed from nothing, whatever the way; revisions without gaps; lives that end.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Fact, Family, Hotspot, HotspotState, IncidentId, LogTime, SourceId, Span, invariants::RevisionChecker};
use geography::{MaskResolution, mask};
use hotspots::{Counted, DetectRow, Hotspots, Rows, detect};
use proptest::prelude::*;

use crate::world::{cause, centre, cluster, days, end, incident, index_at, settings, uniform};

const KAPEDO: (f64, f64) = (1.15, 36.10);
const WINDOWS: &[u16] = &[10, 40];

/// A step of a life.
#[derive(Clone, Debug)]
enum Step {
    Upsert(Counted),
    Remove(IncidentId),
    /// Minutes after the last mark.
    Evaluate(i64),
}

/// An incident of the first 80 days, often in one of three places; few ids, so that many steps change what is known.
fn counted() -> impl Strategy<Value = Counted> {
    let mask = mask(MaskResolution::Five);
    let kapedo = index_at(mask, KAPEDO.0, KAPEDO.1);
    let hot: Vec<usize> = mask.disk(kapedo).iter().map(|&cell| cell as usize).chain([100, 2_000]).collect();
    let cell = prop_oneof![3 => prop::sample::select(hot), 1 => 0..mask.len()];
    let weight = prop_oneof![Just(1_000_u16), 0_u16..=1_000];
    (0_u64..120, 0_usize..2, 0_i64..80 * 1_440, cell, weight).prop_map(
        move |(number, family, minute, cell, weight_milli)| {
            let at = end().plus(Span::from_secs(minute * 60));
            Counted { weight_milli, ..incident(number, Family::ALL[family], at, centre(mask, cell)) }
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => counted().prop_map(Step::Upsert),
        1 => (0_u128..120).prop_map(|number| Step::Remove(IncidentId::from_bytes(number.to_be_bytes()))),
        3 => prop_oneof![1_i64..90, Just(1_440_i64), 1_440_i64..14_400].prop_map(Step::Evaluate),
    ];
    prop::collection::vec(step, 20..220)
}

/// The stream and the set of incidents that it should hold.
struct Run {
    stream: Hotspots,
    set: BTreeMap<IncidentId, Counted>,
    mark: LogTime,
}

impl Run {
    fn new() -> Run {
        let stream = Hotspots::new(settings(MaskResolution::Five, WINDOWS));
        Run { stream, set: BTreeMap::new(), mark: LogTime::new(end()) }
    }

    fn take(&mut self, step: &Step) -> Vec<Hotspot> {
        match step {
            Step::Upsert(counted) => {
                self.set.insert(counted.incident, counted.clone());
                self.stream.upsert(counted.clone());
                Vec::new()
            }
            Step::Remove(id) => {
                self.set.remove(id);
                self.stream.remove(*id);
                Vec::new()
            }
            Step::Evaluate(minutes) => {
                self.mark = self.mark.plus(Span::from_secs(minutes * 60));
                self.stream.evaluate(self.mark, cause(self.mark))
            }
        }
    }

    /// On to the next midnight in East Africa, at which all that changed is told.
    fn day_of_ours(&mut self) -> Vec<Hotspot> {
        self.mark = LogTime::new(self.mark.timestamp().local_day().end());
        self.stream.evaluate(self.mark, cause(self.mark))
    }
}

/// What a stream says of cells, in the form of `detect`.
type Figures = (Family, u16, u64, u32, u64, [u64; 5]);

fn of_stream(stream: &Hotspots) -> Vec<Figures> {
    let of_hotspot = |hotspot: &Hotspot| -> Vec<Figures> {
        let row = |cell: &domain::HotspotCell| {
            let floats = [cell.expected, cell.gi_star_z, cell.p_value, cell.q_value, 0.0].map(f64::to_bits);
            (hotspot.family, hotspot.window_days, cell.cell.get(), cell.incidents, cell.observed_milli, floats)
        };
        hotspot.cells.iter().map(row).collect()
    };
    let mut figures: Vec<Figures> = stream.significant().flat_map(of_hotspot).collect();
    figures.sort_unstable();
    figures
}

fn of_rows(rows: &[DetectRow]) -> Vec<Figures> {
    let figures = rows.iter().map(|row| {
        let floats = [row.expected, row.gi_star_z, row.p_value, row.q_value, 0.0].map(f64::to_bits);
        (row.family, row.window_days, row.cell.get(), row.incidents, row.observed_milli, floats)
    });
    figures.collect()
}

/// The whole of each significant hotspot but for its history.
fn without_history(stream: &Hotspots, like: &Hotspot) -> Vec<Hotspot> {
    let plain = |hotspot: &Hotspot| Hotspot {
        id: like.id,
        revision: 1,
        state: like.state,
        mark: like.mark,
        first_seen: like.first_seen,
        cause: like.cause,
        ..hotspot.clone()
    };
    let mut hotspots: Vec<Hotspot> = stream.significant().map(plain).collect();
    hotspots.sort_unstable_by_key(|hotspot| (hotspot.family, hotspot.window_days, hotspot.cells[0].cell));
    hotspots
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn stream_equals_recomputation_from_nothing(steps in steps()) {
        let mut run = Run::new();
        for step in &steps {
            run.take(step);
        }
        run.day_of_ours();

        let set: Vec<Counted> = run.set.values().cloned().collect();
        let rows = detect(&set, run.mark.timestamp(), run.stream.settings().clone(), Rows::OfHotspots);
        prop_assert_eq!(of_stream(&run.stream), of_rows(&rows));

        let mut fresh = Hotspots::new(run.stream.settings().clone());
        set.into_iter().for_each(|counted| fresh.upsert(counted));
        fresh.evaluate(run.mark, cause(run.mark));
        if let Some(like) = fresh.heads().next() {
            prop_assert_eq!(without_history(&run.stream, like), without_history(&fresh, like));
        }
    }

    #[test]
    fn restored_goes_on_as_the_original(steps in steps(), part in 0.0_f64..1.0) {
        let cut = (steps.len() as f64 * part) as usize;
        let mut run = Run::new();
        steps[..cut].iter().for_each(|step| drop(run.take(step)));
        let snapshot = run.stream.snapshot();
        let mut other = Run { stream: Hotspots::restore(snapshot.clone()), set: run.set.clone(), mark: run.mark };

        prop_assert_eq!(other.stream.snapshot(), snapshot);
        for step in &steps[cut..] {
            prop_assert_eq!(other.stream.changed(), run.stream.changed());
            prop_assert_eq!(other.take(step), run.take(step));
        }
        prop_assert_eq!(other.stream.snapshot(), run.stream.snapshot());
    }

    #[test]
    fn revisions_have_no_gaps_and_each_says_something(steps in steps()) {
        let mut run = Run::new();
        let mut checker = RevisionChecker::default();
        let mut last: BTreeMap<domain::HotspotId, Hotspot> = BTreeMap::new();
        for step in steps.iter().chain([&Step::Evaluate(1_440), &Step::Evaluate(1_440)]) {
            let revised = run.take(step);
            prop_assert!(revised.is_sorted_by_key(|hotspot| (hotspot.family, hotspot.window_days, hotspot.id)));
            for hotspot in revised {
                prop_assert!(checker.admit(&Fact::Hotspot(Box::new(hotspot.clone()))));
                if let Some(before) = last.get(&hotspot.id) {
                    prop_assert!(before.state != HotspotState::Gone, "gone is final");
                    let Hotspot { revision, mark, cause, .. } = *before;
                    prop_assert_ne!(&Hotspot { revision, mark, cause, ..hotspot.clone() }, before);
                }
                last.insert(hotspot.id, hotspot);
            }
        }
        last.retain(|_, hotspot| hotspot.state != HotspotState::Gone);
        let heads: Vec<&Hotspot> = run.stream.heads().collect();
        prop_assert_eq!(heads.len(), last.len());
        prop_assert!(heads.into_iter().all(|head| last.get(&head.id) == Some(head)));
    }

    #[test]
    fn order_of_incidents_changes_nothing(set in prop::collection::vec(counted(), 1..100), seed: u64) {
        let set: BTreeMap<IncidentId, Counted> = set.into_iter().map(|counted| (counted.incident, counted)).collect();
        let mut shuffled: Vec<&Counted> = set.values().collect();
        let mut dice = crate::world::Dice::new(seed);
        shuffled.sort_by_cached_key(|_| dice.roll(u64::MAX));
        let mark = LogTime::new(end().plus(days(80)));
        let told = |set: Vec<&Counted>| {
            let mut stream = Hotspots::new(settings(MaskResolution::Five, &[90]));
            set.into_iter().for_each(|counted| stream.upsert(counted.clone()));
            stream.evaluate(mark, cause(mark))
        };

        prop_assert_eq!(told(shuffled), told(set.values().collect()));
    }
}

#[test]
fn hotspot_lives_fades_and_is_gone_for_ever() {
    let mask = mask(MaskResolution::Five);
    let kapedo = (mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let mut run = Run::new();
    uniform(3, MaskResolution::Five, 600, 60).into_iter().for_each(|counted| drop(run.take(&Step::Upsert(counted))));
    for (seed, until) in [(41, 1), (42, 60)] {
        let burst = cluster(seed, Family::Banditry, kapedo, 15, (1, end().plus(days(until))));
        burst.into_iter().for_each(|counted| drop(run.take(&Step::Upsert(counted))));
    }

    let mut states: Vec<(domain::HotspotId, HotspotState)> = Vec::new();
    for _ in 0..70 {
        let revised = run.day_of_ours();
        let ours = revised.iter().filter(|hotspot| (hotspot.family, hotspot.window_days) == (Family::Banditry, 10));
        states.extend(ours.map(|hotspot| (hotspot.id, hotspot.state)));
        states.dedup();
    }

    let ids: BTreeSet<_> = states.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids.len(), 2, "one life for each burst: {states:?}");
    let words: Vec<HotspotState> = states.iter().map(|(_, state)| *state).collect();
    let life = [HotspotState::New, HotspotState::Persistent, HotspotState::Fading, HotspotState::Gone];
    assert_eq!(words[..4], life);
    assert_eq!(words[4], HotspotState::New);
}

#[test]
fn nothing_is_told_where_nothing_changed() {
    let mask = mask(MaskResolution::Five);
    let kapedo = (mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let mut run = Run::new();
    let burst = cluster(43, Family::Trafficking, kapedo, 15, (1, end()));
    burst.iter().for_each(|counted| drop(run.take(&Step::Upsert(counted.clone()))));

    let first = run.take(&Step::Evaluate(1));
    let second = run.take(&Step::Evaluate(1));
    run.take(&Step::Upsert(burst[0].clone()));

    assert_eq!((first.len(), second.len()), (2, 0));
    assert!(!run.stream.changed());
}

#[test]
fn one_far_incident_changes_what_is_expected_and_is_told_at_midnight() {
    let mask = mask(MaskResolution::Five);
    let kapedo = (mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let mut run = Run::new();
    let burst = cluster(44, Family::Trafficking, kapedo, 15, (1, end()));
    burst.into_iter().for_each(|counted| drop(run.take(&Step::Upsert(counted))));
    let before = run.take(&Step::Evaluate(1));

    run.take(&Step::Upsert(incident(1, Family::Trafficking, end(), centre(mask, 3))));
    let at_once = run.take(&Step::Evaluate(1));
    let after = run.day_of_ours();

    assert_eq!((at_once.len(), after.len()), (0, 2));
    assert!(after.iter().zip(&before).all(|(after, before)| after.expected > before.expected));
    assert!(after.iter().zip(&before).all(|(after, before)| after.observed_milli == before.observed_milli));
}

#[test]
fn what_never_counts_changes_nothing() {
    let mask = mask(MaskResolution::Five);
    let mut run = Run::new();
    run.day_of_ours();
    let at = run.mark.timestamp();
    let abroad = domain::Point::from_degrees(12.0, 20.0).unwrap();

    run.stream.upsert(incident(1, Family::Banditry, at, abroad));
    run.stream.upsert(incident(2, Family::Banditry, at.minus(days(40)), centre(mask, 9)));
    run.stream.upsert(Counted { weight_milli: 0, ..incident(3, Family::Banditry, at, centre(mask, 9)) });
    run.stream.remove(IncidentId::from_bytes([9; 16]));
    assert!(!run.stream.changed());

    run.stream.upsert(incident(4, Family::Banditry, at.plus(days(1)), centre(mask, 9)));
    assert!(run.stream.changed(), "one that is yet to come will count");
}

#[test]
fn late_incident_counts_from_the_opening_of_a_window_to_its_end() {
    let mask = mask(MaskResolution::Five);
    let point = centre(mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let counted_in = |before: Span| {
        let mut run = Run::new();
        run.day_of_ours();
        let at = run.mark.timestamp().minus(before);
        (0..6).for_each(|number| drop(run.take(&Step::Upsert(incident(number, Family::Banditry, at, point)))));
        run.take(&Step::Evaluate(0)).iter().map(|hotspot| hotspot.window_days).collect::<Vec<u16>>()
    };

    assert_eq!(counted_in(days(10)), [40]);
    assert_eq!(counted_in(Span::from_micros(days(10).micros() - 1)), [10, 40]);
    assert_eq!(counted_in(Span::ZERO), [10, 40]);
    assert_eq!(counted_in(Span::from_micros(-1)), [0_u16; 0]);
}

#[test]
fn hotspot_that_comes_back_rests_on_its_present_incidents() {
    let mask = mask(MaskResolution::Five);
    let point = centre(mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let one = |number: u64| Step::Upsert(incident(number, Family::Banditry, end(), point));
    let mut run = Run::new();
    (0..6).for_each(|number| drop(run.take(&one(number))));
    let born = run.day_of_ours().remove(0);
    let elsewhere = |counted: &Counted| {
        let cell = geography::cell_of(counted.point, mask.resolution().resolution());
        born.cells.iter().all(|of_hotspot| of_hotspot.cell.get() != u64::from(cell))
    };
    let crowd = uniform(9, MaskResolution::Five, 16_000, 1).into_iter().skip(7).filter(elsewhere);
    let crowd: Vec<Counted> = crowd.collect();

    crowd.iter().for_each(|counted| drop(run.take(&Step::Upsert(counted.clone()))));
    let lost = run.day_of_ours();
    run.take(&Step::Remove(IncidentId::from_bytes(0_u128.to_be_bytes())));
    run.take(&one(6));
    run.day_of_ours();
    crowd.iter().for_each(|counted| drop(run.take(&Step::Remove(counted.incident))));
    let back = run.day_of_ours().remove(0);

    assert_eq!(lost[0].state, HotspotState::Fading);
    assert!(lost[0].q_value > 0.05);
    assert_eq!((back.id, &back.cells), (born.id, &born.cells));
    assert_eq!(
        back.incidents,
        (1..=6_u128).map(|number| IncidentId::from_bytes(number.to_be_bytes())).collect::<Vec<_>>()
    );
}

#[test]
fn hotspot_says_whom_it_rests_on() {
    let mask = mask(MaskResolution::Five);
    let point = centre(mask, index_at(mask, KAPEDO.0, KAPEDO.1));
    let agency = |name: &str| name.parse::<domain::AgencyId>().unwrap();
    let source = |byte: u8| SourceId::from_bytes([byte; 16]);
    let rest = [
        (1_000, vec!["police"], vec![1]),
        (500, vec!["police"], vec![1, 2]),
        (500, vec!["npr"], vec![3]),
        (900, vec!["npr", "police"], vec![1, 3]),
        (800, vec!["elders"], vec![4]),
    ];
    let mut run = Run::new();
    for (number, (weight_milli, agencies, sources)) in (0..).zip(rest) {
        let agencies = agencies.into_iter().map(agency).collect();
        let sources = sources.into_iter().map(source).collect();
        let plain = incident(number, Family::Banditry, end(), point);
        run.take(&Step::Upsert(Counted { weight_milli, agencies, sources, ..plain }));
    }

    let told = run.take(&Step::Evaluate(1)).remove(0);

    assert_eq!((told.agencies, told.sources, told.incidents.len(), told.observed_milli), (3, 4, 5, 3_700));
    assert_eq!(told.single_source_milli, 622, "2300 of 3700");
    assert_eq!(told.single_agency_milli, 405, "1500 of 3700, police");
    let best = geography::cell_index(told.best_cell).and_then(|cell| mask.index_of(cell)).unwrap();
    assert_eq!(told.county, mask.county(best).map(geography::County::number));
    assert!(told.county.is_some());
    assert!(!told.nearest_place.is_empty());
}
