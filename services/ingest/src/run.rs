//! Opens the appender and owns its thread until it ends.
//!
//! Guarantees: all that can fail before the first report fails in [`open`]; what waits at shutdown is appended and answered.
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use eventlog::{EventLog, OpenError as LogOpenError, ReadError, Topic};
use store::StoreSettings;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::appender::{AppendLoop, RunError};
use crate::clock::Clock;
use crate::clock_guard::{ClockGuard, ClockState};
use crate::config::IngestConfig;
use crate::follow::Follower;
use crate::handle::{Command, IngestHandle, SharedLogTime, Waiting};
use crate::known::{FirstReceipts, Known, KnownError};
use crate::log_clock::LogClock;
use crate::receipt::Durability;
use crate::validation::Admission;

/// Which revisions are known before they are appended.
#[derive(Clone, Debug)]
pub enum Register {
    /// All that the log holds, kept in a folder. For a log with one writer.
    Folder {
        /// A folder of its own; see [`eventlog::DataFolder::store_path`].
        path: PathBuf,
        /// What it may use of memory and disk.
        settings: StoreSettings,
    },
    /// What this process acknowledged last. For a log with several writers: what it does not remember the pipeline folds.
    Memory {
        /// Most revisions held, about 130 bytes each.
        revisions_max: NonZeroUsize,
    },
}

/// What ingest stands on.
#[derive(Clone)]
pub struct Engines {
    /// The logs; their appender of `records` is taken.
    pub log: Arc<dyn EventLog>,
    /// Which revisions are known before they are appended.
    pub register: Register,
    /// How durable a record is once the appender has answered.
    pub durability: Durability,
    /// Compares the clock with the log's; none where the log is of this machine.
    pub clock_guard: Option<ClockGuard>,
    /// The clock that stamps live records.
    pub clock: Arc<dyn Clock>,
    /// What must hold of a report before it enters the log.
    pub admission: Admission,
    /// The id of this node, as it stands in each record.
    pub node_id: String,
}

/// Why ingest cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The appender of `records`.
    #[error("could not take the appender of the log")]
    Appender(#[from] LogOpenError),
    /// The end of the log.
    #[error("could not read where the log stands in time")]
    LogClock(#[from] ReadError),
    /// The register of reports.
    #[error("could not bring the register of reports up to the log")]
    Register(#[from] KnownError),
    /// The thread.
    #[error("could not start the thread of the appender")]
    Thread(#[from] std::io::Error),
}

/// An open appender.
#[derive(Debug)]
pub struct Ingest {
    /// Reaches it.
    pub handle: IngestHandle,
    /// Finds receipts.
    pub register: FirstReceipts,
    /// Whether the clock stamps, for health.
    pub clock_state: watch::Receiver<ClockState>,
    /// Owns its thread.
    pub run: IngestRun,
}

/// Opens the appender: takes it from the log, brings the register up to it, and starts its thread.
///
/// # Errors
/// If the log has an appender already, or log or register cannot be read.
pub fn open(config: &IngestConfig, engines: Engines) -> Result<Ingest, OpenError> {
    let appender = engines.log.open_appender(Topic::Records)?;
    let (log_clock, recovered_end) = LogClock::recover(engines.log.as_ref())?;
    let known = match engines.register {
        Register::Folder { path, settings } => Known::open(&engines.log, &path, settings, engines.durability)?,
        Register::Memory { revisions_max } => Known::remember(revisions_max, engines.durability),
    };
    let register = known.receipts();
    let measured = engines.clock_guard.as_ref().map(|guard| guard.measure(ClockState::Unmeasured));
    let (clock_states, clock_state) = watch::channel(measured.unwrap_or(ClockState::Sound));
    let log_time = Arc::new(SharedLogTime::new(log_clock.log_time()));
    let queue_reports_max = config.queue_reports_max.get();
    // A command has at least one permit of the room, so that the queue is full only when the room is; one place more is for the stop.
    let (queue, commands) = mpsc::channel(queue_reports_max + 1);
    let handle = IngestHandle {
        queue,
        room: Arc::new(Semaphore::new(queue_reports_max)),
        queue_reports_max,
        log_time: Arc::clone(&log_time),
        clock: Arc::clone(&engines.clock),
    };
    let follows = appender.next_position().is_none();
    let (follower, followed) = watch::channel(log_clock);
    let follower = follows.then(|| Follower {
        log: Arc::clone(&engines.log),
        next: recovered_end,
        log_clock: follower,
        log_time: Arc::clone(&log_time),
    });
    let append_loop = AppendLoop {
        appender,
        known,
        log_clock,
        clock: engines.clock,
        admission: engines.admission,
        node_id: engines.node_id,
        history_allowed: config.history_allowed,
        group_records_max: config.group_records_max.get(),
        log_time,
        durability: engines.durability,
        followed: follows.then_some(followed),
        clock_state: clock_state.clone(),
    };
    let beside = Beside { follower, clock_guard: engines.clock_guard, clock_states };
    let run = IngestRun::start(append_loop, handle.queue.clone(), commands, beside)?;
    Ok(Ingest { handle, register, clock_state, run })
}

/// What runs beside the thread of the appender.
#[derive(Debug)]
struct Beside {
    follower: Option<Follower>,
    clock_guard: Option<ClockGuard>,
    clock_states: watch::Sender<ClockState>,
}

impl Beside {
    /// Starts it; dropping the set ends it.
    fn start(self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        if let Some(follower) = self.follower {
            tasks.spawn(follower.run());
        }
        if let Some(clock_guard) = self.clock_guard {
            tasks.spawn(clock_guard.watch(self.clock_states));
        }
        tasks
    }
}

/// The thread of the appender, and its end.
#[derive(Debug)]
pub struct IngestRun {
    queue: mpsc::Sender<Waiting>,
    beside: Beside,
    ended: oneshot::Receiver<Result<(), RunError>>,
}

impl IngestRun {
    fn start(
        append_loop: AppendLoop,
        queue: mpsc::Sender<Waiting>,
        commands: mpsc::Receiver<Waiting>,
        beside: Beside,
    ) -> std::io::Result<Self> {
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new().name("ingest-appender".to_owned()).spawn(move || {
            let outcome = append_loop.run(commands);
            if end.send(outcome).is_err() {
                tracing::debug!("nobody waits for the end of the appender");
            }
        })?;
        Ok(Self { queue, beside, ended })
    }

    /// Waits until the appender has ended: after `shutdown`, with all that waited appended and answered; else by itself.
    ///
    /// # Errors
    /// [`RunError`]: a write or a sync failed, or the register did. The process has to end; the next start reads what is there.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), RunError> {
        let _beside = self.beside.start();
        tokio::select! {
            ended = &mut self.ended => return ended.unwrap_or(Err(RunError::Panicked)),
            () = shutdown.cancelled() => {}
        }
        let stop = Waiting { command: Command::Stop, room: None };
        if self.queue.send(stop).await.is_err() {
            tracing::debug!("the appender had ended before it was told to");
        }
        self.ended.await.unwrap_or(Err(RunError::Panicked))
    }
}
