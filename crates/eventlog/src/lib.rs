//! Bytes in, positions out: what is appended durably is read back, in one order, for ever.
//!
//! Comes in: batches of opaque records for a topic. Goes out: the same bytes, each at its position, and the end up to which they may be read.
//! Guarantees: `append_durably` returns only after a sync that covers its bytes; of `records` nothing is readable before that; bytes that are not
//! the ones appended are never returned, they are an error that names file and offset; after a failed sync nothing more is written.
//!
//! Never: looks into a record, orders by anything but arrival, deletes, or goes on after a sync error.
pub mod conformance; // the promises, as tests for any engine
mod data_folder; // format, lock and node of a data folder
mod embedded; // segments of ours, one folder a topic
mod error; // what can fail, where, and what to do
mod event_log; // what every engine promises
mod fence; // what a former owner writes late is dropped
mod files; // the file calls that the embedded engine makes
pub mod simulated; // the same calls in memory, with power cuts and failing disks
mod topic; // which logs there are
mod trace; // which trace a record belongs to

pub use crate::{
    data_folder::{DataFolder, NodeId, check_format},
    embedded::{EmbeddedLog, LogSettings},
    error::{AppendError, Damage, DamageKind, OpenError, PositionError, ReadError},
    event_log::{Appender, Entry, Epoch, EventLog, Logged, Positions, RECORD_BYTES_MAX, ReadLimit},
    fence::Fence,
    files::{File, Files, RealFiles},
    topic::{ParseTopicError, Topic},
    trace::TraceContext,
};
