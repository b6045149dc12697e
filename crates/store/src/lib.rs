//! Rows in, rows out by key: the projected state that queries read, over declared tables.
//!
//! Comes in: rows of tables that were declared, each with a version. Goes out: one row, or the rows of one partition in order.
//! Guarantees: `apply` is idempotent; of two versions of a row the higher stays, whatever the order; keys keep the order of what they are made
//! of; the engines, fjall in a folder and a CQL database, give the same answers. Everything here can be rebuilt from the logs, and is when in
//! doubt.
//!
//! Never: scans a table to answer a query, deletes a row, or stands between a report and its acknowledgement.
pub mod conformance; // the promises, as tests for any engine
pub mod cql; // the tables on Scylla or Cassandra
pub mod dump; // whole tables, to compare stores
mod embedded; // the tables on fjall
mod error; // what can fail, and what to do
mod key; // keys that sort as what they are made of
mod memory; // the tables in memory, for tests
pub mod position; // how far a projector has come, as rows
mod register; // which content a revision of a report had first
mod table; // declared tables, rows, the three methods

pub use crate::{
    cql::{CqlSettings, CqlStore},
    embedded::{EmbeddedStore, StoreSettings},
    error::{ApplyError, OpenError, ReadError},
    key::{KeyReader, KeyWriter},
    memory::MemoryStore,
    register::{FirstSeen, Register, RegisterEntry},
    table::{KEY_BYTES_MAX, Row, Store, StoredRow, Table, VERSION_MAX},
};
