//! The server as the commands see it: one connection, with limits that fit lists and streams.

use std::time::Duration;

use api::alert::v1::alert_service_client::AlertServiceClient;
use api::ingest::v1::ingest_service_client::IngestServiceClient;
use api::query::v1::query_service_client::QueryServiceClient;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::health_client::HealthClient;

use crate::config::Config;
use crate::failure::{Exit, Failure};

/// Longest answer that a command takes: a list of a thousand incidents with all their evidence.
const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const STREAM_WINDOW_BYTES: u32 = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 16 * 1024 * 1024;

/// A connection to a server.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    channel: Channel,
}

impl Client {
    /// Connects to the server of the configuration, or to the one named.
    ///
    /// # Errors
    /// If there is no server.
    pub(crate) async fn connect(config: &Config, server: Option<&str>) -> Result<Self, Failure> {
        Self::connect_to(server.unwrap_or(&config.node.listen)).await
    }

    /// Connects to an address.
    ///
    /// # Errors
    /// If there is no server.
    pub(crate) async fn connect_to(address: &str) -> Result<Self, Failure> {
        if address.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            return Err(Failure::new(Exit::Usage, format!("{address:?} is not HOST:PORT")));
        }
        let usage =
            |error: tonic::transport::Error| Failure::new(Exit::Usage, format!("{address:?} is no address: {error}"));
        let endpoint = Endpoint::from_shared(format!("http://{address}"))
            .map_err(usage)?
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES);
        let channel = endpoint.connect().await.map_err(|_| {
            Failure::new(Exit::Unavailable, format!("no server answers at {address}"))
                .help("start one with `jukwaa serve`, or name another with --server HOST:PORT")
        })?;
        Ok(Self { channel })
    }

    /// The service that takes reports.
    pub(crate) fn ingest(&self) -> IngestServiceClient<Channel> {
        IngestServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    /// The service that answers queries.
    pub(crate) fn query(&self) -> QueryServiceClient<Channel> {
        QueryServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    /// The service that tells whether the server takes calls.
    pub(crate) fn health(&self) -> HealthClient<Channel> {
        HealthClient::new(self.channel.clone())
    }

    /// The service that streams alerts.
    pub(crate) fn alerts(&self) -> AlertServiceClient<Channel> {
        AlertServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }
}
