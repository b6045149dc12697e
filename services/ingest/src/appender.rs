//! The one thread that writes `records`: stamps, asks the register, appends a group, syncs once, answers.
//!
//! Comes in: commands from a bounded queue. Goes out: records in the log, receipts and refusals to who waits.
//! Guarantees: no answer that says "durable" leaves before a sync that covers its bytes has returned; one sync for all that waited while the
//! last one ran, never a timer; equal content is appended once, other content under the same revision once more, for the quarantine.
//! After a sync error nothing is answered and the thread ends: the caller ends the process.
//!
//! Never: takes anything back that was appended; waits for company.
use std::sync::Arc;

use domain::{Action, LogPosition, LogTime, Payload, Record, StampedReport, Violation};
use eventlog::AppendError;
use store::FirstSeen;
use tokio::sync::{mpsc, watch};

use crate::answer::Answer;
use crate::clock::Clock;
use crate::clock_guard::ClockState;
use crate::group::{Group, Landed};
use crate::handle::{Answers, Command, SharedLogTime, Waiting};
use crate::known::{Known, KnownError};
use crate::log_clock::{LogClock, Stamp, StampRefusal};
use crate::receipt::{Durability, Receipt};
use crate::refusal::Refusal;
use crate::submission::{Origin, Submission};
use crate::validation::Admission;

/// Why the appender ended. The process has to end too: the next start reads what is really there.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The log.
    #[error("could not append to the log")]
    Append(#[from] AppendError),
    /// The register of reports.
    #[error("could not use the register of reports")]
    Known(#[from] KnownError),
    /// A fault of the program.
    #[error("the appender of the log ended by a fault of the program")]
    Panicked,
}

/// What the thread owns.
pub(crate) struct AppendLoop {
    pub(crate) appender: Box<dyn eventlog::Appender>,
    pub(crate) known: Known,
    pub(crate) log_clock: LogClock,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) admission: Admission,
    pub(crate) node_id: String,
    pub(crate) history_allowed: bool,
    pub(crate) group_records_max: usize,
    pub(crate) log_time: Arc<SharedLogTime>,
    pub(crate) durability: Durability,
    /// Where the log stands by what all its writers appended; none where this is the only one.
    pub(crate) followed: Option<watch::Receiver<LogClock>>,
    pub(crate) clock_state: watch::Receiver<ClockState>,
}

impl AppendLoop {
    /// Carries commands out until it is told to stop, all handles are gone, or the log fails.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Waiting>) -> Result<(), RunError> {
        while let Some(first) = queue.blocking_recv() {
            if let Some(followed) = &self.followed {
                self.log_clock.merge(*followed.borrow());
            }
            let mut group = Group::after(self.log_clock);
            let mut answers = Vec::new();
            let mut next = Some(first);
            let mut stop = false;
            while let Some(waiting) = next {
                let Some(answer) = self.carry_out(&mut group, waiting)? else {
                    stop = true;
                    break;
                };
                answers.push(answer);
                next = if group.records.len() < self.group_records_max { queue.try_recv().ok() } else { None };
            }
            self.finish(group, answers)?;
            if stop {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Makes the group durable, then answers.
    fn finish(&mut self, group: Group, mut answers: Vec<Answer>) -> Result<(), RunError> {
        let mut kept = Ok(());
        if !group.records.is_empty() {
            match self.appender.append_durably(&group.records) {
                Ok(positions) => {
                    let landed = Landed::new(positions);
                    answers.iter_mut().for_each(|answer| answer.land(&landed));
                    // Before the answers, so that a publisher finds its receipt; what fails here is durable all the same.
                    kept = self.keep(&group, &landed);
                }
                Err(error) if error.is_fatal() => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, help = error.help(), "a group was not appended");
                    self.known.discard();
                    let refusal = refuse_append(&error);
                    answers.iter_mut().for_each(|answer| answer.refuse_group(&refusal));
                }
            }
        }
        answers.into_iter().for_each(Answer::send);
        kept.map_err(RunError::from)
    }

    /// Takes over what the log said of a group.
    fn keep(&mut self, group: &Group, landed: &Landed) -> Result<(), KnownError> {
        let Some(end) = landed.end() else {
            self.known.discard();
            return Ok(());
        };
        if let Some(log_clock) = group.log_clock.landed(landed) {
            self.log_clock = log_clock;
            self.log_time.raise(log_clock.log_time());
        }
        self.known.commit(landed, end)
    }

    /// Adds a command to the group; `None`: it says stop.
    fn carry_out(&mut self, group: &mut Group, waiting: Waiting) -> Result<Option<Answer>, RunError> {
        let room = waiting.room;
        Ok(Some(match waiting.command {
            Command::Publish { submissions, answer } => {
                let mut answers = Answers::with_capacity(submissions.len());
                for submission in submissions {
                    answers.push(self.publish(group, submission)?);
                }
                Answer::Publish { answer, answers, room }
            }
            Command::Act { action, answer } => Answer::Act { answer, outcome: self.act(group, action), room },
            Command::Tick { at, answer } => match self.tick(group, at) {
                Ok((log_time, tick)) => Answer::Tick { answer, outcome: Ok(log_time), tick, room },
                Err(refusal) => Answer::Tick { answer, outcome: Err(refusal), tick: None, room },
            },
            Command::EndHistory { until, answer } => {
                Answer::EndHistory { answer, outcome: self.end_history(group, until), room }
            }
            Command::Stop => return Ok(None),
        }))
    }

