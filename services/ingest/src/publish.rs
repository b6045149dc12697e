//! Publishing by gRPC: one report, or a stream of them with one answer each, in order.
//!
//! Comes in: messages of agencies. Goes out: receipts, or statuses that say every fault.
//! Guarantees: a bad report ends no stream; a call that is cancelled cancels no append that has begun; a stream holds at most
//! `stream_reports_max` reports and is read no faster than the log takes them.
//!
//! Never: judges a report itself; answers before the appender has.
use std::sync::Arc;

use api::domain::v1 as wire;
use api::ingest::v1;
use domain::{LogTime, Violation};
use futures::stream::{self, BoxStream, StreamExt};
use prost::Message;
use tonic::{Status, Streaming};
use v1::publish_reports_response::Result as Outcome;

use crate::appender::reported_at_is_missing;
use crate::config::IngestConfig;
use crate::handle::IngestHandle;
use crate::keys::Keys;
use crate::receipt::Receipt;
use crate::refusal::Refusal;
use crate::submission::{Origin, Submission};
use crate::validation::{Admission, read_report};

/// The answers to a stream of reports.
pub(crate) type PublishReportsStream = BoxStream<'static, Result<v1::PublishReportsResponse, Status>>;

/// Takes reports of the wire to the appender. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    pub(crate) handle: IngestHandle,
    pub(crate) keys: Arc<Keys>,
    pub(crate) admission: Admission,
    pub(crate) config: Arc<IngestConfig>,
}

/// A report of a stream under the client's number, read or refused.
struct Numbered {
    index: i64,
    read: Result<Submission, Refusal>,
}

impl Publisher {
    /// Publishes one report.
    pub(crate) async fn publish(&self, request: v1::PublishReportRequest) -> Result<Receipt, Refusal> {
        let submission = self.read(request.report.as_ref(), request.history)?;
        self.handle.try_publish(submission).await
    }

    /// Publishes a stream of reports. What waits is taken at once: one answer of the appender serves many reports.
    pub(crate) fn publish_all(self, requests: Streaming<v1::PublishReportsRequest>) -> PublishReportsStream {
        let chunk_max = self.config.stream_reports_max.get().min(self.config.queue_reports_max.get());
        let reader = self.clone();
        requests
            // Read before they are gathered: what is refused for its size is not held.
            .map(move |request| request.map(|request| reader.read_numbered(&request)))
            .ready_chunks(chunk_max)
            .then(move |chunk| {
                let publisher = self.clone();
                async move { stream::iter(publisher.answer(chunk).await) }
            })
            .flatten()
            .boxed()
    }

    fn read_numbered(&self, request: &v1::PublishReportsRequest) -> Numbered {
        Numbered { index: request.index, read: self.read(request.report.as_ref(), request.history) }
    }

    /// Answers a chunk, in order; an error of the connection comes after the answers to what was read before it.
    async fn answer(&self, chunk: Vec<Result<Numbered, Status>>) -> Vec<Result<v1::PublishReportsResponse, Status>> {
        let mut submissions = Vec::with_capacity(chunk.len());
        let mut read = Vec::with_capacity(chunk.len());
        let mut broken = None;
        for numbered in chunk {
            match numbered {
                Ok(Numbered { index, read: taken }) => {
                    read.push((index, taken.map(|submission| submissions.push(submission))));
                }
                Err(status) => broken = Some(status),
            }
        }
        let mut outcomes = match self.handle.publish(submissions).await {
            Ok(outcomes) => outcomes.into_iter(),
            Err(refusal) => return vec![Err(refusal.to_status())],
        };
        let answers = read.into_iter().map(|(index, taken)| {
            let outcome = taken.and_then(|()| outcomes.next().unwrap_or(Err(Refusal::Stopped)));
            Ok(v1::PublishReportsResponse { index, result: Some(to_outcome(outcome)) })
        });
        answers.chain(broken.map(Err)).collect()
    }

    /// Reads a report: its size first, then its form, with all faults at once.
    fn read(&self, report: Option<&wire::Report>, history: bool) -> Result<Submission, Refusal> {
        let Some(report) = report else {
            return Err(Refusal::Invalid(vec![Violation::new("report", "is required")]));
        };
        let (bytes, bytes_max) = (report.encoded_len(), self.config.message_bytes_max.get());
        if bytes > bytes_max {
            return Err(Refusal::TooLarge { bytes, bytes_max });
        }
        let reported_at = report.reported_at.as_ref().and_then(api::timestamp_from_wire);
        let stamp = reported_at.filter(|_| history).map_or_else(|| self.handle.next_stamp(), LogTime::new);
        let read = read_report(self.admission, report, stamp, history).map_err(|mut faults| {
            if history && !report.retracted && report.reported_at.is_none() {
                faults.push(reported_at_is_missing());
            }
            Refusal::Invalid(faults)
        })?;
        let origin = if history { Origin::History { reported_at } } else { Origin::Live };
        Ok(Submission::new(read, origin, &self.keys))
    }
}

fn to_outcome(outcome: Result<Receipt, Refusal>) -> Outcome {
    match outcome {
        Ok(receipt) => Outcome::Receipt((&receipt).into()),
        Err(refusal) => Outcome::Status(to_rpc_status(&refusal.to_status())),
    }
}

/// A status as a message: tonic keeps it, details and all, as its own details.
fn to_rpc_status(status: &Status) -> tonic_types::pb::Status {
    tonic_types::pb::Status::decode(status.details()).unwrap_or_else(|_| tonic_types::pb::Status {
        code: status.code().into(),
        message: status.message().to_owned(),
        details: Vec::new(),
    })
}
