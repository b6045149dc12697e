//! The tables on fjall, one keyspace each, in a folder that can be thrown away.
//!
//! Comes in: a folder, the declared tables, their layout's version. Goes out: a [`Store`].
//! Guarantees: a folder that fjall cannot read, or of other tables or another layout, is emptied and its positions with it, so that the projector
//! starts from the first fact; what was applied before a kill is there as a prefix.
//!
//! Never: syncs (the log does), clears a keyspace (fjall keeps its journals then), or compacts first in, first out (lsm-tree panics).

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions};

use crate::error::{ApplyError, OpenError, ReadError};
use crate::key::{KeyReader, KeyWriter};
use crate::memory::{check_row, replaces};
use crate::position::POSITIONS;
use crate::table::{Row, Store, StoredRow, Table};

const VERSION_BYTES: usize = 8;

/// How much memory and disk fjall may use. Larger journals make a start slower, smaller ones writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// Bytes of all journals of a database. Default 128 MiB, at least 64 MiB.
    pub journal_bytes_max: u64,
    /// Bytes of a table's rows in memory before they go to disk. Default 16 MiB.
    pub memtable_bytes_max: u64,
    /// Bytes of blocks kept in memory. Default 64 MiB.
    pub cache_bytes_max: u64,
}

impl Default for StoreSettings {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self { journal_bytes_max: 128 * MIB, memtable_bytes_max: 16 * MIB, cache_bytes_max: 64 * MIB }
    }
}

/// A store on fjall.
pub struct EmbeddedStore {
    tables: Vec<Table>,
    keyspaces: Vec<Keyspace>,
    database: Database,
    /// One batch at a time compares versions and writes.
    writing: Mutex<()>,
}

impl std::fmt::Debug for EmbeddedStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EmbeddedStore").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl EmbeddedStore {
    /// Opens the folder `tables` in a folder, of which the caller holds the lock (a store of another form is emptied). `layout` is the version of what the rows mean: another one than before empties the store.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(folder: &Path, tables: &[Table], layout: u32, settings: StoreSettings) -> Result<Self, OpenError> {
        let tables: Vec<Table> = tables.iter().copied().chain([POSITIONS]).collect();
        let mut names: Vec<&str> = tables.iter().map(|table| table.name()).collect();
        names.sort_unstable();
        let form = format!("tables 1\nlayout {layout}\n{}\n", names.join("\n"));
        let (database, keyspaces) = open_database(&folder.join("tables"), &form, &settings, &names_of(&tables))?;
        Ok(Self { tables, keyspaces, database, writing: Mutex::new(()) })
    }

    fn keyspace(&self, table: Table) -> Option<&Keyspace> {
        let index = self.tables.iter().position(|declared| *declared == table)?;
        self.keyspaces.get(index)
    }

    /// Every row of a table.
    pub(crate) fn rows(&self, table: Table) -> Result<Vec<Row>, ReadError> {
        let row = |guard: fjall::Guard| {
            let (key, value) = guard.into_inner().map_err(failed(table))?;
            stored_row(table, &key, &value).ok_or(ReadError::Malformed { table: table.name() })
        };
        self.readable(table)?.iter().map(row).collect()
    }

    fn readable(&self, table: Table) -> Result<&Keyspace, ReadError> {
        self.keyspace(table).ok_or(ReadError::Undeclared { table: table.name() })
    }
}

impl Store for EmbeddedStore {
    fn get(&self, table: Table, partition: &[u8], clustering: &[u8]) -> Result<Option<Bytes>, ReadError> {
        let value = self.readable(table)?.get(key(partition, clustering)).map_err(failed(table))?;
        value.map(|value| payload(table, &value)).transpose()
    }

    fn range(&self, table: Table, partition: &[u8], from: &[u8], limit: usize) -> Result<Vec<StoredRow>, ReadError> {
        let prefix = key(partition, &[]);
        // No key of this partition is the prefix followed by more than the greatest clustering; the next partition sorts after its end.
        let rows = self.readable(table)?.range(key(partition, from)..);
        let mut stored = Vec::new();
        for guard in rows.take(limit) {
            let (key, value) = guard.into_inner().map_err(failed(table))?;
            let Some(clustering) = key.strip_prefix(prefix.as_slice()) else { break };
            stored.push(StoredRow { clustering: Bytes::copy_from_slice(clustering), payload: payload(table, &value)? });
        }
        Ok(stored)
    }

