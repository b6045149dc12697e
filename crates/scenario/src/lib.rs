//! A seed in; reports of several agencies about events in Kenya, and the truth behind them, out.
//!
//! A world says what happened where and when; sources tell it, each wrong in its own way; the truth is kept apart. Events of a data set
//! are told the same way. The same recipe gives the same scenario on every machine.
//!
//! Never: IO, a clock, entropy, unordered iteration; an id or an order that carries truth; a name of a community or person.
mod a4; // the noise of recipe A4
mod toll; // what an event cost
mod office; // posts, their clocks and lines
mod wording; // summaries in two languages
mod dress; // a report as a post files it
mod echo; // a report that repeats another
mod full; // the noise of the field
mod assemble; // as many reports, at such a density
mod density; // how many reports each could be confused with
pub mod difficulty;
pub mod ged;
mod event; // what happened
pub mod files;
mod generate; // from a recipe to a scenario
mod kinds; // which kinds of event, and what they are taken for
mod publish; // ids, order, truth
mod random; // numbers from a seed
mod recipe; // what is asked for
mod region; // the world of recipe A4
mod settlement; // real places, and the nearest of them
mod stage; // what every world offers
mod truth; // what comes out
mod uniform; // the world without structure
mod atlas; // what is planted on the map
mod kenya; // the world of the demo
mod witness; // what one source says of an event
pub use crate::{
    density::candidates_per_report,
    generate::{DEMO_REPORTS, default_demo, generate},
    recipe::{Density, Noise, Recipe, World},
    truth::{PlantedHotspot, Scenario, TrueIncident},
};
