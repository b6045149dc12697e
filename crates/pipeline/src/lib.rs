//! The one function of the pipeline: records in, facts out.
//!
//! Comes in: the log, record by record. Goes out: receipts, incidents, hotspots, alerts and quarantine entries, in a fixed order.
//! Guarantees: the same log gives the same facts, byte for byte, whatever the batches and restarts; timers fire at their own log time,
//! before the first record at or past it, so that facts do not depend on how many ticks there were.
//!
//! Never: IO, async, clock, entropy, unordered iteration. A bad record becomes a fact, not an error.
mod precision; // what a source kind means where it does not say
mod placement; // where a report is: a point, or an area
mod admission; // what ingest checks before the append, and intake again
mod intake; // retries folded, revisions ordered, reports stamped
mod marks; // when hotspots are evaluated
mod apply; // the composition
pub use crate::{
    admission::admit,
    apply::{Pipeline, Settings, Snapshot},
    placement::place_report,
    precision::place_uncertainty,
};
