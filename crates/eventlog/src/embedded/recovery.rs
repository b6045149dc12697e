//! Opens the files of a topic: sound files as they are, a tail that a power cut tore is cut, everything else is refused.
//!
//! Comes in: the folder of a topic. Goes out: its segments and where the next record goes, all of it synced.
//! Guarantees: what is kept is durable before anybody reads it; a record that was durable is kept or the folder is refused with file and offset, and nothing is changed then. What may be cut are
//! only bytes that (1) stand in the last file, (2) no mark behind them says were durable, and (3) look as a cut write does: the file ends
//! within the entry, or a whole sector of it was never written. Records that are sound but stand behind such a gap were never durable and go too.
//!
//! Never: cuts what rot may have changed; a bit turned over in the last, unmarked record fails (3).

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::LogPosition;

use super::entry::{self, ENTRY_HEAD_BYTES, FILE_HEAD_BYTES};
use super::segment::{Place, Seen, Segment, Stop};
use crate::error::{Damage, DamageKind, OpenError};
use crate::files::Files;
use crate::topic::Topic;

const SUFFIX: &str = ".log";
const SECTOR_BYTES: u64 = 512;
/// Bytes of the tail that are written again at once.
const REWRITE_BYTES: usize = 1024 * 1024;

/// The files of a topic, and where its next record goes.
pub(super) struct Recovered {
    /// Ascending by first position, at least one.
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) end: Place,
}

/// Opens what is in a folder, and makes the first file of an empty one.
pub(super) fn recover(files: &dyn Files, folder: &Path, topic: Topic) -> Result<Recovered, OpenError> {
    files.settle_folder(folder).map_err(failed(folder))?;
    let names = files.list(folder).map_err(failed(folder))?;
    let mut firsts: Vec<u64> = names.iter().filter_map(|name| first_of(name)).collect();
    firsts.sort_unstable();
    let Some((&last, sealed)) = firsts.split_last() else {
        let (segment, end) = create(files, folder, topic, 0)?;
        return Ok(Recovered { segments: vec![Arc::new(segment)], end });
    };
    if firsts.first() != Some(&0) {
        let (path, position) = (path(folder, 0), LogPosition::FIRST);
        return Err(Damage { path, offset: 0, position, kind: DamageKind::Missing }.into());
    }
    let mut segments = Vec::with_capacity(firsts.len());
    for &first in sealed {
        let segment = open(files, folder, first)?;
        if !has_head(&segment, topic)? {
            return Err(file_head_damaged(&segment));
        }
        segments.push(Arc::new(segment));
    }
    let (segment, end) = recover_last(files, folder, topic, last)?;
    if end.position == last {
        check_joins(segments.last(), last)?;
    }
    segments.push(Arc::new(segment));
    Ok(Recovered { segments, end })
}

/// Makes the file that begins at a position, or makes one anew whose head was cut off, durably.
pub(super) fn create(
    files: &dyn Files,
    folder: &Path,
    topic: Topic,
    first: u64,
) -> Result<(Segment, Place), OpenError> {
    let segment = open(files, folder, first)?;
    let write = || {
        segment.file.cut(0)?;
        segment.file.write_at(0, &entry::file_head(topic, first))?;
        segment.file.sync()?;
        files.settle_folder(folder)
    };
    write().map_err(failed(&segment.path))?;
    Ok((segment, Place { position: first, offset: FILE_HEAD_BYTES as u64 }))
}

/// The path of the file that begins at a position.
pub(super) fn path(folder: &Path, first: u64) -> PathBuf {
    folder.join(file_name(first))
}

fn file_name(first: u64) -> String {
    format!("{first:020}{SUFFIX}")
}

fn first_of(name: &str) -> Option<u64> {
    let first = name.strip_suffix(SUFFIX)?.parse().ok()?;
    (file_name(first) == name).then_some(first)
}

fn open(files: &dyn Files, folder: &Path, first: u64) -> Result<Segment, OpenError> {
    let path = path(folder, first);
    let file = files.open(&path).map_err(failed(&path))?;
    Ok(Segment::new(first, path, file))
}

