//! The composition: intake, fusion, hotspots, alerting, one record at a time.
//!
//! | record | before it | what it does |
//! |---|---|---|
//! | any | timers due at or before its log time fire, in order, each at its own log time | log time moves to its stamp, never back |
//! | report | | register, then place, background, fusion; what changed goes on to hotspots and alerting |
//! | action | | alerting |
//! | tick | | nothing of its own |
//! | unreadable | | a quarantine entry |
//!
//! Never: fails. What does not fit becomes a quarantine entry.

use alerting::{Alerting, Rules};
use domain::{
    AcceptedReport, Account, Action, Alert, Cause, Decision, Fact, Incident, IncidentId, LogPosition, LogTime, Payload,
    QuarantineEntry, QuarantineId, QuarantineReason, Receipt, Record, Report, ReportBody, ReportId, StampedReport,
};
use fusion::{Background, Fusion, Parameters};
use geography::MaskResolution;
use hotspots::{Counted, Hotspots};

use crate::admission::admit;
use crate::intake::{Arrival, Entry, Register, Standing};
use crate::marks::next_mark;
use crate::placement::place_report;

/// The resolution that the server evaluates.
const RESOLUTION: MaskResolution = MaskResolution::Six;
/// The windows that the server evaluates, in days.
const WINDOWS_DAYS: [u16; 4] = [28, 90, 365, 1_825];

/// The versions that a pipeline runs with; every fact names them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Parameters of fusion.
    pub parameters: Parameters,
    /// Background rates.
    pub background: Background,
    /// Rules of alerting.
    pub rules: Rules,
    /// Whether hotspots are evaluated; a run that asks for incidents only leaves them out.
    pub hotspots: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parameters: Parameters::version_zero(),
            background: Background::version_zero(),
            rules: Rules::default(),
            hotspots: true,
        }
    }
}

/// The pipeline: everything that later answers depend on.
pub struct Pipeline {
    background: Background,
    clock: Clock,
    register: Register,
    fusion: Fusion,
    hotspots: Hotspots,
    evaluates: bool,
    alerting: Alerting,
}

/// Where the log stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Clock {
    /// The running maximum of the stamps; `None` before the first record.
    log_time: Option<LogTime>,
    /// The mark up to which hotspots are evaluated, or the log time at which the log began.
    marked: Option<LogTime>,
    /// The last report or action: the cause of timers.
    last_cause: Option<LogPosition>,
    /// Whether the last report is history.
    history: bool,
}

/// Everything that later answers depend on.
#[derive(Clone)]
pub struct Snapshot {
    background: Background,
    clock: Clock,
    register: Register,
    fusion: fusion::Snapshot,
    hotspots: hotspots::Snapshot,
    evaluates: bool,
    alerting: alerting::Snapshot,
}

