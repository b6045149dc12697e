//! Reports in, durable receipts out.
//!
//! Comes in: reports of agencies by gRPC; actions and ticks of the other services through a handle. Goes out: stamped records in the log.
//! Guarantees: no receipt leaves before a sync that covers its bytes has returned; the same content is taken once, for ever; what names a
//! source, a person, a vehicle or a phone is replaced by a keyed hash before the append; every refusal says all that is wrong.
//!
//! Never: links, counts or judges what a report says; reads the store on the way to an acknowledgement; goes on after a sync error.
mod answer; // what is held back until the sync
mod appender; // the one thread that writes `records`
mod clock; // the machine's clock, as an argument
mod clock_guard; // whether it agrees with the broker's
mod config; // what an operator may tune
mod follow; // what other writers append
mod group; // places in an open group, positions after it
mod handle; // the queue before the appender
mod key_file; // where the keys are kept
mod keys; // keyed hashes
mod known; // which revisions the log holds
mod log_clock; // which stamp the next record gets
mod publish; // a report of the wire, or a stream of them
mod receipt; // what a publisher holds
mod refusal; // why not, and what a caller is told
mod remembered; // what this process acknowledged
mod run; // opening, and the end
mod service; // the methods
mod submission; // hashed and protected, on its way to the log
mod validation; // every fault at once
mod verdict; // what became of a record

pub use crate::{
    appender::RunError,
    clock::{Clock, SystemClock},
    clock_guard::{CLOCK_OFF_MAX, ClockGuard, ClockState, MeasureClock},
    config::IngestConfig,
    handle::{Answers, IngestHandle},
    key_file::OpenKeysError,
    keys::Keys,
    known::{FirstReceipts, KnownError, RegisterReader},
    receipt::{Durability, Receipt},
    refusal::Refusal,
    run::{Engines, Ingest, IngestRun, OpenError, Register, open},
    service::{IngestGrpc, ProjectedReceipt, ReceiptLookup},
    submission::{Origin, Submission},
    validation::Admission,
};
