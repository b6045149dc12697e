//! What will be told to who waits, once the group is durable; and what instead, if the group could not be written.
//!
//! Guarantees: an answer that rests on a record of the group is refused with the group; one that rests on an earlier record is not.
use domain::{LogPosition, LogTime};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::group::{Landed, OPEN_GROUP};
use crate::handle::Answers;
use crate::receipt::Receipt;
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
        /// The tick; none if log time was there.
        tick: Option<LogPosition>,
        room: Option<OwnedSemaphorePermit>,
    },
    EndHistory {
        answer: oneshot::Sender<Result<LogPosition, Refusal>>,
        outcome: Result<LogPosition, Refusal>,
        room: Option<OwnedSemaphorePermit>,
    },
}

impl Answer {
    /// Puts positions in place of the places in the group; what rests on a record of which the log told nothing is unknown.
    pub(crate) fn land(&mut self, landed: &Landed) {
        let known = |place| landed.position(place).ok_or(Refusal::OutcomeUnknown);
        match self {
            Self::Publish { answers, .. } => answers.iter_mut().for_each(|outcome| land_report(outcome, landed)),
            Self::Act { outcome, .. } => {
                *outcome = outcome.clone().and_then(|(place, at)| Ok((known(place)?, at)));
            }
            Self::Tick { outcome, tick, .. } => {
                *outcome = outcome.clone().and_then(|at| tick.map_or(Ok(at), |place| known(place).map(|_| at)));
            }
            Self::EndHistory { outcome, .. } => *outcome = outcome.clone().and_then(known),
        }
    }

    /// Refuses what rests on a record of the group, which was not written.
    pub(crate) fn refuse_group(&mut self, refusal: &Refusal) {
        match self {
            Self::Publish { answers, .. } => {
                let rests_on_it = |outcome: &Result<_, Refusal>| match outcome {
                    Ok(Receipt { position, .. }) => *position >= OPEN_GROUP,
                    Err(Refusal::IdReused { first, .. }) => *first >= OPEN_GROUP,
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
            Self::Tick { answer, outcome, room, .. } => (answer.send(outcome).is_ok(), room),
            Self::EndHistory { answer, outcome, room } => (answer.send(outcome).is_ok(), room),
        };
        drop(room);
        if !heard {
            tracing::debug!("a caller went away before its answer");
        }
    }
}

fn land_report(outcome: &mut Result<Receipt, Refusal>, landed: &Landed) {
    let place = match outcome {
        Ok(Receipt { position, .. }) => position,
        Err(Refusal::IdReused { first, .. }) => first,
        Err(_) => return,
    };
    match landed.position(*place) {
        Some(position) => *place = position,
        None => *outcome = Err(Refusal::OutcomeUnknown),
    }
}
