//! What will be told to who waits, once the group is durable; and what instead, if the group could not be written.
//!
//! Guarantees: an answer that rests on a record of the group is refused with the group; one that rests on an earlier record is not.
use domain::{LogPosition, LogTime};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::handle::Answers;
use crate::refusal::Refusal;

/// An answer, held back.
pub(crate) enum Answer {
    Publish {
        answer: oneshot::Sender<Answers>,
        answers: Answers,
        room: Option<OwnedSemaphorePermit>,
    },
    Act {
        answer: oneshot::Sender<Result<(LogPosition, LogTime), Refusal>>,
        outcome: Result<(LogPosition, LogTime), Refusal>,
        room: Option<OwnedSemaphorePermit>,
    },
    Tick {
        answer: oneshot::Sender<Result<LogTime, Refusal>>,
        outcome: Result<LogTime, Refusal>,
        room: Option<OwnedSemaphorePermit>,
    },
    EndHistory {
        answer: oneshot::Sender<Result<LogPosition, Refusal>>,
        outcome: Result<LogPosition, Refusal>,
        room: Option<OwnedSemaphorePermit>,
    },
}

impl Answer {
    /// Refuses what rests on a record at `base` or after it, which was not written.
    pub(crate) fn refuse_from(&mut self, base: LogPosition, refusal: &Refusal) {
        match self {
            Self::Publish { answers, .. } => {
                let rests_on_it = |outcome: &Result<_, Refusal>| match outcome {
                    Ok(crate::receipt::Receipt { position, .. }) => *position >= base,
                    Err(Refusal::IdReused { first, .. }) => *first >= base,
                    // Judged against a log time, a state or a content that did not come about.
                    Err(Refusal::HistoryBehind { .. } | Refusal::HistoryClosed) => true,
                    Err(_) => false,
                };
                answers
                    .iter_mut()
                    .filter(|outcome| rests_on_it(outcome))
                    .for_each(|outcome| *outcome = Err(refusal.clone()));
            }
            Self::Act { outcome, .. } => *outcome = Err(refusal.clone()),
            Self::Tick { outcome, .. } => *outcome = Err(refusal.clone()),
            Self::EndHistory { outcome, .. } => *outcome = Err(refusal.clone()),
        }
    }

    /// Tells who waits, if anyone still does, and gives the place in the queue back.
    pub(crate) fn send(self) {
        let (heard, room) = match self {
            Self::Publish { answer, answers, room } => (answer.send(answers).is_ok(), room),
            Self::Act { answer, outcome, room } => (answer.send(outcome).is_ok(), room),
            Self::Tick { answer, outcome, room } => (answer.send(outcome).is_ok(), room),
            Self::EndHistory { answer, outcome, room } => (answer.send(outcome).is_ok(), room),
        };
        drop(room);
        if !heard {
            tracing::debug!("a caller went away before its answer");
        }
    }
}
