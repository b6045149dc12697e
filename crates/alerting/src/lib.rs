//! Revisions of incidents and hotspots, acknowledgements and the passing of log time in; revisions of alerts out.
//!
//! Guarantees: the alert of a rule on a subject has one id for ever, and its revisions count from 1 without gaps; a revision says something
//! that the one before did not; the alerts of one call come out ascending by id; the same inputs give the same bytes.
//!
//! Never: IO, clock, entropy, unordered iteration. Never: an alert on a person. Never: more of a restricted subject than category, county,
//! local day and counts.
mod alerting; // every alert that was ever raised
mod content; // what an alert shows
mod cover; // the cells it covers
mod lifecycle; // raised, acknowledged, superseded, closed
mod reason; // why, in a sentence
mod rules; // what raises an alert, as data
pub use crate::{
    alerting::{Alerting, Snapshot},
    cover::cover,
    lifecycle::Refusal,
    rules::{ParseRulesError, Rule, Rules},
};
