//! Reports and their history: reduced to category, county, local day and counts.
use api::{domain::v1, query::v1 as query};

use crate::{
    viewer::{Kind, View, Viewer},
    words,
};

/// How a report is seen, by its own category and marks.
pub(crate) fn view(viewer: &Viewer, report: &v1::Report) -> View {
    viewer.view(Kind::of_category(report.category), report.handling.as_ref())
}

/// What is left of a report: neither publisher nor id, and of livestock the head but not the kind.
pub(crate) fn reduced(report: v1::Report) -> v1::Report {
    let county = report.place.map_or_else(String::new, |place| words::county(&place.county));
    let head = |livestock: v1::Livestock| v1::Livestock { kind: 0, count: livestock.count };
    v1::Report {
        category: report.category,
        occurred_on: words::day(report.occurred_at.as_ref(), &report.occurred_on),
        place: Some(v1::Place { county, ..v1::Place::default() }),
        killed: report.killed,
        injured: report.injured,
        abducted: report.abducted,
        attackers: report.attackers,
        livestock: report.livestock.into_iter().map(head).collect(),
        handling: words::mark(report.handling.as_ref()),
        revision: report.revision,
        retracted: report.retracted,
        ..v1::Report::default()
    }
}

/// What is left of a past revision.
pub(crate) fn reduced_as(past: v1::Report, head: &v1::Report) -> v1::Report {
    reduced(v1::Report { handling: head.handling.clone(), ..past })
}

/// A report with its history. All of it is reduced if the head is, or, of one taken back, if any revision is.
pub(crate) fn history(viewer: &Viewer, mut answer: query::GetReportResponse) -> query::GetReportResponse {
    let is_reduced = |report: Option<&v1::Report>| report.is_some_and(|report| view(viewer, report) == View::Reduced);
    let any_is_reduced = answer.revisions.iter().any(|revision| is_reduced(revision.report.as_ref()));
    if !(is_reduced(answer.report.as_ref()) || answer.retracted && any_is_reduced) {
        answer.revisions = answer.revisions.into_iter().map(|revision| revision_seen_by(viewer, revision)).collect();
        return answer;
    }
    let revisions: Vec<_> = answer.revisions.into_iter().map(reduced_revision).collect();
    // The county that intake found, since a source that gives a point need not name one.
    let county = revisions.last().map_or_else(String::new, |revision| revision.county.clone());
    let report = answer.report.map(reduced).map(|report| match county.is_empty() {
        true => report,
        false => v1::Report { place: Some(v1::Place { county, ..v1::Place::default() }), ..report },
    });
    query::GetReportResponse {
        report_id: answer.report_id,
        report,
        revisions,
        gaps: answer.gaps,
        incident_id: answer.incident_id,
        retracted: answer.retracted,
    }
}

fn revision_seen_by(viewer: &Viewer, revision: query::ReportRevision) -> query::ReportRevision {
    match revision.report.as_ref().map(|report| view(viewer, report)) {
        Some(View::Reduced) => reduced_revision(revision),
        Some(View::Full) | None => revision,
    }
}

/// Without its position and the instant at which it came: both tell when somebody spoke.
fn reduced_revision(revision: query::ReportRevision) -> query::ReportRevision {
    query::ReportRevision {
        report: revision.report.map(reduced),
        county: words::county(&revision.county),
        history: revision.history,
        ..query::ReportRevision::default()
    }
}