impl Pipeline {
    /// A pipeline before the first record.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            background: settings.background,
            clock: Clock::default(),
            register: Register::default(),
            fusion: Fusion::new(settings.parameters),
            hotspots: Hotspots::new(hotspots::Settings { resolution: RESOLUTION, windows_days: WINDOWS_DAYS.to_vec() }),
            evaluates: settings.hotspots,
            alerting: Alerting::new(settings.rules),
        }
    }

    /// Takes the next record of the log. Timers due before it fire first, at their own log time. A claim does nothing at all.
    pub fn apply(&mut self, record: Record) -> Vec<Fact> {
        if record.payload == Payload::Claim {
            return Vec::new();
        }
        let log_time = self.clock.log_time.map_or(record.received_at, |known| known.max(record.received_at));
        let mut facts = self.fire_timers(log_time);
        self.clock.log_time = Some(log_time);
        self.clock.marked.get_or_insert(log_time);
        let cause = Cause { position: record.position, timer: None };
        match record.payload {
            Payload::Report(stamped) => {
                self.clock.last_cause = Some(record.position);
                self.clock.history = record.history;
                let received = Received { cause, received_at: record.received_at, log_time, history: record.history };
                facts.extend(self.apply_report(*stamped, received));
            }
            Payload::Action(action) => {
                self.clock.last_cause = Some(record.position);
                facts.extend(self.apply_action(&action, cause, log_time));
            }
            Payload::Tick { .. } | Payload::Claim => {}
            Payload::Unreadable(why) => {
                self.clock.last_cause = Some(record.position);
                facts.push(quarantine(cause, log_time, QuarantineReason::Unreadable, why, None));
            }
        }
        facts
    }

    /// Tells the earliest log time at which a tick would do anything.
    #[must_use]
    pub fn next_deadline(&self) -> Option<LogTime> {
        self.next_mark().into_iter().chain(self.alerting.next_deadline()).min()
    }

    /// Whether the last report is history: then no tick is written, and log time stands where history ended.
    #[must_use]
    pub fn is_history(&self) -> bool {
        self.clock.history
    }

    /// The log time, once there is a record.
    #[must_use]
    pub fn log_time(&self) -> Option<LogTime> {
        self.clock.log_time
    }

    /// The incident of a report, if it supports one.
    #[must_use]
    pub fn incident_of(&self, report: ReportId) -> Option<&Incident> {
        self.fusion.incident(self.fusion.incident_of(report)?)
    }

    /// Everything that later answers depend on; `restore` goes on as this would.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            background: self.background.clone(),
            clock: self.clock,
            register: self.register.clone(),
            fusion: self.fusion.snapshot(),
            hotspots: self.hotspots.snapshot(),
            evaluates: self.evaluates,
            alerting: self.alerting.snapshot(),
        }
    }

    /// The pipeline that goes on as the one did from which the snapshot was taken.
    #[must_use]
    pub fn restore(snapshot: Snapshot) -> Self {
        Self {
            background: snapshot.background,
            clock: snapshot.clock,
            register: snapshot.register,
            fusion: Fusion::restore(snapshot.fusion),
            hotspots: Hotspots::restore(snapshot.hotspots),
            evaluates: snapshot.evaluates,
            alerting: Alerting::restore(snapshot.alerting),
        }
    }

    fn next_mark(&self) -> Option<LogTime> {
        let marked = self.clock.marked.filter(|_| self.evaluates)?;
        // A change is evaluated at the first mark after it, and it came at the log time.
        let after = self.clock.log_time.map_or(marked, |log_time| log_time.max(marked));
        let due = next_mark(after, self.hotspots.changed(), self.clock.history);
        // A day that began since the last mark is evaluated even if nothing came.
        Some(due.min(next_mark(marked, false, true)))
    }

    /// Fires all timers due at or before a log time, in the order of their own log times; at one time, marks come before alerts.
    fn fire_timers(&mut self, until: LogTime) -> Vec<Fact> {
        let mut facts = Vec::new();
        let Some(position) = self.clock.last_cause else { return facts };
        while let Some(due) = self.next_deadline().filter(|due| *due <= until) {
            let mut alerts = Vec::new();
            if self.next_mark() == Some(due) {
                let (hotspots, raised) = self.evaluate(due, position);
                facts.extend(hotspots);
                alerts = raised;
            }
            alerts.extend(self.alerting.fire_due(due, position));
            // Of one cause, alerts are ordered by id and revision: a cursor between two of them is told apart by these.
            alerts.sort_by_key(|alert| (alert.id, alert.revision));
            facts.extend(alerts.into_iter().map(boxed_alert));
            self.clock.log_time = self.clock.log_time.max(Some(due));
        }
        facts
    }

    /// The hotspots that changed at a mark, and the alerts that follow.
    fn evaluate(&mut self, mark: LogTime, position: LogPosition) -> (Vec<Fact>, Vec<Alert>) {
        self.clock.marked = Some(mark);
        let revised = self.hotspots.evaluate(mark, Cause { position, timer: Some(mark) });
        let alerts = self.alerting.hotspots_revised(&revised.iter().collect::<Vec<_>>());
        (revised.into_iter().map(|hotspot| Fact::Hotspot(Box::new(hotspot))).collect(), alerts)
    }

    fn apply_report(&mut self, stamped: StampedReport, received: Received) -> Vec<Fact> {
        let StampedReport { report, content_hash } = stamped;
        let refuse =
            |reason, detail| vec![quarantine(received.cause, received.log_time, reason, detail, Some(&report))];
        match self.register.standing(report.key.report_id(), report.revision, content_hash) {
            Standing::Duplicate => return Vec::new(),
            Standing::Conflict { first } => {
                let detail = format!(
                    "another content under revision {} was accepted at position {first}",
                    report.revision.get()
                );
                let mut facts = refuse(QuarantineReason::ConflictingContent, detail);
                facts.extend(self.conflict(report.key.report_id(), received));
                return facts;
            }
            Standing::New => {}
        }
        let faults = admit(&report, received.received_at, received.history);
        if !faults.is_empty() {
            let named: Vec<String> =
                faults.iter().map(|fault| format!("{}: {}", fault.field, fault.description)).collect();
            return refuse(QuarantineReason::Invalid, named.join("; "));
        }
        let retraction = matches!(report.body, ReportBody::Retraction);
        let arrival = Arrival {
            hash: content_hash,
            position: received.cause.position,
            log_time: received.log_time,
            received_at: received.received_at,
            retraction,
        };
        let (entry, known) = self.register.note(&report.key, report.revision, arrival);
        let counts = entry.head() == report.revision;
        let (first_position, first_received_at) = (entry.first_position, entry.first_received_at);
        let id = report.key.report_id();
        let mut facts = Vec::new();
        if retraction && !known {
            let detail =
                "it takes back a report that is not known; if that comes later, it stays taken back".to_owned();
            facts.extend(refuse(QuarantineReason::UnknownReportRetracted, detail));
        }
        let accepted = match report.body {
            ReportBody::Account(account) => {
                let stamps = Stamps { first_position, first_received_at, received };
                let report = Report { body: ReportBody::Retraction, ..report };
                self.accept(&report, *account, stamps)
            }
            ReportBody::Retraction => None,
        };
        let outcome = match (&accepted, counts) {
            (_, false) => fusion::Outcome::default(),
            (Some(accepted), true) => self.fusion.accept(accepted.clone(), received.cause, received.log_time),
            (None, true) => self.fusion.retract(id, received.cause, received.log_time),
        };
        facts.extend(self.receipts(id, accepted, &outcome, received));
        facts.extend(self.pass_on(outcome.incidents));
        facts
    }

    /// Stamps a report with where it is and how busy that place is.
    fn accept(&self, report: &Report, account: Account, stamps: Stamps) -> Option<AcceptedReport> {
        let place = place_report(&account).ok()?;
        let background_milli = self.background.milli(&place, account.source_kind);
        Some(AcceptedReport {
            id: report.key.report_id(),
            key: report.key.clone(),
            revision: report.revision,
            account,
            position: stamps.received.cause.position,
            first_position: stamps.first_position,
            received_at: stamps.received.log_time,
            first_received_at: stamps.first_received_at,
            history: stamps.received.history,
            place,
            background_milli,
            background_version: self.background.version(),
        })
    }

    /// A receipt for the report that came, and for every other whose incident changed; ascending by report.
    fn receipts(
        &mut self,
        report: ReportId,
        accepted: Option<AcceptedReport>,
        outcome: &fusion::Outcome,
        received: Received,
    ) -> Vec<Fact> {
        let mut moved: std::collections::BTreeMap<ReportId, Option<IncidentId>> =
            outcome.moved.iter().copied().collect();
        let standing = self.register.entry_mut(report).and_then(|entry| entry.incident);
        moved.entry(report).or_insert(standing);
        let mut accepted = accepted.map(Box::new);
        let mut facts = Vec::with_capacity(moved.len());
        for (id, incident) in moved {
            let Some(entry) = self.register.entry_mut(id) else { continue };
            entry.incident = incident;
            facts.push(next_receipt(id, entry, if id == report { accepted.take() } else { None }, received));
        }
        facts
    }

    /// A receipt that tells of another content under a revision that was taken.
    fn conflict(&mut self, report: ReportId, received: Received) -> Option<Fact> {
        let entry = self.register.entry_mut(report)?;
        entry.note_conflict(received.cause.position);
        Some(next_receipt(report, entry, None, received))
    }

    /// Gives revised incidents to hotspots and alerting.
    fn pass_on(&mut self, incidents: Vec<Incident>) -> Vec<Fact> {
        for incident in &incidents {
            match counted(incident) {
                Some(counted) => self.hotspots.upsert(counted),
                None => self.hotspots.remove(incident.id),
            }
        }
        let alerts = self.alerting.incidents_revised(&incidents.iter().collect::<Vec<_>>());
        let incidents = incidents.into_iter().map(|incident| Fact::Incident(Box::new(incident)));
        incidents.chain(alerts.into_iter().map(boxed_alert)).collect()
    }

    fn apply_action(&mut self, action: &Action, cause: Cause, log_time: LogTime) -> Vec<Fact> {
        match &action.decision {
            Decision::AcknowledgeAlert { alert, note } => {
                match self.alerting.acknowledge(*alert, &action.actor, note, cause, log_time) {
                    Ok(alert) => vec![boxed_alert(alert)],
                    Err(refusal) => {
                        vec![quarantine(cause, log_time, QuarantineReason::ActionRefused, refusal.to_string(), None)]
                    }
                }
            }
        }
    }
}

