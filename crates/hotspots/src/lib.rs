//! Incidents in, hotspots out: the connected cells where a family is significantly above what an even spread over the mask would give.
//!
//! [`Hotspots`] follows a changing set of incidents and tells, at each evaluation mark, the revisions of the hotspots that changed;
//! [`detect`] answers for one set and one instant. Both count the same: cells, weights, z, p and q are functions of the set alone, so that
//! streaming equals recomputing from nothing (`tests/streaming.rs`). Ids, revision numbers and life are history: functions of the marks too.
//!
//! Sources: Getis-Ord Gi* (Ord & Getis 1995) as a label; the binomial tail as the test, since Gi* is wrong on sparse counts;
//! Benjamini & Hochberg 1995 over all cells of the mask.
//!
//! Never: IO, clock, entropy, unordered iteration; an area, a restricted category or what a patrol found by itself: the caller leaves them out.

// what is counted: incidents, over the cells of a mask, as integers
mod counts; // weights by cell and by disk
mod grid; // the cells and their disks
mod incidents; // the incidents that may count, by time and by cell

// what stands out: formulas over those integers
mod binomial_tail; // how likely such a disk is by chance: the test
mod component; // which significant cells are one hotspot
mod false_discovery; // which cells are significant, over the whole mask
mod gi_star; // how far a disk stands out: the label

// what is told: hotspots along log time, or at one instant
mod describe; // what a hotspot says of itself
mod detect; // one set, one instant
mod lifecycle; // which hotspot it is, and its state against 7 days before
mod stream; // all families and windows along log time
mod window; // one family over one window

pub use crate::{
    detect::{DetectRow, Rows, detect},
    incidents::Counted,
    stream::{Hotspots, Settings, Snapshot},
};
