//! A recipe in, a scenario out.
//!
//! Guarantees: a function of the recipe and of the compiled-in tables, on every machine. Cost: a few times that of one pass, since the
//! length of the period is searched for.
use crate::{
    a4::A4,
    assemble::{Order, Telling, assemble_at_density},
    kinds::A4_KINDS,
    publish::publish,
    recipe::{Noise, Recipe, World},
    region::Region,
    stage::Stage,
    truth::Scenario,
    uniform::Uniform,
};

/// Makes the scenario of a recipe: exactly `recipe.reports` reports, at its density.
#[must_use]
pub fn generate(recipe: &Recipe) -> Scenario {
    let order = Order { seed: recipe.seed, reports: recipe.reports, until: recipe.until };
    let stage = stage(recipe);
    let telling: &dyn Telling = match recipe.noise {
        Noise::A4 | Noise::Full => &A4,
    };
    let assembled = assemble_at_density(stage.as_ref(), telling, order, recipe.density.candidates_per_report());
    let hotspots = stage.hotspots(assembled.period);
    publish(recipe.seed, assembled, hotspots)
}

fn stage(recipe: &Recipe) -> Box<dyn Stage> {
    match (recipe.world, recipe.noise) {
        (World::Uniform, _) => Box::new(Uniform::new(&A4_KINDS)),
        (World::Planted, _) => Box::new(Region::new(recipe.seed)),
    }
}
