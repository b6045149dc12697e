//! The one writer of a topic: a batch is one write, a group is one sync.
//!
//! Comes in: batches. Goes out: positions, and the readable end to all who follow it.
//! Guarantees: a batch is there as a whole or not at all; after a full disk the file is as it was before; after any other error of a write and after
//! any error of a sync nothing is written any more, in no topic. The first batch after a sync begins with a mark of what was durable.
//!
//! Never: publishes a position of `records` that a power cut could take.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use domain::LogPosition;

use super::entry;
use super::recovery;
use super::segment::{Place, Segment};
use super::{Inner, TopicLog};
use crate::error::{AppendError, OpenError};
use crate::event_log::{Appender, Entry, Positions, RECORD_BYTES_MAX};

/// Bytes of the write buffer that are kept between batches.
const BUFFER_KEPT_BYTES: usize = 4 * 1024 * 1024;

/// Where the next record goes.
#[derive(Debug)]
pub(super) struct Tail {
    segment: Arc<Segment>,
    next: Place,
    /// Positions below it are durable.
    durable: u64,
    /// What the last mark says, or the file's first position.
    marked: u64,
}

impl Tail {
    /// The tail of a file that has just been opened and synced.
    pub(super) fn new(segment: Arc<Segment>, next: Place) -> Self {
        let marked = segment.first;
        Self { segment, next, durable: next.position, marked }
    }
}

/// The appender of the embedded engine.
#[derive(Debug)]
pub(super) struct EmbeddedAppender {
    log: Arc<TopicLog>,
    /// `Some` until it is dropped.
    tail: Option<Tail>,
    buffer: Vec<u8>,
    _inner: Arc<Inner>,
}

impl EmbeddedAppender {
    pub(super) fn new(log: Arc<TopicLog>, tail: Tail, inner: Arc<Inner>) -> Self {
        Self { log, tail: Some(tail), buffer: Vec::new(), _inner: inner }
    }
}

impl Appender for EmbeddedAppender {
    fn next_position(&self) -> Option<LogPosition> {
        Some(self.next())
    }

    fn append(&mut self, batch: &[Entry]) -> Result<(), AppendError> {
        if let Some(record) = batch.iter().find(|record| record.value.len() > RECORD_BYTES_MAX) {
            return Err(AppendError::TooLarge { bytes: record.value.len() });
        }
        self.check_sound()?;
        if batch.is_empty() {
            return Ok(());
        }
        if self.tail().next.offset >= self.log.settings.segment_bytes_max {
            self.begin_segment()?;
        }
        let places = self.encode(batch);
        self.write(&places)?;
        if self.log.topic.is_rebuilt() {
            self.publish(self.next());
        }
        Ok(())
    }

    fn append_durably(&mut self, batch: &[Entry]) -> Result<Positions, AppendError> {
        let first = self.next().get();
        self.append(batch)?;
        self.sync()?;
        Ok((first..self.next().get()).map(|position| Some(LogPosition::new(position))).collect())
    }

    fn sync(&mut self) -> Result<(), AppendError> {
        self.check_sound()?;
        let tail = self.tail();
        if tail.durable == tail.next.position {
            return Ok(());
        }
        if let Err(source) = tail.segment.file.sync() {
            let path = tail.segment.path.clone();
            return Err(self.poison(AppendError::Sync { path, source }));
        }
        let tail = self.tail_mut();
        tail.durable = tail.next.position;
        self.publish(self.next());
        Ok(())
    }
}

impl EmbeddedAppender {
    fn next(&self) -> LogPosition {
        LogPosition::new(self.tail().next.position)
    }

    fn tail(&self) -> &Tail {
        self.tail.as_ref().expect("only drop takes the tail")
    }

    fn tail_mut(&mut self) -> &mut Tail {
        self.tail.as_mut().expect("only drop takes the tail")
    }

    fn check_sound(&self) -> Result<(), AppendError> {
        if self.log.poisoned.load(Ordering::Acquire) { Err(AppendError::Poisoned) } else { Ok(()) }
    }

