//! `jukwaa.ingest.v1.IngestService`: four lines a method; what they ask is next door.
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use api::ingest::v1;
use api::ingest::v1::ingest_service_server::{IngestService, IngestServiceServer};
use api::log::v1 as log;
use domain::{AgencyId, ClientReportId, LogTime, ReportId, ReportKey, Revision, Violation};
use tonic::{Request, Response, Status, Streaming};

use crate::config::IngestConfig;
use crate::handle::IngestHandle;
use crate::keys::Keys;
use crate::known::RegisterReader;
use crate::publish::{PublishReportsStream, Publisher};
use crate::receipt::Receipt;
use crate::validation::Admission;

/// Bytes of a message that are read at all: a report over its own limit gets an answer that says so, instead of a broken stream.
const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long to wait when the register cannot be read.
const REGISTER_RETRY: Duration = Duration::from_secs(5);

/// Tells what the pipeline has made of a report; asked for `GetReceipt`.
pub trait ReceiptLookup: Send + Sync + 'static {
    /// The receipt fact of a report with the highest revision; `None` if none is projected.
    ///
    /// # Errors
    /// The status that the caller of `GetReceipt` gets.
    fn latest(&self, report: ReportId) -> impl Future<Output = Result<Option<log::Receipt>, Status>> + Send;
}

impl<L: ReceiptLookup> ReceiptLookup for Arc<L> {
    fn latest(&self, report: ReportId) -> impl Future<Output = Result<Option<log::Receipt>, Status>> + Send {
        self.as_ref().latest(report)
    }
}

/// The service.
#[derive(Debug)]
pub struct IngestGrpc<L> {
    publisher: Publisher,
    register: RegisterReader,
    receipts: L,
}

impl<L: ReceiptLookup> IngestGrpc<L> {
    /// A service that publishes through this appender and asks `receipts` what became of a report.
    #[must_use]
    pub fn new(
        handle: IngestHandle,
        register: RegisterReader,
        keys: Arc<Keys>,
        admission: Admission,
        config: IngestConfig,
        receipts: L,
    ) -> Self {
        Self { publisher: Publisher { handle, keys, admission, config: Arc::new(config) }, register, receipts }
    }

    /// The service for tonic, with its limits.
    #[must_use]
    pub fn into_server(self) -> IngestServiceServer<Self> {
        IngestServiceServer::new(self).max_decoding_message_size(MESSAGE_BYTES_MAX)
    }
}

#[tonic::async_trait]
impl<L: ReceiptLookup> IngestService for IngestGrpc<L> {
    type PublishReportsStream = PublishReportsStream;

    async fn publish_report(
        &self,
        request: Request<v1::PublishReportRequest>,
    ) -> Result<Response<v1::PublishReportResponse>, Status> {
        let receipt = self.publisher.publish(request.into_inner()).await.map_err(|refusal| refusal.to_status())?;
        Ok(Response::new(v1::PublishReportResponse { receipt: Some((&receipt).into()) }))
    }

    async fn publish_reports(
        &self,
        request: Request<Streaming<v1::PublishReportsRequest>>,
    ) -> Result<Response<Self::PublishReportsStream>, Status> {
        Ok(Response::new(self.publisher.clone().publish_all(request.into_inner())))
    }

    async fn get_receipt(
        &self,
        request: Request<v1::GetReceiptRequest>,
    ) -> Result<Response<v1::GetReceiptResponse>, Status> {
        let (key, revision) = read_question(&request.into_inner())?;
        let known = find_receipt(self.register.clone(), key.clone(), revision).await?;
        let latest = self.receipts.latest(key.report_id()).await?;
        Ok(Response::new(receipt_and_verdict(&known, latest)))
    }

    async fn end_history(
        &self,
        request: Request<v1::EndHistoryRequest>,
    ) -> Result<Response<v1::EndHistoryResponse>, Status> {
        let until = request.into_inner().until.as_ref().and_then(api::timestamp_from_wire).map(LogTime::new);
        let until = until.ok_or_else(|| {
            refuse_question(&[Violation::new("until", "must be an instant between the years 1900 and 2200")])
        })?;
        let position = self.publisher.handle.end_history(until).await.map_err(|refusal| refusal.to_status())?;
        Ok(Response::new(v1::EndHistoryResponse { position: position.number() }))
    }
}

fn refuse_question(faults: &[Violation]) -> Status {
    api::invalid_argument("REQUEST_INVALID", "the request cannot be answered", faults)
}

/// The report that is asked for, and its revision; `None`: the highest.
fn read_question(request: &v1::GetReceiptRequest) -> Result<(ReportKey, Option<Revision>), Status> {
    let mut faults = Vec::new();
    let agency = request.agency.parse::<AgencyId>();
    let agency = agency.map_err(|error| faults.push(Violation::new("agency", error.to_string()))).ok();
    let id = request.client_report_id.parse::<ClientReportId>();
    let id = id.map_err(|error| faults.push(Violation::new("client_report_id", error.to_string()))).ok();
    let revision = match request.revision {
        0 => None,
        number => Some(Revision::new(i64::from(number))),
    };
    if revision == Some(None) {
        faults.push(Violation::new("revision", "must be at least 1, or 0 for the highest"));
    }
    match (agency, id, faults.is_empty()) {
        (Some(agency), Some(client_report_id), true) => {
            Ok((ReportKey { agency, client_report_id }, revision.flatten()))
        }
        _ => Err(refuse_question(&faults)),
    }
}

async fn find_receipt(register: RegisterReader, key: ReportKey, revision: Option<Revision>) -> Result<Receipt, Status> {
    let asked = key.to_string();
    let unavailable =
        || api::unavailable("REGISTER_UNREADABLE", "the register of reports cannot be read", REGISTER_RETRY);
    let found = tokio::task::spawn_blocking(move || register.find(key, revision)).await.map_err(|_| unavailable())?;
    let found = found.map_err(|error| {
        tracing::error!(%error, "a receipt was not found");
        unavailable()
    })?;
    found.map(|receipt| Receipt { duplicate: false, ..receipt }).ok_or_else(|| api::not_found("report", &asked))
}

/// What is known of one revision, and what the pipeline has made of it.
fn receipt_and_verdict(known: &Receipt, latest: Option<log::Receipt>) -> v1::GetReceiptResponse {
    let revision = known.revision.number();
    let (verdict, incident_id) = match latest {
        Some(latest) if latest.report_revision >= revision => {
            let verdict = if latest.retracted {
                v1::Verdict::Retracted
            } else if latest.report_revision > revision {
                v1::Verdict::Superseded
            } else {
                v1::Verdict::Accepted
            };
            (verdict, latest.incident_id)
        }
        Some(_) | None => (v1::Verdict::Pending, String::new()),
    };
    v1::GetReceiptResponse { receipt: Some(known.into()), verdict: verdict.into(), incident_id }
}
