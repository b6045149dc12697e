//! Incidents and hotspots with sound defaults, and a log that brings them to alerting as the pipeline does.
use alerting::{Alerting, Refusal, Rule, Rules};
use domain::{
    Alert, AlertId, Belief, Category, Cause, Cell, Counts, Credibility, Fact, Family, Handling, Hotspot, HotspotCell,
    HotspotId, HotspotState, Incident, IncidentId, IncidentPlace, IncidentState, LogPosition, LogTime, Meters, Point,
    Priority, Reliability, Span, Timestamp, invariants::RevisionChecker,
};
use geography::{cell_of, county_of};
use h3o::Resolution;

/// 05:30 in East Africa.
pub(crate) const START: &str = "2026-03-04T02:30:00Z";
pub(crate) const KAPEDO: (f64, f64) = (1.1517, 36.1034);

pub(crate) fn start() -> Timestamp {
    START.parse().unwrap()
}

pub(crate) fn at(hours: i64) -> LogTime {
    LogTime::new(start().plus(Span::from_hours(hours)))
}

pub(crate) fn cause(position: u64) -> Cause {
    Cause { position: LogPosition::new(position), timer: None }
}

pub(crate) fn incident_id(number: u8) -> IncidentId {
    IncidentId::from_bytes([number; 16])
}

pub(crate) fn hotspot_id(number: u8) -> HotspotId {
    HotspotId::from_bytes([number; 16])
}

pub(crate) fn alert_id(rule: Rule, incident: u8) -> AlertId {
    AlertId::of_subject(rule.name(), incident_id(incident).as_bytes())
}

/// Banditry near Kapedo at the start, on the word of one group, of which nothing is counted.
pub(crate) fn incident(number: u8) -> Incident {
    let point = Point::from_degrees(KAPEDO.0, KAPEDO.1).unwrap();
    Incident {
        id: incident_id(number),
        revision: 1,
        state: IncidentState::Live,
        category: Category::Banditry,
        subcategory: None,
        occurred_at: start(),
        occurred_uncertainty: Span::from_hours(1),
        place: IncidentPlace {
            point: Some(point),
            uncertainty: Meters::from_km(1),
            cell: Some(Cell::new(cell_of(point, Resolution::Six).into())),
            county: county_of(point).map(|hit| hit.county.number()),
            ward: "Silale".to_owned(),
            nearest_place: "Kapedo".to_owned(),
            disputed: false,
        },
        counts: Counts::default(),
        belief: Belief {
            milli: 700,
            reliability: Reliability::B,
            credibility: Credibility::Two,
            groups: 1,
            sources: 1,
            agencies: 1,
            echoes: 0,
        },
        hotspot_milli: Some(700),
        members: Vec::new(),
        links: Vec::new(),
        nearest_rejected: None,
        handling: Handling::default(),
        priority: Priority::Three,
        restricted: false,
        lineage: Vec::new(),
        cause: cause(0),
        log_time: at(0),
        parameter_version: 0,
        background_version: 0,
        beyond_horizon: false,
        received_on: start().local_day(),
    }
}

/// A new hotspot of banditry of two cells near Kapedo, of 12 incidents in 28 days.
pub(crate) fn hotspot(number: u8, state: HotspotState) -> Hotspot {
    let point = Point::from_degrees(KAPEDO.0, KAPEDO.1).unwrap();
    let mut cells: Vec<_> = cell_of(point, Resolution::Six).grid_disk::<Vec<_>>(1).into_iter().take(2).collect();
    cells.sort_unstable();
    let figures = |cell: h3o::CellIndex| HotspotCell {
        cell: Cell::new(cell.into()),
        incidents: 6,
        observed_milli: 9_000,
        expected: 0.2,
        gi_star_z: 9.0,
        p_value: 1e-9,
        q_value: 1e-6,
    };
    Hotspot {
        id: hotspot_id(number),
        revision: 1,
        family: Family::Banditry,
        resolution: 6,
        window_days: 28,
        state,
        mark: at(0),
        first_seen: at(0),
        cells: cells.iter().map(|cell| figures(*cell)).collect(),
        observed_milli: 9_000,
        expected: 0.3,
        score: 6.0,
        best_cell: Cell::new(cells[0].into()),
        p_value: 1e-9,
        q_value: 1e-6,
        gi_star_z: 9.0,
        county: county_of(point).map(|hit| hit.county.number()),
        nearest_place: "Kapedo".to_owned(),
        agencies: 3,
        sources: 5,
        single_source_milli: 100,
        single_agency_milli: 100,
        incidents: (1..=12).map(incident_id).collect(),
        cause: cause(0),
    }
}