/// How a report record came.
#[derive(Clone, Copy, Debug)]
struct Received {
    cause: Cause,
    received_at: LogTime,
    log_time: LogTime,
    history: bool,
}

/// What intake stamps on a report.
#[derive(Clone, Copy, Debug)]
struct Stamps {
    first_position: LogPosition,
    first_received_at: LogTime,
    received: Received,
}

/// The receipt that follows the last one of a report.
fn next_receipt(
    report: ReportId,
    entry: &mut Entry,
    accepted: Option<Box<AcceptedReport>>,
    received: Received,
) -> Fact {
    entry.receipt_revision += 1;
    Fact::Receipt(Box::new(Receipt {
        report,
        key: entry.key.clone(),
        revision: entry.receipt_revision,
        report_revision: entry.head(),
        gaps: entry.gaps(),
        retracted: entry.is_retracted(),
        incident: entry.incident,
        cause: received.cause,
        log_time: received.log_time,
        accepted,
        conflicts: entry.conflicts(),
        taken: entry.taken(),
    }))
}

fn boxed_alert(alert: Alert) -> Fact {
    Fact::Alert(Box::new(alert))
}

fn quarantine(
    cause: Cause,
    log_time: LogTime,
    reason: QuarantineReason,
    detail: String,
    report: Option<&Report>,
) -> Fact {
    Fact::Quarantine(QuarantineEntry {
        id: QuarantineId::of_position(cause.position.get()),
        position: cause.position,
        log_time,
        reason,
        detail,
        key: report.map(|report| report.key.clone()),
        report_revision: report.map(|report| report.revision),
        restricted: report
            .and_then(|report| report.body.account())
            .is_some_and(|account| account.category.is_restricted()),
    })
}

/// What of an incident counts in hotspots: live, at a point, of a family, unrestricted, with a member that is not a patrol's own and that
/// its marks do not keep back.
fn counted(incident: &Incident) -> Option<Counted> {
    let weight_milli = incident.hotspot_milli.filter(|_| incident.state == domain::IncidentState::Live)?;
    let (point, family) = (incident.place.point?, incident.category.family()?);
    let members = || incident.members.iter().filter(|member| !member.patrol && !member.echo);
    let mut agencies: Vec<_> = members().map(|member| member.group.clone()).collect();
    let mut sources: Vec<_> = members().map(|member| member.source).collect();
    agencies.sort();
    agencies.dedup();
    sources.sort_unstable();
    sources.dedup();
    Some(Counted { incident: incident.id, family, at: incident.occurred_at, point, weight_milli, agencies, sources })
}
