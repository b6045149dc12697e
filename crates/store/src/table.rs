//! Declared tables, their rows, and the three methods over them.
//!
//! Guarantees: a row is found by (table, partition, clustering) and belongs to one topic, so that one writer has it.
//!
//! Never: a scan. A list is the range of one partition.

use std::fmt;

use bytes::Bytes;
use eventlog::Topic;

use crate::error::{ApplyError, ReadError};

/// Most bytes of a partition key or a clustering key.
pub const KEY_BYTES_MAX: usize = 4096;
/// The greatest version of a row. In CQL a version is the write time in microseconds, and a database takes none in its future: this one was
/// in September 2005.
pub const VERSION_MAX: u64 = 1 << 50;

/// A declared table. Two are the same if their names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table {
    name: &'static str,
    topic: Option<Topic>,
}

impl Table {
    /// Declares a table whose rows all come from one topic. The name: 1 to 40 of a-z and '_'.
    #[must_use]
    pub const fn of(topic: Topic, name: &'static str) -> Self {
        Self { name, topic: Some(topic) }
    }

    /// Declares a table of the engine's own.
    pub(crate) const fn own(name: &'static str) -> Self {
        Self { name, topic: None }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The topic that its rows come from; `None` for the positions of projectors.
    #[must_use]
    pub const fn topic(self) -> Option<Topic> {
        self.topic
    }
}

/// A row to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where to.
    pub table: Table,
    /// The partition, 1 to [`KEY_BYTES_MAX`] bytes (CQL knows no empty partition). Rows of one list share it.
    pub partition: Vec<u8>,
    /// The place in the partition, at most [`KEY_BYTES_MAX`] bytes. Ascending bytes are the order of the list.
    pub clustering: Vec<u8>,
    /// A row replaces one of a lower version, never one of a higher; at most [`VERSION_MAX`]. One version of a row has one payload: use the
    /// revision, or the position of the cause. Where a fault gives it two, the greater stays, whatever the order.
    pub version: u64,
    /// What is stored.
    pub payload: Bytes,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// Its place in the partition.
    pub clustering: Bytes,
    /// What was stored.
    pub payload: Bytes,
}

/// The projected state. Calls block their thread for as long as the engine takes (embedded: microseconds). Share it as `Arc<dyn Store>`.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Reads one row; `None` if there is none.
    ///
    /// # Errors
    /// [`ReadError`].
    fn get(&self, table: Table, partition: &[u8], clustering: &[u8]) -> Result<Option<Bytes>, ReadError>;

    /// Reads rows of a partition in ascending order of their clustering, from a clustering on (itself included), at most `limit`.
    ///
    /// # Errors
    /// [`ReadError`].
    fn range(&self, table: Table, partition: &[u8], from: &[u8], limit: usize) -> Result<Vec<StoredRow>, ReadError>;

    /// Stores rows. All are checked before the first is written, and once it returns all are stored. Storing the same rows again changes
    /// nothing. Embedded, rows of one call are stored all or none, and a killed process keeps a prefix of what was applied, in order;
    /// distributed, after an error or a kill any of them may be stored, and storing them again is the cure.
    ///
    /// # Errors
    /// [`ApplyError`]; of a row that breaks a rule none is stored.
    fn apply(&self, rows: &[Row]) -> Result<(), ApplyError>;
}