fn recover_last(files: &dyn Files, folder: &Path, topic: Topic, first: u64) -> Result<(Segment, Place), OpenError> {
    let segment = open(files, folder, first)?;
    let failed = failed(&segment.path);
    if !has_head(&segment, topic)? {
        // The head is synced before any record is written, so a file no longer than it has never held one.
        let holds_nothing = segment.file.size().map_err(&failed)? <= FILE_HEAD_BYTES as u64;
        return if holds_nothing { create(files, folder, topic, first) } else { Err(file_head_damaged(&segment)) };
    }
    let (start, mut durable_bytes) = (segment.place_before(first), 0);
    let stop = segment.walk(start, |place, seen| {
        if matches!(seen, Seen::Mark) {
            durable_bytes = place.offset;
        }
        ControlFlow::Continue(())
    });
    let end = match stop.map_err(&failed)? {
        Stop::Damaged { place, kind, bytes } => cut_tail(&segment, place, kind, bytes)?,
        Stop::End(place) => place,
        Stop::Enough => start,
    };
    write_again(&segment, durable_bytes, end.offset).map_err(&failed)?;
    Ok((segment, end))
}

/// Makes durable what a killed process may have left in memory only. A sync alone would not do: after one that failed, the system may take pages
/// for written that never were, and a later sync of them succeeds and does nothing.
fn write_again(segment: &Segment, from: u64, to: u64) -> io::Result<()> {
    let mut bytes = vec![0; REWRITE_BYTES];
    let mut at = from;
    while at < to {
        let count = usize::try_from(to - at).unwrap_or(usize::MAX).min(REWRITE_BYTES);
        let Some(part) = bytes.get_mut(..count) else { break };
        if segment.file.read_at(at, part)? < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        segment.file.write_at(at, part)?;
        at += count as u64;
    }
    segment.file.sync()
}

/// Cuts the file before an entry that is not sound, if it was never durable.
fn cut_tail(segment: &Segment, place: Place, kind: DamageKind, bytes: usize) -> Result<Place, OpenError> {
    let failed = failed(&segment.path);
    let size = segment.file.size().map_err(&failed)?;
    let mut tail = vec![0; usize::try_from(size.saturating_sub(place.offset)).unwrap_or(usize::MAX)];
    segment.file.read_at(place.offset, &mut tail).map_err(&failed)?;
    let was_durable = entry::greatest_mark(&tail, place.offset).is_some_and(|durable| durable > place.position);
    if was_durable || !looks_torn(&tail, place.offset, bytes) {
        return Err(segment.damage(place, kind).into());
    }
    tracing::warn!(path = %segment.path.display(), offset = place.offset, bytes = tail.len(), "cut a torn tail off the log");
    segment.file.cut(place.offset).map_err(&failed)?;
    Ok(place)
}

/// True if the entry at the start of a tail runs past its end, or has a sector of which nothing was written.
fn looks_torn(tail: &[u8], offset: u64, entry_bytes: usize) -> bool {
    let Some(entry) = tail.get(..entry_bytes.max(ENTRY_HEAD_BYTES)) else { return true };
    let entry_end = offset + entry.len() as u64;
    let mut at = offset;
    while at < entry_end {
        let next = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
        let range = within(at, offset, tail.len())..within(next, offset, tail.len());
        if tail.get(range).is_some_and(|piece| piece.iter().all(|byte| *byte == 0)) {
            return true;
        }
        at = next;
    }
    false
}

fn within(at: u64, offset: u64, length: usize) -> usize {
    usize::try_from(at - offset).unwrap_or(usize::MAX).min(length)
}

fn has_head(segment: &Segment, topic: Topic) -> Result<bool, OpenError> {
    let mut head = [0; FILE_HEAD_BYTES];
    let read = segment.file.read_at(0, &mut head).map_err(failed(&segment.path))?;
    Ok(read == FILE_HEAD_BYTES && entry::file_head(topic, segment.first) == head)
}

/// A last file without records has to begin where the one before it ends: only then was it really the next.
fn check_joins(before: Option<&Arc<Segment>>, first: u64) -> Result<(), OpenError> {
    let Some(before) = before else { return Ok(()) };
    let start = before.place_before(first);
    match before.walk(start, |_, _| ControlFlow::Continue(())).map_err(failed(&before.path))? {
        Stop::End(place) if place.position != first => Err(before.damage(place, DamageKind::Gap).into()),
        Stop::Damaged { place, kind, .. } => Err(before.damage(place, kind).into()),
        Stop::End(_) | Stop::Enough => Ok(()),
    }
}

fn file_head_damaged(segment: &Segment) -> OpenError {
    segment.damage(Place { position: segment.first, offset: 0 }, DamageKind::FileHead).into()
}

fn failed(path: &Path) -> impl Fn(io::Error) -> OpenError + use<> {
    let path = path.to_owned();
    move |source| OpenError::Io { path: path.clone(), source }
}