    /// Decides on a report: the register first, then what is wrong with it, then whether its time has come.
    fn publish(&mut self, group: &mut Group, submission: Submission) -> Result<Result<Receipt, Refusal>, RunError> {
        let (key, revision) = (submission.report.key.clone(), submission.report.revision);
        let (id, content) = (key.report_id(), submission.content_hash);
        let known = self.known.first(id, revision)?;
        if let Some(first) = known.filter(|first| first.content == content) {
            return Ok(Ok(self.known.first_receipt(key, revision, first)?));
        }
        if let Err(refusal) = self.check_clock() {
            return Ok(Err(refusal));
        }
        let faults = self.faults(group, &submission);
        if !faults.is_empty() {
            return Ok(Err(Refusal::Invalid(faults)));
        }
        if let Some(first) = known {
            if !self.known.has_conflict(id, revision)? {
                let stamp = group.log_clock.aside(self.clock.now());
                let position = self.add(group, stamp, stamped(submission));
                self.known.note_conflict(id, revision, FirstSeen { content, position }, stamp.at);
            }
            return Ok(Err(Refusal::IdReused { key, revision, first: first.position }));
        }
        let stamp = match self.stamp(group, submission.origin) {
            Ok(stamp) => stamp,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let position = self.add(group, stamp, stamped(submission));
        self.known.note(id, revision, FirstSeen { content, position }, stamp.at);
        let (received_at, durability) = (stamp.at, self.durability);
        Ok(Ok(Receipt { key, revision, position, received_at, duplicate: false, durability }))
    }

    /// What is wrong with a report at the stamp that it would get.
    fn faults(&self, group: &Group, submission: &Submission) -> Vec<Violation> {
        let (stamp, history) = match submission.origin {
            Origin::Live => (group.log_clock.live(self.clock.now()).at, false),
            Origin::History { reported_at: Some(at) } => (LogTime::new(at), true),
            Origin::History { reported_at: None } => (group.log_clock.aside(self.clock.now()).at, true),
        };
        let mut faults = (self.admission)(&submission.report, stamp, history);
        if submission.lacks_reported_at() {
            faults.push(reported_at_is_missing());
        }
        faults
    }

    fn stamp(&self, group: &Group, origin: Origin) -> Result<Stamp, Refusal> {
        match origin {
            Origin::Live => Ok(group.log_clock.live(self.clock.now())),
            Origin::History { .. } if !self.history_allowed => Err(Refusal::HistoryNotAllowed),
            Origin::History { reported_at } => group.log_clock.history(reported_at).map_err(refuse_stamp),
        }
    }

    /// A clock that is off stamps nothing.
    fn check_clock(&self) -> Result<(), Refusal> {
        self.clock_state.borrow().refusal().map_or(Ok(()), Err)
    }

    fn act(&self, group: &mut Group, action: Action) -> Result<(LogPosition, LogTime), Refusal> {
        self.check_clock()?;
        let stamp = group.log_clock.aside(self.clock.now());
        Ok((self.add(group, stamp, Payload::Action(action)), stamp.at))
    }

    /// Log time, and the tick if there had to be one.
    fn tick(&self, group: &mut Group, at: LogTime) -> Result<(LogTime, Option<LogPosition>), Refusal> {
        let stamp = group.log_clock.tick(at).map_err(refuse_stamp)?;
        if stamp.is_some() {
            self.check_clock()?;
        }
        let tick = stamp.map(|stamp| self.add(group, stamp, Payload::Tick { end_history: false }));
        Ok((group.log_clock.not_before(at.timestamp()), tick))
    }

    fn end_history(&self, group: &mut Group, until: LogTime) -> Result<LogPosition, Refusal> {
        if !self.history_allowed {
            return Err(Refusal::HistoryNotAllowed);
        }
        if let Some(position) = group.log_clock.closed_at(until) {
            return Ok(position);
        }
        self.check_clock()?;
        let stamp = group.log_clock.end_history(until).map_err(refuse_stamp)?;
        Ok(self.add(group, stamp, Payload::Tick { end_history: true }))
    }

    fn add(&self, group: &mut Group, stamp: Stamp, payload: Payload) -> LogPosition {
        let position = group.next_place();
        let record = Record { position, received_at: stamp.at, history: stamp.history, payload };
        group.records.push(api::encode_record(&record, &self.node_id).into());
        group.log_clock.advance(&record);
        position
    }
}

/// What is told after an append that failed and ends nothing: not there for want of room, else unknown.
const fn refuse_append(error: &AppendError) -> Refusal {
    if matches!(error, AppendError::TooLarge { .. } | AppendError::NoSpace { .. }) {
        Refusal::StorageFull
    } else {
        Refusal::OutcomeUnknown
    }
}

/// The fault of history that does not say when it was reported.
pub(crate) fn reported_at_is_missing() -> Violation {
    Violation::new("reported_at", "is required of history: it becomes the stamp")
}

fn stamped(submission: Submission) -> Payload {
    let Submission { report, content_hash, .. } = submission;
    Payload::Report(Box::new(StampedReport { report, content_hash }))
}

const fn refuse_stamp(refusal: StampRefusal) -> Refusal {
    match refusal {
        StampRefusal::Closed => Refusal::HistoryClosed,
        StampRefusal::Behind(log_time) => Refusal::HistoryBehind { log_time },
        StampRefusal::NotLive => Refusal::HistoryOpen,
    }
}
