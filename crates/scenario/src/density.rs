//! Reports in; how many other reports each could be confused with out.
//!
//! A candidate is a pair of reports within 15 km and 48 h, counted once. Places known by a name count at that name's point, as intake puts
//! them; areas have no candidates.
use domain::{Meters, Point, Report, Span, Timestamp};
use geography::PlaceQuery;

/// Reach of a candidate.
pub(crate) const REACH: Meters = Meters::from_km(15);
/// Time between the two of a candidate, at most.
pub(crate) const REACH_IN_TIME: Span = Span::from_hours(48);
/// Degrees of latitude that are surely beyond the reach.
const REACH_DEGREES: f64 = 0.136;

/// A report where and when it says the event was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) at: Timestamp,
    pub(crate) point: Point,
    /// Index of the report.
    pub(crate) report: usize,
}

/// Two reports that could tell of one event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) reports: (usize, usize),
    pub(crate) metres: f64,
    pub(crate) apart: Span,
}

/// Pairs of reports within 15 km and 48 h of each other, per report; 0 for no reports.
///
/// Each pair counts once. Grows with the square of the reports of any 48 h.
#[must_use]
pub fn candidates_per_report(reports: &[Report]) -> f64 {
    let spots = spots(reports.iter().map(|report| report.body.account()));
    ratio(candidates(&spots).len(), reports.len())
}

/// A ratio of counts; 0 if the whole is 0.
pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let (part, whole) = (part as f64, whole.max(1) as f64);
    part / whole
}

/// The reports that have a point, in order of time.
pub(crate) fn spots<'a>(accounts: impl Iterator<Item = Option<&'a domain::Account>>) -> Vec<Spot> {
    let located = accounts.enumerate().filter_map(|(report, account)| {
        let account = account?;
        Some(Spot { at: account.occurrence.middle(), point: located(&account.place)?, report })
    });
    let mut spots: Vec<Spot> = located.collect();
    spots.sort_unstable();
    spots
}

/// Where intake puts a place; `None` for an area.
pub(crate) fn located(place: &domain::Place) -> Option<Point> {
    if place.uncertainty.is_some_and(|uncertainty| uncertainty > Meters::from_km(25)) {
        return None;
    }
    place.point.or_else(|| {
        let query = PlaceQuery { name: &place.name, ward: &place.ward, county: &place.county };
        let resolved = geography::resolve(query);
        resolved.point().filter(|_| !resolved.is_area())
    })
}

/// All candidates among spots in order of time.
pub(crate) fn candidates(spots: &[Spot]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (index, spot) in spots.iter().enumerate() {
        let later = spots.iter().skip(index + 1);
        let in_time = later.take_while(|other| other.at.since(spot.at) <= REACH_IN_TIME);
        found.extend(in_time.filter_map(|other| candidate(spot, other)));
    }
    found
}

fn candidate(a: &Spot, b: &Spot) -> Option<Candidate> {
    if (a.point.lat_degrees() - b.point.lat_degrees()).abs() > REACH_DEGREES {
        return None;
    }
    let away = geography::distance(a.point, b.point);
    let reports = (a.report.min(b.report), a.report.max(b.report));
    (away <= REACH).then(|| Candidate { reports, metres: away.get(), apart: b.at.since(a.at) })
}
