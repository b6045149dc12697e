//! Open, run, and the loop between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::decode_record;
use domain::{Fact, LogPosition};
use eventlog::{EventLog, Logged, PositionError, ReadError, ReadLimit, Topic};
use pipeline::{Pipeline, Settings};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::facts::{FactWriter, WriteError};
use crate::ticker::{TickError, Ticker};

/// The name under which the position is remembered.
const READER: &str = "correlator";
/// Records applied between two writes: longer batches write fewer markers, shorter ones show facts sooner.
const BATCH_RECORDS_MAX: usize = 256;
/// How often facts are made durable and the position is remembered; after a crash so much is applied again.
const COMMIT_INTERVAL: Duration = Duration::from_secs(1);
/// Records replayed between two lines of the log.
const REPLAY_NOTE_RECORDS: u64 = 250_000;

/// Why a correlator could not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A fact topic cannot be written.
    #[error("could not take the fact topics")]
    Facts(#[source] eventlog::OpenError),
    /// The position cannot be read.
    #[error("could not read the position of the correlator")]
    Position(#[source] PositionError),
    /// A record cannot be read.
    #[error("could not replay the records")]
    Replay(#[source] ReadError),
}

/// Why a correlator ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A record cannot be read.
    #[error("could not read the records")]
    Read(#[from] ReadError),
    /// A fact cannot be written.
    #[error("could not write facts")]
    Write(#[from] WriteError),
    /// The position cannot be remembered.
    #[error("could not remember the position of the correlator")]
    Commit(#[from] PositionError),
    /// A tick cannot be appended.
    #[error("could not make a timer fire")]
    Tick(#[from] TickError),
}

/// What happens next.
enum Event {
    /// There are records to read.
    Records,
    /// A timer is due and nothing else comes.
    Due,
    /// Time to make facts durable.
    Commit,
    /// Told to stop.
    Stop,
}

/// The one active correlator.
pub struct Correlator {
    log: Arc<dyn EventLog>,
    ticker: Arc<dyn Ticker>,
    shutdown: CancellationToken,
    pipeline: Pipeline,
    facts: FactWriter,
    end: watch::Receiver<LogPosition>,
    /// The next record to apply.
    next: LogPosition,
    /// The position that was remembered last.
    committed: LogPosition,
    committed_at: Instant,
}

impl Correlator {
    /// Opens: all that can fail before the server is ready. Replays what was done before; blocks.
    ///
    /// # Errors
    /// If a topic cannot be read or written.
    pub fn open(
        settings: Settings,
        log: Arc<dyn EventLog>,
        ticker: Arc<dyn Ticker>,
        shutdown: CancellationToken,
    ) -> Result<Self, OpenError> {
        let facts = FactWriter::open(log.as_ref()).map_err(OpenError::Facts)?;
        let done =
            log.load_position(READER, Topic::Records).map_err(OpenError::Position)?.unwrap_or(LogPosition::FIRST);
        let pipeline = replay(settings, log.as_ref(), done).map_err(OpenError::Replay)?;
        let end = log.subscribe(Topic::Records);
        let committed_at = Instant::now();
        Ok(Self { log, ticker, shutdown, pipeline, facts, end, next: done, committed: done, committed_at })
    }

    /// Runs until told to stop. Blocks its thread, which must not be one that drives the runtime.
    ///
    /// # Errors
    /// If a log fails; then the process has to end.
    pub fn run(mut self, runtime: &Handle) -> Result<(), RunError> {
        loop {
            match runtime.block_on(self.event()) {
                Event::Records => self.step()?,
                Event::Due => runtime.block_on(self.tick())?,
                Event::Commit => self.commit()?,
                Event::Stop => return self.commit(),
            }
        }
    }

    /// The one place that waits.
    async fn event(&mut self) -> Event {
        if self.shutdown.is_cancelled() {
            return Event::Stop;
        }
        if *self.end.borrow_and_update() > self.next {
            return Event::Records;
        }
        let due = self.due_in();
        let commit_in =
            (self.committed < self.next).then(|| COMMIT_INTERVAL.saturating_sub(self.committed_at.elapsed()));
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Event::Stop,
            changed = self.end.changed() => if changed.is_ok() { Event::Records } else { Event::Stop },
            () = wait(due) => Event::Due,
            () = wait(commit_in) => Event::Commit,
        }
    }

    /// How long until a timer is due by the clock that stamps; `None`: none is, or history is open.
    fn due_in(&self) -> Option<Duration> {
        let due = self.pipeline.next_deadline().filter(|_| !self.pipeline.is_history())?;
        let micros = due.timestamp().since(self.ticker.now()).micros();
        Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    }

    async fn tick(&self) -> Result<(), TickError> {
        match self.pipeline.next_deadline() {
            Some(due) => self.ticker.tick(due).await,
            None => Ok(()),
        }
    }

    /// Applies a batch: outputs first, then the position.
    fn step(&mut self) -> Result<(), RunError> {
        let records = self.log.read(Topic::Records, self.next, ReadLimit::records(BATCH_RECORDS_MAX))?;
        let mut facts: Vec<Fact> = Vec::new();
        for Logged { position, value, .. } in &records {
            facts.extend(self.pipeline.apply(decode_record(*position, value)));
            self.next = position.next();
        }
        if let (Some(last), Some(log_time)) = (records.last(), self.pipeline.log_time()) {
            self.facts.write(&facts, last.position, log_time)?;
        }
        if self.committed_at.elapsed() >= COMMIT_INTERVAL { self.commit() } else { Ok(()) }
    }

    fn commit(&mut self) -> Result<(), RunError> {
        if self.committed < self.next {
            self.facts.sync()?;
            self.log.store_position(READER, Topic::Records, self.next)?;
            self.committed = self.next;
        }
        self.committed_at = Instant::now();
        Ok(())
    }
}

async fn wait(delay: Option<Duration>) {
    match delay {
        Some(delay) => tokio::time::sleep(delay).await,
        None => std::future::pending().await,
    }
}

/// The pipeline after the records before `done`, whose facts were written.
fn replay(settings: Settings, log: &dyn EventLog, done: LogPosition) -> Result<Pipeline, ReadError> {
    let mut pipeline = Pipeline::new(settings);
    let mut next = LogPosition::FIRST;
    while next < done {
        for Logged { position, value, .. } in log.read(Topic::Records, next, ReadLimit::default())? {
            if position < done {
                pipeline.apply(decode_record(position, &value));
                if position.get() % REPLAY_NOTE_RECORDS == REPLAY_NOTE_RECORDS - 1 {
                    tracing::info!(records = position.get() + 1, of = done.get(), "replaying the log");
                }
            }
            next = position.next();
        }
    }
    Ok(pipeline)
}
