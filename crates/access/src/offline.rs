//! What the offline commands print of an incident, by the same view: a person's own file holds the reports, and the output goes further.
use domain::{Incident, Point, ReportId, Timestamp};

/// Where and when an incident is said to have been, in the row of one of its reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offline {
    /// The point; `None` of an area and of what is restricted: empty coordinates.
    pub point: Option<Point>,
    /// The middle of its time; of what is restricted, the beginning of the local day.
    pub occurred_at: Timestamp,
}

/// What the row of a report may say of its incident. Restricted if the incident or this report is. Marks do not count: the file is the
/// reader's own.
#[must_use]
pub fn offline(incident: &Incident, report: ReportId) -> Offline {
    let member = incident.members.iter().find(|member| member.report == report);
    let is_restricted =
        incident.restricted || incident.category.is_restricted() || member.is_some_and(|member| member.restricted);
    if is_restricted {
        Offline { point: None, occurred_at: incident.occurred_at.local_day().start() }
    } else {
        Offline { point: incident.place.point, occurred_at: incident.occurred_at }
    }
}
