//! Alerts: reduced to category, county, local day and where they stand.
use api::{alert::v1 as alert, domain::v1};
use domain::Category;

use crate::{
    viewer::{Kind, View, Viewer},
    words,
};

/// How an alert is seen, by the category, the mark and the handling of its subject.
pub(crate) fn view(viewer: &Viewer, alert: &v1::Alert) -> View {
    viewer.view(Kind::of_category(alert.category).or_marked(alert.restricted), alert.handling.as_ref())
}

/// An alert as its reader sees it.
pub(crate) fn seen_by(viewer: &Viewer, alert: v1::Alert) -> v1::Alert {
    match view(viewer, &alert) {
        View::Full => alert,
        View::Reduced => reduced(alert),
    }
}

/// What is left of an alert: its life, to the day; its cells are those of its county, which the county says already.
pub(crate) fn reduced(alert: v1::Alert) -> v1::Alert {
    let county = words::county(&alert.county);
    let occurred_on = words::day(alert.event_at.as_ref(), &alert.occurred_on);
    v1::Alert {
        alert_id: alert.alert_id,
        revision: alert.revision,
        rule: alert.rule,
        severity: alert.severity,
        state: alert.state,
        close_reason: alert.close_reason,
        superseded_by: alert.superseded_by,
        incident_id: alert.incident_id,
        hotspot_id: alert.hotspot_id,
        category: alert.category,
        family: alert.family,
        reason: reason(alert.category, &county, &occurred_on),
        county,
        raised_at: words::start_of_day(alert.raised_at.as_ref()),
        log_time: words::start_of_day(alert.log_time.as_ref()),
        historical: alert.historical,
        acknowledged_by: alert.acknowledged_by,
        acknowledged_at: words::start_of_day(alert.acknowledged_at.as_ref()),
        handling: words::mark(alert.handling.as_ref()),
        restricted: alert.restricted,
        occurred_on,
        ..v1::Alert::default()
    }
}

/// What is left of a past revision.
pub(crate) fn reduced_as(past: v1::Alert, head: &v1::Alert) -> v1::Alert {
    let restricted = head.restricted || Kind::of_category(head.category) == Kind::Restricted;
    reduced(v1::Alert { handling: head.handling.clone(), restricted, ..past })
}

/// An alert with its revisions: all are reduced if the head is.
pub(crate) fn history(viewer: &Viewer, answer: alert::GetAlertResponse) -> alert::GetAlertResponse {
    let head = answer.alert;
    let seen = |past: v1::Alert| match head.as_ref().filter(|head| view(viewer, head) == View::Reduced) {
        Some(head) => reduced_as(past, head),
        None => seen_by(viewer, past),
    };
    let revisions = answer.revisions.into_iter().map(seen).collect();
    alert::GetAlertResponse { alert: head.map(|head| seen_by(viewer, head)), revisions }
}

/// A sentence made anew: the one that the alert came with may be of a time at which nothing of it was restricted.
fn reason(category: i32, county: &str, occurred_on: &str) -> String {
    let category = Category::from_number(category).map_or("event", Category::word).to_lowercase().replace('_', " ");
    let place = if county.is_empty() { String::new() } else { format!(" in {county}") };
    let day = if occurred_on.is_empty() { String::new() } else { format!(" on {occurred_on}") };
    format!("Restricted: {category}{place}{day}.")
}
