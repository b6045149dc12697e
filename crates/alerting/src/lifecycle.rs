//! The life of one alert: what it is and an input in, what it becomes and a revision of it out.
//!
//! | from \ input | holds | stays | ends: as superseded, or closed | acknowledged |
//! |---|---|---|---|---|
//! | never raised | raised | - | - | refused |
//! | raised | revised if it shows another thing | as left | superseded, closed | acknowledged |
//! | acknowledged | revised if it shows another thing | as left | superseded, closed | refused: the first counts |
//! | closed by its days, still holding | raised again if it is graver | has ceased | has ceased | refused |
//! | superseded, closed otherwise, or ceased since | raised again | - | - | refused |
//!
//! An alert that is raised again keeps its id and its count of revisions; it is raised at that log time, by nobody acknowledged, and
//! historical if the event is too old by then. So a subject whose rule came to hold again is never silent, and an incident that a split
//! brings back is alerted again; but what expired is not repeated while all that raised it merely goes on.
//! An alert that takes over from the alerts of merged incidents stands as they stood: raised when the first of them was, historical if all
//! were, acknowledged if all were.
//! Never: a revision in which a reader sees nothing new.
use domain::{Alert, AlertId, AlertState, Cause, CloseReason, LogTime, Severity, Subject, Timestamp};

use crate::{content::Content, rules::Rule};

/// Why an acknowledgement does not fit its alert.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no alert of this id.
    #[error("there is no such alert")]
    Unknown,
    /// Somebody else took it first.
    #[error("{by} acknowledged it at {at}")]
    AlreadyAcknowledged {
        /// Who.
        by: String,
        /// When.
        at: LogTime,
    },
    /// It is closed or superseded.
    #[error("the alert has ended")]
    Ended,
}

/// What never changes of an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Identity {
    pub(crate) id: AlertId,
    pub(crate) rule: Rule,
    pub(crate) subject: Subject,
}

impl Identity {
    pub(crate) fn of(rule: Rule, subject: Subject) -> Self {
        let bytes = match &subject {
            Subject::Incident(incident) => incident.as_bytes(),
            Subject::Hotspot(hotspot) => hotspot.as_bytes(),
        };
        Self { id: AlertId::of_subject(rule.name(), bytes), rule, subject }
    }
}

/// An alert between two inputs. What has ended keeps a few bytes, so that its revisions go on without a gap.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Standing {
    identity: Identity,
    /// The last revision; 0 before the first.
    revision: u64,
    phase: Phase,
}

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    Raised(Box<Raising>),
    Acknowledged(Box<Raising>, Acknowledgement),
    Ended(Ended),
}

#[derive(Clone, Debug, PartialEq)]
struct Raising {
    content: Content,
    raised_at: LogTime,
    historical: bool,
}

/// Who took it, when, and what was noted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Acknowledgement {
    pub(crate) by: String,
    pub(crate) at: LogTime,
    pub(crate) note: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Ended {
    /// Above this it is raised again.
    severity: Severity,
    /// Whether its rule has ceased to hold: then it is raised when the rule holds again.
    has_ceased: bool,
}

/// What happens to an alert.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// Its rule holds.
    Holds(Box<Holding>),
    /// Its rule does not hold, but its subject goes on.
    Stays(Box<Content>),
    /// It must end, in this state; the content, unless it ends as it last stood.
    Ends(AlertState, Option<Box<Content>>),
    /// Somebody took it.
    Acknowledged(Acknowledgement),
}

/// What an alert is raised or revised with.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    pub(crate) content: Content,
    /// Whether the event is too old by now.
    pub(crate) historical: bool,
    /// How the alerts stood that it would take over from.
    pub(crate) inheritance: Option<Inheritance>,
}

/// How an alert stands that another takes over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inheritance {
    raised_at: LogTime,
    historical: bool,
    acknowledgement: Option<Acknowledgement>,
}

impl Inheritance {
    /// Raised when the first was; historical if both are; acknowledged if both are, by the first who did.
    pub(crate) fn join(self, other: Self) -> Self {
        let both = self.acknowledgement.zip(other.acknowledgement);
        Self {
            raised_at: self.raised_at.min(other.raised_at),
            historical: self.historical && other.historical,
            acknowledgement: both.map(|(ours, theirs)| if theirs.at < ours.at { theirs } else { ours }),
        }
    }
}

/// When and by what an input comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) cause: Cause,
    pub(crate) log_time: LogTime,
}

/// What an input does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) standing: Standing,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Unchanged,
    Revised(Box<Alert>),
    Refused(Refusal),
}

impl Standing {
    /// An alert that was never raised.
    pub(crate) fn unraised(identity: Identity) -> Self {
        Self { identity, revision: 0, phase: Phase::Ended(Ended { severity: Severity::Low, has_ceased: true }) }
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// How grave it is, or was when it ended.
    pub(crate) fn severity(&self) -> Severity {
        match &self.phase {
            Phase::Raised(raising) | Phase::Acknowledged(raising, _) => raising.content.severity,
            Phase::Ended(ended) => ended.severity,
        }
    }

    pub(crate) fn was_raised(&self) -> bool {
        self.revision > 0
    }

    /// When its event happened, while it is raised or acknowledged.
    pub(crate) fn event_at(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Raised(raising) | Phase::Acknowledged(raising, _) => Some(raising.content.event_at),
            Phase::Ended(_) => None,
        }
    }

    /// When it was raised, while it is raised or acknowledged.
    pub(crate) fn raised_at(&self) -> Option<LogTime> {
        match &self.phase {
            Phase::Raised(raising) | Phase::Acknowledged(raising, _) => Some(raising.raised_at),
            Phase::Ended(_) => None,
        }
    }

