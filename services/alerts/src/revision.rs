//! A fact of topic `alerts` in; one revision of an alert out, as the feed holds it: its place in the order, and what filters look at.
//!
//! Guarantees: the fact is shown again as it was. Never: a place that depends on where the fact stands in its topic.
use std::sync::Arc;

use access::{Viewer, permit, permit_past};
use api::domain::v1;
use api::timestamp_from_wire;
use domain::{AlertId, Cause, LocalDay, LogPosition, LogTime, ParseIdError};
use prost::Message;

use crate::facets::{AlertCells, Facets, KnownCells};

/// A revision's place in the order of all: what caused it, then the alert, then the revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    pub(crate) cause: Cause,
    pub(crate) alert: AlertId,
    pub(crate) revision: u64,
}

/// One revision of an alert.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    pub(crate) point: Point,
    pub(crate) log_time: LogTime,
    pub(crate) raised_on: LocalDay,
    /// Bytes on the wire.
    pub(crate) bytes: usize,
    /// Whether its reader sees less of it than there is, by what it says itself.
    pub(crate) is_reduced: bool,
    /// What its reader may see of it, by its alert's head.
    pub(crate) seen: Facets,
    /// Without its cells.
    alert: Arc<v1::Alert>,
    cells: Arc<AlertCells>,
}

/// A fact that is no alert of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadAlertError {
    #[error(transparent)]
    Id(#[from] ParseIdError),
    #[error("{field} of the alert cannot be read")]
    Field { field: &'static str },
}

impl Revision {
    /// Takes a fact as read from the topic.
    pub(crate) fn read(mut alert: v1::Alert, viewer: &Viewer, known: &mut KnownCells) -> Result<Self, ReadAlertError> {
        let time = |field, time: &Option<prost_types::Timestamp>| {
            let read = time.as_ref().and_then(timestamp_from_wire).map(LogTime::new);
            read.ok_or(ReadAlertError::Field { field })
        };
        let number = |field, number: i64| u64::try_from(number).map_err(|_| ReadAlertError::Field { field });
        let position = LogPosition::new(number("cause_position", alert.cause_position)?);
        let timer = alert.timer_at.is_some().then(|| time("timer_at", &alert.timer_at)).transpose()?;
        let point = Point {
            cause: Cause { position, timer },
            alert: alert.alert_id.parse()?,
            revision: number("revision", alert.revision)?,
        };
        let log_time = time("log_time", &alert.log_time)?;
        let raised_on = time("raised_at", &alert.raised_at)?.timestamp().local_day();
        let bytes = alert.encoded_len();
        let permitted = permit(viewer, alert.clone());
        let is_reduced = permitted.get() != &alert;
        let seen = Facets::of(permitted.get(), known);
        let cells = known.take(&std::mem::take(&mut alert.cells));
        Ok(Self { point, log_time, raised_on, bytes, is_reduced, seen, alert: Arc::new(alert), cells })
    }

    /// The alert as in the fact.
    pub(crate) fn alert(&self) -> v1::Alert {
        v1::Alert { cells: self.cells.texts.clone(), ..self.alert.as_ref().clone() }
    }

    /// Whether nobody has ended the alert, and it is no history: what an operations centre has to know that begins to watch.
    pub(crate) fn is_open(&self) -> bool {
        let is_running = match self.alert.state() {
            v1::AlertState::Raised | v1::AlertState::Acknowledged => true,
            v1::AlertState::Unspecified | v1::AlertState::Superseded | v1::AlertState::Closed => false,
        };
        is_running && !self.alert.historical
    }

    /// Number of its state on the wire.
    pub(crate) fn state(&self) -> i32 {
        self.alert.state
    }

    /// This revision as a reader may see it by what the head of its alert has become.
    pub(crate) fn seen_by(&self, viewer: &Viewer, head: &Self, known: &mut KnownCells) -> Self {
        let seen = Facets::of(permit_past(viewer, self.alert(), &head.alert()).get(), known);
        Self { seen, ..self.clone() }
    }
}