pub(crate) trait With: Sized {
    /// The same, with a change.
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}
impl With for Incident {}
impl With for Hotspot {}

pub(crate) fn killed(count: u32) -> impl Fn(&mut Incident) {
    move |incident| incident.counts.killed = Some(count)
}

pub(crate) fn merged_into(survivor: u8) -> impl Fn(&mut Incident) {
    move |incident| incident.state = IncidentState::Merged { into: incident_id(survivor) }
}

pub(crate) fn retracted(incident: &mut Incident) {
    incident.state = IncidentState::Retracted;
}

pub(crate) fn urgent(incident: &mut Incident) {
    incident.priority = Priority::One;
}

pub(crate) fn groups(count: u32) -> impl Fn(&mut Incident) {
    move |incident| incident.belief.groups = count
}

/// Brings subjects to alerting at log times that do not fall, timers first, and checks what must hold of all that comes out.
pub(crate) struct Log {
    pub(crate) alerting: Alerting,
    position: u64,
    revisions: RevisionChecker,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { alerting: Alerting::new(Rules::default()), position: 0, revisions: RevisionChecker::default() }
    }

    /// The incidents that the next record, at this hour, revises.
    pub(crate) fn incidents(&mut self, hours: i64, incidents: &[Incident]) -> Vec<Alert> {
        let mut alerts = self.next(hours);
        let cause = cause(self.position);
        let stamped: Vec<Incident> =
            incidents.iter().map(|incident| Incident { cause, log_time: at(hours), ..incident.clone() }).collect();
        let raised = self.alerting.incidents_revised(&stamped.iter().collect::<Vec<_>>());
        assert!(raised.is_sorted_by_key(|alert| alert.id), "the alerts of one record are not in order");
        assert!(raised.iter().all(|alert| alert.cause == cause && alert.log_time == at(hours)));
        alerts.extend(self.admit(raised));
        alerts
    }

    /// The hotspots that a mark at this hour revises.
    pub(crate) fn hotspots(&mut self, hours: i64, hotspots: &[Hotspot]) -> Vec<Alert> {
        let mut alerts = self.next(hours);
        let cause = Cause { timer: Some(at(hours)), ..cause(self.position) };
        let stamped: Vec<Hotspot> =
            hotspots.iter().map(|hotspot| Hotspot { cause, mark: at(hours), ..hotspot.clone() }).collect();
        let raised = self.alerting.hotspots_revised(&stamped.iter().collect::<Vec<_>>());
        assert!(raised.is_sorted_by_key(|alert| alert.id), "the alerts of one mark are not in order");
        alerts.extend(self.admit(raised));
        alerts
    }

    pub(crate) fn acknowledge(&mut self, hours: i64, alert: AlertId, actor: &str) -> Result<Alert, Refusal> {
        self.next(hours);
        let taken = self.alerting.acknowledge(alert, actor, "on our way", cause(self.position), at(hours))?;
        self.admit(vec![taken.clone()]);
        Ok(taken)
    }

    /// A record at this hour: timers due fire before it.
    pub(crate) fn next(&mut self, hours: i64) -> Vec<Alert> {
        let before = LogPosition::new(self.position);
        self.position += 1;
        let due = self.alerting.fire_due(at(hours), before);
        assert!(due.is_sorted_by_key(|alert| (alert.log_time, alert.id)), "timers fired out of order");
        assert!(due.iter().all(|alert| alert.cause == Cause { position: before, timer: Some(alert.log_time) }));
        assert!(self.alerting.next_deadline().is_none_or(|deadline| deadline > at(hours)));
        self.admit(due)
    }

    fn admit(&mut self, alerts: Vec<Alert>) -> Vec<Alert> {
        for alert in &alerts {
            assert!(self.revisions.admit(&Fact::Alert(Box::new(alert.clone()))), "a gap before {alert:?}");
            assert!(alert.cells.is_sorted_by(|a, b| a < b) && !alert.cells.is_empty(), "{:?}", alert.cells);
        }
        alerts
    }
}

/// Of each alert: rule, state and severity in words, for comparison.
pub(crate) fn told(alerts: &[Alert]) -> Vec<String> {
    let words = |alert: &Alert| {
        let state = match alert.state {
            domain::AlertState::Raised => "raised".to_owned(),
            domain::AlertState::Acknowledged => "acknowledged".to_owned(),
            domain::AlertState::Superseded { .. } => "superseded".to_owned(),
            domain::AlertState::Closed { reason } => format!("closed {reason}"),
        };
        format!("{} {state} {}", alert.rule, alert.severity)
    };
    alerts.iter().map(words).collect()
}
