//! A recipe in, a scenario out.
//!
//! Guarantees: a function of the recipe and of the compiled-in tables, on every machine. Cost: a few times that of one pass, since the
//! length of the period is searched for.
use domain::Timestamp;

use crate::{
    a4::A4,
    assemble::{Assembled, Order, Telling, assemble, assemble_at_density},
    full::Full,
    kenya::{Kenya, MISTAKES_IN_GROUP, all_kinds},
    kinds::{A4_KINDS, A4_MISTAKES_IN_GROUP},
    publish::publish,
    recipe::{Noise, Recipe, World},
    region::Region,
    stage::Stage,
    truth::Scenario,
    uniform::Uniform,
};

/// Grows whenever a recipe gives other reports than before: what was fitted or measured on them names it.
pub const VERSION: u32 = 1;
/// Reports of the demo.
pub const DEMO_REPORTS: usize = 20_400;
/// Days of the demo: two years, one of them perhaps a leap year.
const DEMO_DAYS: f64 = 730.5;

/// Makes the scenario of a recipe: exactly `recipe.reports` reports, at its density.
#[must_use]
pub fn generate(recipe: &Recipe) -> Scenario {
    let order = Order { seed: recipe.seed, reports: recipe.reports, until: recipe.until };
    let stage = stage(recipe);
    let telling: &dyn Telling = match recipe.noise {
        Noise::A4 => &A4,
        Noise::Full => &Full,
    };
    let assembled = assemble_at_density(stage.as_ref(), telling, order, recipe.density.candidates_per_report());
    published(recipe.seed, stage.as_ref(), assembled)
}

/// Makes the scenario of the demo: [`DEMO_REPORTS`] reports of the two years that end at `until`, in all of Kenya, with all noise.
///
/// Its density is what that many reports in two years give, not one of [`crate::Density`].
#[must_use]
pub fn default_demo(seed: u64, until: Timestamp) -> Scenario {
    let stage = Kenya::new();
    let assembled = assemble(&stage, &Full, Order { seed, reports: DEMO_REPORTS, until }, DEMO_DAYS);
    published(seed, &stage, assembled)
}

fn published(seed: u64, stage: &dyn Stage, assembled: Assembled) -> Scenario {
    let hotspots = stage.hotspots(assembled.period);
    publish(seed, assembled, hotspots)
}

fn stage(recipe: &Recipe) -> Box<dyn Stage> {
    match (recipe.world, recipe.noise) {
        (World::Uniform, Noise::A4) => Box::new(Uniform::new(&A4_KINDS, A4_MISTAKES_IN_GROUP)),
        (World::Uniform, Noise::Full) => Box::new(Uniform::new(&all_kinds(), MISTAKES_IN_GROUP)),
        (World::Planted, Noise::A4) => Box::new(Region::new(recipe.seed)),
        (World::Planted, Noise::Full) => Box::new(Kenya::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::key_of, recipe::Density};

    fn digest(noise: Noise, world: World) -> u64 {
        let until = "2026-06-30T21:00:00Z".parse().unwrap();
        let scenario = generate(&Recipe { seed: 1, reports: 300, density: Density::Medium, noise, world, until });
        key_of(&format!("{scenario:?}"))
    }

    #[test]
    fn scenarios_of_this_version_are_those_of_every_machine() {
        let found = [
            digest(Noise::A4, World::Planted),
            digest(Noise::A4, World::Uniform),
            digest(Noise::Full, World::Planted),
            digest(Noise::Full, World::Uniform),
        ];

        // A change here is a new VERSION, a new fit and new figures.
        assert_eq!(
            (VERSION, found),
            (
                1,
                [
                    2_103_524_751_490_449_560,
                    6_434_224_947_946_317_526,
                    8_223_658_104_257_771_389,
                    13_811_768_162_319_787_761
                ]
            )
        );
    }
}
