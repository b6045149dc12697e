//! What the offline commands print of an incident, by the same view: a person's own file holds the reports, and the output goes further.
use domain::{Incident, Occurrence, Point, ReportId};

/// Where and when an incident is said to have been, in the row of one of its reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offline {
    /// The point; `None` of an area and of what is restricted: empty coordinates.
    pub point: Option<Point>,
    /// The middle of its time and the half-width; of what is restricted, the local day.
    pub occurrence: Occurrence,
}

/// What the row of a report may say of its incident. Restricted if the incident or this report is. Marks do not count: the file is the
/// reader's own.
#[must_use]
pub fn offline(incident: &Incident, report: ReportId) -> Offline {
    let member = incident.members.iter().find(|member| member.report == report);
    let is_restricted =
        incident.restricted || incident.category.is_restricted() || member.is_some_and(|member| member.restricted);
    if is_restricted {
        Offline { point: None, occurrence: Occurrence::On(incident.occurred_at.local_day()) }
    } else {
        let uncertainty = Some(incident.occurred_uncertainty);
        Offline { point: incident.place.point, occurrence: Occurrence::At { at: incident.occurred_at, uncertainty } }
    }
}
