//! A running service with a data folder of its own, a writer of facts in place of the correlator, and clients of it.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alerts::{ActionLog, Alerts, AlertsConfig, RunError};
use api::alert::v1;
use api::alert::v1::alert_service_client::AlertServiceClient;
use api::alert::v1::{watch_alerts_request::Start, watch_alerts_response::Message};
use api::{encode_fact, encode_progress};
use bytes::Bytes;
use domain::{
    Action, Alert, AlertId, AlertState, Category, Cause, Cell, CountyNumber, Decision, Fact, Family, Handling,
    IncidentId, LogPosition, LogTime, Payload, Point, Record, Severity, Span, Subject, Timestamp,
};
use eventlog::{Appender, DataFolder, Entry, EventLog, Topic};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use geography::{County, cell_of};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

/// The log time of position 0.
const START: &str = "2026-03-04T06:00:00Z";
/// The position of the first record.
pub(crate) const FIRST: u64 = 0;
/// Log time between two records.
const PACE: Span = Span::from_secs(60);
/// How long a test waits for what has to come.
const DEADLINE: Duration = Duration::from_secs(30);
const TOKEN_KEY: [u8; 32] = [7; 32];

pub(crate) fn start() -> Timestamp {
    START.parse().unwrap()
}

/// An alert on the `number`th raid, near Kapedo in Baringo: raised, HIGH, as of its first revision.
pub(crate) fn raid(number: u8) -> Alert {
    let point = Point::from_degrees(1.15, 36.10).unwrap();
    let event_at = start().minus(Span::from_secs(3_600));
    Alert {
        id: AlertId::of_subject("serious_incident", &[number; 16]),
        revision: 1,
        rule: "serious_incident".to_owned(),
        severity: Severity::High,
        state: AlertState::Raised,
        subject: Subject::Incident(IncidentId::from_bytes([number; 16])),
        category: Some(Category::Banditry),
        family: Some(Family::Banditry),
        county: county("Baringo"),
        nearest_place: "Kapedo".to_owned(),
        point: Some(point),
        cells: vec![cell(1.15, 36.10, 6)],
        event_at,
        raised_at: LogTime::new(start()),
        log_time: LogTime::new(start()),
        historical: false,
        reason: "Banditry near Kapedo: 3 killed.".to_owned(),
        handling: Handling::default(),
        restricted: false,
        cause: Cause { position: LogPosition::FIRST, timer: None },
        acknowledgement: None,
    }
}

pub(crate) fn county(name: &str) -> Option<CountyNumber> {
    let county = County::from_name(name).map(County::number);
    assert!(county.is_some(), "{name} is no county");
    county
}

pub(crate) fn cell(lat: f64, lng: f64, resolution: u8) -> Cell {
    let point = Point::from_degrees(lat, lng).unwrap();
    Cell::new(cell_of(point, resolution.try_into().unwrap()).into())
}

/// The next revision of an alert, with a change.
pub(crate) fn revised(alert: &Alert, change: impl FnOnce(&mut Alert)) -> Alert {
    let mut next = Alert { revision: alert.revision + 1, ..alert.clone() };
    change(&mut next);
    next
}

pub(crate) fn in_county(name: &str) -> v1::AlertFilter {
    v1::AlertFilter { counties: vec![name.to_owned()], ..v1::AlertFilter::default() }
}

/// Writes what the correlator would: facts, then how far it came.
pub(crate) struct Correlator {
    appender: Box<dyn Appender>,
    /// The position of the next record.
    pub(crate) next: u64,
    /// Log time beyond the pace.
    skipped: Span,
}

impl Correlator {
    fn open(log: &dyn EventLog) -> Self {
        Self { appender: log.open_appender(Topic::Alerts).unwrap(), next: FIRST, skipped: Span::ZERO }
    }

    pub(crate) fn log_time(&self, position: u64) -> LogTime {
        let passed = PACE.micros() * i64::try_from(position).unwrap() + self.skipped.micros();
        LogTime::new(start().plus(Span::from_micros(passed)))
    }

    /// Log time as it stands.
    pub(crate) fn now(&self) -> Timestamp {
        self.log_time(self.next - 1).timestamp()
    }

