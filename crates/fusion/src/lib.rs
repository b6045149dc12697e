//! Reports in, incidents out: which reports tell of one event, what that event was, and how far it can be believed.
//!
//! The way of a report: its comparable parts, its candidates, a weight for each pair, the touched component settled again, the incidents
//! composed of its clusters, and what became of which incident.
//! Guarantees: the same reports in the same order give the same revisions, byte for byte; where neither the bound on candidates nor the
//! horizon binds, which reports form an incident and what it says are functions of their set.
//!
//! Never: IO, async, clock, entropy, unordered iteration; a score of a person.
mod background; // how busy a place is
mod belief; // how far an incident can be believed
mod candidates; // which reports are compared
mod comparison; // the level that each field of a pair meets
mod compose; // the incident that a cluster is
mod echo; // who only repeats another
mod features; // what of a report is compared
mod fixed; // numbers of formulas as integers
mod fused; // what it says
mod lineage; // what became of which incident
mod match_weight; // how strongly all fields speak for a pair
mod parameters; // how much a level weighs
mod precision; // what a source kind means by a time
mod explain; // why, in weights that sum
mod marks; // numbers for the reports of a walk
mod regroup; // what a change touches
mod settle; // which linked reports are one incident
mod fit; // where the weights come from
mod state; // the reports and incidents that are known
pub use crate::{
    background::Background,
    belief::{Assessment, Testimony, assess},
    fit::{FitSettings, Sample, fit},
    match_weight::score_pair,
    parameters::{Parameters, ParseParametersError},
    precision::time_uncertainty,
    state::{Fusion, Outcome, Snapshot},
};
