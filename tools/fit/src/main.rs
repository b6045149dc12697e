//! Makes the parameter file of fusion, and tells how well it does: `fit make FILE`, `fit evaluate [FILE]`.
//!
//! `make` fits on seeds 1 to 5 of recipe A4 at three densities, `evaluate` measures on seeds 101 to 105, which no fit has seen, with the
//! background of each whole scenario, as `jukwaa fuse` does. The file is integers and a digest of what it was made from, so making it again
//! changes nothing.
#![allow(clippy::print_stdout, reason = "it is a command")]
mod evaluate; // how well incidents agree with the truth
mod stamped; // generated reports as intake stamps them

use std::{path::Path, process::ExitCode};

use fusion::{FitSettings, Parameters, ParseParametersError, Sample, fit};
use sha2::{Digest, Sha256};

use crate::stamped::{DENSITIES, Stamped};

/// Seeds that parameters are fitted on. Those of `evaluate` are others.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=5;
/// 300 of each density.
const TRUE_PAIRS_A_SAMPLE: usize = 60;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", file] => make(Path::new(file)),
        ["evaluate"] => evaluate::print(&Parameters::version_zero()),
        ["evaluate", file] => read(Path::new(file)).and_then(|parameters| evaluate::print(&parameters)),
        _ => Err("usage: fit make FILE | fit evaluate [FILE]".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

type Done<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn read(file: &Path) -> Done<Parameters> {
    Ok(Parameters::parse(&std::fs::read_to_string(file)?)?)
}

fn make(file: &Path) -> Done {
    let parameters = fitted()?;
    std::fs::write(file, parameters.to_json())?;
    println!("{}", parameters.origin());
    Ok(())
}

fn fitted() -> Result<Parameters, ParseParametersError> {
    let recipes = DENSITIES.into_iter().flat_map(|(name, density)| SEEDS.map(move |seed| (name, density, seed)));
    let stamped: Vec<_> = recipes.map(|(name, density, seed)| (name, seed, Stamped::generate(density, seed))).collect();
    let samples: Vec<Sample> = stamped.iter().map(|(name, seed, stamped)| stamped.sample(name, *seed)).collect();
    let digest = digest(stamped.iter().map(|(_, _, stamped)| stamped));
    let generator = format!("scenario {}, recipe a4", env!("CARGO_PKG_VERSION"));
    let settings =
        FitSettings { version: 0, generator: &generator, digest: &digest, true_pairs_a_sample: TRUE_PAIRS_A_SAMPLE };
    fit(&samples, &settings)
}

/// SHA-256 over the reports in their canonical form with the incident of each, in hexadecimal.
fn digest<'a>(samples: impl Iterator<Item = &'a Stamped>) -> String {
    let mut hasher = Sha256::new();
    samples.for_each(|stamped| hasher.update(stamped.digest));
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_parameters_are_what_the_fit_makes() {
        let made = fitted().unwrap();

        assert!(
            made.to_json() == Parameters::version_zero().to_json(),
            "the generator or the fit changed: run `make fit` and commit the file"
        );
    }
}
