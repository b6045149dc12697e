//! What must hold of generated scenarios, through the public interface only.
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use domain::{Account, Category, Cell, Occurrence, Report, Span, Timestamp};
use geography::MaskResolution;
use h3o::Resolution;
use scenario::{
    DEMO_REPORTS, Density, Noise, Recipe, Scenario, World, candidates_per_report, default_demo,
    difficulty::best_fixed_window, files, generate,
};

static DEMO: LazyLock<Scenario> = LazyLock::new(|| default_demo(1, until()));

fn until() -> Timestamp {
    "2026-06-30T21:00:00Z".parse().expect("it is a time")
}

fn recipe(seed: u64) -> Recipe {
    Recipe { seed, reports: 2_000, density: Density::Medium, noise: Noise::A4, world: World::Planted, until: until() }
}

fn account(report: &Report) -> &Account {
    report.body.account().expect("scenarios hold no retraction")
}

fn share(reports: &[&Report], is_so: impl Fn(&Account) -> bool) -> f64 {
    reports.iter().filter(|report| is_so(account(report))).count() as f64 / reports.len() as f64
}

fn of_agency<'a>(scenario: &'a Scenario, agency: &str) -> Vec<&'a Report> {
    scenario.reports.iter().filter(|report| report.key.agency.as_str() == agency).collect()
}

#[test]
fn same_recipe_gives_the_same_scenario() {
    for (noise, world) in [(Noise::A4, World::Planted), (Noise::Full, World::Planted), (Noise::Full, World::Uniform)] {
        let recipe = Recipe { noise, world, reports: 500, ..recipe(11) };
        assert!(generate(&recipe) == generate(&recipe), "{recipe:?}");
        assert!(generate(&recipe).reports != generate(&Recipe { seed: 12, ..recipe }).reports);
    }
}

#[test]
fn every_report_is_there_once_in_order_with_its_truth() {
    for noise in [Noise::A4, Noise::Full] {
        let scenario = generate(&Recipe { noise, ..recipe(3) });
        let taken: Vec<_> = scenario.reports.iter().map(|report| account(report).reported_at.unwrap()).collect();
        let keys: BTreeSet<_> = scenario.reports.iter().map(|report| &report.key).collect();

        assert_eq!((scenario.reports.len(), keys.len()), (2_000, 2_000));
        assert!(taken.is_sorted() && taken.iter().all(|at| *at <= until()));
        assert!(scenario.truth.iter().map(|(key, _)| key).eq(scenario.reports.iter().map(|report| &report.key)));
    }
}

#[test]
fn no_report_is_of_the_future_or_lies_abroad() {
    for (noise, world) in [(Noise::A4, World::Planted), (Noise::Full, World::Planted), (Noise::Full, World::Uniform)] {
        for report in &generate(&Recipe { noise, world, ..recipe(4) }).reports {
            let account = account(report);
            let ahead = account.occurrence.middle().since(account.reported_at.unwrap());
            assert!(ahead <= Span::from_hours(24), "{report:?}");
            assert!(account.place.point.is_none_or(geography::in_territory), "{report:?}");
        }
    }
}

#[test]
fn density_is_within_a_tenth_of_what_was_asked() {
    let check = |reports, density: Density, noise, world| {
        let found = candidates_per_report(&generate(&Recipe { reports, density, noise, world, ..recipe(101) }).reports);
        let wanted = density.candidates_per_report();
        assert!((found / wanted - 1.0).abs() < 0.1, "{density:?} {noise:?} {world:?}: {found} for {wanted}");
    };

    for density in [Density::Easy, Density::Medium, Density::Hard] {
        check(10_000, density, Noise::A4, World::Planted);
        check(3_000, density, Noise::Full, World::Planted);
    }
    check(6_000, Density::Medium, Noise::Full, World::Uniform);
    check(6_000, Density::Easy, Noise::A4, World::Uniform);
}