    /// The revisions as the next record causes them.
    pub(crate) fn conclude(&mut self, revisions: &[Alert]) -> Vec<Alert> {
        let log_time = self.log_time(self.next);
        let cause = Cause { position: LogPosition::new(self.next), timer: None };
        self.next += 1;
        revisions.iter().map(|alert| Alert { cause, log_time, ..alert.clone() }).collect()
    }

    /// One record and all that it causes.
    pub(crate) fn record(&mut self, revisions: &[Alert]) {
        let facts = self.conclude(revisions);
        self.write(&facts);
        self.mark();
    }

    /// Log time passes, and a record comes that is about something else.
    pub(crate) fn pass(&mut self, time: Span) {
        self.skipped = Span::from_micros(self.skipped.micros() + time.micros());
        self.next += 1;
        self.mark();
    }

    pub(crate) fn write(&mut self, facts: &[Alert]) {
        let values: Vec<Entry> =
            facts.iter().map(|alert| encode_fact(&Fact::Alert(Box::new(alert.clone()))).value.into()).collect();
        self.appender.append(&values).unwrap();
    }

    /// Says that all records so far are done with.
    pub(crate) fn mark(&mut self) {
        let last = self.next - 1;
        self.mark_at(last);
    }

    pub(crate) fn mark_at(&mut self, position: u64) {
        let marker = encode_progress(LogPosition::new(position), self.log_time(position));
        self.appender.append(&[marker.into()]).unwrap();
    }
}

/// The log's one writer: stamps an action and appends it durably.
struct Actions(Mutex<Box<dyn Appender>>);

impl ActionLog for Actions {
    fn append(&self, action: Action) -> BoxFuture<'_, Result<(LogPosition, LogTime), Status>> {
        let mut appender = self.0.lock().unwrap();
        let position = appender.next_position().unwrap();
        let received_at = LogTime::new(start());
        let record = Record { position, received_at, history: false, payload: Payload::Action(action) };
        appender.append_durably(&[api::encode_record(&record, "node").into()]).unwrap();
        async move { Ok((position, received_at)) }.boxed()
    }
}

