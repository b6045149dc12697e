//! What of a report is compared: a report in, its comparable parts out, computed once when it is accepted.
//!
//! Reports are sorted into classes of observation, because the same 3 km say much between two receivers and nothing between two villages:
//! a place is measured, estimated or known by the name of a settlement; a time is exact, of some hours, of a slot of the day, or a whole
//! day; a source is a trained post, a unit in the field or a person of the place.
//! Never: free text, the unit, or anything about persons but keyed hashes.
use domain::{
    AcceptedReport, AgencyId, Category, CountyNumber, Identifier, Occurrence, Point, ReportId, SourceId, SourceKind,
    Span, Subcategory, WeaponKind,
};
use h3o::Resolution;

use crate::{fixed, precision::time_uncertainty};

/// Resolution of the cells in which candidates are looked up: 35 to 42 km² in Kenya.
pub(crate) const LINK_RESOLUTION: Resolution = Resolution::Six;
/// A point with a radius up to this was read from a receiver.
const MEASURED_RADIUS_M: f64 = 1_000.0;
/// A point with a radius up to this was put on a map; above it, it is the point of a settlement.
const ESTIMATED_RADIUS_M: f64 = 2_500.0;
/// A time with a half-width up to this was noted when it happened.
const EXACT: Span = Span::from_hours(1);
/// A time with a half-width up to this was told to the hour or two.
const HOURS: Span = Span::from_hours(2);
/// A time with a half-width up to this is a slot of the day: night, morning. Above it, it is a whole day.
const SLOT: Span = Span::from_hours(9);

/// How a place was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PlaceClass {
    Measured,
    Estimated,
    ByName,
}

/// How a time was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimeClass {
    Exact,
    Hours,
    Slot,
    Day,
}

/// Who observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SourceClass {
    /// Police and sensors: they measure.
    Post,
    /// Reservists and rangers: they estimate.
    Field,
    /// Elders, chiefs, the community, and who is not said: they name places.
    Local,
}

/// The comparable parts of a report. What it does not say is `None` or empty, and weighs nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Features {
    pub(crate) report: ReportId,
    pub(crate) source: SourceId,
    pub(crate) agency: AgencyId,
    /// `None`: an area.
    pub(crate) point: Option<Point>,
    /// The cell of the point.
    pub(crate) cell: Option<u64>,
    pub(crate) county: Option<CountyNumber>,
    pub(crate) place_class: PlaceClass,
    pub(crate) source_class: SourceClass,
    pub(crate) time_class: TimeClass,
    /// Middle of the time, in microseconds.
    pub(crate) middle_us: i64,
    /// Local day of the middle.
    pub(crate) day: i32,
    pub(crate) category: Category,
    pub(crate) subcategory: Option<Subcategory>,
    /// Normalised name of the place.
    pub(crate) place_name: String,
    /// Head of livestock, at least 1.
    pub(crate) livestock: Option<u32>,
    /// Persons killed, injured and abducted together, at least 1.
    pub(crate) persons: Option<u32>,
    pub(crate) attackers: Option<u32>,
    pub(crate) weapon: Option<WeaponKind>,
    /// Ascending, no duplicates.
    pub(crate) identifiers: Vec<Identifier>,
    /// ln of the expected random candidates, in 1/10 000 nat.
    pub(crate) background: i32,
    /// Log time of the first revision, in microseconds: the horizon is counted from it.
    pub(crate) first_received_us: i64,
}

impl Features {
    pub(crate) fn of(report: &AcceptedReport) -> Self {
        let account = &report.account;
        let middle = account.occurrence.middle();
        let point = report.place.point();
        let mut identifiers = account.identifiers.clone();
        identifiers.sort();
        identifiers.dedup();
        Self {
            report: report.id,
            source: report.source(),
            agency: report.key.agency.clone(),
            point,
            cell: point.map(|point| u64::from(geography::cell_of(point, LINK_RESOLUTION))),
            county: report.place.county,
            place_class: place_class(report),
            source_class: source_class(account.source_kind),
            time_class: time_class(account.occurrence, time_uncertainty(account)),
            middle_us: middle.micros(),
            day: middle.local_day().days(),
            category: account.category,
            subcategory: account.subcategory,
            place_name: geography::normalise_name(&account.place.name),
            livestock: account.livestock_total().filter(|total| *total > 0),
            persons: persons(report),
            attackers: account.attackers,
            weapon: account.weapons.iter().find_map(|weapon| weapon.kind),
            identifiers,
            background: fixed::ln_milli(report.background_milli),
            first_received_us: report.first_received_at.timestamp().micros(),
        }
    }

    /// Whether it is known to an area only.
    pub(crate) fn is_area(&self) -> bool {
        self.point.is_none()
    }
}

fn place_class(report: &AcceptedReport) -> PlaceClass {
    let radius_m = report.place.uncertainty.get();
    if report.place.by_name || radius_m > ESTIMATED_RADIUS_M {
        PlaceClass::ByName
    } else if radius_m > MEASURED_RADIUS_M {
        PlaceClass::Estimated
    } else {
        PlaceClass::Measured
    }
}

fn source_class(kind: Option<SourceKind>) -> SourceClass {
    match kind {
        Some(SourceKind::Police | SourceKind::Sensor) => SourceClass::Post,
        Some(SourceKind::Npr | SourceKind::Ranger) => SourceClass::Field,
        Some(SourceKind::VillageElder | SourceKind::Chief | SourceKind::Community) | None => SourceClass::Local,
    }
}

fn time_class(occurrence: Occurrence, half_width: Span) -> TimeClass {
    match occurrence {
        Occurrence::On(_) => TimeClass::Day,
        Occurrence::At { .. } if half_width <= EXACT => TimeClass::Exact,
        Occurrence::At { .. } if half_width <= HOURS => TimeClass::Hours,
        Occurrence::At { .. } if half_width <= SLOT => TimeClass::Slot,
        Occurrence::At { .. } => TimeClass::Day,
    }
}

/// That nobody came to harm is true of most events, and so says nothing of two being one.
fn persons(report: &AcceptedReport) -> Option<u32> {
    let account = &report.account;
    let harmed = [account.killed, account.injured, account.abducted];
    harmed.iter().flatten().copied().reduce(u32::saturating_add).filter(|total| *total > 0)
}