#[test]
fn best_fixed_window_does_as_on_the_recipe() {
    for (density, expected) in [(Density::Easy, 0.845), (Density::Medium, 0.833), (Density::Hard, 0.789)] {
        let seeds = [101, 104];
        let found = seeds.map(|seed| {
            best_fixed_window(&generate(&Recipe { reports: 10_000, density, ..recipe(seed) })).agreement.pairwise_f1
        });
        let mean = found.iter().sum::<f64>() / seeds.len() as f64;
        assert!((mean - expected).abs() < 0.02, "{density:?}: {found:?} for {expected}");
    }
}

#[test]
fn ids_tell_neither_event_nor_time() {
    let scenario = generate(&recipe(5));
    let truth: BTreeMap<_, _> = scenario.truth.iter().map(|(key, incident)| (key.clone(), *incident)).collect();
    let mut by_id: Vec<_> = truth.iter().map(|(key, incident)| (key.client_report_id.as_str(), *incident)).collect();
    by_id.sort_unstable();

    let together = by_id.windows(2).filter(|pair| pair[0].1 == pair[1].1).count();
    let ascending = by_id.windows(2).filter(|pair| pair[0].1 < pair[1].1).count();

    // Of 2 000 reports in random order about 1 pair of neighbours is of one event, and half of all ascend.
    assert!(together <= 5, "{together}");
    assert!((850..1_150).contains(&ascending), "{ascending}");
}

#[test]
fn sources_err_as_often_as_the_recipe_says() {
    let scenario = generate(&Recipe { reports: 10_000, ..recipe(6) });
    let incidents: BTreeMap<u64, _> = scenario.incidents.iter().map(|incident| (incident.id, incident)).collect();
    let truth: BTreeMap<_, _> =
        scenario.truth.iter().filter_map(|(key, id)| Some((key, *incidents.get(id)?))).collect();
    let off = |report: &&Report| {
        let (point, true_point) = (account(report).place.point?, truth.get(&report.key)?.point);
        Some(geography::distance(point, true_point).get())
    };
    let within = |agency: &str, metres: f64| {
        let all: Vec<f64> = of_agency(&scenario, agency).iter().filter_map(off).collect();
        all.iter().filter(|off| **off <= metres).count() as f64 / all.len() as f64
    };
    let wrong = |agency: &str| {
        let reports = of_agency(&scenario, agency);
        let told = reports.iter().filter_map(|report| Some((account(report), *truth.get(&report.key)?)));
        let all: Vec<bool> = told
            .map(|(account, incident)| {
                (account.category, account.subcategory) != (incident.category, incident.subcategory)
            })
            .collect();
        all.iter().filter(|wrong| **wrong).count() as f64 / all.len() as f64
    };

    let rumours = scenario.truth.len() - truth.len();
    assert!((400..560).contains(&rumours), "{rumours}");
    // 68 of 100 within the stated radius, of the 93 of 100 that have a position; the village is right for some of the rest.
    assert!((within("police", 604.0) - 0.64).abs() < 0.03, "{}", within("police", 604.0));
    assert!((within("npr", 2_264.0) - 0.66).abs() < 0.03, "{}", within("npr", 2_264.0));
    assert!(within("elders", 3_000.0) > 0.55, "{}", within("elders", 3_000.0));
    // A mistake hits the truth by luck in a third of cases.
    assert!(wrong("police") < wrong("npr") && wrong("npr") < wrong("elders"));
    assert!((wrong("elders") - 0.14).abs() < 0.03, "{}", wrong("elders"));
    let elders = of_agency(&scenario, "elders");
    let by_name = share(&elders, |account| account.place.point.is_none());
    assert!((0.02..0.3).contains(&by_name), "{by_name}");
}

