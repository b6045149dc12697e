//! `jukwaa serve`: every role in one process on the embedded engine.
//!
//! Order: folder, keys, log; then ingest, the projector, alerts and the correlator, each opened before the server answers; then the port.
//! Guarantees: the process ends by itself when a log fails; on a signal streams get their goodbye, what was accepted is answered, and the
//! process is gone within [`DRAIN_MAX`] of it.
//!
//! Never: a decision about reports.

mod folder; // who serves a data folder, and where
mod seams; // one stage's trait over another's handle

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api::ingest::v1::ingest_service_server::IngestServiceServer;
use domain::LogPosition;
use eventlog::{DataFolder, EventLog, Topic};
use ingest::{Keys, SystemClock};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::cli::ServeArgs;
use crate::config::Config;
use crate::failure::{Exit, Failure};

pub(crate) use folder::{free_bytes, recorded_address};

/// How long open calls may take to end after a signal.
const DRAIN_MAX: Duration = Duration::from_secs(8);
/// How long they may take after a part failed.
const FAILED_DRAIN_MAX: Duration = Duration::from_millis(300);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
const STREAM_WINDOW_BYTES: u32 = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 16 * 1024 * 1024;

static SERVING: AtomicBool = AtomicBool::new(false);

/// Whether this process serves, and so ends in order when interrupted.
pub(crate) fn is_serving() -> bool {
    SERVING.load(Ordering::Acquire)
}

/// The configuration with the flags of `serve` above it.
pub(crate) fn with_flags(mut config: Config, args: &ServeArgs) -> Config {
    if let Some(folder) = &args.data_dir {
        config.node.data_dir.clone_from(folder);
    }
    if let Some(listen) = &args.listen {
        config.node.listen.clone_from(listen);
    }
    config.ingest.history_allowed |= args.allow_history;
    config
}

/// Serves until told to stop.
///
/// # Errors
/// If a part cannot open, or a log fails.
pub(crate) async fn run(config: Config) -> Result<(), Failure> {
    SERVING.store(true, Ordering::Release);
    config.check()?;
    telemetry::start();
    let listener = TcpListener::bind(&config.node.listen).await.map_err(|error| {
        Failure::new(Exit::Unavailable, format!("could not listen on {}: {error}", config.node.listen))
            .help("another process has the port: stop it, or choose --listen HOST:PORT (port 0 takes a free one)")
    })?;
    let address = listener.local_addr().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
    let shutdown = CancellationToken::new();
    let path = config.node.data_dir.clone();
    let folder = tokio::task::spawn_blocking(move || folder::open(&path)).await.map_err(ended)??;
    let stages = Stages::open(&config, &folder, &shutdown).await?;
    folder::record_address(folder.path(), address)?;
    tracing::info!(%address, folder = %folder.path().display(), "serving");
    let outcome = stages.run(listener, shutdown).await;
    folder::forget_address(folder.path());
    tracing::info!("stopped");
    outcome
}

fn ended(error: tokio::task::JoinError) -> Failure {
    Failure::new(Exit::Unavailable, format!("a part of the server ended: {error}"))
}

/// What runs.
struct Stages {
    ingest: ingest::IngestRun,
    correlator: correlator::Correlator,
    query: query::Query,
    alerts: alerts::Alerts,
    ingest_server: IngestServiceServer<ingest::IngestGrpc<seams::Receipts>>,
}

impl Stages {
    /// Opens every stage; what can fail fails here.
    async fn open(config: &Config, folder: &DataFolder, shutdown: &CancellationToken) -> Result<Self, Failure> {
        let log: Arc<dyn EventLog> = Arc::new(folder.log());
        let log_is_empty = log.end(Topic::Records) == LogPosition::FIRST;
        let keys = Keys::open(&folder.keys_path(), log_is_empty)
            .map_err(|error| Failure::new(Exit::BadConfig, telemetry::chain(&error)))?;
        let engines = ingest::Engines {
            log: Arc::clone(&log),
            register: ingest::Register::Folder {
                path: folder.store_path().join("register"),
                settings: store::StoreSettings::default(),
            },
            durability: ingest::Durability::LocalFsynced,
            clock_guard: None,
            clock: Arc::new(SystemClock),
            admission: pipeline::admit,
            node_id: folder.node().to_string(),
        };
        let ingest_config = config.ingest.clone();
        let opened = blocking(move || ingest::open(&ingest_config, engines)).await?;
        let token_key = *keys.token_key();
        let store = {
            let (log, folder) = (Arc::clone(&log), folder.store_path().join("tables"));
            blocking(move || query::open_store(&folder, log.as_ref(), store::StoreSettings::default())).await?
        };
        let query = {
            let engines = query::Engines { log: Arc::clone(&log), store };
            let (config, shutdown) = (config.query.clone(), shutdown.clone());
            blocking(move || query::Query::open(config, engines, query::TokenKey::new(token_key), shutdown)).await?
        };
        let alerts = {
            let actions = Arc::new(seams::Actions { handle: opened.handle.clone() });
            let (config, log, shutdown) = (config.alerts.clone(), Arc::clone(&log), shutdown.clone());
            blocking(move || alerts::Alerts::open(config, log, actions, token_key, shutdown)).await?
        };
        let correlator = {
            let ticker = Arc::new(seams::Ticks { handle: opened.handle.clone(), clock: Arc::new(SystemClock) });
            let (log, shutdown) = (Arc::clone(&log), shutdown.clone());
            blocking(move || correlator::Correlator::open(pipeline::Settings::default(), log, ticker, shutdown)).await?
        };
        let receipts = seams::Receipts { reader: query.reader() };
        let ingest_server = ingest::IngestGrpc::new(
            opened.handle,
            opened.register,
            Arc::new(keys),
            pipeline::admit,
            config.ingest.clone(),
            receipts,
        )
        .into_server();
        Ok(Self { ingest: opened.run, correlator, query, alerts, ingest_server })
    }

