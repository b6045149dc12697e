//! An alert taken: a request in, an action in the log out, and its position once that is durable.
//!
//! Never: a change of the alert. The pipeline makes that of the action, so that a replay makes the same; the first one that it meets counts.
use std::sync::Arc;

use access::{Permitted, Viewer, permit};
use api::alert::v1::{AcknowledgeAlertRequest, AcknowledgeAlertResponse};
use api::timestamp_to_wire;
use domain::{Action, AlertId, Decision, LogPosition, LogTime, Violation};
use futures::future::BoxFuture;
use tonic::Status;

use crate::list::Lister;
use crate::refusal::Refusal;

/// Characters of who takes an alert.
const ACTOR_CHARS_MAX: usize = 128;
/// Characters of a note.
const NOTE_CHARS_MAX: usize = 1_000;

/// The one writer of the log, as far as alerts need it.
pub trait ActionLog: Send + Sync + 'static {
    /// Appends an action and tells its position and stamp once it is durable. Begun, it is carried out even if nobody waits.
    fn append(&self, action: Action) -> BoxFuture<'_, Result<(LogPosition, LogTime), Status>>;
}

/// Takes alerts.
#[derive(Clone)]
pub(crate) struct Acknowledger {
    pub(crate) lister: Lister,
    pub(crate) actions: Arc<dyn ActionLog>,
    pub(crate) viewer: Viewer,
}

impl Acknowledger {
    /// Takes an alert.
    pub(crate) async fn acknowledge(
        &self,
        request: AcknowledgeAlertRequest,
    ) -> Result<Permitted<AcknowledgeAlertResponse>, Status> {
        let action = self.action(request)?;
        let (position, log_time) = self.actions.append(action).await?;
        let answer = AcknowledgeAlertResponse {
            position: position.number(),
            log_time: Some(timestamp_to_wire(log_time.timestamp())),
        };
        Ok(permit(&self.viewer, answer))
    }

    fn action(&self, request: AcknowledgeAlertRequest) -> Result<Action, Refusal> {
        let AcknowledgeAlertRequest { alert_id, actor, note } = request;
        let mut faults = Vec::new();
        if actor.trim().is_empty() || actor.chars().count() > ACTOR_CHARS_MAX {
            faults
                .push(Violation::new("actor", format!("must have 1 to {ACTOR_CHARS_MAX} characters and not be blank")));
        }
        if note.chars().count() > NOTE_CHARS_MAX {
            faults.push(Violation::new("note", format!("must have at most {NOTE_CHARS_MAX} characters")));
        }
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults));
        }
        let known = alert_id.parse::<AlertId>().ok().filter(|alert| self.lister.knows(*alert));
        let alert = known.ok_or_else(|| Refusal::Unknown { id: alert_id.chars().take(64).collect() })?;
        Ok(Action { actor, decision: Decision::AcknowledgeAlert { alert, note } })
    }
}
