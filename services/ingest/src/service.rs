//! `jukwaa.ingest.v1.IngestService`: four lines a method; what they ask is next door.
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use api::ingest::v1;
use api::ingest::v1::ingest_service_server::{IngestService, IngestServiceServer};
use api::log::v1 as log;
use domain::{AgencyId, ClientReportId, LogPosition, LogTime, ReportId, ReportKey, Revision, Violation};
use tonic::{Request, Response, Status, Streaming};

use crate::config::IngestConfig;
use crate::handle::IngestHandle;
use crate::keys::Keys;
use crate::known::{FirstReceipts, RegisterReader};
use crate::publish::{PublishReportsStream, Publisher};
use crate::receipt::Receipt;
use crate::validation::Admission;
use crate::verdict::{self, Question};

/// Bytes of a message that are read at all: a report over its own limit gets an answer that says so, instead of a broken stream.
const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long to wait when the register cannot be read.
const REGISTER_RETRY: Duration = Duration::from_secs(5);

/// Tells what the pipeline has made of a report; asked for `GetReceipt`.
pub trait ReceiptLookup: Send + Sync + 'static {
    /// The receipt fact of a report with the highest revision. The position is read before it.
    ///
    /// # Errors
    /// The status that the caller of `GetReceipt` gets.
    fn latest(&self, report: ReportId) -> impl Future<Output = Result<ProjectedReceipt, Status>> + Send;
}

/// What is projected of a report.
#[derive(Clone, Debug, Default)]
pub struct ProjectedReceipt {
    /// All records up to this one are projected; `None`: nothing is.
    pub position: Option<LogPosition>,
    /// The receipt fact with the highest revision; `None`: no record of this report is projected.
    pub receipt: Option<log::Receipt>,
}

impl<L: ReceiptLookup> ReceiptLookup for Arc<L> {
    fn latest(&self, report: ReportId) -> impl Future<Output = Result<ProjectedReceipt, Status>> + Send {
        self.as_ref().latest(report)
    }
}

/// The service.
#[derive(Debug)]
pub struct IngestGrpc<L> {
    publisher: Publisher,
    register: FirstReceipts,
    receipts: L,
}

impl<L: ReceiptLookup> IngestGrpc<L> {
    /// A service that publishes through this appender and asks `receipts` what became of a report.
    #[must_use]
    pub fn new(
        handle: IngestHandle,
        register: FirstReceipts,
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
        let question = read_question(&request.into_inner())?;
        let first = match &self.register {
            FirstReceipts::Register(register) => Some(find_receipt(register.clone(), question.clone()).await?),
            FirstReceipts::Projected(_) => None,
        };
        let projected = self.receipts.latest(question.key.report_id()).await?;
        verdict::answer(&question, &self.register, first, projected).map(Response::new)
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

fn read_question(request: &v1::GetReceiptRequest) -> Result<Question, Status> {
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
    let position = request.position.map(u64::try_from);
    if matches!(position, Some(Err(_))) {
        faults.push(Violation::new("position", "must not be below 0"));
    }
    let position = position.and_then(Result::ok).map(LogPosition::new);
    match (agency, id, faults.is_empty()) {
        (Some(agency), Some(client_report_id), true) => {
            Ok(Question { key: ReportKey { agency, client_report_id }, revision: revision.flatten(), position })
        }
        _ => Err(refuse_question(&faults)),
    }
}

async fn find_receipt(register: RegisterReader, question: Question) -> Result<Receipt, Status> {
    let asked = question.key.to_string();
    let unavailable =
        || api::unavailable("REGISTER_UNREADABLE", "the register of reports cannot be read", REGISTER_RETRY);
    let found = tokio::task::spawn_blocking(move || register.find(question.key, question.revision))
        .await
        .map_err(|_| unavailable())?;
    let found = found.map_err(|error| {
        tracing::error!(%error, "a receipt was not found");
        unavailable()
    })?;
    found.map(|receipt| Receipt { duplicate: false, ..receipt }).ok_or_else(|| api::not_found("report", &asked))
}