#[test]
fn name_alone_is_always_one_place() {
    for noise in [Noise::A4, Noise::Full] {
        for report in &generate(&Recipe { noise, ..recipe(7) }).reports {
            let place = &account(report).place;
            if place.point.is_some() || place.name.is_empty() {
                continue;
            }
            let query = geography::PlaceQuery { name: &place.name, ward: &place.ward, county: &place.county };
            assert!(matches!(geography::resolve(query), geography::Resolved::Place(_)), "{place:?}");
        }
    }
}

#[test]
fn uniform_world_prefers_no_cell() {
    let scenario = generate(&Recipe { reports: 6_000, world: World::Uniform, noise: Noise::Full, ..recipe(8) });
    let mask = geography::mask(MaskResolution::Six);
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for incident in &scenario.incidents {
        let index = mask.index_of(geography::cell_of(incident.point, Resolution::Six)).expect("events are in the mask");
        *counts.entry(index).or_default() += 1;
    }

    let (events, cells) = (scenario.incidents.len() as f64, mask.len() as f64);
    let pairs = counts.values().map(|count| count * (count - 1) / 2).sum::<usize>() as f64;
    let expected = events * (events - 1.0) / (2.0 * cells);
    assert!((pairs - expected).abs() < 4.0 * expected.sqrt(), "{pairs} for {expected}");
    let north = scenario.incidents.iter().filter(|incident| incident.point.lat_degrees() > 1.0).count() as f64 / events;
    let cells_north =
        mask.cells().iter().filter(|cell| geography::cell_centre(**cell).lat_degrees() > 1.0).count() as f64 / cells;
    assert!((north - cells_north).abs() < 0.03, "{north} for {cells_north}");
}

#[test]
fn demo_is_two_years_of_all_kenya() {
    let demo = &*DEMO;
    let counties: BTreeSet<_> = demo
        .incidents
        .iter()
        .filter_map(|incident| geography::county_of(incident.point))
        .map(|hit| hit.county)
        .collect();
    let categories: BTreeSet<_> = demo.incidents.iter().map(|incident| incident.category).collect();
    let agencies: BTreeSet<_> = demo.reports.iter().map(|report| report.key.agency.as_str()).collect();
    let first = demo.incidents.iter().map(|incident| incident.occurred_at).min().unwrap();

    assert_eq!(demo.reports.len(), DEMO_REPORTS);
    assert_eq!((counties.len(), categories.len()), (47, Category::ALL.len()));
    assert!(["police", "npr", "elders", "chiefs", "community", "kws"].iter().all(|agency| agencies.contains(agency)));
    assert!((725..=731).contains(&(until().since(first).micros() / Span::DAY.micros())));
    let mut per_event: BTreeMap<u64, usize> = BTreeMap::new();
    demo.truth.iter().for_each(|(_, incident)| *per_event.entry(*incident).or_default() += 1);
    assert_eq!(per_event.values().max(), Some(&5));
}

#[test]
fn demo_has_all_that_goes_wrong_in_the_field() {
    let demo = &*DEMO;
    let reports: Vec<&Report> = demo.reports.iter().collect();
    let swahili = share(&reports, |account| account.language == "sw");
    let whole_days = share(&reports, |account| matches!(account.occurrence, Occurrence::On(_)));
    let without_detail =
        share(&reports, |account| account.category == Category::Banditry && account.subcategory.is_none());
    let areas = share(&reports, |account| account.place.point.is_none() && account.place.name.is_empty());
    let restricted = reports.iter().filter(|report| account(report).category.is_restricted());

    assert!((0.25..0.6).contains(&swahili), "{swahili}");
    assert!((0.01..0.1).contains(&whole_days) && without_detail > 0.02 && (0.002..0.02).contains(&areas));
    assert!(
        restricted.clone().count() > 500
            && restricted.clone().all(|report| account(report).handling.tlp == domain::Tlp::AmberStrict)
    );
    // A batch after a cut line: reports two seconds apart.
    let taken: Vec<_> = demo.reports.iter().map(|report| account(report).reported_at.unwrap()).collect();
    let batches = taken.windows(3).filter(|three| three[2].since(three[0]) == Span::from_secs(4)).count();
    assert!(batches > 20, "{batches}");
}

