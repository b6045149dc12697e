//! Runs the pipeline: records in, facts out, the position last.
//!
//! Comes in: topic `records`. Goes out: the five fact topics, each with a progress marker after every batch, and ticks when a timer is due.
//! Guarantees: a restart, at any point, changes no fact: it replays the records it had done with and goes on; facts written twice have the
//! same ids and bytes.
//!
//! Never: a decision about raids. Never calls another stage; a tick goes through the log.
mod correlator; // open, run, and the loop between
mod facts; // facts to their topics
mod ticker; // the seam to the log's one writer
pub use crate::{
    correlator::{Correlator, OpenError, RunError},
    facts::{FactWriter, WriteError},
    ticker::{TickError, Ticker},
};
