//! What every engine promises: append durably, read from a position, remember a reader's position.
//!
//! Comes in: batches for a topic. Goes out: positions without gaps from 0, and the same bytes again.
//! Guarantees: calls block their thread; one appender a topic lives at a time; a reader never waits for an appender. An appender belongs on a
//! thread of its own, and readers of an async service call `read` from where blocking is allowed.
//!
//! Never: names an engine. What holds here is tested for each engine by `conformance`.

use std::fmt;

use bytes::Bytes;
use tokio::sync::watch;

use domain::LogPosition;

use crate::error::{AppendError, OpenError, PositionError, ReadError};
use crate::topic::Topic;
use crate::trace::TraceContext;

/// Most bytes of one record. Above it an append is refused; a length above it in a file is damage.
pub const RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How much one read may return. At least one record comes where there is one, whatever its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimit {
    /// Most records.
    pub records_max: usize,
    /// Bytes of payload after which no further record is added.
    pub bytes_max: usize,
}

impl ReadLimit {
    /// A limit of records, with the default bytes.
    #[must_use]
    pub fn records(records_max: usize) -> Self {
        Self { records_max, ..Self::default() }
    }
}

impl Default for ReadLimit {
    /// 1 024 records, 4 MiB.
    fn default() -> Self {
        Self { records_max: 1024, bytes_max: 4 * 1024 * 1024 }
    }
}

/// A record on its way to a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is about: records of one key stay in order where a topic has several partitions. No personal data. Empty: nothing to keep together.
    pub key: Bytes,
    /// The record.
    pub value: Bytes,
    /// The trace that it belongs to. Stands beside the value: no part of what is hashed, compared or replayed. The embedded engine drops it.
    pub trace: Option<TraceContext>,
}

impl From<Bytes> for Entry {
    /// A record without key and trace.
    fn from(value: Bytes) -> Self {
        Self { key: Bytes::new(), value, trace: None }
    }
}

/// A record as read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its place.
    pub position: LogPosition,
    /// The record.
    pub value: Bytes,
    /// The trace that it belongs to.
    pub trace: Option<TraceContext>,
    /// The epoch of the appender that wrote it.
    pub epoch: Epoch,
}

/// Which owner of a topic wrote a record: a later owner has a greater one. Readers drop what an earlier owner writes late, see [`crate::Fence`].
///
/// The embedded engine has one owner for ever, [`Epoch::NONE`]; there it is not stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

impl Epoch {
    /// Of topics whose owner never changes, or that have many.
    pub const NONE: Self = Self(0);
}

/// Where each record of a batch stands, in order; `None`: the log did not say, it may be there, come later, or never.
pub type Positions = Vec<Option<LogPosition>>;

/// The logs of one node or cluster. Handles are cheap to clone (`Arc<dyn EventLog>`).
pub trait EventLog: fmt::Debug + Send + Sync + 'static {
    /// Takes the one appender of a topic that this process has, writing under an epoch. Dropping it gives it back.
    ///
    /// # Errors
    /// [`OpenError::AppenderTaken`] while another one lives.
    fn open_appender_of(&self, topic: Topic, epoch: Epoch) -> Result<Box<dyn Appender>, OpenError>;

    /// Takes the appender of a topic without an epoch.
    ///
    /// # Errors
    /// As [`EventLog::open_appender_of`].
    fn open_appender(&self, topic: Topic) -> Result<Box<dyn Appender>, OpenError> {
        self.open_appender_of(topic, Epoch::NONE)
    }

    /// Reads records in ascending order from a position on; nothing if the position is the end. Of `records`, only what is durable.
    ///
    /// # Errors
    /// [`ReadError::BeyondEnd`] if the position is past the end; [`ReadError::Damaged`] instead of bytes that are not those appended.
    fn read(&self, topic: Topic, from: LogPosition, limit: ReadLimit) -> Result<Vec<Logged>, ReadError>;

    /// The position after the last readable record.
    fn end(&self, topic: Topic) -> LogPosition;

    /// Follows the readable end. The receiver holds the present end from the start.
    fn subscribe(&self, topic: Topic) -> watch::Receiver<LogPosition>;

    /// Remembers, durably, the next position that a reader wants. The reader makes its own output durable first.
    /// The cost is a sync: once a batch or once a second, not once a record.
    ///
    /// # Errors
    /// [`PositionError`] if the name is not 1 to 64 of a-z, 0-9, '-' and '_', or on a failed write.
    fn store_position(&self, reader: &str, topic: Topic, position: LogPosition) -> Result<(), PositionError>;

    /// The end that the topic had when this log was opened. A power cut may have taken facts that were read before it, and they are written
    /// again at their old positions: a reader that keeps its position elsewhere starts from the lesser of the two.
    fn opened_end(&self, topic: Topic) -> LogPosition;

    /// The position stored last, set back to `opened_end` where it was past it; `None` if there is none.
    ///
    /// # Errors
    /// [`PositionError`] as above, or on a failed read.
    fn load_position(&self, reader: &str, topic: Topic) -> Result<Option<LogPosition>, PositionError>;
}

/// A writer of a topic.
pub trait Appender: fmt::Debug + Send {
    /// The position that the next record takes; `None` where other processes append to the topic too.
    fn next_position(&self) -> Option<LogPosition>;

    /// Writes a batch without making it durable. Facts are readable soon after it.
    ///
    /// # Errors
    /// [`AppendError::NoSpace`] and [`AppendError::TooLarge`] leave the log as it was; if [`AppendError::is_fatal`], the process has to end.
    fn append(&mut self, batch: &[Entry]) -> Result<(), AppendError>;

    /// Writes a record to every partition of the topic, after all that was appended there before; with one partition as [`Appender::append`].
    ///
    /// # Errors
    /// As [`Appender::append`].
    fn append_to_all(&mut self, marker: Entry) -> Result<(), AppendError> {
        self.append(&[marker])
    }

    /// Makes everything appended before durable, with one sync, and readable.
    ///
    /// # Errors
    /// [`AppendError::Sync`], which is fatal: what was on its way may or may not be there, and nothing more is written.
    fn sync(&mut self) -> Result<(), AppendError>;

    /// Appends a batch and returns where each record stands, once that is durable.
    ///
    /// # Errors
    /// As [`Appender::append`] and [`Appender::sync`]; then none is known to be there.
    fn append_durably(&mut self, batch: &[Entry]) -> Result<Positions, AppendError>;
}
