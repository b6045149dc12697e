//! One stage's trait over another's handle: stages know the seam, not each other.

use std::sync::Arc;

use correlator::{TickError, Ticker};
use domain::{Action, LogPosition, LogTime, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;
use ingest::{Clock, IngestHandle, Refusal};

/// Ticks of the correlator, through the one writer of the log.
pub(super) struct Ticks {
    pub(super) handle: IngestHandle,
    pub(super) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Ticks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Ticks").finish_non_exhaustive()
    }
}

impl Ticker for Ticks {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn tick(&self, due: LogTime) -> BoxFuture<'_, Result<(), TickError>> {
        async move {
            match self.handle.append_tick(due).await {
                // The writer saw a history report that the correlator has yet to read; it will ask again after that.
                Ok(_) | Err(Refusal::HistoryOpen) => Ok(()),
                Err(refusal) => Err(TickError { reason: telemetry::chain(&refusal) }),
            }
        }
        .boxed()
    }
}

/// Acknowledgements of the alert service, through the one writer of the log.
#[derive(Debug)]
pub(super) struct Actions {
    pub(super) handle: IngestHandle,
}

impl alerts::ActionLog for Actions {
    fn append(&self, action: Action) -> BoxFuture<'_, Result<(LogPosition, LogTime), tonic::Status>> {
        async move { self.handle.append_action(action).await.map_err(|refusal| refusal.to_status()) }.boxed()
    }
}

/// Receipts as projected, for `GetReceipt`.
pub(super) struct Receipts {
    pub(super) reader: query::Reader,
}

impl ingest::ReceiptLookup for Receipts {
    async fn latest(&self, report: domain::ReportId) -> Result<ingest::ProjectedReceipt, tonic::Status> {
        let position = self.reader.projection().projected().map(|projected| projected.position);
        let reader = self.reader.clone();
        let found = tokio::task::spawn_blocking(move || reader.receipt(report)).await;
        let told = |reason: String| tonic::Status::internal(reason);
        let receipt =
            found.map_err(|error| told(error.to_string()))?.map_err(|error| told(telemetry::chain(&error)))?;
        Ok(ingest::ProjectedReceipt { position, receipt })
    }
}
