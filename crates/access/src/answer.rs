//! Every message that a method answers with, and every part of one that is filtered by itself: what a reader sees of it.
//!
//! Each is named here, also those of which everybody sees all. A message that is not named cannot be answered with.
use api::{alert::v1 as alert, domain::v1, ingest::v1 as ingest, query::v1 as query};

use crate::{
    alert as alerts, incident, report,
    viewer::{View, Viewer},
};

/// A message that access knows: an answer of a method, or a part of one. Only this crate says which.
pub trait Answer: Seen {
    /// Its full name in the contract.
    const NAME: &'static str;
}

/// A part of an answer that has revisions.
pub trait Revised: Answer + Past {}

/// How a message is seen. Named nowhere outside this crate, so that no other can add one.
pub trait Seen: Sized {
    /// As this reader sees it.
    fn seen_by(self, viewer: &Viewer) -> Self;
}

/// How a past revision is seen.
pub trait Past: Seen {
    /// Whether this reader sees it reduced.
    fn is_reduced_for(&self, viewer: &Viewer) -> bool;

    /// What is left of it when it is reduced, under the marks of its head.
    fn reduced_as(self, head: &Self) -> Self;
}

macro_rules! answers {
    ($($message:ty => $name:literal, $seen_by:expr;)+) => {
        $(
            impl Answer for $message {
                const NAME: &'static str = $name;
            }

            impl Seen for $message {
                fn seen_by(self, viewer: &Viewer) -> Self {
                    let seen_by: fn(&Viewer, Self) -> Self = $seen_by;
                    seen_by(viewer, self)
                }
            }
        )+
    };
}

answers! {
    // Receipts tell a publisher what became of its own report, and of the incident the id alone.
    ingest::PublishReportResponse => "jukwaa.ingest.v1.PublishReportResponse", all;
    ingest::PublishReportsResponse => "jukwaa.ingest.v1.PublishReportsResponse", all;
    ingest::GetReceiptResponse => "jukwaa.ingest.v1.GetReceiptResponse", all;
    ingest::EndHistoryResponse => "jukwaa.ingest.v1.EndHistoryResponse", all;

    v1::Report => "jukwaa.domain.v1.Report", |viewer, seen| match report::view(viewer, &seen) {
        View::Full => seen,
        View::Reduced => report::reduced(seen),
    };
    v1::Incident => "jukwaa.domain.v1.Incident", incident::seen_by;
    // Of places and counts, and of incidents that are not restricted: these do not count.
    v1::Hotspot => "jukwaa.domain.v1.Hotspot", all;
    v1::Alert => "jukwaa.domain.v1.Alert", alerts::seen_by;
    query::QuarantineItem => "jukwaa.query.v1.QuarantineItem", |_, item| quarantine_item(item);

    query::GetReportResponse => "jukwaa.query.v1.GetReportResponse", report::history;
    query::ListIncidentsResponse => "jukwaa.query.v1.ListIncidentsResponse", |viewer, mut answer| {
        answer.incidents = each(viewer, answer.incidents);
        answer
    };
    query::GetIncidentResponse => "jukwaa.query.v1.GetIncidentResponse", incident::with_reports;
    query::ListHotspotsResponse => "jukwaa.query.v1.ListHotspotsResponse", all;
    query::GetHotspotResponse => "jukwaa.query.v1.GetHotspotResponse", |viewer, mut answer| {
        answer.incidents = each(viewer, answer.incidents);
        answer
    };
    query::ListQuarantineResponse => "jukwaa.query.v1.ListQuarantineResponse", |viewer, mut answer| {
        answer.items = each(viewer, answer.items);
        answer
    };

    alert::WatchAlertsResponse => "jukwaa.alert.v1.WatchAlertsResponse", watched;
    alert::ListAlertsResponse => "jukwaa.alert.v1.ListAlertsResponse", |viewer, mut answer| {
        answer.alerts = each(viewer, answer.alerts);
        answer
    };
    alert::GetAlertResponse => "jukwaa.alert.v1.GetAlertResponse", alerts::history;
    // A position of the log and its time.
    alert::AcknowledgeAlertResponse => "jukwaa.alert.v1.AcknowledgeAlertResponse", all;
}

macro_rules! revised {
    ($($message:ty => $module:ident;)+) => {
        $(
            impl Revised for $message {}

            impl Past for $message {
                fn is_reduced_for(&self, viewer: &Viewer) -> bool {
                    $module::view(viewer, self) == View::Reduced
                }

                fn reduced_as(self, head: &Self) -> Self {
                    $module::reduced_as(self, head)
                }
            }
        )+
    };
}

revised! {
    v1::Report => report;
    v1::Incident => incident;
    v1::Alert => alerts;
}

fn all<A>(_viewer: &Viewer, answer: A) -> A {
    answer
}

fn each<A: Answer>(viewer: &Viewer, items: Vec<A>) -> Vec<A> {
    items.into_iter().map(|item| item.seen_by(viewer)).collect()
}

/// Of a restricted record: that it is there, and why it was not merged.
fn quarantine_item(item: query::QuarantineItem) -> query::QuarantineItem {
    if !item.restricted {
        return item;
    }
    query::QuarantineItem {
        quarantine_id: item.quarantine_id,
        log_time: crate::words::start_of_day(item.log_time.as_ref()),
        reason: item.reason,
        restricted: true,
        ..query::QuarantineItem::default()
    }
}

fn watched(viewer: &Viewer, answer: alert::WatchAlertsResponse) -> alert::WatchAlertsResponse {
    use alert::watch_alerts_response::Message;
    let seen = |message: Message| match message {
        Message::Upsert(alert) => Message::Upsert(alert.seen_by(viewer)),
        Message::Removed(_) | Message::Synced(_) | Message::Bookmark(_) | Message::Goodbye(_) => message,
    };
    alert::WatchAlertsResponse { message: answer.message.map(seen), ..answer }
}
