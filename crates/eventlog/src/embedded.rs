//! The embedded engine: append-only files of ours, `<folder>/<topic>/<first position>.log`, one fdatasync a group.
//!
//! Comes in: a folder and the file calls. Goes out: an [`EventLog`] that holds what was durable before.
//! Guarantees: those of [`EventLog`]; a start reads the last file of each topic only; earlier ones are verified as they are read.
//!
//! Never: retries a failed sync, writes after one, or deletes; keeps a key (one file a topic needs none), a trace or an epoch.
mod appender; // the one writer of a topic
mod entry; // how a record stands in a file
mod positions; // how far readers have come
mod recovery; // what is kept, cut or refused at a start
mod segment; // one file, read by an index

use std::any::Any;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use domain::LogPosition;
use tokio::sync::watch;

use self::appender::{EmbeddedAppender, Tail};
use self::positions::Positions;
use self::segment::{Seen, Segment, Stop};
use crate::error::{DamageKind, OpenError, PositionError, ReadError};
use crate::event_log::{Appender, Epoch, EventLog, Logged, ReadLimit};
use crate::files::Files;
use crate::topic::Topic;

/// How the embedded log lays out its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Bytes after which the next batch begins a new file. A file may pass it by one batch. Default 64 MiB.
    pub segment_bytes_max: u64,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { segment_bytes_max: 64 * 1024 * 1024 }
    }
}

/// The logs of one data folder. Clones are handles of the same logs.
#[derive(Clone, Debug)]
pub struct EmbeddedLog {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    topics: Vec<Arc<TopicLog>>,
    positions: Positions,
    /// Held as long as a handle or an appender lives: the lock of the data folder.
    _hold: Option<Arc<dyn Any + Send + Sync>>,
}

/// What the appender and the readers of a topic share.
#[derive(Debug)]
struct TopicLog {
    topic: Topic,
    folder: PathBuf,
    files: Arc<dyn Files>,
    settings: LogSettings,
    /// Ascending by first position, at least one.
    segments: RwLock<Vec<Arc<Segment>>>,
    readable: watch::Sender<LogPosition>,
    opened_end: LogPosition,
    /// Where the next record goes; `None` while an appender has it.
    tail: Mutex<Option<Tail>>,
    /// Set by a fatal error in any topic.
    poisoned: Arc<AtomicBool>,
}

impl EmbeddedLog {
    /// Opens the logs in a folder over any file calls, and makes them where there are none.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] with file and offset, [`OpenError::Missing`] if a reader of records has seen more than there is, or
    /// [`OpenError::Io`]. Nothing has been changed after the first two, but for torn tails of other topics.
    pub fn open(files: Arc<dyn Files>, folder: &Path, settings: LogSettings) -> Result<Self, OpenError> {
        Self::open_holding(files, folder, settings, None)
    }

    /// Opens as above, and keeps something alive as long as the logs are.
    pub(crate) fn open_holding(
        files: Arc<dyn Files>,
        folder: &Path,
        settings: LogSettings,
        hold: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Result<Self, OpenError> {
        let poisoned = Arc::new(AtomicBool::new(false));
        let mut topics = Vec::with_capacity(Topic::ALL.len());
        for topic in Topic::ALL {
            topics.push(Arc::new(TopicLog::open(Arc::clone(&files), folder, topic, settings, Arc::clone(&poisoned))?));
        }
        let ends: Vec<_> = topics.iter().map(|log| (log.topic, log.opened_end)).collect();
        let positions = Positions::open(files, folder.join("positions"), &ends)?;
        Ok(Self { inner: Arc::new(Inner { topics, positions, _hold: hold }) })
    }

    fn topic(&self, topic: Topic) -> &Arc<TopicLog> {
        let found = self.inner.topics.iter().find(|log| log.topic == topic);
        found.expect("open makes a log for each topic of Topic::ALL, which holds them all")
    }
}

impl EventLog for EmbeddedLog {
    fn open_appender_of(&self, topic: Topic, _: Epoch) -> Result<Box<dyn Appender>, OpenError> {
        let log = Arc::clone(self.topic(topic));
        let tail = log.tail.lock().unwrap_or_else(PoisonError::into_inner).take();
        let tail = tail.ok_or(OpenError::AppenderTaken { topic })?;
        Ok(Box::new(EmbeddedAppender::new(log, tail, Arc::clone(&self.inner))))
    }

