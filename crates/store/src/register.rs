//! Which content a revision of a report had first, and where it stands in the log: (report, revision) to (content hash, first position), for ever.
//!
//! Comes in: entries with the position up to which they cover the log. Goes out: what is known of a revision.
//! Guarantees: entries and `covered` are stored together, so after a kill the log from `covered` on holds exactly what is missing here; a register
//! that cannot be read is emptied, and `covered` is the first position again.
//!
//! Never: on the path of durability. It is read and written by the one appender of records.

use std::path::Path;

use domain::{ContentHash, LogPosition, ReportId, Revision};
use fjall::{Database, Keyspace};

use crate::embedded::{StoreSettings, open_database};
use crate::error::{ApplyError, OpenError, ReadError};
use crate::key::{KeyReader, KeyWriter};

const FORM: &str = "register 1\n";
const REVISIONS: &str = "revisions";
const COVERED: &str = "covered";

/// What a revision of a report had first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstSeen {
    /// Its content.
    pub content: ContentHash,
    /// Where it stands in the log.
    pub position: LogPosition,
}

/// A revision to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterEntry {
    /// The report.
    pub report: ReportId,
    /// Its revision.
    pub revision: Revision,
    /// What it had first.
    pub first: FirstSeen,
}

/// The register on fjall.
pub struct Register {
    database: Database,
    revisions: Keyspace,
    covered: Keyspace,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Register").finish_non_exhaustive()
    }
}

impl Register {
    /// Opens the folder `register` in a folder.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(folder: &Path, settings: StoreSettings) -> Result<Self, OpenError> {
        let folder = folder.join("register");
        let (database, keyspaces) = open_database(&folder, FORM, &settings, &[REVISIONS, COVERED])?;
        let [revisions, covered] = keyspaces
            .try_into()
            .map_err(|_| OpenError::Engine { path: folder, source: fjall::Error::Unrecoverable })?;
        Ok(Self { database, revisions, covered })
    }

    /// What is known of a revision.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn get(&self, report: ReportId, revision: Revision) -> Result<Option<FirstSeen>, ReadError> {
        let value = self.revisions.get(key(report, revision)).map_err(failed(REVISIONS))?;
        value.map(|value| first_seen(&value)).transpose()
    }

    /// All known revisions of a report, lowest first.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn revisions(&self, report: ReportId) -> Result<Vec<(Revision, FirstSeen)>, ReadError> {
        let mut found = Vec::new();
        for guard in self.revisions.prefix(report.as_bytes()) {
            let (key, value) = guard.into_inner().map_err(failed(REVISIONS))?;
            found.push((revision(&key)?, first_seen(&value)?));
        }
        Ok(found)
    }

    /// Remembers entries, and that everything of the log below `covered` is remembered, all or nothing.
    ///
    /// # Errors
    /// [`ApplyError`]; after one that needs a reopen, the log has the truth.
    pub fn put(&self, entries: &[RegisterEntry], covered: LogPosition) -> Result<(), ApplyError> {
        let mut batch = self.database.batch();
        for RegisterEntry { report, revision, first } in entries {
            let value = KeyWriter::new().fixed(first.content.as_bytes()).u64(first.position.get()).finish();
            batch.insert(&self.revisions, key(*report, *revision), value);
        }
        batch.insert(&self.covered, COVERED, covered.get().to_be_bytes());
        Ok(batch.commit()?)
    }

    /// The position below which everything of the log is remembered here. Where it is not the end of the log, read on from there and `put`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn covered(&self) -> Result<LogPosition, ReadError> {
        let Some(value) = self.covered.get(COVERED).map_err(failed(COVERED))? else { return Ok(LogPosition::FIRST) };
        let number = KeyReader::new(&value).u64().ok_or(ReadError::Malformed { table: COVERED })?;
        Ok(LogPosition::new(number))
    }
}

fn key(report: ReportId, revision: Revision) -> Vec<u8> {
    KeyWriter::new().fixed(report.as_bytes()).u32(revision.get()).finish()
}

fn revision(key: &[u8]) -> Result<Revision, ReadError> {
    let mut reader = KeyReader::new(key);
    let number = reader.fixed::<16>().and_then(|_| reader.u32());
    number.and_then(|number| Revision::new(number.into())).ok_or(ReadError::Malformed { table: REVISIONS })
}

fn first_seen(value: &[u8]) -> Result<FirstSeen, ReadError> {
    let mut reader = KeyReader::new(value);
    let content = reader.fixed::<32>().map(ContentHash::from_bytes);
    let position = reader.u64().map(LogPosition::new);
    let both = content.zip(position).filter(|_| reader.is_done());
    both.map(|(content, position)| FirstSeen { content, position }).ok_or(ReadError::Malformed { table: REVISIONS })
}

fn failed(table: &'static str) -> impl Fn(fjall::Error) -> ReadError {
    move |source| ReadError::Engine { table, source }
}
