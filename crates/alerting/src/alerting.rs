//! Every alert that was ever raised: revisions of subjects, acknowledgements and log time in, revisions of alerts out.
//!
//! Comes in: all revisions of incidents that one record caused, together, since what becomes of the alert of a merged incident depends on the
//! survivor; all hotspots of one mark, together; in the order of the log.
//! Goes out: at most one revision of an alert a call, ascending by alert id (a timer's by its own log time first).
//! Guarantees: whatever the order within one call, the same alerts; `restore(snapshot(x))` goes on as `x` would.
//! Holds: the content of alerts that are raised or acknowledged, at most `expiry_days`; of each that ended, some 100 bytes for ever.
//!
//! Never: decides what raises an alert (`rules`), or what becomes of one (`lifecycle`).
use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Alert, AlertId, AlertState, Cause, CloseReason, Hotspot, Incident, IncidentId, IncidentState, LogPosition, LogTime,
    Subject, Timestamp,
};

use crate::{
    content::{Content, is_restricted},
    lifecycle::{Acknowledgement, Holding, Identity, Inheritance, Input, Moment, Outcome, Refusal, Standing, Step},
    rules::{Rule, Rules, Verdict},
};

/// All alerts.
#[derive(Clone, Debug)]
pub struct Alerting {
    rules: Rules,
    standings: BTreeMap<AlertId, Standing>,
    /// When each alert that is raised or acknowledged ends by itself.
    deadlines: BTreeSet<(LogTime, AlertId)>,
}

/// All that later alerts depend on.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    rules: Rules,
    /// Ascending by id.
    standings: Vec<Standing>,
}