    fn read(&self, topic: Topic, from: LogPosition, limit: ReadLimit) -> Result<Vec<Logged>, ReadError> {
        self.topic(topic).read(from, limit)
    }

    fn end(&self, topic: Topic) -> LogPosition {
        *self.topic(topic).readable.borrow()
    }

    fn subscribe(&self, topic: Topic) -> watch::Receiver<LogPosition> {
        self.topic(topic).readable.subscribe()
    }

    fn opened_end(&self, topic: Topic) -> LogPosition {
        self.topic(topic).opened_end
    }

    fn store_position(&self, reader: &str, topic: Topic, position: LogPosition) -> Result<(), PositionError> {
        self.inner.positions.store(reader, topic, position)
    }

    fn load_position(&self, reader: &str, topic: Topic) -> Result<Option<LogPosition>, PositionError> {
        self.inner.positions.load(reader, topic)
    }
}

impl TopicLog {
    fn open(
        files: Arc<dyn Files>,
        folder: &Path,
        topic: Topic,
        settings: LogSettings,
        poisoned: Arc<AtomicBool>,
    ) -> Result<Self, OpenError> {
        let folder = folder.join(topic.name());
        let recovered = recovery::recover(files.as_ref(), &folder, topic)?;
        let opened_end = LogPosition::new(recovered.end.position);
        let last = recovered.segments.last().cloned().expect("recover returns at least one file");
        Ok(Self {
            topic,
            folder,
            files,
            settings,
            segments: RwLock::new(recovered.segments),
            readable: watch::Sender::new(opened_end),
            opened_end,
            tail: Mutex::new(Some(Tail::new(last, recovered.end))),
            poisoned,
        })
    }

    fn read(&self, from: LogPosition, limit: ReadLimit) -> Result<Vec<Logged>, ReadError> {
        let end = *self.readable.borrow();
        if from > end {
            return Err(ReadError::BeyondEnd { topic: self.topic, from, end });
        }
        let mut reading = Reading { next: from.get(), end: end.get(), limit, bytes: 0, records: Vec::new() };
        while reading.wants_more() {
            let (segment, next_first) = self.segment_of(reading.next);
            reading.read_segment(&segment, next_first)?;
        }
        Ok(reading.records)
    }

    /// The file that holds a position, and the first position of the one after it.
    fn segment_of(&self, position: u64) -> (Arc<Segment>, Option<u64>) {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let after = segments.partition_point(|segment| segment.first <= position);
        let segment = segments.get(after.saturating_sub(1)).cloned();
        let segment = segment.expect("a topic has at least one file, and the first begins at 0");
        (segment, segments.get(after).map(|segment| segment.first))
    }
}

/// One read, over as many files as it takes.
struct Reading {
    next: u64,
    end: u64,
    limit: ReadLimit,
    bytes: usize,
    records: Vec<Logged>,
}

impl Reading {
    fn wants_more(&self) -> bool {
        let has_room = self.records.len() < self.limit.records_max && self.bytes < self.limit.bytes_max;
        self.next < self.end && (has_room || self.records.is_empty())
    }

    fn read_segment(&mut self, segment: &Segment, next_first: Option<u64>) -> Result<(), ReadError> {
        let start = segment.place_before(self.next);
        let stop = segment.walk(start, |place, seen| {
            if let Seen::Record(payload) = seen
                && place.position == self.next
            {
                self.records.push(Logged {
                    position: LogPosition::new(self.next),
                    value: Bytes::copy_from_slice(payload),
                    trace: None,
                    epoch: Epoch::NONE,
                });
                self.bytes += payload.len();
                self.next += 1;
            }
            if self.wants_more() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        match stop.map_err(|source: io::Error| segment.read_error(source))? {
            Stop::End(place) if Some(place.position) != next_first => {
                let kind = if next_first.is_some() { DamageKind::Gap } else { DamageKind::Short };
                Err(segment.damage(place, kind).into())
            }
            Stop::Damaged { place, kind, .. } => Err(segment.damage(place, kind).into()),
            Stop::End(_) | Stop::Enough => Ok(()),
        }
    }
}
