//! How the rest of the process reaches the appender: a bounded queue behind a handle that is cheap to clone.
//!
//! Guarantees: an answer means that the record is durable; what was handed over is appended even if the caller goes away; more than
//! `queue_reports_max` reports never wait.
//!
//! Never: holds a lock; decides anything about a report.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Action, LogPosition, LogTime, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::clock::Clock;
use crate::receipt::Receipt;
use crate::refusal::Refusal;
use crate::submission::Submission;

/// What became of each report, in the order given.
pub type Answers = Vec<Result<Receipt, Refusal>>;

/// What waits for the log.
pub(crate) enum Command {
    Publish { submissions: Vec<Submission>, answer: oneshot::Sender<Answers> },
    Act { action: Action, answer: oneshot::Sender<Result<(LogPosition, LogTime), Refusal>> },
    Tick { at: LogTime, answer: oneshot::Sender<Result<LogTime, Refusal>> },
    EndHistory { until: LogTime, answer: oneshot::Sender<Result<LogPosition, Refusal>> },
    Stop,
}

/// A command and its place in the queue, given back when it is answered.
pub(crate) struct Waiting {
    pub(crate) command: Command,
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// The greatest log time that is known to be durable, in microseconds; `i64::MIN` of an empty log.
#[derive(Debug)]
pub(crate) struct SharedLogTime(AtomicI64);

impl SharedLogTime {
    pub(crate) fn new(log_time: Option<LogTime>) -> Self {
        Self(AtomicI64::new(micros(log_time)))
    }

    /// Lets it reach a log time, unless it has.
    pub(crate) fn raise(&self, log_time: Option<LogTime>) {
        self.0.fetch_max(micros(log_time), Ordering::AcqRel);
    }

    fn load(&self) -> Option<LogTime> {
        Timestamp::from_micros(self.0.load(Ordering::Acquire)).map(LogTime::new)
    }
}

fn micros(log_time: Option<LogTime>) -> i64 {
    log_time.map_or(i64::MIN, |log_time| log_time.timestamp().micros())
}

/// Reaches the appender of `records`. Cheap to clone.
#[derive(Clone)]
pub struct IngestHandle {
    pub(crate) queue: mpsc::Sender<Waiting>,
    pub(crate) room: Arc<Semaphore>,
    pub(crate) queue_reports_max: usize,
    pub(crate) log_time: Arc<SharedLogTime>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for IngestHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("IngestHandle").field("room", &self.room.available_permits()).finish_non_exhaustive()
    }
}

impl IngestHandle {
    /// Publishes reports in this order and answers each once it is durable. Waits for room in the queue.
    ///
    /// # Errors
    /// [`Refusal::Stopped`] if the log has stopped: what was sent may or may not be in it.
    pub async fn publish(&self, submissions: Vec<Submission>) -> Result<Answers, Refusal> {
        let mut answers = Vec::with_capacity(submissions.len());
        let mut rest = submissions.into_iter();
        loop {
            let part: Vec<Submission> = rest.by_ref().take(self.queue_reports_max).collect();
            if part.is_empty() {
                return Ok(answers);
            }
            let room = self.wait_for_room(part.len()).await?;
            answers.extend(self.ask(room, |answer| Command::Publish { submissions: part, answer }).await?);
        }
    }

    /// Publishes one report if there is room in the queue, and answers once it is durable.
    ///
    /// # Errors
    /// [`Refusal::QueueFull`] before any work; else what is wrong with the report, or [`Refusal::Stopped`].
    pub async fn try_publish(&self, submission: Submission) -> Result<Receipt, Refusal> {
        let room = Arc::clone(&self.room).try_acquire_owned().map_err(|_| Refusal::QueueFull)?;
        let submissions = vec![submission];
        let answers = self.ask(room, |answer| Command::Publish { submissions, answer }).await?;
        answers.into_iter().next().unwrap_or(Err(Refusal::Stopped))
    }

    /// Appends an action and tells its position and stamp once it is durable.
    ///
    /// # Errors
    /// [`Refusal::StorageFull`] or [`Refusal::Stopped`].
    pub async fn append_action(&self, action: Action) -> Result<(LogPosition, LogTime), Refusal> {
        let room = self.wait_for_room(1).await?;
        self.ask(room, |answer| Command::Act { action, answer }).await?
    }

    /// Lets log time reach `at` with a tick, unless it has, and tells log time.
    ///
    /// # Errors
    /// [`Refusal::HistoryOpen`] while the last report is history or there is none; [`Refusal::StorageFull`] or [`Refusal::Stopped`].
    pub async fn append_tick(&self, at: LogTime) -> Result<LogTime, Refusal> {
        let room = self.wait_for_room(1).await?;
        self.ask(room, |answer| Command::Tick { at, answer }).await?
    }

    /// Closes history with a tick at `until` and tells its position; a repeated call gets the same.
    ///
    /// # Errors
    /// [`Refusal::HistoryNotAllowed`], [`Refusal::HistoryClosed`] after a live record, [`Refusal::HistoryBehind`] below log time;
    /// [`Refusal::StorageFull`] or [`Refusal::Stopped`].
    pub async fn end_history(&self, until: LogTime) -> Result<LogPosition, Refusal> {
        let room = self.wait_for_room(1).await?;
        self.ask(room, |answer| Command::EndHistory { until, answer }).await?
    }

    /// The greatest log time that is known to be durable; `None` of an empty log.
    #[must_use]
    pub fn log_time(&self) -> Option<LogTime> {
        self.log_time.load()
    }

    /// The stamp that a live report would get at this moment.
    #[must_use]
    pub fn next_stamp(&self) -> LogTime {
        let now = LogTime::new(self.clock.now());
        self.log_time().map_or(now, |log_time| log_time.max(now))
    }

    /// Reports, actions and ticks that wait for the log at this moment.
    #[must_use]
    pub fn waiting_reports(&self) -> usize {
        self.queue_reports_max.saturating_sub(self.room.available_permits())
    }

    async fn wait_for_room(&self, count: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Arc::clone(&self.room).acquire_many_owned(count).await.map_err(|_| Refusal::Stopped)
    }

    /// Hands a command over. From here on it is carried out, whether or not anyone waits for the answer.
    async fn ask<T>(
        &self,
        room: OwnedSemaphorePermit,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, Refusal> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { command: command(answer), room: Some(room) };
        self.queue.send(waiting).await.map_err(|_| Refusal::Stopped)?;
        answered.await.map_err(|_| Refusal::Stopped)
    }
}
