//! The tables on a CQL database, ScyllaDB or Apache Cassandra (the one that tests run on), one CQL table each: partition, clustering and payload, all bytes.
//!
//! Comes in: rows with a version. Goes out: a [`Store`](crate::Store).
//! Guarantees: a version is the time of the write, so the database itself keeps the higher one whatever the order, and of two payloads of one
//! version the greater; every statement is prepared and may be repeated; a call ends within a bound, as every attempt and their number have one.
//!
//! Never: filters, batches, light-weight transactions, counters, a time to live or a deletion; changes a table outside of migrations.

mod error; // what can fail, and what to do
mod migrate; // tables and keyspace, in order
mod session; // one statement, with attempts that end
mod settings; // where the database is
mod statement; // everything that is said to it
mod tables; // rows in, rows out

pub use crate::cql::{
    error::{ConnectError, CqlError, MigrateError},
    migrate::{MigrationState, MigrationStatus, Migrator},
    settings::{CqlSettings, REPLICATION_FACTOR_DEFAULT, WRITE_CONCURRENCY_DEFAULT},
    tables::CqlStore,
};