    /// What another alert would take over, while it is raised or acknowledged.
    pub(crate) fn inheritance(&self) -> Option<Inheritance> {
        let inherit = |raising: &Raising, acknowledgement| Inheritance {
            raised_at: raising.raised_at,
            historical: raising.historical,
            acknowledgement,
        };
        match &self.phase {
            Phase::Raised(raising) => Some(inherit(raising, None)),
            Phase::Acknowledged(raising, by) => Some(inherit(raising, Some(by.clone()))),
            Phase::Ended(_) => None,
        }
    }

    /// Takes an input, by the table above.
    pub(crate) fn step(self, input: Input, moment: Moment) -> Step {
        let Self { identity, revision, phase } = self;
        match phase {
            Phase::Raised(raising) => Open { identity, revision, raising, by: None }.step(input, moment),
            Phase::Acknowledged(raising, by) => Open { identity, revision, raising, by: Some(by) }.step(input, moment),
            Phase::Ended(ended) => {
                Self { identity, revision, phase: Phase::Ended(ended) }.step_ended(ended, input, moment)
            }
        }
    }

    fn step_ended(self, ended: Ended, input: Input, moment: Moment) -> Step {
        match input {
            Input::Holds(holding) => {
                let is_graver = holding.content.severity > ended.severity;
                if ended.has_ceased || is_graver || holding.inheritance.is_some() {
                    self.raise(*holding, moment)
                } else {
                    Step { standing: self, outcome: Outcome::Unchanged }
                }
            }
            Input::Stays(_) | Input::Ends(..) => {
                let phase = Phase::Ended(Ended { has_ceased: true, ..ended });
                Step { standing: Self { phase, ..self }, outcome: Outcome::Unchanged }
            }
            Input::Acknowledged(_) => {
                let refusal = if self.was_raised() { Refusal::Ended } else { Refusal::Unknown };
                Step { standing: self, outcome: Outcome::Refused(refusal) }
            }
        }
    }

    fn raise(self, holding: Holding, moment: Moment) -> Step {
        let (raised_at, historical, by) = match holding.inheritance {
            Some(before) => (before.raised_at, before.historical, before.acknowledgement),
            None => (moment.log_time, holding.historical, None),
        };
        let raising = Box::new(Raising { content: holding.content, raised_at, historical });
        Open { identity: self.identity, revision: self.revision, raising, by }.revised(moment)
    }
}

/// An alert that is raised, or acknowledged by somebody.
struct Open {
    identity: Identity,
    revision: u64,
    raising: Box<Raising>,
    by: Option<Acknowledgement>,
}

impl Open {
    fn step(self, input: Input, moment: Moment) -> Step {
        match input {
            Input::Holds(holding) => self.shows(holding.content, moment),
            Input::Stays(content) => self.shows(*content, moment),
            Input::Ends(state, content) => self.ends(state, content, moment),
            Input::Acknowledged(by) => match self.by.clone() {
                None => Self { by: Some(by), ..self }.revised(moment),
                Some(first) => {
                    let refusal = Refusal::AlreadyAcknowledged { by: first.by, at: first.at };
                    Step { standing: self.standing(), outcome: Outcome::Refused(refusal) }
                }
            },
        }
    }

    fn shows(self, content: Content, moment: Moment) -> Step {
        if content == self.raising.content {
            return Step { standing: self.standing(), outcome: Outcome::Unchanged };
        }
        let raising = Box::new(Raising { content, ..*self.raising });
        Self { raising, ..self }.revised(moment)
    }

    fn revised(self, moment: Moment) -> Step {
        let state = if self.by.is_some() { AlertState::Acknowledged } else { AlertState::Raised };
        let revised = Self { revision: self.revision + 1, ..self };
        let alert = Box::new(revised.alert(state, moment));
        Step { standing: revised.standing(), outcome: Outcome::Revised(alert) }
    }

    fn ends(self, state: AlertState, content: Option<Box<Content>>, moment: Moment) -> Step {
        let content = content.map_or_else(|| self.raising.content.clone(), |content| *content);
        let last =
            Self { revision: self.revision + 1, raising: Box::new(Raising { content, ..*self.raising }), ..self };
        let has_ceased = state != AlertState::Closed { reason: CloseReason::Expired };
        let phase = Phase::Ended(Ended { severity: last.raising.content.severity, has_ceased });
        let alert = Box::new(last.alert(state, moment));
        let standing = Standing { identity: last.identity, revision: last.revision, phase };
        Step { standing, outcome: Outcome::Revised(alert) }
    }

    fn standing(self) -> Standing {
        let phase = match self.by {
            None => Phase::Raised(self.raising),
            Some(by) => Phase::Acknowledged(self.raising, by),
        };
        Standing { identity: self.identity, revision: self.revision, phase }
    }

    fn alert(&self, state: AlertState, moment: Moment) -> Alert {
        let content = self.raising.content.clone();
        Alert {
            id: self.identity.id,
            revision: self.revision,
            rule: self.identity.rule.name().to_owned(),
            severity: content.severity,
            state,
            subject: self.identity.subject,
            category: content.category,
            family: content.family,
            county: content.county,
            nearest_place: content.nearest_place,
            point: content.point,
            cells: content.cells,
            event_at: content.event_at,
            raised_at: self.raising.raised_at,
            log_time: moment.log_time,
            historical: self.raising.historical,
            reason: content.reason,
            handling: content.handling,
            restricted: content.restricted,
            cause: moment.cause,
            acknowledgement: self.by.clone().map(|by| (by.by, by.at, by.note)),
        }
    }
}

#[cfg(test)]
mod tests;
