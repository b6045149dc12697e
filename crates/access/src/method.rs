//! Every method of the contract, and the message it answers with: a closed list.
//!
//! A test compares it with the descriptors of the services, so that a new method fails until it is named here, and its answer in `answer`.
use api::{alert::v1 as alert, ingest::v1 as ingest, query::v1 as query};

use crate::answer::Answer;

/// A method that access knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Method {
    /// `jukwaa.query.v1.QueryService/GetReport`.
    pub path: &'static str,
    /// The full name of the message that it answers with.
    pub answer: &'static str,
}

const fn method<A: Answer>(path: &'static str) -> Method {
    Method { path, answer: A::NAME }
}

/// All methods, by service.
pub const METHODS: &[Method] = &[
    method::<ingest::PublishReportResponse>("jukwaa.ingest.v1.IngestService/PublishReport"),
    method::<ingest::PublishReportsResponse>("jukwaa.ingest.v1.IngestService/PublishReports"),
    method::<ingest::GetReceiptResponse>("jukwaa.ingest.v1.IngestService/GetReceipt"),
    method::<ingest::EndHistoryResponse>("jukwaa.ingest.v1.IngestService/EndHistory"),
    method::<query::GetReportResponse>("jukwaa.query.v1.QueryService/GetReport"),
    method::<query::ListIncidentsResponse>("jukwaa.query.v1.QueryService/ListIncidents"),
    method::<query::GetIncidentResponse>("jukwaa.query.v1.QueryService/GetIncident"),
    method::<query::ListHotspotsResponse>("jukwaa.query.v1.QueryService/ListHotspots"),
    method::<query::GetHotspotResponse>("jukwaa.query.v1.QueryService/GetHotspot"),
    method::<query::ListQuarantineResponse>("jukwaa.query.v1.QueryService/ListQuarantine"),
    method::<alert::WatchAlertsResponse>("jukwaa.alert.v1.AlertService/WatchAlerts"),
    method::<alert::ListAlertsResponse>("jukwaa.alert.v1.AlertService/ListAlerts"),
    method::<alert::GetAlertResponse>("jukwaa.alert.v1.AlertService/GetAlert"),
    method::<alert::AcknowledgeAlertResponse>("jukwaa.alert.v1.AlertService/AcknowledgeAlert"),
];