impl Alerting {
    /// Starts without alerts.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules, standings: BTreeMap::new(), deadlines: BTreeSet::new() }
    }

    /// Takes all revisions of incidents that one record caused, in any order; of two of one incident the later counts.
    pub fn incidents_revised(&mut self, incidents: &[&Incident]) -> Vec<Alert> {
        let batch = Batch::new(incidents);
        let mut alerts = Vec::new();
        for rule in Rule::OF_INCIDENTS {
            let mut inheritances = self.inheritances(rule, &batch);
            for incident in batch.not_merged() {
                alerts.extend(self.judge_incident(rule, incident, inheritances.remove(&incident.id)));
            }
            for incident in batch.merged() {
                alerts.extend(self.end_merged(rule, incident, &batch));
            }
        }
        ascending(alerts)
    }

    /// Takes all hotspots that were revised at one mark, in any order.
    pub fn hotspots_revised(&mut self, hotspots: &[&Hotspot]) -> Vec<Alert> {
        ascending(hotspots.iter().filter_map(|hotspot| self.judge_hotspot(hotspot)).collect())
    }

    /// Takes an acknowledgement. The alert stays acknowledged until it ends.
    ///
    /// # Errors
    /// If there is no such alert, it was acknowledged before, or it has ended. Nothing has changed then.
    pub fn acknowledge(
        &mut self,
        alert: AlertId,
        actor: &str,
        note: &str,
        cause: Cause,
        log_time: LogTime,
    ) -> Result<Alert, Refusal> {
        let identity = self.standings.get(&alert).ok_or(Refusal::Unknown)?.identity();
        let by = Acknowledgement { by: actor.to_owned(), at: log_time, note: note.to_owned() };
        match self.step(identity, Input::Acknowledged(by), Moment { cause, log_time }) {
            Outcome::Revised(alert) => Ok(*alert),
            Outcome::Refused(refusal) => Err(refusal),
            Outcome::Unchanged => Err(Refusal::Ended),
        }
    }

    /// The earliest log time at which an alert ends by itself.
    #[must_use]
    pub fn next_deadline(&self) -> Option<LogTime> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Ends the alerts whose days are over by `until`, that time included, each at its own log time: ascending by that time, then by id.
    pub fn fire_due(&mut self, until: LogTime, last_position: LogPosition) -> Vec<Alert> {
        let mut alerts = Vec::new();
        while let Some((deadline, id)) = self.deadlines.pop_first() {
            if deadline > until {
                self.deadlines.insert((deadline, id));
                break;
            }
            let cause = Cause { position: last_position, timer: Some(deadline) };
            let expired = Input::Ends(AlertState::Closed { reason: CloseReason::Expired }, None);
            let identity = self.standings.get(&id).map(Standing::identity);
            alerts.extend(
                identity.and_then(|identity| self.revise(identity, expired, Moment { cause, log_time: deadline })),
            );
        }
        alerts
    }

    /// All that later alerts depend on.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { rules: self.rules.clone(), standings: self.standings.values().cloned().collect() }
    }

    /// Goes on as that would which the snapshot was taken of.
    #[must_use]
    pub fn restore(snapshot: Snapshot) -> Self {
        let mut alerting = Self::new(snapshot.rules);
        for standing in snapshot.standings {
            alerting.put(standing);
        }
        alerting
    }

    fn judge_incident(&mut self, rule: Rule, incident: &Incident, inheritance: Option<Inheritance>) -> Option<Alert> {
        let identity = Identity::of(rule, Subject::Incident(incident.id));
        let moment = Moment { cause: incident.cause, log_time: incident.log_time };
        let input = match self.rules.judge_incident(rule, incident) {
            Verdict::Holds(severity) | Verdict::Stays(severity) => Input::Holds(Box::new(Holding {
                content: Content::of_incident(rule, severity, incident),
                historical: self.is_historical(rule, incident.occurred_at, moment),
                inheritance,
            })),
            Verdict::Ends(reason) => {
                let severity = self.standings.get(&identity.id)?.severity();
                let is_live = incident.state == IncidentState::Live;
                let content = is_live.then(|| Box::new(Content::of_incident(rule, severity, incident)));
                Input::Ends(AlertState::Closed { reason }, content)
            }
        };
        self.revise(identity, input, moment)
    }

    fn judge_hotspot(&mut self, hotspot: &Hotspot) -> Option<Alert> {
        let rule = Rule::HotspotEmerging;
        let identity = Identity::of(rule, Subject::Hotspot(hotspot.id));
        let moment = Moment { cause: hotspot.cause, log_time: hotspot.mark };
        // The mark at which it was raised: a later one would be a revision a minute that says nothing.
        let emerged_at = self.standings.get(&identity.id).and_then(Standing::event_at);
        let emerged_at = emerged_at.unwrap_or(hotspot.mark.timestamp());
        let verdict = self.rules.judge_hotspot(hotspot);
        if !matches!(verdict, Verdict::Holds(_)) && !self.standings.contains_key(&identity.id) {
            return None;
        }
        let input = match verdict {
            Verdict::Holds(severity) => Input::Holds(Box::new(Holding {
                content: Content::of_hotspot(severity, hotspot, emerged_at),
                historical: self.is_historical(rule, emerged_at, moment),
                inheritance: None,
            })),
            Verdict::Stays(severity) => Input::Stays(Box::new(Content::of_hotspot(severity, hotspot, emerged_at))),
            Verdict::Ends(reason) => Input::Ends(AlertState::Closed { reason }, None),
        };
        self.revise(identity, input, moment)
    }

    /// How the alerts of merged incidents stand that are raised or acknowledged, joined by survivor.
    fn inheritances(&self, rule: Rule, batch: &Batch) -> BTreeMap<IncidentId, Inheritance> {
        let mut joined: BTreeMap<IncidentId, Inheritance> = BTreeMap::new();
        for incident in batch.merged() {
            let standing = self.standings.get(&Identity::of(rule, Subject::Incident(incident.id)).id);
            if let Some(inheritance) = standing.and_then(Standing::inheritance) {
                let survivor = batch.survivor_id(incident);
                let all = match joined.remove(&survivor) {
                    Some(others) => others.join(inheritance),
                    None => inheritance,
                };
                joined.insert(survivor, all);
            }
        }
        joined
    }

    /// The alert of a merged incident is superseded by the survivor's, or ends for the reason that the survivor has none.
    fn end_merged(&mut self, rule: Rule, incident: &Incident, batch: &Batch) -> Option<Alert> {
        let identity = Identity::of(rule, Subject::Incident(incident.id));
        let severity = self.standings.get(&identity.id)?.severity();
        let survivor = batch.get(batch.survivor_id(incident));
        let by = Identity::of(rule, Subject::Incident(batch.survivor_id(incident))).id;
        let state = if self.standings.get(&by).is_some_and(|standing| standing.raised_at().is_some()) {
            AlertState::Superseded { by }
        } else {
            let verdict = survivor.map(|survivor| self.rules.judge_incident(rule, survivor));
            let reason = match verdict {
                Some(Verdict::Ends(reason)) => reason,
                Some(Verdict::Holds(_) | Verdict::Stays(_)) | None => CloseReason::NoLongerHolds,
            };
            AlertState::Closed { reason }
        };
        // What was open before the merge must not stay readable in the last revision, if all of it is restricted by now.
        let content = survivor.filter(|survivor| is_restricted(survivor));
        let content = content.map(|survivor| Box::new(Content::of_incident(rule, severity, survivor)));
        self.revise(
            identity,
            Input::Ends(state, content),
            Moment { cause: incident.cause, log_time: incident.log_time },
        )
    }

    fn is_historical(&self, rule: Rule, event_at: Timestamp, moment: Moment) -> bool {
        moment.log_time.timestamp().since(event_at) > self.rules.event_age(rule)
    }

    fn revise(&mut self, identity: Identity, input: Input, moment: Moment) -> Option<Alert> {
        match self.step(identity, input, moment) {
            Outcome::Revised(alert) => Some(*alert),
            Outcome::Unchanged | Outcome::Refused(_) => None,
        }
    }

    fn step(&mut self, identity: Identity, input: Input, moment: Moment) -> Outcome {
        let standing = self.standings.remove(&identity.id).unwrap_or_else(|| Standing::unraised(identity));
        if let Some(deadline) = self.deadline(&standing) {
            self.deadlines.remove(&(deadline, identity.id));
        }
        let Step { standing, outcome } = standing.step(input, moment);
        if standing.was_raised() {
            self.put(standing);
        }
        outcome
    }

    fn put(&mut self, standing: Standing) {
        let id = standing.identity().id;
        self.deadlines.extend(self.deadline(&standing).map(|deadline| (deadline, id)));
        self.standings.insert(id, standing);
    }

    fn deadline(&self, standing: &Standing) -> Option<LogTime> {
        standing.raised_at().map(|raised_at| raised_at.plus(self.rules.expiry()))
    }
}

