//! Prints what is in a scenario: counts by category, agency and county, and how the planted hotspots stand out.
//!
//! `cargo run -p scenario --example survey [demo|a4|full|uniform] [SEED]`; default the demo of seed 1.
#![allow(clippy::print_stdout, reason = "it is a command")]
use std::collections::BTreeMap;

use domain::{Cell, Report, Span, Timestamp};
use h3o::Resolution;
use scenario::{
    Density, Noise, PlantedHotspot, Recipe, Scenario, World, candidates_per_report, default_demo, generate,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seed = arguments.get(1).and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let until: Timestamp = "2026-06-30T21:00:00Z".parse().expect("it is a time");
    let recipe =
        Recipe { seed, reports: 10_000, density: Density::Medium, noise: Noise::Full, world: World::Planted, until };
    let scenario = match arguments.first().map(String::as_str) {
        Some("a4") => generate(&Recipe { noise: Noise::A4, ..recipe }),
        Some("full") => generate(&recipe),
        Some("uniform") => generate(&Recipe { world: World::Uniform, ..recipe }),
        _ => default_demo(seed, until),
    };
    print(&scenario, until);
}

fn print(scenario: &Scenario, until: Timestamp) {
    let Scenario { reports, incidents, hotspots, .. } = scenario;
    let first = incidents.iter().map(|incident| incident.occurred_at).min().unwrap_or(until);
    let days = until.since(first).micros() / Span::DAY.micros();
    println!("{} reports, {} incidents, {days} days", reports.len(), incidents.len());
    println!("{:.2} candidates a report", candidates_per_report(reports));
    tell("agencies", reports.iter().map(|report| report.key.agency.to_string()));
    tell("categories", incidents.iter().map(|incident| incident.category.to_string()));
    let county = |point| geography::county_of(point).map_or("none", |hit| hit.county.name()).to_owned();
    tell("counties", incidents.iter().map(|incident| county(incident.point)));
    for hotspot in hotspots {
        stand_out(scenario, hotspot, until);
    }
    for report in reports.iter().skip(1_000).take(12) {
        sample(report);
    }
}

fn tell(what: &str, words: impl Iterator<Item = String>) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    words.for_each(|word| *counts.entry(word).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let told: Vec<String> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
    println!("{what} ({}): {}", counts.len(), told.join(", "));
}

fn stand_out(scenario: &Scenario, hotspot: &PlantedHotspot, until: Timestamp) {
    let is_inside = |point| {
        let cell = Cell::new(geography::cell_of(point, Resolution::Six).into());
        hotspot.cells.binary_search(&cell).is_ok()
    };
    let count = |days: i64| {
        let of_family = scenario.incidents.iter().filter(|incident| incident.category.family() == Some(hotspot.family));
        let recent = of_family.filter(|incident| incident.occurred_at > until.minus(Span::from_days(days)));
        let all: Vec<bool> = recent.map(|incident| is_inside(incident.point)).collect();
        (all.iter().filter(|inside| **inside).count(), all.len())
    };
    let told: Vec<String> = [28, 90, 365].iter().map(|days| format!("{days} d: {:?}", count(*days))).collect();
    println!("{} {} {} cells: {}", hotspot.name, hotspot.family, hotspot.cells.len(), told.join(" "));
}

fn sample(report: &Report) {
    if let Some(account) = report.body.account() {
        println!(
            "{} {} {:?} {} {:?}\n   {:?}",
            report.key, account.category, account.occurrence, account.unit, account.place, account.summary
        );
    }
}
