//! Every row of a table, sorted: for comparing stores byte by byte, in tests and after a restore.
//!
//! Comes in: a declared table. Goes out: its rows by partition and clustering, with their versions.
//! Guarantees: stores that were given the same rows, in any order and any number of times, give the same dump, whatever the engine.
//!
//! Never: part of an answer to a query. It reads a whole table into memory.

use crate::cql::CqlStore;
use crate::embedded::EmbeddedStore;
use crate::error::ReadError;
use crate::memory::MemoryStore;
use crate::table::{Row, Table};

/// A store whose tables can be read as a whole.
pub trait Dump {
    /// Reads every row of a table, in ascending order of partition and clustering. Blocks its thread.
    ///
    /// # Errors
    /// [`ReadError`].
    fn dump(&self, table: Table) -> Result<Vec<Row>, ReadError>;
}

impl Dump for EmbeddedStore {
    fn dump(&self, table: Table) -> Result<Vec<Row>, ReadError> {
        self.rows(table).map(sorted)
    }
}

impl Dump for MemoryStore {
    fn dump(&self, table: Table) -> Result<Vec<Row>, ReadError> {
        self.rows(table).map(sorted)
    }
}

impl Dump for CqlStore {
    fn dump(&self, table: Table) -> Result<Vec<Row>, ReadError> {
        self.rows(table).map(sorted)
    }
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_unstable_by(|left, right| {
        (&left.partition, &left.clustering).cmp(&(&right.partition, &right.clustering))
    });
    rows
}