    /// Runs until told to stop, or until one part ends by itself.
    async fn run(self, listener: TcpListener, shutdown: CancellationToken) -> Result<(), Failure> {
        let mut parts: JoinSet<Result<(), String>> = JoinSet::new();
        let mut server = Server::builder()
            .tcp_nodelay(true)
            .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
            .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES);
        let (health_reporter, health) = tonic_health::server::health_reporter();
        set_health(&health_reporter, ServingStatus::Serving).await;
        let router = server
            .add_service(self.ingest_server)
            .add_service(self.query.service())
            .add_service(self.alerts.service())
            .add_service(health)
            .add_service(reflection()?);
        let (draining, drained) = (shutdown.clone(), shutdown.clone());
        parts.spawn(async move {
            let served = router.serve_with_incoming_shutdown(TcpListenerStream::new(listener), async move {
                draining.cancelled().await
            });
            tokio::select! {
                outcome = served => outcome.map_err(|error| telemetry::chain(&error)),
                () = async { drained.cancelled().await; tokio::time::sleep(DRAIN_MAX).await } => Ok(()),
            }
        });
        let runtime = Handle::current();
        let correlator = self.correlator;
        parts.spawn_blocking(move || correlator.run(&runtime).map_err(|error| telemetry::chain(&error)));
        let query = self.query;
        parts.spawn(async move { query.run().await.map_err(|error| telemetry::chain(&error)) });
        let alerts = self.alerts;
        parts.spawn(async move { alerts.run().await.map_err(|error| telemetry::chain(&error)) });
        let (token, ingest) = (shutdown.clone(), self.ingest);
        parts.spawn(async move { ingest.run(token).await.map_err(|error| telemetry::chain(&error)) });
        wait(parts, shutdown, &health_reporter).await
    }
}

/// Waits for a signal or the first part that ends, then for all.
async fn wait(
    mut parts: JoinSet<Result<(), String>>,
    shutdown: CancellationToken,
    health: &HealthReporter,
) -> Result<(), Failure> {
    let mut outcome = Ok(());
    let signal = tokio::select! {
        () = stop_signal() => true,
        ended = parts.join_next() => {
            outcome = ended.map_or(Ok(()), part_outcome);
            false
        }
    };
    tracing::info!(signal, "stopping");
    set_health(health, ServingStatus::NotServing).await;
    shutdown.cancel();
    let rest = async {
        while let Some(ended) = parts.join_next().await {
            if let Err(failure) = part_outcome(ended) {
                tracing::error!(%failure, "a part of the server failed");
            }
        }
    };
    // After a failure nothing that waits can be acknowledged any more: the process ends at once.
    let patience = if signal { DRAIN_MAX + Duration::from_secs(1) } else { FAILED_DRAIN_MAX };
    if tokio::time::timeout(patience, rest).await.is_err() {
        tracing::warn!("some calls did not end in time and are cut");
    }
    outcome
}

fn part_outcome(ended: Result<Result<(), String>, tokio::task::JoinError>) -> Result<(), Failure> {
    ended.map_err(|error| error.to_string()).and_then(|outcome| outcome).map_err(|reason| {
        Failure::new(Exit::Unavailable, reason)
            .help("the server ended so that nothing is acknowledged that is not durable; start it again")
    })
}

async fn stop_signal() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}

async fn blocking<T: Send + 'static, E: std::error::Error + Send + 'static>(
    open: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Failure> {
    let opened = tokio::task::spawn_blocking(open).await.map_err(ended)?;
    opened.map_err(|error| Failure::new(Exit::Unavailable, telemetry::chain(&error)))
}

/// Tells whether the server takes calls: for the whole, and for each service.
async fn set_health(reporter: &HealthReporter, status: ServingStatus) {
    let services = api::SERVICES.iter().copied().chain([""]);
    for service in services {
        reporter.set_service_status(service, status).await;
    }
}

/// Reflection over the contract, with the descriptors of error details and health, so that grpcurl prints details in clear.
fn reflection() -> Result<
    tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
    Failure,
> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(api::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map_err(|error| Failure::new(Exit::Unavailable, format!("could not describe the services: {error}")))
}
