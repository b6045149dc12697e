//! A report of the wire, read with every fault at once: those of its form, and those that only the map and the stamp show.
//!
//! Comes in: a message, the stamp that it would get. Goes out: a report of the domain, or all its faults, by field.
//! Guarantees: a report with a blank id and a point in the sea is told both.
//!
//! Never: decides what a fault is; the form is judged by `api`, place and time by the admission that the caller gives.
use api::domain::v1;
use domain::{LogTime, Report, SourceKind, Timestamp, Violation};

/// Judges a report against the map and the stamp that it would get; the flag says whether it is history. Empty: it may enter.
pub type Admission = fn(&Report, LogTime, bool) -> Vec<Violation>;

/// Reads a report. `stamp` is what it would get at about this moment: the appender asks again with the one that it gets.
///
/// # Errors
/// All faults of its form, and of its place and time as far as these can be read.
pub(crate) fn read_report(
    admission: Admission,
    wire: &v1::Report,
    stamp: LogTime,
    history: bool,
) -> Result<Report, Vec<Violation>> {
    api::parse_report(wire).map_err(|mut faults| {
        let further = faults_behind(admission, wire, &faults, stamp, history);
        faults.extend(further);
        faults
    })
}

/// Faults of place and time of a report whose form is faulty elsewhere.
fn faults_behind(
    admission: Admission,
    wire: &v1::Report,
    faults: &[Violation],
    stamp: LogTime,
    history: bool,
) -> Vec<Violation> {
    let faulty = |part: &str| faults.iter().any(|fault| fault.field.starts_with(part));
    let (place_faulty, time_faulty) = (faulty("place"), faulty("occurred"));
    if wire.retracted || (place_faulty && time_faulty) {
        return Vec::new();
    }
    let Ok(probe) = api::parse_report(&probe(wire, place_faulty, time_faulty, stamp.timestamp())) else {
        return Vec::new();
    };
    let judged = |fault: &Violation| {
        (fault.field.starts_with("place") && !place_faulty) || (fault.field.starts_with("occurred") && !time_faulty)
    };
    admission(&probe, stamp, history).into_iter().filter(judged).collect()
}

/// A sound report with the place and the time of another, as far as they are sound.
fn probe(wire: &v1::Report, place_faulty: bool, time_faulty: bool, stamp: Timestamp) -> v1::Report {
    let (occurred_at, occurred_uncertainty, occurred_on) = if time_faulty {
        (None, None, stamp.local_day().to_string())
    } else {
        (wire.occurred_at, wire.occurred_uncertainty, wire.occurred_on.clone())
    };
    let anywhere = v1::Place { county: "Nairobi".to_owned(), ..v1::Place::default() };
    v1::Report {
        agency: "probe".to_owned(),
        client_report_id: "probe".to_owned(),
        category: v1::Category::Other.into(),
        source_kind: SourceKind::from_number(wire.source_kind).map_or(0, SourceKind::number),
        occurred_at,
        occurred_uncertainty,
        occurred_on,
        place: if place_faulty { Some(anywhere) } else { wire.place.clone() },
        ..v1::Report::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp() -> LogTime {
        LogTime::new("2026-03-04T06:00:00Z".parse().unwrap())
    }

    /// Refuses points south of the equator and times other than the stamp's day.
    fn strict(report: &Report, stamp: LogTime, _history: bool) -> Vec<Violation> {
        let account = report.body.account().unwrap();
        let mut faults = Vec::new();
        if account.place.point.is_some_and(|point| point.lat_degrees() < 0.0) {
            faults.push(Violation::new("place.point", "is in the south"));
        }
        if account.occurrence.middle().local_day() != stamp.timestamp().local_day() {
            faults.push(Violation::new("occurred_on", "is another day"));
        }
        faults
    }

    fn faults(wire: &v1::Report) -> Vec<String> {
        read_report(strict, wire, stamp(), false).unwrap_err().into_iter().map(|fault| fault.field).collect()
    }

    fn southern(occurred_on: &str) -> v1::Report {
        let point = Some(v1::LatLng { latitude: -1.0, longitude: 36.0 });
        v1::Report {
            agency: "police".to_owned(),
            category: v1::Category::Banditry.into(),
            occurred_on: occurred_on.to_owned(),
            place: Some(v1::Place { point, ..v1::Place::default() }),
            ..v1::Report::default()
        }
    }

    #[test]
    fn faults_of_form_place_and_time_are_told_at_once() {
        assert_eq!(faults(&southern("2026-03-01")), ["client_report_id", "place.point", "occurred_on"]);
    }

    #[test]
    fn fault_of_time_does_not_hide_that_of_place() {
        assert_eq!(faults(&southern("2026-02-30")), ["client_report_id", "occurred_on", "place.point"]);
    }

    #[test]
    fn place_that_cannot_be_read_is_told_once() {
        let wire = v1::Report { place: None, ..southern("2026-03-04") };

        assert_eq!(faults(&wire), ["client_report_id", "place"]);
    }
}
