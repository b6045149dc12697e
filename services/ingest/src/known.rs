//! Which revisions of which reports the log holds: asked by the appender for each report, and by `GetReceipt`.
//!
//! Comes in: what was appended. Goes out: content hash, first position and stamp of a revision, the open group included.
//! Guarantees: what an answered receipt says is found; what is not durable is found by the appender alone; a register that is ahead of the log
//! is thrown away and made again from it, and an entry is believed only if the log holds at its position what it says.
//!
//! That another content under a revision is in the log, for the quarantine, is remembered as an entry of its own, under the report's id with all
//! bits turned over: no report has such an id but by a chance of 2^-128.
//!
//! Never: is needed for durability.
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{ContentHash, LogPosition, LogTime, Payload, Record, ReportId, ReportKey, Revision};
use eventlog::{EventLog, ReadError as LogReadError, ReadLimit, Topic};
use store::{ApplyError, FirstSeen, OpenError, ReadError, Register, RegisterEntry, StoreSettings};

use crate::group::Landed;
use crate::receipt::{Durability, Receipt};
use crate::remembered::Remembered;

/// Why the register cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// It could not be opened.
    #[error("could not open the register of reports")]
    Open(#[from] OpenError),
    /// It was ahead of the log and could not be thrown away.
    #[error("could not remove the register of reports {path:?}, which is ahead of the log")]
    Remove {
        /// Its folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It could not be read.
    #[error("could not read the register of reports")]
    Read(#[from] ReadError),
    /// It could not be written. What was appended is durable, and is read from the log at the next start.
    #[error("could not write the register of reports")]
    Apply(#[from] ApplyError),
    /// The log could not be read.
    #[error("could not read the log for the register of reports")]
    Log(#[from] LogReadError),
    /// It is not of this log.
    #[error(
        "the register of reports and the log disagree on position {position}: remove the folder `register` of the store, it is made again from the log"
    )]
    Disagrees {
        /// Where the log does not hold what the register says.
        position: LogPosition,
    },
}

/// What one revision of a report had first, and when it was stamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamped {
    pub(crate) first: FirstSeen,
    pub(crate) received_at: LogTime,
}

/// What is known of revisions, as the appender sees it: with the open group on top.
pub(crate) struct Known {
    durable: Durable,
    durability: Durability,
    open_group: BTreeMap<(ReportId, Revision), Stamped>,
}

/// Where durable revisions are known from.
enum Durable {
    /// All that the log holds.
    Register(RegisterReader),
    /// What this process acknowledged, as far as it remembers.
    Remembered(Remembered),
}

impl Known {
    /// Starts with an empty memory.
    pub(crate) fn remember(revisions_max: NonZeroUsize, durability: Durability) -> Self {
        let durable = Durable::Remembered(Remembered::new(revisions_max));
        Self { durable, durability, open_group: BTreeMap::new() }
    }

    /// Opens the register in the folder of the store and reads from the log what it does not hold.
    pub(crate) fn open(
        log: &Arc<dyn EventLog>,
        folder: &Path,
        settings: StoreSettings,
        durability: Durability,
    ) -> Result<Self, KnownError> {
        let mut register = Register::open(folder, settings)?;
        if register.covered()? > log.end(Topic::Records) {
            drop(register);
            let path = folder.join("register");
            tracing::warn!(path = %path.display(), "the register of reports is ahead of the log and is made again from it");
            std::fs::remove_dir_all(&path).map_err(|source| KnownError::Remove { path, source })?;
            register = Register::open(folder, settings)?;
        }
        let next = register.covered()?;
        let reader = RegisterReader { register: Arc::new(register), log: Arc::clone(log), durability };
        let mut known = Self { durable: Durable::Register(reader), durability, open_group: BTreeMap::new() };
        known.catch_up(log.as_ref(), next)?;
        Ok(known)
    }

    fn catch_up(&mut self, log: &dyn EventLog, mut next: LogPosition) -> Result<(), KnownError> {
        loop {
            let records = log.read(Topic::Records, next, ReadLimit::default())?;
            let Some(last) = records.last() else { return Ok(()) };
            next = last.position.next();
            for logged in &records {
                self.learn(&api::decode_record(logged.position, &logged.value))?;
            }
            self.commit(&Landed::default(), next)?;
        }
    }

    fn learn(&mut self, record: &Record) -> Result<(), KnownError> {
        let Payload::Report(stamped) = &record.payload else { return Ok(()) };
        let (id, revision) = (stamped.report.key.report_id(), stamped.report.revision);
        let first = FirstSeen { content: stamped.content_hash, position: record.position };
        match self.first(id, revision)? {
            Some(known) if known.content == first.content => {}
            Some(_) => self.note_conflict(id, revision, first, record.received_at),
            None => self.note(id, revision, first, record.received_at),
        }
        Ok(())
    }

    /// What a revision had first, the open group included.
    pub(crate) fn first(&self, id: ReportId, revision: Revision) -> Result<Option<FirstSeen>, KnownError> {
        match (self.open_group.get(&(id, revision)), &self.durable) {
            (Some(stamped), _) => Ok(Some(stamped.first)),
            (None, Durable::Register(reader)) => Ok(reader.register.get(id, revision)?),
            (None, Durable::Remembered(remembered)) => Ok(remembered.get(id, revision).map(|stamped| stamped.first)),
        }
    }

    /// The first receipt of a revision that [`Known::first`] has found.
    pub(crate) fn first_receipt(
        &self,
        key: ReportKey,
        revision: Revision,
        first: FirstSeen,
    ) -> Result<Receipt, KnownError> {
        let id = key.report_id();
        let open = self.open_group.get(&(id, revision)).copied();
        let remembered = || match &self.durable {
            Durable::Register(_) => None,
            Durable::Remembered(remembered) => remembered.get(id, revision),
        };
        match (open.or_else(remembered), &self.durable) {
            (None, Durable::Register(reader)) => reader.receipt(key, revision, first),
            (stamped, _) => {
                // `first` was found in one of the two, so a stamp is there; without one it would be the least time.
                let received_at = stamped.map_or(LogTime::new(domain::Timestamp::LEAST), |stamped| stamped.received_at);
                let durability = self.durability;
                Ok(Receipt { key, revision, position: first.position, received_at, duplicate: true, durability })
            }
        }
    }

    /// Whether another content under this revision is in the log, the open group included.
    pub(crate) fn has_conflict(&self, id: ReportId, revision: Revision) -> Result<bool, KnownError> {
        Ok(self.first(turned_over(id), revision)?.is_some())
    }

    /// Notes a revision in the open group.
    pub(crate) fn note(&mut self, id: ReportId, revision: Revision, first: FirstSeen, received_at: LogTime) {
        self.open_group.insert((id, revision), Stamped { first, received_at });
    }

    /// Notes in the open group that another content under this revision is kept for the quarantine.
    pub(crate) fn note_conflict(&mut self, id: ReportId, revision: Revision, other: FirstSeen, received_at: LogTime) {
        self.note(turned_over(id), revision, other, received_at);
    }

    /// Takes the open group over, as far as the log has told where it stands; the log is covered up to here.
    pub(crate) fn commit(&mut self, landed: &Landed, covered: LogPosition) -> Result<(), KnownError> {
        let group = std::mem::take(&mut self.open_group);
        let landed = group.into_iter().filter_map(|(revision, stamped)| {
            let position = landed.position(stamped.first.position)?;
            Some((revision, Stamped { first: FirstSeen { position, ..stamped.first }, ..stamped }))
        });
        match &mut self.durable {
            Durable::Register(reader) => {
                let entry = |((report, revision), stamped): ((ReportId, Revision), Stamped)| RegisterEntry {
                    report,
                    revision,
                    first: stamped.first,
                };
                let entries: Vec<RegisterEntry> = landed.map(entry).collect();
                Ok(reader.register.put(&entries, covered)?)
            }
            Durable::Remembered(remembered) => {
                landed.for_each(|((id, revision), stamped)| remembered.put(id, revision, stamped));
                Ok(())
            }
        }
    }

    /// Forgets the open group: it was not written.
    pub(crate) fn discard(&mut self) {
        self.open_group.clear();
    }

    /// For those who ask what became of a report.
    pub(crate) fn receipts(&self) -> FirstReceipts {
        match &self.durable {
            Durable::Register(reader) => FirstReceipts::Register(reader.clone()),
            Durable::Remembered(_) => FirstReceipts::Projected(self.durability),
        }
    }
}

fn turned_over(id: ReportId) -> ReportId {
    ReportId::from_bytes(id.as_bytes().map(|byte| !byte))
}

/// Where `GetReceipt` finds first receipts.
#[derive(Clone, Debug)]
pub enum FirstReceipts {
    /// In the register, from the acknowledgement on.
    Register(RegisterReader),
    /// In what is projected; all records are as durable as this says.
    Projected(Durability),
}

/// Finds receipts of durable reports. Cheap to clone; calls block their thread for a read from disk at most.
#[derive(Clone, Debug)]
pub struct RegisterReader {
    register: Arc<Register>,
    log: Arc<dyn EventLog>,
    durability: Durability,
}

impl RegisterReader {
    /// The first receipt of a report's revision; `None`: of the highest.
    ///
    /// # Errors
    /// If register or log cannot be read, or disagree.
    pub fn find(&self, key: ReportKey, revision: Option<Revision>) -> Result<Option<Receipt>, KnownError> {
        let id = key.report_id();
        let found = match revision {
            Some(revision) => self.register.get(id, revision)?.map(|first| (revision, first)),
            None => self.register.revisions(id)?.pop(),
        };
        found.map(|(revision, first)| self.receipt(key, revision, first)).transpose()
    }

    /// The receipt of what the register says, with the stamp that the log holds.
    fn receipt(&self, key: ReportKey, revision: Revision, first: FirstSeen) -> Result<Receipt, KnownError> {
        let position = first.position;
        let disagrees = || KnownError::Disagrees { position };
        let records = self.log.read(Topic::Records, position, ReadLimit::records(1)).map_err(|error| match error {
            LogReadError::BeyondEnd { .. } => disagrees(),
            error @ (LogReadError::Damaged(_) | LogReadError::Io { .. }) => error.into(),
        })?;
        let logged = records.first().ok_or_else(disagrees)?;
        let record = api::decode_record(position, &logged.value);
        if !holds(&record, &key, revision, first.content) {
            return Err(disagrees());
        }
        let (received_at, durability) = (record.received_at, self.durability);
        Ok(Receipt { key, revision, position, received_at, duplicate: true, durability })
    }
}

fn holds(record: &Record, key: &ReportKey, revision: Revision, content: ContentHash) -> bool {
    let Payload::Report(stamped) = &record.payload else { return false };
    stamped.report.key == *key && stamped.report.revision == revision && stamped.content_hash == content
}