    fn poison(&self, error: AppendError) -> AppendError {
        self.log.poisoned.store(true, Ordering::Release);
        error
    }

    fn publish(&self, end: LogPosition) {
        self.log.readable.send_replace(end);
    }

    /// Fills the buffer with a mark, if one is due, and the batch; returns where each record goes, and last the place after them.
    fn encode(&mut self, batch: &[Entry]) -> Vec<Place> {
        let Self { tail, buffer, .. } = self;
        let tail = tail.as_ref().expect("only drop takes the tail");
        buffer.clear();
        buffer.shrink_to(BUFFER_KEPT_BYTES);
        if tail.durable > tail.marked {
            entry::put_mark(buffer, tail.next.offset, tail.durable);
        }
        let mut places = Vec::with_capacity(batch.len() + 1);
        let mut place = Place { offset: tail.next.offset + buffer.len() as u64, ..tail.next };
        places.push(place);
        for record in batch {
            entry::put_record(buffer, place.position, &record.value);
            place = Place { position: place.position + 1, offset: tail.next.offset + buffer.len() as u64 };
            places.push(place);
        }
        places
    }

    fn write(&mut self, places: &[Place]) -> Result<(), AppendError> {
        let tail = self.tail();
        if let Err(source) = tail.segment.file.write_at(tail.next.offset, &self.buffer) {
            return Err(self.undo(source));
        }
        let Some((end, records)) = places.split_last() else { return Ok(()) };
        records.iter().for_each(|place| tail.segment.note(*place));
        let tail = self.tail_mut();
        tail.next = *end;
        tail.marked = tail.durable;
        Ok(())
    }

    /// Takes a half-written batch back. The sync keeps a later power cut from mixing its sectors with those of the batch that comes instead.
    fn undo(&self, source: io::Error) -> AppendError {
        let Tail { segment, next, .. } = self.tail();
        let path = segment.path.clone();
        if !is_full(&source) {
            return self.poison(AppendError::Write { path, source });
        }
        match segment.file.cut(next.offset).and_then(|()| segment.file.sync()) {
            Ok(()) => AppendError::NoSpace { path, source },
            Err(source) => self.poison(AppendError::Sync { path, source }),
        }
    }

    /// Seals the file and goes on in one that begins at the next position. What is sealed is durable as a whole.
    fn begin_segment(&mut self) -> Result<(), AppendError> {
        self.sync()?;
        let first = self.tail().next.position;
        let made = recovery::create(self.log.files.as_ref(), &self.log.folder, self.log.topic, first);
        let (segment, next) = made.map_err(|error| self.creation_error(first, error))?;
        let segment = Arc::new(segment);
        self.log.segments.write().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&segment));
        self.tail = Some(Tail::new(segment, next));
        Ok(())
    }

    fn creation_error(&self, first: u64, error: OpenError) -> AppendError {
        let path = recovery::path(&self.log.folder, first);
        let source = if let OpenError::Io { source, .. } = error { source } else { io::Error::other(error) };
        if is_full(&source) {
            return AppendError::NoSpace { path, source };
        }
        self.poison(AppendError::Write { path, source })
    }

    /// Leaves behind the last records a mark that they were durable, so that later damage of them is told from a torn write.
    fn close(&mut self) -> Result<(), AppendError> {
        self.sync()?;
        if self.tail().durable > self.tail().marked {
            self.encode(&[]);
            self.write(&[Place { offset: self.tail().next.offset + self.buffer.len() as u64, ..self.tail().next }])?;
            let Tail { segment, .. } = self.tail();
            let path = segment.path.clone();
            segment.file.sync().map_err(|source| self.poison(AppendError::Sync { path, source }))?;
        }
        Ok(())
    }
}

impl Drop for EmbeddedAppender {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::warn!(%error, topic = %self.log.topic, "the log was not closed cleanly; the next start checks it");
        }
        *self.log.tail.lock().unwrap_or_else(PoisonError::into_inner) = self.tail.take();
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}
