//! What can fail, where, and what to do about it. Messages are for people; `help` says what to do.

use std::io;
use std::path::PathBuf;

use domain::LogPosition;

use crate::event_log::RECORD_BYTES_MAX;
use crate::topic::Topic;

/// A place in a log file whose bytes are not those that were written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log file {path:?} is damaged at byte {offset} (record {position}): {kind}")]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// The first byte of the entry that cannot be trusted.
    pub offset: u64,
    /// The record that was expected there.
    pub position: LogPosition,
    /// What is wrong.
    pub kind: DamageKind,
}

impl Damage {
    const HELP: &str = "this is no cut-off write but damage of what was stored, and nothing was changed; \
        check the disk, restore this file from a copy, then start again";
}

/// What is wrong at a place in a log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DamageKind {
    /// The head of the file.
    #[error("the head of the file cannot be read")]
    FileHead,
    /// The two copies of a length.
    #[error("its length does not agree with the copy of it")]
    Length,
    /// The checksum over position, length and payload.
    #[error("its checksum does not agree with its bytes")]
    Checksum,
    /// The file stops before the entry does.
    #[error("the file ends within it")]
    Short,
    /// The file is not there.
    #[error("the file is missing")]
    Missing,
    /// The file holds fewer or more records than the next one says.
    #[error("the next file begins at another record")]
    Gap,
}

/// A data folder or a log that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file call failed.
    #[error("could not open {path:?}")]
    Io {
        /// What was to be opened or written.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Another process uses the folder.
    #[error("the data folder {path:?} is in use by another process{}", of_pid(*pid))]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The process, if it has written its number.
        pid: Option<u32>,
    },
    /// The folder was written by a later version.
    #[error("the data folder {path:?} has format {found}, this version reads up to {known}")]
    NewerFormat {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The greatest format known here.
        known: u32,
    },
    /// A file of the folder that says what the folder is cannot be read.
    #[error("the file {path:?} does not hold {wanted}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
    },
    /// The folder holds a log but does not say its format.
    #[error("the folder {path:?} holds a log but no file FORMAT")]
    NoFormat {
        /// The folder.
        path: PathBuf,
    },
    /// A log file is damaged, not merely cut off.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// A reader has seen durable records that are no longer there.
    #[error(
        "the log of {topic} ends at {end}, but the reader {reader:?} has read up to {position}: records are missing"
    )]
    Missing {
        /// The topic.
        topic: Topic,
        /// The reader.
        reader: String,
        /// Up to where it has read.
        position: LogPosition,
        /// Where the log ends.
        end: LogPosition,
    },
    /// The topic has an appender already.
    #[error("the log of {topic} has an appender already")]
    AppenderTaken {
        /// The topic.
        topic: Topic,
    },
    /// The system gave no random bytes for the node's id.
    #[error("the system gave no random bytes for the id of this node")]
    Entropy,
}

fn of_pid(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (pid {pid})"))
}

impl OpenError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check that the path exists, that this user may write there, and that the disk has room",
            Self::Locked { .. } => "stop the other process or choose another data folder",
            Self::NewerFormat { .. } => "use the version that wrote it, or a later one; nothing was changed",
            Self::Unreadable { .. } => "restore this file from a copy; nothing was changed",
            Self::NoFormat { .. } => "choose another data folder, or restore the file FORMAT from a copy",
            Self::Damaged(_) => Damage::HELP,
            Self::Missing { .. } => {
                "acknowledged records are lost: restore the folder `log` from a copy; nothing was changed"
            }
            Self::AppenderTaken { .. } => "one writer a topic: this is a fault of the program",
            Self::Entropy => "check that /dev/urandom is there",
        }
    }
}

/// Records that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The position is past the end: what was there has been lost and is made again, so start from `end` or before.
    #[error("position {from} is past the end of {topic}, {end}")]
    BeyondEnd {
        /// The topic.
        topic: Topic,
        /// What was asked for.
        from: LogPosition,
        /// Where it ends.
        end: LogPosition,
    },
    /// The bytes there are not those appended.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// A file call failed.
    #[error("could not read the log file {path:?}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl ReadError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::BeyondEnd { .. } => "read from the end of the log",
            Self::Damaged(_) => Damage::HELP,
            Self::Io { .. } => "check the disk",
        }
    }
}

/// A batch that was not appended, or not made durable.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// A record is over [`RECORD_BYTES_MAX`]. Nothing of the batch was written.
    #[error("a record of {bytes} bytes is over the limit of {RECORD_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The disk is full. Nothing of the batch is there, and appending works again once there is room.
    #[error("no space left to write the log file {path:?}")]
    NoSpace {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A write failed for another reason than space. Fatal.
    #[error("could not write the log file {path:?}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A sync failed: what was on its way may or may not be there. Fatal.
    #[error("could not make the log file {path:?} durable")]
    Sync {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// An earlier error was fatal; nothing is written any more.
    #[error("the log is closed after an earlier write error")]
    Poisoned,
}

impl AppendError {
    /// True if the process has to end: the next start reads what is really on the disk.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::TooLarge { .. } | Self::NoSpace { .. } => false,
            Self::Write { .. } | Self::Sync { .. } | Self::Poisoned => true,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "send a smaller record",
            Self::NoSpace { .. } => "make room on the disk that holds the data folder, then send again",
            Self::Write { .. } | Self::Sync { .. } | Self::Poisoned => {
                "check the disk and start again; what was acknowledged is there, what was not may be"
            }
        }
    }
}

/// A reader's position that could not be stored or loaded.
#[derive(Debug, thiserror::Error)]
pub enum PositionError {
    /// The name does not fit.
    #[error("{reader:?} is not the name of a reader: 1 to 64 of a-z, 0-9, '-' and '_'")]
    Name {
        /// What was given.
        reader: String,
    },
    /// A file call failed.
    #[error("could not store or load the reader's position in {path:?}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}