    fn apply(&self, rows: &[Row]) -> Result<(), ApplyError> {
        rows.iter().try_for_each(|row| check_row(&self.tables, row))?;
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = self.database.batch();
        for (row, key) in last_versions(rows) {
            let keyspace = self.keyspace(row.table).ok_or(ApplyError::Undeclared { table: row.table.name() })?;
            let stored = keyspace.get(&key)?;
            let stored = stored.as_ref().and_then(|value| value.split_first_chunk());
            if stored.is_none_or(|(version, payload)| replaces(row, u64::from_be_bytes(*version), payload)) {
                batch.insert(keyspace, key, value(row));
            }
        }
        Ok(batch.commit()?)
    }
}

/// Of each row the one that stays, in the order of keys.
fn last_versions(rows: &[Row]) -> impl Iterator<Item = (&Row, Vec<u8>)> {
    let mut last = std::collections::BTreeMap::new();
    for row in rows {
        let place = last.entry((row.table.name(), key(&row.partition, &row.clustering))).or_insert(row);
        if replaces(row, place.version, &place.payload) {
            *place = row;
        }
    }
    last.into_iter().map(|((_, key), row)| (row, key))
}

fn key(partition: &[u8], clustering: &[u8]) -> Vec<u8> {
    KeyWriter::new().bytes(partition).fixed(clustering).finish()
}

/// Takes a stored row apart again.
fn stored_row(table: Table, key: &[u8], value: &[u8]) -> Option<Row> {
    let mut reader = KeyReader::new(key);
    let partition = reader.bytes()?;
    let (version, payload) = value.split_first_chunk()?;
    let (version, payload) = (u64::from_be_bytes(*version), Bytes::copy_from_slice(payload));
    Some(Row { table, partition, clustering: reader.rest().to_vec(), version, payload })
}

fn value(row: &Row) -> Vec<u8> {
    let mut value = Vec::with_capacity(VERSION_BYTES + row.payload.len());
    value.extend(row.version.to_be_bytes());
    value.extend(&row.payload);
    value
}

fn payload(table: Table, value: &[u8]) -> Result<Bytes, ReadError> {
    let payload = value.get(VERSION_BYTES..).map(Bytes::copy_from_slice);
    payload.ok_or(ReadError::Malformed { table: table.name() })
}

fn names_of(tables: &[Table]) -> Vec<&'static str> {
    tables.iter().map(|table| table.name()).collect()
}

fn failed(table: Table) -> impl Fn(fjall::Error) -> ReadError {
    move |source| ReadError::Engine { table: table.name(), source }
}

/// Opens a database of this form; empties the folder first if it has another form, and once more if fjall cannot read it.
pub(crate) fn open_database(
    folder: &Path,
    form: &str,
    settings: &StoreSettings,
    keyspaces: &[&'static str],
) -> Result<(Database, Vec<Keyspace>), OpenError> {
    let io = |source| OpenError::Io { path: folder.to_owned(), source };
    let form_path = folder.with_extension("form");
    if fs::read(&form_path).ok().as_deref() != Some(form.as_bytes()) {
        empty(folder).map_err(io)?;
    }
    let opened = match try_open(folder, settings, keyspaces) {
        Err(error) if is_unreadable(&error) => {
            tracing::warn!(%error, path = %folder.display(), "the store cannot be read and is rebuilt from the log");
            empty(folder).map_err(io)?;
            try_open(folder, settings, keyspaces)
        }
        opened => opened,
    };
    let opened = opened.map_err(|error| open_error(folder, error))?;
    fs::write(&form_path, form).map_err(io)?;
    Ok(opened)
}

fn try_open(
    folder: &Path,
    settings: &StoreSettings,
    names: &[&'static str],
) -> fjall::Result<(Database, Vec<Keyspace>)> {
    let builder = Database::builder(folder).cache_size(settings.cache_bytes_max);
    let database = builder.max_journaling_size(settings.journal_bytes_max).open()?;
    let options = || KeyspaceCreateOptions::default().max_memtable_size(settings.memtable_bytes_max);
    let keyspaces = names.iter().map(|name| database.keyspace(name, options)).collect::<fjall::Result<_>>()?;
    Ok((database, keyspaces))
}

fn empty(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

/// True if the content is at fault; the disk, the rights and other processes are not mended by emptying the folder.
fn is_unreadable(error: &fjall::Error) -> bool {
    !matches!(error, fjall::Error::Io(_) | fjall::Error::Locked | fjall::Error::Storage(fjall::LsmError::Io(_)))
}

fn open_error(folder: &Path, error: fjall::Error) -> OpenError {
    let path = folder.to_owned();
    if matches!(error, fjall::Error::Locked) {
        return OpenError::Locked { path };
    }
    if let fjall::Error::Io(source) = error {
        OpenError::Io { path, source }
    } else {
        OpenError::Engine { path, source: error }
    }
}
