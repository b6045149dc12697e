//! How much each level of each field weighs: a committed file in, weights in 1/10 000 nat out.
//!
//! A weight is ln(m/u): m the share of the level among pairs of one incident, u its share among pairs that cannot be one. Version 0 is
//! compiled in and was made by `make fit` (see `fit`); a later version becomes effective by a record of the log.
//! Guarantees: every level of every class has a weight within ±20 nat, so a sum of all fields cannot overflow.
//! Never: changed while running; whoever reads a weight can name its version.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{comparison::Compared, comparison::Field, fixed::NAT};

/// The file of version 0.
const VERSION_0: &str = include_str!("../data/parameters-0.json");
/// A weight beyond this is a fault in the file.
const WEIGHT_MAX: i32 = 20 * NAT;
/// Levels of the category field at which both name the same category.
pub(crate) const SAME_CATEGORY_LEVELS: usize = 3;

/// Why a parameter file is no parameter file.
#[derive(Debug, thiserror::Error)]
pub enum ParseParametersError {
    /// Not the JSON that was wanted.
    #[error("the parameter file could not be read as JSON")]
    Json(#[from] serde_json::Error),
    /// A field has no weights, or not for all of its levels.
    #[error("field {field:?} needs {level_count} weights within ±{WEIGHT_MAX} for the class {class:?}")]
    Weights {
        /// The field.
        field: &'static str,
        /// The pair of classes.
        class: &'static str,
        /// How many levels there are.
        level_count: usize,
    },
    /// A number outside the weights is out of range.
    #[error("{name} must lie within ±{WEIGHT_MAX}")]
    OutOfRange {
        /// The entry of the file.
        name: &'static str,
    },
}

/// The parameters by which pairs are weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    file: ParameterFile,
    /// By field, then class, then level.
    weights: Vec<Vec<Vec<i32>>>,
}

/// The form of the committed file. Weights in 1/10 000 nat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParameterFile {
    pub(crate) version: u32,
    /// What they were made from.
    pub(crate) origin: Origin,
    /// ln of the expected true mates of a report.
    pub(crate) ln_nu: i32,
    /// Added to every prior: what the background misses of near repeats.
    pub(crate) intercept: i32,
    /// Added where both name the same category: near repeats are of the same kind more often than pairs at random.
    pub(crate) category_offset: i32,
    /// By field, then pair of classes: one weight a level.
    pub(crate) weights: BTreeMap<String, BTreeMap<String, Vec<i32>>>,
}

/// What parameters were made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Origin {
    /// The generator and its version.
    pub(crate) generator: String,
    /// SHA-256 over all generated reports, in hexadecimal.
    pub(crate) digest: String,
    pub(crate) seeds: Vec<u64>,
    pub(crate) densities: Vec<String>,
    pub(crate) true_pairs: u64,
    pub(crate) shifted_pairs: u64,
    /// Fields whose weights are assumed, because the generator says nothing of them.
    pub(crate) assumed: Vec<String>,
}

impl Parameters {
    /// The parameters that ship in the binary.
    #[must_use]
    pub fn version_zero() -> Self {
        Self::parse(VERSION_0).expect("the file is committed, and a test reads it")
    }

    /// Reads a parameter file.
    ///
    /// # Errors
    /// If it is not JSON of the wanted form, or lacks the weight of a level.
    pub fn parse(json: &str) -> Result<Self, ParseParametersError> {
        Self::from_file(serde_json::from_str(json)?)
    }

    pub(crate) fn from_file(file: ParameterFile) -> Result<Self, ParseParametersError> {
        let numbers = [("ln_nu", file.ln_nu), ("intercept", file.intercept), ("category_offset", file.category_offset)];
        if let Some((name, _)) = numbers.into_iter().find(|(_, number)| !is_in_range(*number)) {
            return Err(ParseParametersError::OutOfRange { name });
        }
        let weights = Field::ALL.iter().map(|field| weights_of(&file, *field)).collect::<Result<_, _>>()?;
        Ok(Self { file, weights })
    }

    /// The version; every fact names it.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.file.version
    }

    /// What these parameters were made from, in a sentence.
    #[must_use]
    pub fn origin(&self) -> String {
        let Origin { generator, digest, seeds, true_pairs, shifted_pairs, .. } = &self.file.origin;
        format!(
            "{generator}, seeds {seeds:?}, {true_pairs} true and {shifted_pairs} shifted pairs, reports {digest:.12}"
        )
    }

    /// The file, as it is committed.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(&self.file).expect("text, whole numbers and lists of them");
        json.push('\n');
        json
    }

    /// The log odds before any field is compared: ln nu − ln rho, rho the geometric mean of the two backgrounds.
    pub(crate) fn prior(&self, background_a: i32, background_b: i32) -> i32 {
        let ln_rho = (i64::from(background_a) + i64::from(background_b)).div_euclid(2);
        let prior = i64::from(self.file.ln_nu) + i64::from(self.file.intercept) - ln_rho;
        i32::try_from(prior.clamp(-i64::from(WEIGHT_MAX), i64::from(WEIGHT_MAX))).unwrap_or(0)
    }

    /// The weight of what a field met.
    pub(crate) fn weight(&self, compared: Compared) -> i32 {
        let classes = self.weights.get(compared.field as usize);
        let weight =
            classes.and_then(|classes| classes.get(compared.class)).and_then(|levels| levels.get(compared.level));
        weight.copied().unwrap_or(0)
    }
}

fn is_in_range(weight: i32) -> bool {
    (-WEIGHT_MAX..=WEIGHT_MAX).contains(&weight)
}

/// The weights of a field by class and level, the category offset included.
fn weights_of(file: &ParameterFile, field: Field) -> Result<Vec<Vec<i32>>, ParseParametersError> {
    let level_count = field.levels().len();
    let of_class = |class: &&'static str| {
        let listed = file.weights.get(field.name()).and_then(|classes| classes.get(*class));
        let complete = listed.filter(|levels| levels.len() == level_count && levels.iter().copied().all(is_in_range));
        let mut levels =
            complete.cloned().ok_or(ParseParametersError::Weights { field: field.name(), class, level_count })?;
        if field == Field::Category {
            levels.iter_mut().take(SAME_CATEGORY_LEVELS).for_each(|weight| *weight += file.category_offset);
        }
        Ok(levels)
    };
    field.classes().iter().map(of_class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiled_in_file_is_complete() {
        let parameters = Parameters::version_zero();

        assert_eq!(parameters.version(), 0);
        assert_eq!(parameters.to_json(), VERSION_0);
        assert_eq!(parameters.file.origin.seeds, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn file_without_a_level_is_refused() {
        let mut file = Parameters::version_zero().file;
        file.weights.get_mut("time").unwrap().get_mut("exact, slot").unwrap().pop();

        let error = Parameters::from_file(file).unwrap_err();

        assert_eq!(error.to_string(), "field \"time\" needs 10 weights within ±200000 for the class \"exact, slot\"");
    }

    #[test]
    fn busier_place_makes_a_match_less_likely() {
        let parameters = Parameters::version_zero();

        assert!(parameters.prior(0, 0) > parameters.prior(0, 20_000));
        assert_eq!(parameters.prior(5, 20_000), parameters.prior(20_000, 5));
    }
}
