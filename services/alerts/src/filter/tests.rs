//! A filter matches what a reader may see, and nothing by accident.
use api::domain::v1 as wire;
use domain::Point;
use geography::cell_of;

use super::*;
use crate::facets::KnownCells;

fn parse(filter: v1::AlertFilter) -> Result<Filter, Vec<Violation>> {
    let mut faults = Vec::new();
    let filter = Filter::parse(&filter, &mut faults);
    if faults.is_empty() { Ok(filter) } else { Err(faults) }
}

fn counties(names: &[&str]) -> v1::AlertFilter {
    v1::AlertFilter { counties: names.iter().map(ToString::to_string).collect(), ..v1::AlertFilter::default() }
}

fn cells(texts: &[&str]) -> v1::AlertFilter {
    v1::AlertFilter { cells: texts.iter().map(ToString::to_string).collect(), ..v1::AlertFilter::default() }
}

fn categories(categories: &[Category]) -> v1::AlertFilter {
    let numbers = categories.iter().map(|category| category.number()).collect();
    v1::AlertFilter { categories: numbers, ..v1::AlertFilter::default() }
}

fn matches(filter: v1::AlertFilter, alert: &wire::Alert) -> bool {
    parse(filter).unwrap().matches(&Facets::of(alert, &mut KnownCells::default()))
}

fn cell(lat: f64, lng: f64, resolution: u8) -> String {
    let cell = cell_of(Point::from_degrees(lat, lng).unwrap(), Resolution::try_from(resolution).unwrap());
    Cell::new(cell.into()).to_string()
}

/// Near Kapedo.
fn raid() -> wire::Alert {
    wire::Alert {
        county: "Baringo".to_owned(),
        category: Category::Banditry.number(),
        family: Family::Banditry.number(),
        severity: Severity::High.number(),
        cells: vec![cell(1.15, 36.10, 6)],
        ..wire::Alert::default()
    }
}

#[test]
fn filter_without_conditions_matches_all() {
    assert!(matches(v1::AlertFilter::default(), &raid()));
    assert!(matches(v1::AlertFilter::default(), &wire::Alert::default()));
}

#[test]
fn every_condition_that_is_set_must_hold() {
    let filter =
        |county: &str, severity: Severity| v1::AlertFilter { severity_min: severity.number(), ..counties(&[county]) };

    assert!(matches(filter("Baringo", Severity::High), &raid()));
    assert!(!matches(filter("Baringo", Severity::Critical), &raid()));
    assert!(!matches(filter("Turkana", Severity::High), &raid()));
    assert!(matches(counties(&["Turkana", "baringo county"]), &raid()));
}

#[test]
fn hotspot_matches_by_the_family_of_a_category() {
    let hotspot = wire::Alert { category: 0, ..raid() };

    assert!(matches(categories(&[Category::Banditry]), &hotspot));
    assert!(!matches(categories(&[Category::Trafficking, Category::RoadState]), &hotspot));
}

#[test]
fn alert_matches_by_any_cell_that_overlaps() {
    for resolution in 0..=9 {
        assert!(matches(cells(&[&cell(1.15, 36.10, resolution)]), &raid()), "{resolution}");
    }
    assert!(!matches(cells(&[&cell(-4.0, 39.6, 3)]), &raid()));
    assert!(matches(cells(&[&cell(-4.0, 39.6, 3), &cell(1.15, 36.10, 9)]), &raid()));
}

#[test]
fn alert_without_cells_matches_by_the_cover_of_its_county() {
    let reduced = wire::Alert { cells: Vec::new(), ..raid() };

    assert!(matches(cells(&[&cell(0.6, 35.9, 7)]), &reduced));
    assert!(!matches(cells(&[&cell(-4.0, 39.6, 7)]), &reduced));
}

#[test]
fn unknown_county_is_told_with_the_nearest_names() {
    let faults = parse(counties(&["Lamu", "Turkhana"])).unwrap_err();

    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].field, "filter.counties[1]");
    assert!(faults[0].description.contains("nearest: Turkana"), "{}", faults[0].description);
}

#[test]
fn area_that_resolves_to_nothing_is_a_fault() {
    for text in ["", "zz", "0", "ffffffffffffffff", &cell(1.15, 36.10, 10), &cell(52.5, 13.4, 6), &cell(-20.0, 36.0, 2)]
    {
        assert_eq!(parse(cells(&[text])).unwrap_err().len(), 1, "{text:?}");
    }
    assert!(parse(cells(&[&cell(4.5, 34.2, 5)])).is_ok());
}

#[test]
fn all_faults_of_a_filter_are_told_at_once() {
    let filter = v1::AlertFilter {
        counties: vec![String::new()],
        cells: vec!["8".to_owned()],
        categories: vec![1, 99],
        severity_min: 9,
    };

    let fields: Vec<String> = parse(filter).unwrap_err().into_iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["filter.categories[1]", "filter.counties[0]", "filter.cells[0]", "filter.severity_min"]);
}

#[test]
fn filter_of_too_many_cells_is_refused() {
    let text = cell(1.15, 36.10, 6);

    assert!(parse(cells(&vec![text.as_str(); CELLS_MAX])).is_ok());
    assert!(parse(cells(&vec![text.as_str(); CELLS_MAX + 1])).is_err());
}

#[test]
fn filters_that_mean_the_same_have_one_hash() {
    let [one, other] = [(8, 9), (9, 8)].map(|(first, second)| {
        let texts = [cell(1.15, 36.10, first), cell(1.15, 36.10, second)];
        parse(v1::AlertFilter { categories: vec![2, 1, 2], ..cells(&[&texts[0], &texts[1]]) }).unwrap()
    });

    assert_eq!(one.hash(), other.hash());
    assert_eq!(
        parse(counties(&["tana river county"])).unwrap().hash(),
        parse(counties(&["TanaRiver", "Tana River"])).unwrap().hash()
    );
}

#[test]
fn another_filter_has_another_hash() {
    let filters = [
        v1::AlertFilter::default(),
        counties(&["Lamu"]),
        cells(&[&cell(1.15, 36.10, 6)]),
        categories(&[Category::Banditry]),
        v1::AlertFilter { severity_min: 1, ..v1::AlertFilter::default() },
    ];

    let mut hashes: Vec<FilterHash> = filters.into_iter().map(|filter| parse(filter).unwrap().hash()).collect();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 5);
}
