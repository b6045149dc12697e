//! The tables in memory, for tests: the same answers as any engine, gone with the process.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::error::{ApplyError, ReadError};
use crate::position::POSITIONS;
use crate::table::{KEY_BYTES_MAX, Row, Store, StoredRow, Table, VERSION_MAX};

/// Rows by table, partition and clustering.
type Rows = BTreeMap<(&'static str, Vec<u8>, Vec<u8>), (u64, Bytes)>;

/// A store in memory.
#[derive(Debug)]
pub struct MemoryStore {
    tables: Vec<Table>,
    rows: Mutex<Rows>,
}

impl MemoryStore {
    /// An empty store over declared tables.
    #[must_use]
    pub fn new(tables: &[Table]) -> Self {
        let tables = tables.iter().copied().chain([POSITIONS]).collect();
        Self { tables, rows: Mutex::default() }
    }

    /// Every row of a table.
    pub(crate) fn rows(&self, table: Table) -> Result<Vec<Row>, ReadError> {
        self.check(table)?;
        let rows = self.lock();
        let own = rows.iter().filter(|((name, ..), _)| *name == table.name());
        let row = own.map(|((_, partition, clustering), (version, payload))| Row {
            table,
            partition: partition.clone(),
            clustering: clustering.clone(),
            version: *version,
            payload: payload.clone(),
        });
        Ok(row.collect())
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, table: Table) -> Result<(), ReadError> {
        if self.tables.contains(&table) { Ok(()) } else { Err(ReadError::Undeclared { table: table.name() }) }
    }
}

impl Store for MemoryStore {
    fn get(&self, table: Table, partition: &[u8], clustering: &[u8]) -> Result<Option<Bytes>, ReadError> {
        self.check(table)?;
        let key = (table.name(), partition.to_vec(), clustering.to_vec());
        Ok(self.lock().get(&key).map(|(_, payload)| payload.clone()))
    }

    fn range(&self, table: Table, partition: &[u8], from: &[u8], limit: usize) -> Result<Vec<StoredRow>, ReadError> {
        self.check(table)?;
        let first = (table.name(), partition.to_vec(), from.to_vec());
        let rows = self.lock();
        let after = rows.range((Bound::Included(first), Bound::Unbounded));
        let inside = after.take_while(|((name, key, _), _)| *name == table.name() && key == partition);
        let stored = inside.map(|((_, _, clustering), (_, payload))| StoredRow {
            clustering: Bytes::copy_from_slice(clustering),
            payload: payload.clone(),
        });
        Ok(stored.take(limit).collect())
    }

    fn apply(&self, rows: &[Row]) -> Result<(), ApplyError> {
        rows.iter().try_for_each(|row| check_row(&self.tables, row))?;
        let mut stored = self.lock();
        for row in rows {
            let key = (row.table.name(), row.partition.clone(), row.clustering.clone());
            let place = stored.entry(key).or_default();
            if replaces(row, place.0, &place.1) {
                *place = (row.version, row.payload.clone());
            }
        }
        Ok(())
    }
}

/// Refuses a row that no engine could store: of an undeclared table, with a key or a version out of bounds.
pub(crate) fn check_row(tables: &[Table], row: &Row) -> Result<(), ApplyError> {
    let table = row.table.name();
    if !tables.contains(&row.table) {
        return Err(ApplyError::Undeclared { table });
    }
    if row.partition.is_empty() {
        return Err(ApplyError::PartitionEmpty { table });
    }
    if row.version > VERSION_MAX {
        return Err(ApplyError::VersionTooHigh { table, version: row.version });
    }
    let bytes = row.partition.len().max(row.clustering.len());
    if bytes > KEY_BYTES_MAX { Err(ApplyError::KeyTooLong { table, bytes }) } else { Ok(()) }
}

/// Whether a row takes the place of what is stored: CQL's rule, so that all engines end with the same bytes. Positions, which only embedded
/// stores hold, may go back: there the last one stays.
pub(crate) fn replaces(row: &Row, version: u64, payload: &[u8]) -> bool {
    row.table == POSITIONS || (row.version, row.payload.as_ref()) >= (version, payload)
}
