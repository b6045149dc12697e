//! How far readers have come: one small file each, `positions/<reader>.<topic>`, holding the position and its checksum as text.
//!
//! Guarantees: a stored position is durable; at a start a position in facts that a power cut took is set back to the end, and one in records that
//! are no longer there refuses the start.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use domain::LogPosition;

use crate::error::{OpenError, PositionError};
use crate::files::Files;
use crate::topic::Topic;

const NAME_CHARS_MAX: usize = 64;

/// The positions of all readers.
#[derive(Debug)]
pub(super) struct Positions {
    files: Arc<dyn Files>,
    folder: PathBuf,
}

impl Positions {
    /// Opens the folder and checks what is in it against the ends of the topics.
    pub(super) fn open(
        files: Arc<dyn Files>,
        folder: PathBuf,
        ends: &[(Topic, LogPosition)],
    ) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Io { path: folder.clone(), source };
        files.settle_folder(&folder).map_err(failed)?;
        let names = files.list(&folder).map_err(failed)?;
        let positions = Self { files, folder };
        for name in names {
            let Some((reader, topic)) = name.rsplit_once('.') else { continue };
            let Some((topic, end)) = ends.iter().find(|(known, _)| known.name() == topic) else { continue };
            positions.check(reader, *topic, *end)?;
        }
        Ok(positions)
    }

    pub(super) fn store(&self, reader: &str, topic: Topic, position: LogPosition) -> Result<(), PositionError> {
        let path = self.path(reader, topic)?;
        let number = position.to_string();
        let text = format!("{number} {:08x}\n", crc32c::crc32c(number.as_bytes()));
        self.files.replace(&path, text.as_bytes()).map_err(|source| PositionError::Io { path, source })
    }

    pub(super) fn load(&self, reader: &str, topic: Topic) -> Result<Option<LogPosition>, PositionError> {
        let path = self.path(reader, topic)?;
        let failed = |source| PositionError::Io { path: path.clone(), source };
        let Some(content) = self.files.read_whole(&path).map_err(failed)? else { return Ok(None) };
        parse(&content).map(Some).ok_or_else(|| failed(io::ErrorKind::InvalidData.into()))
    }

    fn check(&self, reader: &str, topic: Topic, end: LogPosition) -> Result<(), OpenError> {
        let unpack = |error| match error {
            PositionError::Io { path, source } => OpenError::Io { path, source },
            PositionError::Name { reader } => OpenError::Unreadable { path: self.folder.join(reader), wanted: WANTED },
        };
        match self.load(reader, topic).map_err(unpack)? {
            Some(position) if position > end && topic.is_rebuilt() => self.store(reader, topic, end).map_err(unpack),
            Some(position) if position > end => {
                Err(OpenError::Missing { topic, reader: reader.to_owned(), position, end })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn path(&self, reader: &str, topic: Topic) -> Result<PathBuf, PositionError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        if reader.is_empty() || reader.len() > NAME_CHARS_MAX || !reader.bytes().all(allowed) {
            return Err(PositionError::Name { reader: reader.chars().take(160).collect() });
        }
        Ok(self.folder.join(format!("{reader}.{topic}")))
    }
}

const WANTED: &str = "the position of a reader";

fn parse(content: &[u8]) -> Option<LogPosition> {
    let (number, checksum) = std::str::from_utf8(content).ok()?.strip_suffix('\n')?.split_once(' ')?;
    let sound = u32::from_str_radix(checksum, 16).ok()? == crc32c::crc32c(number.as_bytes());
    if sound { number.parse().ok().map(LogPosition::new) } else { None }
}