/// A service that runs. The folder stays over a restart.
pub(crate) struct World {
    folder: Arc<TempDir>,
    config: AlertsConfig,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) correlator: Correlator,
    pub(crate) client: AlertServiceClient<Channel>,
    pub(crate) address: String,
    pub(crate) shutdown: CancellationToken,
    run: JoinHandle<Result<(), RunError>>,
    server: JoinHandle<()>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut AlertsConfig)) -> Self {
        let mut config = AlertsConfig { retry_jitter_max: Duration::from_millis(100), ..AlertsConfig::default() };
        change(&mut config);
        Self::open(Arc::new(tempfile::tempdir().unwrap()), config).await
    }

    async fn open(folder: Arc<TempDir>, config: AlertsConfig) -> Self {
        let log: Arc<dyn EventLog> = Arc::new(DataFolder::open(folder.path()).unwrap().log());
        let correlator = Correlator::open(log.as_ref());
        let actions = Arc::new(Actions(Mutex::new(log.open_appender(Topic::Records).unwrap())));
        let shutdown = CancellationToken::new();
        let alerts = Alerts::open(config.clone(), Arc::clone(&log), actions, TOKEN_KEY, shutdown.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Server::builder().tcp_nodelay(true).add_service(alerts.service());
        let (incoming, stop) = (TcpListenerStream::new(listener), shutdown.clone());
        let server = tokio::spawn(async move {
            router.serve_with_incoming_shutdown(incoming, stop.cancelled_owned()).await.unwrap();
        });
        let client = AlertServiceClient::connect(address.clone()).await.unwrap();
        let run = tokio::spawn(alerts.run());
        Self { folder, config, log, correlator, client, address, shutdown, run, server }
    }

    /// Stops as `serve` does and starts on the same folder.
    pub(crate) async fn restart(self) -> Self {
        let (next, skipped) = (self.correlator.next, self.correlator.skipped);
        let (folder, config) = (Arc::clone(&self.folder), self.config.clone());
        self.stop().await;
        let mut world = Self::open(folder, config).await;
        (world.correlator.next, world.correlator.skipped) = (next, skipped);
        world
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        drop(self.client);
        self.run.await.unwrap().unwrap();
        self.server.await.unwrap();
    }

    pub(crate) async fn watch(&self, request: v1::WatchAlertsRequest) -> Result<Watch, Status> {
        let stream = self.client.clone().watch_alerts(request).await?.into_inner();
        Ok(Watch { stream, sequence: 0 })
    }

    pub(crate) async fn watch_now(&self, filter: v1::AlertFilter) -> Watch {
        self.watch(v1::WatchAlertsRequest { filter: Some(filter), ..v1::WatchAlertsRequest::default() }).await.unwrap()
    }

    pub(crate) async fn watch_from(&self, filter: v1::AlertFilter, start: Start) -> Result<Watch, Status> {
        self.watch(v1::WatchAlertsRequest {
            filter: Some(filter),
            start: Some(start),
            ..v1::WatchAlertsRequest::default()
        })
        .await
    }

    pub(crate) async fn watch_after(&self, filter: v1::AlertFilter, cursor: &Bytes) -> Result<Watch, Status> {
        self.watch_from(filter, Start::Cursor(cursor.clone())).await
    }

    pub(crate) async fn get(&self, alert: AlertId) -> Result<v1::GetAlertResponse, Status> {
        let request = v1::GetAlertRequest { alert_id: alert.to_string(), at_least_position: None };
        Ok(self.client.clone().get_alert(request).await?.into_inner())
    }

    /// Waits until the service has read what is written.
    pub(crate) async fn settled(&self) {
        let position = i64::try_from(self.correlator.next).unwrap() - 1;
        let request = v1::ListAlertsRequest { at_least_position: Some(position), ..v1::ListAlertsRequest::default() };
        self.client.clone().list_alerts(request).await.unwrap();
    }

    /// The same, if there is anything to read.
    pub(crate) async fn settle_if_begun(&self) {
        if self.correlator.next > FIRST {
            self.settled().await;
        }
    }

    pub(crate) async fn list(&self, request: v1::ListAlertsRequest) -> Result<v1::ListAlertsResponse, Status> {
        Ok(self.client.clone().list_alerts(request).await?.into_inner())
    }

    /// A client whose windows are as small as they get.
    pub(crate) async fn narrow_client(&self) -> AlertServiceClient<Channel> {
        let endpoint = Endpoint::from_shared(self.address.clone()).unwrap();
        let endpoint = endpoint.initial_stream_window_size(65_535).initial_connection_window_size(65_535);
        AlertServiceClient::new(endpoint.connect().await.unwrap())
    }

    /// The actions in the log.
    pub(crate) fn actions(&self) -> Vec<(String, Decision)> {
        let records = self.log.read(Topic::Records, LogPosition::FIRST, eventlog::ReadLimit::default()).unwrap();
        let payloads = records.iter().map(|logged| api::decode_record(logged.position, &logged.value).payload);
        payloads
            .filter_map(|payload| match payload {
                Payload::Action(Action { actor, decision }) => Some((actor, decision)),
                Payload::Report(_) | Payload::Tick { .. } | Payload::Claim | Payload::Unreadable(_) => None,
            })
            .collect()
    }
}

/// What a message says, without what differs between runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    Upsert(String, i64),
    Removed(String, i64),
    Synced,
    Bookmark,
    Goodbye(String),
}

pub(crate) fn upsert(alert: &Alert) -> Said {
    Said::Upsert(alert.id.to_string(), i64::try_from(alert.revision).unwrap())
}

pub(crate) fn removed(alert: &Alert) -> Said {
    Said::Removed(alert.id.to_string(), i64::try_from(alert.revision).unwrap())
}

pub(crate) fn said(response: &v1::WatchAlertsResponse) -> Said {
    match response.message.as_ref().unwrap() {
        Message::Upsert(alert) => Said::Upsert(alert.alert_id.clone(), alert.revision),
        Message::Removed(alert) => Said::Removed(alert.alert_id.clone(), alert.revision),
        Message::Synced(_) => Said::Synced,
        Message::Bookmark(_) => Said::Bookmark,
        Message::Goodbye(goodbye) => Said::Goodbye(goodbye.reason.clone()),
    }
}

