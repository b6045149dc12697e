//! `jukwaa.alert.v1.AlertService`: what each method asks is next door.
use api::alert::v1;
use api::alert::v1::alert_service_server::{AlertService, AlertServiceServer};
use futures::stream::{BoxStream, StreamExt};
use tonic::{Request, Response, Status};

use crate::acknowledge::Acknowledger;
use crate::list::Lister;
use crate::watch::Watcher;

/// Bytes of a request: a filter of a thousand cells is a tenth of it.
const REQUEST_BYTES_MAX: usize = 256 * 1024;

/// The service.
#[derive(Clone)]
pub struct AlertGrpc {
    pub(crate) watcher: Watcher,
    pub(crate) lister: Lister,
    pub(crate) acknowledger: Acknowledger,
}

impl AlertGrpc {
    /// The service for tonic, with its limits.
    #[must_use]
    pub fn into_server(self) -> AlertServiceServer<Self> {
        AlertServiceServer::new(self).max_decoding_message_size(REQUEST_BYTES_MAX)
    }
}

impl std::fmt::Debug for AlertGrpc {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AlertGrpc").field("watcher", &self.watcher).finish_non_exhaustive()
    }
}

#[tonic::async_trait]
impl AlertService for AlertGrpc {
    type WatchAlertsStream = BoxStream<'static, Result<v1::WatchAlertsResponse, Status>>;

    async fn watch_alerts(
        &self,
        request: Request<v1::WatchAlertsRequest>,
    ) -> Result<Response<Self::WatchAlertsStream>, Status> {
        let messages = self.watcher.watch(request.into_inner()).await?;
        Ok(Response::new(messages.map(|message| message.map(access::Permitted::into_inner)).boxed()))
    }

    async fn list_alerts(
        &self,
        request: Request<v1::ListAlertsRequest>,
    ) -> Result<Response<v1::ListAlertsResponse>, Status> {
        let answer = self.lister.list(request.get_ref()).await?;
        Ok(Response::new(answer.into_inner()))
    }

    async fn get_alert(&self, request: Request<v1::GetAlertRequest>) -> Result<Response<v1::GetAlertResponse>, Status> {
        let answer = self.lister.get(request.get_ref()).await?;
        Ok(Response::new(answer.into_inner()))
    }

    async fn acknowledge_alert(
        &self,
        request: Request<v1::AcknowledgeAlertRequest>,
    ) -> Result<Response<v1::AcknowledgeAlertResponse>, Status> {
        let answer = self.acknowledger.acknowledge(request.into_inner()).await?;
        Ok(Response::new(answer.into_inner()))
    }
}
