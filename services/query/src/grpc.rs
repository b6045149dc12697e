//! The six methods: convert, wait, ask, convert.
//!
//! Guarantees: what leaves is a `Permitted`, which only `access` makes; not found and not allowed look the same. Engines block, so each
//! question is asked on a thread where that is allowed. Never: a decision of its own.
use access::{Answer, Permitted, Viewer};
use api::query::v1::{self, query_service_server::QueryService};
use api::{invalid_argument, not_found, parse_at_least_position, refused, unavailable};
use domain::{HotspotId, IncidentId, LogPosition, ParseIdError, ReportId, ReportKey, Violation};
use std::time::Duration;
use tonic::{Code, Request, Response, Status};

use crate::error::{ListError, ReadError};
use crate::filter::{HotspotFilter, IncidentFilter, QuarantineFilter, parse_as_of};
use crate::page_token::OpenTokenError;
use crate::progress::{NotProjected, WAIT_MAX};
use crate::reader::Reader;

/// When a caller should ask again for a position that has not come.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Serves queries over gRPC.
#[derive(Clone, Debug)]
pub struct QueryGrpc {
    reader: Reader,
    viewer: Viewer,
}

impl QueryGrpc {
    /// Serves what a reader reads. Until callers are authenticated, all are the console of an agency.
    #[must_use]
    pub const fn new(reader: Reader) -> Self {
        Self { reader, viewer: Viewer::agency_console() }
    }

    /// Waits for a position, then asks where blocking is allowed.
    async fn ask<A, E, F>(&self, at_least: Option<LogPosition>, question: F) -> Result<A, Status>
    where
        A: Send + 'static,
        E: Send + 'static,
        F: FnOnce(&Reader, &Viewer) -> Result<A, E> + Send + 'static,
        Status: From<Refusal<E>>,
    {
        if let Some(position) = at_least {
            self.reader.wait_until(position, WAIT_MAX).await.map_err(not_projected)?;
        }
        let (reader, viewer) = (self.reader.clone(), self.viewer.clone());
        let answer = tokio::task::spawn_blocking(move || question(&reader, &viewer)).await;
        let answer = answer.map_err(|_| refused(Code::Internal, "QUERY_FAILED", "the question could not be asked"))?;
        answer.map_err(|error| Refusal(error).into())
    }
}

#[tonic::async_trait]
impl QueryService for QueryGrpc {
    async fn get_report(
        &self,
        request: Request<v1::GetReportRequest>,
    ) -> Result<Response<v1::GetReportResponse>, Status> {
        let v1::GetReportRequest { report_id, at_least_position } = request.into_inner();
        let (id, at_least) = (parse_report_id(&report_id)?, parse_position(at_least_position)?);
        let answer = self.ask(at_least, move |reader, viewer| reader.report(viewer, id)).await?;
        answer.map(respond).ok_or_else(|| not_found("report", &report_id))
    }

    async fn list_incidents(
        &self,
        request: Request<v1::ListIncidentsRequest>,
    ) -> Result<Response<v1::ListIncidentsResponse>, Status> {
        let (filter, page) = IncidentFilter::parse(request.get_ref()).map_err(invalid)?;
        self.ask(page.at_least, move |reader, viewer| reader.incidents(viewer, &filter, &page)).await.map(respond)
    }

    async fn get_incident(
        &self,
        request: Request<v1::GetIncidentRequest>,
    ) -> Result<Response<v1::GetIncidentResponse>, Status> {
        let v1::GetIncidentRequest { incident_id, as_of, at_least_position } = request.into_inner();
        let id: IncidentId = parse_id("incident_id", &incident_id)?;
        let as_of = parse_as_of(as_of.as_ref()).map_err(invalid)?;
        let at_least = parse_position(at_least_position)?;
        let answer = self.ask(at_least, move |reader, viewer| reader.incident(viewer, id, as_of)).await?;
        answer.map(respond).ok_or_else(|| not_found("incident", &incident_id))
    }

    async fn list_hotspots(
        &self,
        request: Request<v1::ListHotspotsRequest>,
    ) -> Result<Response<v1::ListHotspotsResponse>, Status> {
        let (filter, page) = HotspotFilter::parse(request.get_ref()).map_err(invalid)?;
        self.ask(page.at_least, move |reader, viewer| reader.hotspots(viewer, &filter, &page)).await.map(respond)
    }

    async fn get_hotspot(
        &self,
        request: Request<v1::GetHotspotRequest>,
    ) -> Result<Response<v1::GetHotspotResponse>, Status> {
        let v1::GetHotspotRequest { hotspot_id, as_of } = request.into_inner();
        let id: HotspotId = parse_id("hotspot_id", &hotspot_id)?;
        let as_of = parse_as_of(as_of.as_ref()).map_err(invalid)?;
        let answer = self.ask(None, move |reader, viewer| reader.hotspot(viewer, id, as_of)).await?;
        answer.map(respond).ok_or_else(|| not_found("hotspot", &hotspot_id))
    }

    async fn list_quarantine(
        &self,
        request: Request<v1::ListQuarantineRequest>,
    ) -> Result<Response<v1::ListQuarantineResponse>, Status> {
        let (filter, page) = QuarantineFilter::parse(request.get_ref()).map_err(invalid)?;
        self.ask(page.at_least, move |reader, viewer| reader.quarantine(viewer, &filter, &page)).await.map(respond)
    }
}

/// The only way out: what access permitted.
fn respond<A: Answer>(answer: Permitted<A>) -> Response<A> {
    Response::new(answer.into_inner())
}

fn invalid(violations: Vec<Violation>) -> Status {
    invalid_argument("QUERY_INVALID", "the query cannot be answered", &violations)
}

fn not_projected(error: NotProjected) -> Status {
    unavailable("NOT_PROJECTED", &error.to_string(), RETRY_AFTER)
}

/// An error of a question, on its way out.
struct Refusal<E>(E);

impl From<Refusal<ReadError>> for Status {
    fn from(Refusal(error): Refusal<ReadError>) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "rows cannot be read");
        refused(Code::Internal, "STORE_UNREADABLE", "the tables cannot be read; see the log of the server")
    }
}

impl From<Refusal<ListError>> for Status {
    fn from(Refusal(error): Refusal<ListError>) -> Self {
        match error {
            ListError::Token(error) => {
                let reason = match error {
                    OpenTokenError::Forged => "PAGE_TOKEN_INVALID",
                    OpenTokenError::OtherQuery => "PAGE_TOKEN_OF_ANOTHER_QUERY",
                };
                let violation = Violation::new("page_token", error.to_string());
                invalid_argument(reason, "the list cannot go on", &[violation])
            }
            ListError::Read(error) => Refusal(error).into(),
        }
    }
}

fn parse_position(at_least: Option<i64>) -> Result<Option<LogPosition>, Status> {
    let mut faults = Vec::new();
    let position = parse_at_least_position(at_least, &mut faults);
    if faults.is_empty() { Ok(position) } else { Err(invalid(faults)) }
}

/// Reads the id of a report, or the agency and its own id.
fn parse_report_id(text: &str) -> Result<ReportId, Status> {
    if let Ok(key) = text.parse::<ReportKey>() {
        return Ok(key.report_id());
    }
    parse_id("report_id", text)
}

fn parse_id<T: std::str::FromStr<Err = ParseIdError>>(field: &str, text: &str) -> Result<T, Status> {
    text.parse().map_err(|error: ParseIdError| invalid(vec![Violation::new(field, error.to_string())]))
}