/// A stream as a client reads it. Checks what holds of every message.
pub(crate) struct Watch {
    stream: Streaming<v1::WatchAlertsResponse>,
    sequence: i64,
}

impl Watch {
    pub(crate) const fn new(stream: Streaming<v1::WatchAlertsResponse>) -> Self {
        Self { stream, sequence: 0 }
    }

    /// The next message; `None` at the end.
    pub(crate) async fn try_next(&mut self) -> Option<Result<v1::WatchAlertsResponse, Status>> {
        let next = tokio::time::timeout(DEADLINE, self.stream.next()).await.expect("a message comes in time");
        if let Some(Ok(response)) = &next {
            self.sequence += 1;
            assert_eq!(response.sequence, self.sequence, "messages are numbered from 1 without gaps");
            assert!(!response.cursor.is_empty(), "every message has its cursor");
        }
        next
    }

    pub(crate) async fn next(&mut self) -> v1::WatchAlertsResponse {
        self.try_next().await.expect("the stream goes on").unwrap()
    }

    /// The next message that is no bookmark.
    pub(crate) async fn next_said(&mut self) -> (Said, Bytes) {
        let started = Instant::now();
        while started.elapsed() < DEADLINE {
            let response = self.next().await;
            if said(&response) != Said::Bookmark {
                return (said(&response), response.cursor);
            }
        }
        panic!("nothing but bookmarks comes");
    }

    /// The next messages that are no bookmarks.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Said> {
        let mut messages = Vec::new();
        while messages.len() < count {
            messages.push(self.next_said().await.0);
        }
        messages
    }

    /// Reads on to `synced`, and gives what came before and its cursor.
    pub(crate) async fn until_synced(&mut self) -> (Vec<Said>, Bytes) {
        let mut messages = Vec::new();
        let started = Instant::now();
        while started.elapsed() < DEADLINE {
            let (said, cursor) = self.next_said().await;
            if said == Said::Synced {
                return (messages, cursor);
            }
            messages.push(said);
        }
        panic!("synced does not come");
    }

    /// The next bookmark and its cursor.
    pub(crate) async fn bookmark(&mut self) -> (v1::Bookmark, Bytes) {
        loop {
            let response = self.next().await;
            if let Some(Message::Bookmark(bookmark)) = response.message {
                return (bookmark, response.cursor);
            }
        }
    }

    /// The next alert.
    pub(crate) async fn alert(&mut self) -> api::domain::v1::Alert {
        let started = Instant::now();
        while started.elapsed() < DEADLINE {
            if let Some(Message::Upsert(alert)) = self.next().await.message {
                return alert;
            }
        }
        panic!("no alert comes");
    }

    /// Reads to the end: what was said, the cursor of the last message, and the status.
    pub(crate) async fn read_to_end(&mut self) -> (Vec<Said>, Bytes, Status) {
        let (mut messages, mut last) = (Vec::new(), Bytes::new());
        loop {
            match self.try_next().await.expect("the stream ends with a status") {
                Ok(response) => {
                    messages.push(said(&response));
                    last = response.cursor;
                }
                Err(status) => return (messages, last, status),
            }
        }
    }
}

/// Code and reason of a refusal.
pub(crate) fn reason(status: &Status) -> (Code, String) {
    (status.code(), status.get_details_error_info().map_or_else(String::new, |info| info.reason))
}

pub(crate) fn refused(code: Code, reason: &str) -> (Code, String) {
    (code, reason.to_owned())
}

/// What a refusal says beside its reason.
pub(crate) fn metadata(status: &Status) -> BTreeMap<String, String> {
    status.get_details_error_info().map(|info| info.metadata.into_iter().collect()).unwrap_or_default()
}

/// The fields that a refusal names.
pub(crate) fn fields(status: &Status) -> Vec<String> {
    let faults = status.get_details_bad_request().map(|request| request.field_violations).unwrap_or_default();
    faults.into_iter().map(|fault| fault.field).collect()
}
