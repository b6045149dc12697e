//! Prints how hard recipe A4 is: candidates a report, and the best fixed window with category, for each density over some seeds.
//!
//! `cargo run --release -p scenario --example difficulty [REPORTS [SEED...]]`; default 10 000 reports, seeds 101 to 105.
#![allow(clippy::print_stdout, reason = "it is a command")]
use domain::Timestamp;
use scenario::{Density, Noise, Recipe, World, candidates_per_report, difficulty::best_fixed_window, generate};

fn main() {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let (reports, seeds) =
        arguments.split_first().map_or((10_000, [].as_slice()), |(reports, seeds)| (*reports, seeds));
    let seeds = if seeds.is_empty() { (101..=105).collect() } else { seeds.to_vec() };
    let until: Timestamp = "2026-06-30T21:00:00Z".parse().expect("it is a time");
    for density in [Density::Easy, Density::Medium, Density::Hard] {
        let found: Vec<f64> = seeds.iter().map(|seed| row(*seed, reports, density, until)).collect();
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        println!("{density:?} mean pairwise F1 of the best fixed window {mean:.3}");
    }
}

fn row(seed: u64, reports: u64, density: Density, until: Timestamp) -> f64 {
    let reports = usize::try_from(reports).unwrap_or(10_000);
    let scenario = generate(&Recipe { seed, reports, density, noise: Noise::A4, world: World::Planted, until });
    let window = best_fixed_window(&scenario);
    let first = scenario.incidents.iter().map(|incident| incident.occurred_at).min().unwrap_or(until);
    println!(
        "{density:?} seed {seed}: {} reports, {} incidents, {} days, {:.2} candidates a report, best window {} km {} h: pairwise F1 {:.3}, B-cubed F1 {:.3}, exact {:.3}",
        scenario.reports.len(),
        scenario.incidents.len(),
        until.since(first).micros() / 86_400_000_000,
        candidates_per_report(&scenario.reports),
        window.kilometres,
        window.hours,
        window.agreement.pairwise_f1,
        window.agreement.b_cubed_f1,
        window.agreement.exact,
    );
    window.agreement.pairwise_f1
}