fn ascending(mut alerts: Vec<Alert>) -> Vec<Alert> {
    alerts.sort_by_key(|alert| alert.id);
    alerts
}

/// The incidents that one record revised, by id.
struct Batch<'incidents>(BTreeMap<IncidentId, &'incidents Incident>);

impl<'incidents> Batch<'incidents> {
    fn new(incidents: &[&'incidents Incident]) -> Self {
        Self(incidents.iter().map(|incident| (incident.id, *incident)).collect())
    }

    fn get(&self, id: IncidentId) -> Option<&'incidents Incident> {
        self.0.get(&id).copied()
    }

    fn merged(&self) -> impl Iterator<Item = &'incidents Incident> {
        self.0.values().copied().filter(|incident| merged_into(incident).is_some())
    }

    fn not_merged(&self) -> impl Iterator<Item = &'incidents Incident> {
        self.0.values().copied().filter(|incident| merged_into(incident).is_none())
    }

    /// The end of a chain of merges, which has no more links than there are incidents.
    fn survivor_id(&self, incident: &Incident) -> IncidentId {
        let mut survivor = incident.id;
        for _ in 0..=self.0.len() {
            match self.get(survivor).and_then(merged_into) {
                Some(into) => survivor = into,
                None => break,
            }
        }
        survivor
    }
}

fn merged_into(incident: &Incident) -> Option<IncidentId> {
    match incident.state {
        IncidentState::Merged { into } => Some(into),
        IncidentState::Live | IncidentState::Retracted => None,
    }
}
