//! Facts in, answers out: projects the fact topics into declared tables and serves what readers may see of them.
//!
//! Comes in: the five fact topics. Goes out: rows, and over gRPC reports, incidents, hotspots and quarantined records, as of now or of any past
//! log time. Of alerts it follows only how far their topic has come: their service has a feed of its own.
//! Guarantees: the same topics give the same rows, whatever the batches and restarts; a list neither skips nor repeats what existed at its
//! start and still matches; an answer is made of what `access` permits, and of nothing else.
//!
//! Never: a write that is not a fact's, a scan of a table, a decision about raids. The tables can be thrown away: they are made again.
mod config; // what an operator may tune
mod error; // what can fail
mod filter; // what a list is asked for
mod grpc; // the six methods
mod listing; // partitions merged to a page
mod page_token; // where a list goes on
mod progress; // how far the projection has come
mod projector; // facts to rows, in order, once
mod reader; // rows to answers
mod rows; // a fact as rows
mod run; // open and run
mod snapshot; // the state of the log that an answer shows
mod store_folder; // the embedded store, made again when in doubt
pub mod tables; // the declared tables
pub use api::TokenKey;

pub use crate::{
    config::QueryConfig,
    error::{ListError, ReadError},
    filter::{HotspotFilter, IncidentFilter, PageRequest, QuarantineFilter},
    grpc::QueryGrpc,
    page_token::{OpenTokenError, QueryHash},
    progress::{NotProjected, Projected, Projection, WAIT_MAX},
    projector::{ProjectError, Projector, Step},
    reader::Reader,
    rows::{RowError, rows_of},
    run::{Engines, OpenError, Query, RunError},
    snapshot::Snapshot,
    store_folder::{OpenStoreError, open_store},
};
