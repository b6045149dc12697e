//! What can fail in a store, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::cql::CqlError;
use crate::table::{KEY_BYTES_MAX, VERSION_MAX};

/// A store that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file call failed.
    #[error("could not open the store {path:?}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Another process has it open.
    #[error("the store {path:?} is in use by another process")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The engine refused it, also after it was emptied.
    #[error("could not open the store {path:?}")]
    Engine {
        /// The folder.
        path: PathBuf,
        /// What the engine said.
        #[source]
        source: fjall::Error,
    },
}

impl OpenError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check that this user may write there, and that the disk has room",
            Self::Locked { .. } => "stop the other process or choose another data folder",
            Self::Engine { .. } => {
                "check the disk, then remove this folder and start again: it is rebuilt from the log"
            }
        }
    }
}

/// Rows that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The table was not declared when the store was opened: a fault of the program.
    #[error("the table {table} is not declared")]
    Undeclared {
        /// The table.
        table: &'static str,
    },
    /// A row does not have the form of its table.
    #[error("a row of {table} cannot be read")]
    Malformed {
        /// The table.
        table: &'static str,
    },
    /// The engine failed.
    #[error("could not read from {table}")]
    Engine {
        /// The table.
        table: &'static str,
        /// What the engine said.
        #[source]
        source: fjall::Error,
    },
    /// The database did not answer, or not as asked. It may be asked again.
    #[error("could not read from {table}")]
    Cql {
        /// The table.
        table: &'static str,
        /// What happened.
        #[source]
        source: CqlError,
    },
}

/// Rows that were not stored.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The table was not declared when the store was opened: a fault of the program.
    #[error("the table {table} is not declared")]
    Undeclared {
        /// The table.
        table: &'static str,
    },
    /// A key is over [`KEY_BYTES_MAX`].
    #[error("a key of {table} has {bytes} bytes, over the limit of {KEY_BYTES_MAX}")]
    KeyTooLong {
        /// The table.
        table: &'static str,
        /// Its size.
        bytes: usize,
    },
    /// A row names no partition: a fault of the program.
    #[error("a row of {table} has an empty partition")]
    PartitionEmpty {
        /// The table.
        table: &'static str,
    },
    /// A version is over [`VERSION_MAX`]: it is no revision and no position.
    #[error("a row of {table} has the version {version}, over the limit of {VERSION_MAX}")]
    VersionTooHigh {
        /// The table.
        table: &'static str,
        /// The version.
        version: u64,
    },
    /// The disk is full. The store takes nothing more until it is opened again; reading goes on.
    #[error("no space left to write to the store")]
    NoSpace {
        /// What the engine said.
        #[source]
        source: fjall::Error,
    },
    /// An earlier write failed. The store takes nothing more until it is opened again; reading goes on.
    #[error("the store is closed after an earlier write error")]
    Poisoned,
    /// The engine failed.
    #[error("could not write to the store")]
    Engine {
        /// What the engine said.
        #[source]
        source: fjall::Error,
    },
    /// The database did not take a row. Any rows of the call may be stored; the same rows may be applied again.
    #[error("could not write to {table}")]
    Cql {
        /// The table.
        table: &'static str,
        /// What happened.
        #[source]
        source: CqlError,
    },
}

impl ApplyError {
    /// True if the store has to be opened again (or the process ended) before it takes anything more.
    #[must_use]
    pub const fn needs_reopen(&self) -> bool {
        match self {
            Self::Undeclared { .. }
            | Self::KeyTooLong { .. }
            | Self::PartitionEmpty { .. }
            | Self::VersionTooHigh { .. }
            | Self::Cql { .. } => false,
            Self::NoSpace { .. } | Self::Poisoned | Self::Engine { .. } => true,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Undeclared { .. } => "declare the table where the store is opened",
            Self::KeyTooLong { .. } => "shorten what the key is made of",
            Self::PartitionEmpty { .. } => "name a partition",
            Self::VersionTooHigh { .. } => "use the revision or the position of the cause",
            Self::Cql { .. } => "check that the database serves, then apply the rows again",
            Self::NoSpace { .. } => "make room on the disk that holds the data folder, then start again",
            Self::Poisoned | Self::Engine { .. } => {
                "check the disk, then start again: the store is rebuilt from the log"
            }
        }
    }
}

impl From<fjall::Error> for ApplyError {
    fn from(source: fjall::Error) -> Self {
        if matches!(source, fjall::Error::Poisoned) {
            return Self::Poisoned;
        }
        if is_full(&source) { Self::NoSpace { source } } else { Self::Engine { source } }
    }
}

fn is_full(error: &fjall::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::StorageFull) {
            return true;
        }
        cause = error.source();
    }
    false
}