#[test]
fn echo_repeats_an_earlier_report_of_the_same_event() {
    let demo = &*DEMO;
    let mut first: BTreeMap<(u64, &str), &str> = BTreeMap::new();
    let mut echo_count = 0;
    for (report, (_, incident)) in demo.reports.iter().zip(&demo.truth) {
        let (summary, agency) = (account(report).summary.as_str(), report.key.agency.as_str());
        if summary.is_empty() {
            continue;
        }
        let said_by = *first.entry((*incident, summary)).or_insert(agency);
        echo_count += usize::from(said_by != agency);
    }
    assert!((100..800).contains(&echo_count), "{echo_count}");
}

#[test]
fn planted_hotspots_stand_out_from_chance() {
    let demo = &*DEMO;
    let cells = geography::mask(MaskResolution::Six).len() as f64;
    let cell = |point| Cell::new(geography::cell_of(point, Resolution::Six).into());
    for hotspot in &demo.hotspots {
        let of_family = demo.incidents.iter().filter(|incident| incident.category.family() == Some(hotspot.family));
        let active: Vec<Cell> = of_family
            .filter(|incident| (hotspot.from..=hotspot.to).contains(&incident.occurred_at))
            .map(|incident| cell(incident.point))
            .collect();
        let inside = active.iter().filter(|cell| hotspot.cells.binary_search(cell).is_ok()).count() as f64;
        let expected = active.len() as f64 * hotspot.cells.len() as f64 / cells;
        assert!(inside >= 15.0 && inside > 8.0 * expected, "{}: {inside} for {expected}", hotspot.name);
    }
}

#[test]
fn banditry_away_from_what_is_planted_makes_no_crowd() {
    let demo = &*DEMO;
    let planted: BTreeSet<Cell> = demo.hotspots.iter().flat_map(|hotspot| hotspot.cells.iter().copied()).collect();
    let near_planted = |cell: h3o::CellIndex| {
        cell.grid_disk::<Vec<_>>(4).into_iter().any(|near| planted.contains(&Cell::new(near.into())))
    };
    let mut counts: BTreeMap<h3o::CellIndex, usize> = BTreeMap::new();
    for incident in demo.incidents.iter().filter(|incident| incident.category == Category::Banditry) {
        *counts.entry(geography::cell_of(incident.point, Resolution::Six)).or_default() += 1;
    }
    counts.retain(|cell, _| !near_planted(*cell));

    assert!(counts.values().all(|count| *count <= 4), "{counts:?}");
}

#[test]
fn files_have_one_line_for_each_thing() {
    let scenario = generate(&Recipe { noise: Noise::Full, ..recipe(9) });
    let lines = |text: String| text.lines().count() - 1;

    assert_eq!(lines(files::truth_csv(&scenario)), scenario.reports.len());
    assert_eq!(lines(files::incidents_csv(&scenario)), scenario.incidents.len());
    let cells = scenario.hotspots.iter().map(|hotspot| hotspot.cells.len()).sum::<usize>();
    assert_eq!(lines(files::hotspots_csv(&scenario)), cells);
    let first = files::incidents_csv(&scenario).lines().nth(1).unwrap().to_owned();
    let fields: Vec<&str> = first.split(',').collect();
    assert_eq!(fields.len(), 6);
    assert!(
        fields[1].parse::<Category>().is_ok() && fields[2].parse::<Timestamp>().is_ok() && fields[5] == "1",
        "{first}"
    );
}

#[test]
fn scenario_of_nothing_is_empty() {
    let scenario = generate(&Recipe { reports: 0, ..recipe(1) });

    assert!(scenario.reports.is_empty() && scenario.truth.is_empty() && scenario.incidents.is_empty());
    assert!(candidates_per_report(&scenario.reports).abs() < f64::EPSILON);
}
