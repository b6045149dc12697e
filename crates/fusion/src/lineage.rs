//! What became of which incident: composed incidents in, revisions with their steps of life out.
//!
//! An incident has the id of its first member, so an id is a function of the set. What was a first member's incident and is no longer any
//! cluster's is merged into the incident of its oldest member that is left, or retracted if none is; both answer for ever, and may revive.
//! Guarantees: revisions count from 1 without gaps; an incident that says the same as before gets none.
use std::collections::{BTreeMap, BTreeSet};

use domain::{Incident, IncidentId, IncidentState, LineageEvent, LineageKind, ReportId};

use crate::regroup::Change;

/// Steps that an incident remembers.
const STEPS_MAX: usize = 64;

/// A step of life, and the other incident that it has to do with.
type Step = (LineageKind, Option<IncidentId>);

/// The incident of each report that was settled again, before and after.
#[derive(Debug, Default)]
pub(crate) struct Passage {
    /// `None`: the report had none.
    pub(crate) before: BTreeMap<ReportId, Option<IncidentId>>,
    pub(crate) after: BTreeMap<ReportId, IncidentId>,
    /// The incident of a report that is gone.
    pub(crate) gone: Option<IncidentId>,
}

/// Writes revisions of what changed; ascending by id.
pub(crate) fn revise(
    incidents: &mut BTreeMap<IncidentId, Incident>,
    composed: impl Iterator<Item = Incident>,
    passage: &Passage,
    change: &Change,
) -> Vec<Incident> {
    let turns = Turns::of(incidents, passage);
    let mut revised = BTreeMap::new();
    for incident in composed {
        let steps = steps(incidents.get(&incident.id), &turns, incident.id);
        let next = next_revision(incidents.get(&incident.id), incident, steps, change);
        revised.extend(next.map(|incident| (incident.id, incident)));
    }
    for (id, into) in &turns.ended {
        if let Some(incident) = incidents.get(id) {
            revised.insert(*id, ended(incident, *into, change));
        }
    }
    incidents.extend(revised.iter().map(|(id, incident)| (*id, incident.clone())));
    revised.into_values().collect()
}

/// Which incidents ended, and which came apart.
struct Turns {
    /// Incidents that no cluster has the id of any more, with the one that answers for them; `None`: all was taken back.
    ended: BTreeMap<IncidentId, Option<IncidentId>>,
    /// (old, new): members of an incident that lives on became an incident of their own.
    split: BTreeSet<(IncidentId, IncidentId)>,
}

impl Turns {
    fn of(incidents: &BTreeMap<IncidentId, Incident>, passage: &Passage) -> Self {
        let lives = |id: &IncidentId| incidents.get(id).is_some_and(|incident| incident.state == IncidentState::Live);
        let kept: BTreeSet<IncidentId> = passage.after.values().copied().collect();
        let was = passage.before.values().flatten().chain(&passage.gone).copied().filter(|id| lives(id));
        // The members stand in the order of their first revisions, so the first that is left is the oldest.
        let heir = |id: &IncidentId| {
            let members = incidents.get(id).map(|incident| incident.members.iter());
            members.into_iter().flatten().find_map(|member| passage.after.get(&member.report).copied())
        };
        let ended = was.filter(|id| !kept.contains(id)).map(|id| (id, heir(&id))).collect();
        let came_from =
            |(report, new): (&ReportId, &IncidentId)| Some((passage.before.get(report).copied().flatten()?, *new));
        let is_split = |(old, new): &(IncidentId, IncidentId)| old != new && kept.contains(old) && !lives(new);
        Self { ended, split: passage.after.iter().filter_map(came_from).filter(is_split).collect() }
    }
}

/// The steps that a live incident made.
fn steps(last: Option<&Incident>, turns: &Turns, id: IncidentId) -> Vec<Step> {
    let mut steps = Vec::new();
    match last.map(|last| last.state) {
        None => steps.push((LineageKind::Created, None)),
        Some(IncidentState::Merged { .. } | IncidentState::Retracted) => steps.push((LineageKind::Revived, None)),
        Some(IncidentState::Live) => {}
    }
    let came_apart = turns.split.iter().filter(|(old, new)| *old == id || *new == id);
    steps.extend(came_apart.map(|(old, new)| (LineageKind::Split, Some(if *old == id { *new } else { *old }))));
    let taken_in = turns.ended.iter().filter(|(_, into)| **into == Some(id));
    steps.extend(taken_in.map(|(ended, _)| (LineageKind::Merged, Some(*ended))));
    if steps.is_empty() {
        steps.push((LineageKind::Updated, None));
    }
    steps
}

/// The next revision; `None` if it would say what the last one says.
fn next_revision(
    last: Option<&Incident>,
    mut incident: Incident,
    steps: Vec<Step>,
    change: &Change,
) -> Option<Incident> {
    if let Some(last) = last {
        incident.revision = last.revision;
        incident.cause = last.cause;
        incident.log_time = last.log_time;
        incident.lineage.clone_from(&last.lineage);
        if incident == *last {
            return None;
        }
        incident.revision += 1;
    }
    incident.cause = change.cause;
    incident.log_time = change.log_time;
    add_steps(&mut incident, steps, change);
    Some(incident)
}

/// The revision that ends an incident. It keeps what it said last, but no members, and counts nowhere.
fn ended(last: &Incident, into: Option<IncidentId>, change: &Change) -> Incident {
    let mut incident = last.clone();
    incident.revision += 1;
    incident.members.clear();
    incident.links.clear();
    incident.nearest_rejected = None;
    incident.hotspot_milli = None;
    incident.cause = change.cause;
    incident.log_time = change.log_time;
    let (state, kind) = match into {
        Some(into) => (IncidentState::Merged { into }, LineageKind::Merged),
        None => (IncidentState::Retracted, LineageKind::Retracted),
    };
    incident.state = state;
    add_steps(&mut incident, vec![(kind, into)], change);
    incident
}

fn add_steps(incident: &mut Incident, steps: Vec<Step>, change: &Change) {
    let event =
        |(kind, other)| LineageEvent { kind, position: change.cause.position, log_time: change.log_time, other };
    incident.lineage.extend(steps.into_iter().map(event));
    let forgotten = incident.lineage.len().saturating_sub(STEPS_MAX);
    incident.lineage.drain(..forgotten);
}
