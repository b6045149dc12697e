//! A seed in; reports of several agencies about events in Kenya, and the truth behind them, out.
//!
//! A world says what happened where and when; sources tell it, each wrong in its own way; the truth is kept apart. Events of a data set
//! are told the same way. The same recipe gives the same scenario on every machine.
//!
//! Never: IO, a clock, entropy, unordered iteration; an id or an order that carries truth; a name of a community or person.

// what is asked for, and what comes out
pub mod files; // the text of the files that scripts read
mod generate; // from a recipe to a scenario
mod recipe; // a seed, a size, three choices
mod truth; // reports, and the truth kept apart

// what happens, and where
mod atlas; // what is planted on the map of Kenya
mod event; // an event as it was
mod kenya; // the world of the demo
mod kinds; // which kinds of event, and what they are taken for
mod region; // the world of recipe A4
mod settlement; // real places, and the nearest of them
mod stage; // what every world offers
mod toll; // what an event cost
mod uniform; // the world without structure

// who tells it, and how wrong
mod a4; // the noise of recipe A4
mod dress; // a report as a post files it
mod echo; // a report that repeats another
mod full; // the noise of the field
pub mod ged; // real events, told by several agencies
mod office; // posts, their clocks and lines
mod witness; // what one source says of an event
mod wording; // summaries in two languages

// how it becomes a scenario, and how hard that is
mod assemble; // as many reports, at such a density
mod density; // how many reports each could be confused with
pub mod difficulty; // the best that a fixed window can do
mod publish; // ids, order, truth
mod random; // numbers from a seed

pub use crate::{
    density::candidates_per_report,
    generate::{DEMO_REPORTS, VERSION, default_demo, generate},
    recipe::{Density, Noise, Recipe, World},
    truth::{PlantedHotspot, Scenario, TrueIncident},
};
