//! Opens the feed and owns all that runs until the end.
//!
//! Guarantees: all that can fail before the first answer fails in [`Alerts::open`]; when `run` returns, every stream has been told goodbye.
use std::sync::Arc;

use access::Viewer;
use api::TokenKey;
use api::alert::v1::alert_service_server::AlertServiceServer;
use eventlog::{EventLog, ReadError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::acknowledge::{Acknowledger, ActionLog};
use crate::config::AlertsConfig;
use crate::feed::{Feed, FeedReader, RunError};
use crate::list::Lister;
use crate::service::AlertGrpc;
use crate::watch::Watcher;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A setting is out of its bounds.
    #[error("the settings of alerts are out of bounds: {}", faults.join("; "))]
    Config {
        /// The key and its bounds, each.
        faults: Vec<String>,
    },
    /// The topic cannot be read.
    #[error("could not read the alerts")]
    Read(#[from] ReadError),
}

/// The alert service.
#[derive(Debug)]
pub struct Alerts {
    reader: FeedReader,
    service: AlertGrpc,
    streams: TaskTracker,
    /// Ends the streams, with the server or with the reader.
    closing: CancellationToken,
}

impl Alerts {
    /// Opens the service: reads all alerts that there are. Blocks.
    ///
    /// # Errors
    /// If a setting is out of bounds, or the topic cannot be read.
    pub fn open(
        config: AlertsConfig,
        log: Arc<dyn EventLog>,
        actions: Arc<dyn ActionLog>,
        token_key: [u8; 32],
        shutdown: CancellationToken,
    ) -> Result<Self, OpenError> {
        let faults = config.faults();
        if !faults.is_empty() {
            return Err(OpenError::Config { faults });
        }
        let viewer = Viewer::agency_console();
        let feed = Arc::new(Feed::new(viewer.clone()));
        let mut reader = FeedReader::new(log, Arc::clone(&feed));
        reader.catch_up()?;
        let (key, streams, closing) = (TokenKey::new(token_key), TaskTracker::new(), shutdown.child_token());
        let lister = Lister { feed: Arc::clone(&feed), key: key.clone() };
        let watcher = Watcher {
            feed,
            places: Arc::new(Semaphore::new(config.subscribers_max.get())),
            config: Arc::new(config),
            key,
            streams: streams.clone(),
            shutdown: closing.clone(),
        };
        let service =
            AlertGrpc { watcher, acknowledger: Acknowledger { lister: lister.clone(), actions, viewer }, lister };
        Ok(Self { reader, service, streams, closing })
    }

    /// The methods, for a tonic server.
    #[must_use]
    pub fn service(&self) -> AlertServiceServer<AlertGrpc> {
        self.service.clone().into_server()
    }

    /// Reads alerts as they come until told to stop, then says goodbye to every stream.
    ///
    /// # Errors
    /// If the topic cannot be read; then the process has to end.
    pub async fn run(self) -> Result<(), RunError> {
        let outcome = self.reader.run(self.closing.clone()).await;
        self.closing.cancel();
        self.streams.close();
        self.streams.wait().await;
        outcome
    }
}
