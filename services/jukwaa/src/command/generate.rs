//! `jukwaa generate`: a seed in, reports with their truth out.

use std::path::Path;

use api::domain::v1 as wire;
use scenario::{Density, Noise, Recipe, Scenario, World, files, generate};

use crate::cli::GenerateArgs;
use crate::command::input;
use crate::failure::{Exit, Failure};

/// Most reports of a world: it is made in memory, about 1 KiB each.
const REPORTS_MAX: usize = 5_000_000;

/// Runs the command.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn run(args: &GenerateArgs) -> Result<(), Failure> {
    if !(1..=REPORTS_MAX).contains(&args.reports) {
        return Err(Failure::new(Exit::Usage, format!("--reports must be from 1 to {REPORTS_MAX}")));
    }
    let recipe = Recipe {
        seed: args.seed,
        reports: args.reports,
        density: match args.density.as_str() {
            "easy" => Density::Easy,
            "hard" => Density::Hard,
            _ => Density::Medium,
        },
        noise: if args.noise == "a4" { Noise::A4 } else { Noise::Full },
        world: if args.world == "uniform" { World::Uniform } else { World::Planted },
        until: input::instant("--until", &args.until)?,
    };
    write(&generate(&recipe), &args.out)
}

fn write(scenario: &Scenario, out: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(out).map_err(|error| Failure::file("make the folder", out, &error))?;
    let texts = [
        ("reports.ndjson", reports(scenario)?),
        ("truth.csv", files::truth_csv(scenario)),
        ("incidents.csv", files::incidents_csv(scenario)),
        ("hotspots.csv", files::hotspots_csv(scenario)),
    ];
    for (name, text) in texts {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))?;
    }
    Ok(())
}

fn reports(scenario: &Scenario) -> Result<String, Failure> {
    let mut text = String::new();
    for report in &scenario.reports {
        let line = api::message_to_json("jukwaa.domain.v1.Report", &wire::Report::from(report))
            .map_err(|error| Failure::new(Exit::Partly, error.to_string()))?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}
