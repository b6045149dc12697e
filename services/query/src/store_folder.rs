//! The embedded store of a data folder, made again when it does not follow from the log beside it.
//!
//! A store is in doubt if it was made from another log (the first record differs, or there is none), or if it has come further than the log
//! reaches: then somebody replaced or cut the log. Another layout, or files that the engine cannot read, are the engine's own business: it
//! empties the folder, and the projector starts from the first fact.
//!
//! Never: repairs a row. What is in doubt is thrown away whole; the log has everything.
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use domain::LogPosition;
use eventlog::{EventLog, ReadLimit, Topic};
use sha2::{Digest, Sha256};
use store::{EmbeddedStore, Row, Store, StoreSettings};

use crate::error::ReadError;
use crate::projector::load_marker;
use crate::tables;

/// A layout that no version has: opening with it empties the folder.
const NO_LAYOUT: u32 = u32::MAX;

/// A store that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenStoreError {
    /// The engine could not open it.
    #[error(transparent)]
    Store(#[from] store::OpenError),
    /// What is in it cannot be read.
    #[error("could not read how far the store has come")]
    Read(#[from] ReadError),
    /// The log beside it cannot be read.
    #[error("could not read the log that the store is made from")]
    Log(#[from] eventlog::ReadError),
}

/// Opens the store in a folder, emptied if it does not follow from this log. Blocks.
///
/// # Errors
/// If the folder, the store or the log cannot be read.
pub fn open_store(
    folder: &Path,
    log: &dyn EventLog,
    settings: StoreSettings,
) -> Result<Arc<dyn Store>, OpenStoreError> {
    let open = |layout| EmbeddedStore::open(folder, &tables::all(), layout, settings);
    let store = open(tables::LAYOUT)?;
    if !is_in_doubt(log, &store)? {
        return Ok(Arc::new(store));
    }
    tracing::warn!("the store does not follow from the log beside it and is made again");
    drop(store);
    drop(open(NO_LAYOUT)?);
    Ok(Arc::new(open(tables::LAYOUT)?))
}

/// Whether a store does not follow from this log.
pub(crate) fn is_in_doubt(log: &dyn EventLog, store: &dyn Store) -> Result<bool, OpenStoreError> {
    let stored = store.get(IDENTITY, &tables::log_partition(), &[]).map_err(ReadError::from)?;
    if let Some(stored) = stored
        && log_identity(log)? != Some(stored)
    {
        return Ok(true);
    }
    let end = log.end(Topic::Records);
    let markers = tables::PROGRESS.into_iter().map(|table| load_marker(store, table));
    let furthest: Option<LogPosition> =
        markers.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().map(|marker| marker.position).max();
    Ok(furthest.is_some_and(|position| position >= end))
}

/// Where the store says which log it is of.
const IDENTITY: store::Table = {
    let [receipts, ..] = tables::PROGRESS;
    receipts
};

/// What tells a log from any other: a hash of its first record. `None`: it is empty.
pub(crate) fn log_identity(log: &dyn EventLog) -> Result<Option<Bytes>, eventlog::ReadError> {
    let first = log.read(Topic::Records, LogPosition::FIRST, ReadLimit::records(1))?;
    Ok(first.first().map(|logged| Bytes::copy_from_slice(&Sha256::digest(&logged.value))))
}

/// The row that says which log a store is of.
pub(crate) fn identity_row(identity: &Bytes) -> Row {
    Row {
        table: IDENTITY,
        partition: tables::log_partition(),
        clustering: Vec::new(),
        version: 0,
        payload: identity.clone(),
    }
}
