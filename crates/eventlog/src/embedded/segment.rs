//! One file of a topic: entries from its first position on, read through a sparse index that grows as it is read or written.
//!
//! Guarantees: `walk` hands out records whose checksum holds, in order, each with the offset of its entry, and stops at the first that does not.
//!
//! Never: decides whether damage may be cut; that is `recovery`.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use domain::LogPosition;

use super::entry::{self, FILE_HEAD_BYTES, Parsed};
use crate::error::{Damage, DamageKind, ReadError};
use crate::files::File;

/// Every so many positions the index has a point.
const INDEX_STEP: u64 = 64;
/// Bytes of one file read; grows where one record needs more.
const CHUNK_BYTES: usize = 128 * 1024;

/// A file of a topic.
#[derive(Debug)]
pub(super) struct Segment {
    /// The position of its first record, from its name.
    pub(super) first: u64,
    pub(super) path: PathBuf,
    pub(super) file: Arc<dyn File>,
    /// Ascending: some of the positions, and where their entries begin.
    index: RwLock<Vec<(u64, u64)>>,
}

/// Where a walk stands: at the entry of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) position: u64,
    pub(super) offset: u64,
}

/// What a walk comes by.
#[derive(Debug)]
pub(super) enum Seen<'a> {
    /// A record.
    Record(&'a [u8]),
    /// A mark: everything before it was durable when it was written.
    Mark,
}

/// How a walk ended, and where.
#[derive(Debug)]
pub(super) enum Stop {
    /// The visitor had enough.
    Enough,
    /// At the end of the file, between two entries.
    End(Place),
    /// At an entry that is not sound; `bytes` is how far it goes.
    Damaged { place: Place, kind: DamageKind, bytes: usize },
}

impl Segment {
    pub(super) fn new(first: u64, path: PathBuf, file: Arc<dyn File>) -> Self {
        Self { first, path, file, index: RwLock::default() }
    }

    /// Names an entry of this file as damaged.
    pub(super) fn damage(&self, place: Place, kind: DamageKind) -> Damage {
        let position = LogPosition::new(place.position);
        Damage { path: self.path.clone(), offset: place.offset, position, kind }
    }

    pub(super) fn read_error(&self, source: io::Error) -> ReadError {
        ReadError::Io { path: self.path.clone(), source }
    }

    /// Notes where the entry of a record begins, where the index wants a point.
    pub(super) fn note(&self, place: Place) {
        if !place.position.is_multiple_of(INDEX_STEP) {
            return;
        }
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if index.last().is_none_or(|(position, _)| *position < place.position) {
            index.push((place.position, place.offset));
        }
    }

    /// The last known place at or before a position.
    pub(super) fn place_before(&self, position: u64) -> Place {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let after = index.partition_point(|(known, _)| *known <= position);
        let point = after.checked_sub(1).and_then(|point| index.get(point));
        let (position, offset) = point.copied().unwrap_or((self.first, FILE_HEAD_BYTES as u64));
        Place { position, offset }
    }

    /// Shows the visitor each record and mark from a place on, until it breaks, the file ends, or an entry is not sound.
    pub(super) fn walk(
        &self,
        mut place: Place,
        mut visit: impl FnMut(Place, Seen<'_>) -> ControlFlow<()>,
    ) -> io::Result<Stop> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let (mut start, mut filled) = (0, self.file.read_at(place.offset, &mut chunk)?);
        loop {
            let buffer = chunk.get(start..filled).unwrap_or_default();
            match entry::parse(buffer, place.position, place.offset) {
                Parsed::Record { payload, bytes } => {
                    self.note(place);
                    let flow = visit(place, Seen::Record(payload));
                    place = Place { position: place.position + 1, offset: place.offset + bytes as u64 };
                    start += bytes;
                    if flow.is_break() {
                        return Ok(Stop::Enough);
                    }
                }
                Parsed::Mark { bytes, .. } => {
                    let flow = visit(place, Seen::Mark);
                    place.offset += bytes as u64;
                    start += bytes;
                    if flow.is_break() {
                        return Ok(Stop::Enough);
                    }
                }
                Parsed::Damaged { kind, bytes } => return Ok(Stop::Damaged { place, kind, bytes }),
                Parsed::Short { needed } => {
                    chunk.resize(needed.max(CHUNK_BYTES), 0);
                    (start, filled) = (0, self.file.read_at(place.offset, &mut chunk)?);
                    if filled == 0 {
                        return Ok(Stop::End(place));
                    }
                    if filled < needed {
                        return Ok(Stop::Damaged { place, kind: DamageKind::Short, bytes: needed });
                    }
                }
            }
        }
    }
}
