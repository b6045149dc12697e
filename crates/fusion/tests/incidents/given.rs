//! Reports for tests: one plain raid near Kapedo at a clock time, and what a test changes about it.
use domain::{
    AcceptedReport, Account, Category, Cause, Grading, Handling, LogPosition, LogTime, Meters, Occurrence, Place,
    Point, Priority, ReportKey, ResolvedPlace, Revision, SourceKind, Span, Subcategory, Timestamp, Whereabouts,
};
use fusion::{Fusion, Outcome, Parameters};

/// Degrees of latitude in a kilometre.
const DEGREES_A_KM: f64 = 1.0 / 111.195;

/// Where the plain raid is.
pub(crate) fn kapedo() -> Point {
    Point::from_degrees(1.18251, 36.10395).unwrap()
}

/// A point so many kilometres north and east of Kapedo.
pub(crate) fn near_kapedo(north_km: f64, east_km: f64) -> Point {
    let at = kapedo();
    Point::from_degrees(at.lat_degrees() + north_km * DEGREES_A_KM, at.lng_degrees() + east_km * DEGREES_A_KM).unwrap()
}

/// Hours after the plain raid.
pub(crate) fn at_hour(hours: f64) -> Timestamp {
    let raid: Timestamp = "2026-03-04T02:30:00Z".parse().unwrap();
    raid.plus(Span::from_secs((hours * 3_600.0).round() as i64))
}

/// Log time so many hours after the plain raid.
pub(crate) fn log_hour(hours: f64) -> LogTime {
    LogTime::new(at_hour(hours))
}

/// A police report of the plain raid at a position of the log, received six hours later.
pub(crate) fn report(agency: &str, position: u64) -> AcceptedReport {
    let key = ReportKey { agency: agency.parse().unwrap(), client_report_id: format!("r-{position}").parse().unwrap() };
    let point = kapedo();
    let uncertainty = Meters::new(400.0).unwrap();
    AcceptedReport {
        id: key.report_id(),
        key,
        revision: Revision::FIRST,
        account: account(point, uncertainty),
        position: LogPosition::new(position),
        first_position: LogPosition::new(position),
        received_at: log_hour(6.0),
        first_received_at: log_hour(6.0),
        history: false,
        place: ResolvedPlace {
            whereabouts: Whereabouts::Point(point),
            uncertainty,
            by_name: false,
            county: None,
            ward: String::new(),
            disputed: false,
        },
        background_milli: 1_000,
        background_version: 0,
    }
}

fn account(point: Point, uncertainty: Meters) -> Account {
    Account {
        unit: String::new(),
        external_ref: None,
        source_kind: Some(SourceKind::Police),
        channel: None,
        discovery: None,
        source_ref: String::new(),
        category: Category::Banditry,
        subcategory: Some(Subcategory::CattleRaid),
        occurrence: Occurrence::At { at: at_hour(0.0), uncertainty: Some(Span::from_secs(1_800)) },
        reported_at: None,
        place: Place {
            point: Some(point),
            uncertainty: Some(uncertainty),
            name: "Kapedo".to_owned(),
            ..Place::default()
        },
        summary: String::new(),
        language: String::new(),
        killed: None,
        injured: None,
        abducted: None,
        attackers: None,
        livestock: Vec::new(),
        weapons: Vec::new(),
        goods: Vec::new(),
        heading_degrees: None,
        modus: Vec::new(),
        identifiers: Vec::new(),
        grading: Grading::default(),
        priority: Priority::Three,
        handling: Handling::default(),
    }
}

/// What a test changes about a report.
pub(crate) trait Given: Sized {
    /// At another point.
    fn at(self, point: Point) -> Self;
    /// At another time, in hours after the plain raid.
    fn hour(self, hours: f64) -> Self;
    /// Told by another kind of source.
    fn told_by(self, kind: SourceKind) -> Self;
    /// First received at another log time, in hours after the plain raid.
    fn received(self, hours: f64) -> Self;
    /// Known to an area only, named or not.
    fn area(self, name: &str) -> Self;
    /// A later revision, at another position.
    fn amended(self, revision: i64, position: u64) -> Self;
}

impl Given for AcceptedReport {
    fn at(mut self, point: Point) -> Self {
        self.account.place.point = Some(point);
        self.place.whereabouts = Whereabouts::Point(point);
        self
    }

    fn hour(mut self, hours: f64) -> Self {
        self.account.occurrence = Occurrence::At { at: at_hour(hours), uncertainty: Some(Span::from_secs(1_800)) };
        self
    }

    fn told_by(mut self, kind: SourceKind) -> Self {
        self.account.source_kind = Some(kind);
        self
    }

    fn received(mut self, hours: f64) -> Self {
        self.received_at = log_hour(hours);
        self.first_received_at = log_hour(hours);
        self
    }

    fn area(mut self, name: &str) -> Self {
        self.account.place = Place { name: name.to_owned(), ..Place::default() };
        self.place.whereabouts = Whereabouts::Area;
        self.place.uncertainty = Meters::from_km(40);
        self
    }

    fn amended(mut self, revision: i64, position: u64) -> Self {
        self.revision = Revision::new(revision).unwrap();
        self.position = LogPosition::new(position);
        self
    }
}

/// What was done to fusion.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Accept(Box<AcceptedReport>),
    Retract(Box<AcceptedReport>),
}

impl Step {
    pub(crate) fn accept(report: AcceptedReport) -> Self {
        Self::Accept(Box::new(report))
    }

    pub(crate) fn retract(report: AcceptedReport) -> Self {
        Self::Retract(Box::new(report))
    }
}

/// Fusion with the parameters that ship.
pub(crate) fn fusion() -> Fusion {
    Fusion::new(Parameters::version_zero())
}

/// Accepts a report at its own stamp.
pub(crate) fn accept(fusion: &mut Fusion, report: &AcceptedReport) -> Outcome {
    fusion.accept(report.clone(), Cause { position: report.position, timer: None }, report.received_at)
}

/// Takes back a report at a position of the log.
pub(crate) fn retract(fusion: &mut Fusion, report: &AcceptedReport, position: u64) -> Outcome {
    let cause = Cause { position: LogPosition::new(position), timer: None };
    fusion.retract(report.id, cause, report.received_at)
}

/// Fusion after these reports.
pub(crate) fn fused(reports: &[AcceptedReport]) -> Fusion {
    let mut fusion = fusion();
    for report in reports {
        accept(&mut fusion, report);
    }
    fusion
}

/// The number of reports of each live incident, ascending.
pub(crate) fn sizes(fusion: &Fusion) -> Vec<usize> {
    let mut sizes: Vec<usize> = fusion.live_incidents().map(|incident| incident.members.len()).collect();
    sizes.sort_unstable();
    sizes
}
