//! How well incidents agree with the truth: pairwise and B-cubed F1 by density, each seed, their mean and range.
use domain::{Cause, IncidentId};
use fusion::{Fusion, Parameters};
use scenario::difficulty::{Agreement, agreement};

use crate::{
    Done,
    stamped::{DENSITIES, Stamped},
};

/// Seeds that no parameters were fitted on.
const SEEDS: std::ops::RangeInclusive<u64> = 101..=105;

/// Prints the table.
pub(crate) fn print(parameters: &Parameters) -> Done {
    println!("parameters {} ({})", parameters.version(), parameters.origin());
    println!("| density | seed | pairwise F1 | B-cubed F1 | exact incidents |");
    println!("|---|---|---|---|---|");
    for (name, density) in DENSITIES {
        let mut found: Vec<Agreement> = Vec::new();
        for seed in SEEDS {
            let agreement = fuse(parameters, &Stamped::generate(density, seed));
            println!("| {name} | {seed} | {} |", row(|of| format!("{:.4}", of(&agreement))));
            found.push(agreement);
        }
        println!("| {name} | mean (range) | {} |", row(|of| summary(found.iter().map(of).collect())));
    }
    Ok(())
}

fn row(cell: impl Fn(fn(&Agreement) -> f64) -> String) -> String {
    [cell(|found| found.pairwise_f1), cell(|found| found.b_cubed_f1), cell(|found| found.exact)].join(" | ")
}

fn summary(values: Vec<f64>) -> String {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (least, most) = (values.iter().copied().fold(1.0, f64::min), values.iter().copied().fold(0.0, f64::max));
    format!("**{mean:.4}** ({least:.4}–{most:.4})")
}

fn fuse(parameters: &Parameters, stamped: &Stamped) -> Agreement {
    let mut fusion = Fusion::new(parameters.clone());
    for report in &stamped.reports {
        let (cause, log_time) = (Cause { position: report.position, timer: None }, report.received_at);
        fusion.accept(report.clone(), cause, log_time);
    }
    let partition: Vec<Option<IncidentId>> =
        stamped.reports.iter().map(|report| fusion.incident_of(report.id)).collect();
    agreement(&partition, &stamped.incidents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unseen_seed_reaches_what_is_promised_at_each_density() {
        let promised = [(0.96, 0.98), (0.945, 0.975), (0.92, 0.965)];
        for ((name, density), (pairwise, b_cubed)) in DENSITIES.into_iter().zip(promised) {
            let found = fuse(&Parameters::version_zero(), &Stamped::generate(density, 101));
            assert!(found.pairwise_f1 >= pairwise && found.b_cubed_f1 >= b_cubed, "{name}: {found:?}");
        }
    }
}
