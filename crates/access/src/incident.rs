//! Incidents: reduced to category, county, local day and counts, or whole but for their restricted members.
use api::{domain::v1, query::v1 as query};

use crate::{
    report,
    viewer::{Kind, View, Viewer},
    words,
};

/// How an incident is seen, by its category, its mark and its handling.
pub(crate) fn view(viewer: &Viewer, incident: &v1::Incident) -> View {
    viewer.view(Kind::of_category(incident.category).or_marked(incident.restricted), incident.handling.as_ref())
}

/// An incident as its reader sees it.
pub(crate) fn seen_by(viewer: &Viewer, incident: v1::Incident) -> v1::Incident {
    match view(viewer, &incident) {
        View::Full => without_restricted_members(incident),
        View::Reduced => reduced(incident),
    }
}

/// What is left of an incident; of its members, their number as empty lines.
pub(crate) fn reduced(incident: v1::Incident) -> v1::Incident {
    let county = incident.place.map_or_else(String::new, |place| words::county(&place.county));
    v1::Incident {
        incident_id: incident.incident_id,
        revision: incident.revision,
        state: incident.state,
        merged_into: incident.merged_into,
        category: incident.category,
        occurred_on: words::day(incident.occurred_at.as_ref(), &incident.occurred_on),
        place: Some(v1::IncidentPlace { county, ..v1::IncidentPlace::default() }),
        killed: incident.killed,
        injured: incident.injured,
        abducted: incident.abducted,
        attackers: incident.attackers,
        livestock: incident.livestock,
        members: incident.members.iter().map(|_| v1::IncidentMember::default()).collect(),
        handling: words::mark(incident.handling.as_ref()),
        restricted: incident.restricted,
        ..v1::Incident::default()
    }
}

/// What is left of a past revision.
pub(crate) fn reduced_as(past: v1::Incident, head: &v1::Incident) -> v1::Incident {
    let restricted = head.restricted || Kind::of_category(head.category) == Kind::Restricted;
    reduced(v1::Incident { handling: head.handling.clone(), restricted, ..past })
}

/// An incident with its reports, as its reader sees them. Of a reduced one, the number of members is enough.
pub(crate) fn with_reports(viewer: &Viewer, answer: query::GetIncidentResponse) -> query::GetIncidentResponse {
    let is_full = answer.incident.as_ref().is_some_and(|incident| view(viewer, incident) == View::Full);
    let is_shown = |report: &v1::Report| report::view(viewer, report) == View::Full;
    query::GetIncidentResponse {
        incident: answer.incident.map(|incident| seen_by(viewer, incident)),
        reports: if is_full { answer.reports.into_iter().filter(is_shown).collect() } else { Vec::new() },
    }
}

fn without_restricted_members(mut incident: v1::Incident) -> v1::Incident {
    incident.members.retain(|member| !member.restricted);
    incident.links.retain(|link| !link.restricted);
    incident.nearest_rejected = incident.nearest_rejected.filter(|link| !link.restricted);
    incident
}
