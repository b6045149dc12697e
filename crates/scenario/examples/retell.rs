//! Prints what a file of GED becomes: events, problems, warnings, reports by category and county.
//!
//! `cargo run -p scenario --example retell FILE.csv [SEED]`
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it is a command that reads a file")]
use std::collections::BTreeMap;

use scenario::ged;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("a file of GED is named");
    let seed = arguments.next().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let reading = ged::read(&text);
    for (what, notes) in [("problem", &reading.problems), ("warning", &reading.warnings)] {
        notes.iter().for_each(|note| println!("{what}: {note}"));
    }
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for event in &reading.events {
        let county = geography::county_of(event.point).map_or("abroad", |hit| hit.county.name());
        *counts.entry((event.category.to_string(), county)).or_default() += 1;
    }
    counts.iter().for_each(|((category, county), count)| println!("{category} {county}: {count}"));
    let reports = ged::reports(&reading.events, seed);
    println!(
        "{} events, {} reports, {:.2} candidates a report",
        reading.events.len(),
        reports.len(),
        scenario::candidates_per_report(&reports)
    );
    for account in reports.iter().filter_map(|report| report.body.account()).take(12) {
        println!(
            "{} {:?} {} {:?} killed {:?} {:?}",
            account.category, account.occurrence, account.unit, account.place, account.killed, account.summary
        );
    }
}
