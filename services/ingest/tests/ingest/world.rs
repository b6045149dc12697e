//! A server with a data folder and a clock of its own, and a client of it.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use api::domain::v1 as wire;
use api::ingest::v1;
use api::ingest::v1::ingest_service_client::IngestServiceClient;
use api::log::v1 as log;
use domain::{LogPosition, Record, ReportId, ReportKey, Timestamp};
use eventlog::{DataFolder, EmbeddedLog, EventLog, Files, LogSettings, ReadLimit, Topic};
use ingest::{
    Clock, Durability, Engines, IngestConfig, IngestGrpc, IngestHandle, IngestRun, Keys, ProjectedReceipt,
    ReceiptLookup, Register, RunError,
};
use store::StoreSettings;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Server};
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The hour at which every test begins.
pub(crate) const NOW: &str = "2026-03-04T06:30:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A clock that moves when it is told to.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn at(text: &str) -> Self {
        Self(AtomicI64::new(at(text).micros()))
    }

    pub(crate) fn set(&self, text: &str) {
        self.0.store(at(text).micros(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// What the query side would have projected.
#[derive(Default)]
pub(crate) struct Projected(Mutex<BTreeMap<ReportId, log::Receipt>>, Mutex<Option<LogPosition>>);

impl Projected {
    pub(crate) fn put(&self, key: &str, receipt: log::Receipt) {
        let id = key.parse::<ReportKey>().unwrap().report_id();
        self.0.lock().unwrap().insert(id, receipt);
    }

    /// Says that all up to here is projected.
    pub(crate) fn reach(&self, position: u64) {
        *self.1.lock().unwrap() = Some(LogPosition::new(position));
    }
}

impl ReceiptLookup for Projected {
    async fn latest(&self, report: ReportId) -> Result<ProjectedReceipt, Status> {
        Ok(ProjectedReceipt {
            position: *self.1.lock().unwrap(),
            receipt: self.0.lock().unwrap().get(&report).cloned(),
        })
    }
}

/// Where the log stands.
#[derive(Clone)]
enum Disk {
    Real,
    Files(Arc<dyn Files>),
}

/// A running server. Folder, clock and what is projected stay over a restart.
pub(crate) struct World {
    folder: Arc<TempDir>,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) projected: Arc<Projected>,
    pub(crate) config: IngestConfig,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) handle: IngestHandle,
    pub(crate) client: IngestServiceClient<Channel>,
    disk: Disk,
    run: JoinHandle<Result<(), RunError>>,
    server: JoinHandle<()>,
    shutdown: CancellationToken,
}

/// How a world is made.
pub(crate) struct Plan {
    pub(crate) config: IngestConfig,
    folder: Arc<TempDir>,
    clock: Arc<HandClock>,
    projected: Arc<Projected>,
    disk: Disk,
}

impl Plan {
    pub(crate) fn new() -> Self {
        Self {
            config: IngestConfig { history_allowed: true, ..IngestConfig::default() },
            folder: Arc::new(tempfile::tempdir().unwrap()),
            clock: Arc::new(HandClock::at(NOW)),
            projected: Arc::default(),
            disk: Disk::Real,
        }
    }

    pub(crate) fn on<F: Files + Clone>(self, files: &F) -> Self {
        Self { disk: Disk::Files(Arc::new(files.clone())), ..self }
    }

    pub(crate) fn folder_path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn start(self) -> World {
        let clock: Arc<dyn Clock> = Arc::<HandClock>::clone(&self.clock);
        self.start_with(clock).await
    }

    pub(crate) async fn start_with(self, clock: Arc<dyn Clock>) -> World {
        let (log, node_id): (Arc<dyn EventLog>, _) = match &self.disk {
            Disk::Real => {
                let folder = DataFolder::open(self.folder.path()).unwrap();
                (Arc::new(folder.log()), folder.node().to_string())
            }
            Disk::Files(files) => (Arc::new(open_log(Arc::clone(files))), "simulated".to_owned()),
        };
        let empty = log.end(Topic::Records) == LogPosition::FIRST;
        let keys = Arc::new(Keys::open(&self.folder.path().join("keys.toml"), empty).unwrap());
        let engines = Engines {
            log: Arc::clone(&log),
            register: Register::Folder { path: self.folder.path().join("store"), settings: StoreSettings::default() },
            durability: Durability::LocalFsynced,
            clock_guard: None,
            clock,
            admission: pipeline::admit,
            node_id,
        };
        let ingest = ingest::open(&self.config, engines).unwrap();
        let handle = ingest.handle.clone();
        let service = IngestGrpc::new(
            ingest.handle,
            ingest.register,
            keys,
            pipeline::admit,
            self.config.clone(),
            Arc::clone(&self.projected),
        );
        let shutdown = CancellationToken::new();
        let (client, server) = serve(service, shutdown.clone()).await;
        World {
            run: tokio::spawn(IngestRun::run(ingest.run, shutdown.clone())),
            folder: self.folder,
            clock: self.clock,
            projected: self.projected,
            config: self.config,
            disk: self.disk,
            log,
            handle,
            client,
            server,
            shutdown,
        }
    }
}

pub(crate) fn open_log(files: Arc<dyn Files>) -> EmbeddedLog {
    EmbeddedLog::open(files, Path::new("/log"), LogSettings::default()).unwrap()
}

async fn serve(
    service: IngestGrpc<Arc<Projected>>,
    shutdown: CancellationToken,
) -> (IngestServiceClient<Channel>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder().tcp_nodelay(true).add_service(service.into_server());
    let incoming = TcpListenerStream::new(listener);
    let served = tokio::spawn(async move {
        server.serve_with_incoming_shutdown(incoming, shutdown.cancelled_owned()).await.unwrap();
    });
    (IngestServiceClient::connect(address).await.unwrap(), served)
}

impl World {
    pub(crate) async fn start() -> Self {
        Plan::new().start().await
    }

    /// Stops as `serve` does, and leaves the folder.
    pub(crate) async fn stop(self) -> Plan {
        self.shutdown.cancel();
        drop(self.client);
        self.run.await.unwrap().unwrap();
        self.server.await.unwrap();
        Plan { config: self.config, folder: self.folder, clock: self.clock, projected: self.projected, disk: self.disk }
    }

    pub(crate) async fn restart(self) -> Self {
        self.stop().await.start().await
    }

    /// How the appender ended by itself.
    pub(crate) async fn end_of_run(self) -> Result<(), RunError> {
        self.run.await.unwrap()
    }

    pub(crate) async fn publish(&self, report: wire::Report) -> Result<v1::Receipt, Status> {
        self.send(report, false).await
    }

    pub(crate) async fn publish_history(&self, report: wire::Report) -> Result<v1::Receipt, Status> {
        self.send(report, true).await
    }

    async fn send(&self, report: wire::Report, history: bool) -> Result<v1::Receipt, Status> {
        let request = v1::PublishReportRequest { report: Some(report), history };
        let response = self.client.clone().publish_report(request).await?;
        Ok(response.into_inner().receipt.unwrap())
    }

    pub(crate) async fn end_history(&self, until: &str) -> Result<i64, Status> {
        let until = Some(api::timestamp_to_wire(at(until)));
        let response = self.client.clone().end_history(v1::EndHistoryRequest { until }).await?;
        Ok(response.into_inner().position)
    }

    pub(crate) async fn receipt(
        &self,
        agency: &str,
        id: &str,
        revision: i32,
    ) -> Result<v1::GetReceiptResponse, Status> {
        let request = v1::GetReceiptRequest {
            agency: agency.to_owned(),
            client_report_id: id.to_owned(),
            revision,
            position: None,
        };
        Ok(self.client.clone().get_receipt(request).await?.into_inner())
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        records(self.log.as_ref())
    }
}

pub(crate) fn records(log: &dyn EventLog) -> Vec<Record> {
    let read = log.read(Topic::Records, LogPosition::FIRST, ReadLimit::records(1_000_000)).unwrap();
    read.iter().map(|logged| api::decode_record(logged.position, &logged.value)).collect()
}

/// A sound report of the police, half an hour before [`NOW`].
pub(crate) fn report(id: &str) -> wire::Report {
    wire::Report {
        agency: "police".to_owned(),
        client_report_id: id.to_owned(),
        category: wire::Category::Banditry.into(),
        occurred_at: Some(api::timestamp_to_wire(at("2026-03-04T06:00:00Z"))),
        place: Some(wire::Place {
            point: Some(wire::LatLng { latitude: 1.1517, longitude: 36.1034 }),
            ..wire::Place::default()
        }),
        ..wire::Report::default()
    }
}

/// The same, as it was reported and happened in history.
pub(crate) fn old_report(id: &str, reported_at: &str) -> wire::Report {
    let reported_at = Some(api::timestamp_to_wire(at(reported_at)));
    wire::Report { occurred_at: reported_at, reported_at, ..report(id) }
}

/// Code and reason of a refusal.
pub(crate) fn reason(status: &Status) -> (Code, String) {
    (status.code(), status.get_details_error_info().map_or_else(String::new, |info| info.reason))
}

pub(crate) fn refused(code: Code, reason: &str) -> (Code, String) {
    (code, reason.to_owned())
}

pub(crate) fn stamp(receipt: &v1::Receipt) -> String {
    api::timestamp_from_wire(&receipt.received_at.unwrap()).unwrap().to_string()
}
