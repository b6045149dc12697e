//! A world of logs in memory: facts go in as the correlator writes them, with a progress marker after each batch.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use access::Viewer;
use api::{domain::v1 as wire, log::v1, timestamp_to_wire};
use bytes::Bytes;
use domain::{AlertId, Category, Family, HotspotId, IncidentId, LocalDay, LogPosition, LogTime, ReportKey, Timestamp};
use eventlog::simulated::SimulatedFiles;
use eventlog::{Appender, EmbeddedLog, Entry, EventLog, LogSettings, Topic};
use prost::Message;
use query::{Projector, QueryConfig, QueryGrpc, Reader, Step, TokenKey, tables};
use store::{ApplyError, EmbeddedStore, MemoryStore, ReadError, Row, Store, StoreSettings, StoredRow, Table};

pub(crate) const FOLDER: &str = "/log";

/// What caused a fact: where, and when by the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause {
    pub(crate) position: i64,
    pub(crate) time: Timestamp,
}

/// Logs in memory, and their one writer.
pub(crate) struct World {
    pub(crate) files: SimulatedFiles,
    pub(crate) log: Arc<EmbeddedLog>,
    appenders: BTreeMap<Topic, Box<dyn Appender>>,
    next: i64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::over(SimulatedFiles::new())
    }

    /// The world that is left in these files.
    pub(crate) fn over(files: SimulatedFiles) -> Self {
        let log = EmbeddedLog::open(Arc::new(files.clone()), Path::new(FOLDER), LogSettings::default()).unwrap();
        let appenders = Topic::ALL.into_iter().map(|topic| (topic, log.open_appender(topic).unwrap())).collect();
        let next = log.end(Topic::Records).number();
        Self { files, log: Arc::new(log), appenders, next }
    }

    /// Appends a record at a minute of log time, and what was concluded from it, and the marker. Gives its position.
    pub(crate) fn record(&mut self, minute: i64, conclude: impl FnOnce(Cause) -> Vec<v1::Fact>) -> LogPosition {
        let position = self.append_record();
        let cause = Cause { position: position.number(), time: at(minute) };
        self.conclude(&conclude(cause), position, cause.time);
        position
    }

    /// Appends a record of which nothing is concluded yet.
    pub(crate) fn append_record(&mut self) -> LogPosition {
        let position = LogPosition::new(u64::try_from(self.next).unwrap());
        let value = Bytes::from(format!("record {position}"));
        self.appenders.get_mut(&Topic::Records).unwrap().append_durably(&[value.into()]).unwrap();
        self.next += 1;
        position
    }

    /// Writes facts to their topics, then the marker to each.
    pub(crate) fn conclude(&mut self, facts: &[v1::Fact], position: LogPosition, time: Timestamp) {
        let marker = api::encode_progress(position, LogTime::new(time));
        for topic in tables::TOPICS {
            let of_topic = facts.iter().filter(|fact| topic_of(fact) == topic);
            let mut batch: Vec<Entry> = of_topic.map(|fact| Bytes::from(fact.encode_to_vec()).into()).collect();
            batch.push(marker.clone().into());
            self.appenders.get_mut(&topic).unwrap().append(&batch).unwrap();
        }
    }

    pub(crate) fn sync(&mut self) {
        self.appenders.values_mut().for_each(|appender| appender.sync().unwrap());
    }

    pub(crate) fn projector(&self, store: Arc<dyn Store>, batch_facts_max: usize) -> Projector {
        Projector::open(self.log.clone(), store, batch_facts_max).unwrap()
    }

    /// Projects everything.
    pub(crate) fn project(&self, store: &Arc<dyn Store>, batch_facts_max: usize) -> Projector {
        let mut projector = self.projector(Arc::clone(store), batch_facts_max);
        catch_up(&mut projector);
        projector
    }
}

pub(crate) fn catch_up(projector: &mut Projector) {
    while projector.step().unwrap() == Step::Projected {}
}

/// A reader of what a projector has stored.
pub(crate) fn reader(store: &Arc<dyn Store>, projector: &Projector) -> Reader {
    reader_with(store, projector, QueryConfig::default())
}

pub(crate) fn reader_with(store: &Arc<dyn Store>, projector: &Projector, config: QueryConfig) -> Reader {
    Reader::new(Arc::clone(store), projector.projection(), TokenKey::new([7; 32]), config)
}

pub(crate) fn service(store: &Arc<dyn Store>, projector: &Projector) -> QueryGrpc {
    QueryGrpc::new(reader(store, projector))
}

pub(crate) fn viewer() -> Viewer {
    Viewer::agency_console()
}

pub(crate) fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new(&tables::all()))
}

pub(crate) fn fjall(folder: &Path) -> Arc<dyn Store> {
    Arc::new(EmbeddedStore::open(folder, &tables::all(), tables::LAYOUT, StoreSettings::default()).unwrap())
}

/// Which row: table, partition, clustering.
pub(crate) type RowKey = (Table, Vec<u8>, Vec<u8>);

/// A store that remembers which rows it was given, so that all of it can be compared.
#[derive(Debug)]
pub(crate) struct Recorded {
    store: Arc<dyn Store>,
    keys: Mutex<BTreeSet<RowKey>>,
}

impl Recorded {
    pub(crate) fn over(store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { store, keys: Mutex::default() })
    }

    /// All rows but the projector's positions in its topics, which say how far it read and nothing of what it read.
    pub(crate) fn rows(&self) -> BTreeMap<RowKey, Bytes> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let listed = keys.into_iter().filter(|(table, ..)| table.topic().is_some());
        let read = |(table, partition, clustering): RowKey| {
            let payload = self.store.get(table, &partition, &clustering).unwrap().unwrap();
            ((table, partition, clustering), payload)
        };
        listed.map(read).collect()
    }
}

impl Store for Recorded {
    fn get(&self, table: Table, partition: &[u8], clustering: &[u8]) -> Result<Option<Bytes>, ReadError> {
        self.store.get(table, partition, clustering)
    }

    fn range(&self, table: Table, partition: &[u8], from: &[u8], limit: usize) -> Result<Vec<StoredRow>, ReadError> {
        self.store.range(table, partition, from, limit)
    }

    fn apply(&self, rows: &[Row]) -> Result<(), ApplyError> {
        self.store.apply(rows)?;
        let keys = rows.iter().map(|row| (row.table, row.partition.clone(), row.clustering.clone()));
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).extend(keys);
        Ok(())
    }
}

fn topic_of(fact: &v1::Fact) -> Topic {
    match fact.payload.as_ref().unwrap() {
        v1::fact::Payload::Receipt(_) => Topic::Receipts,
        v1::fact::Payload::Incident(_) => Topic::Incidents,
        v1::fact::Payload::Hotspot(_) => Topic::Hotspots,
        v1::fact::Payload::Alert(_) => Topic::Alerts,
        v1::fact::Payload::Quarantine(_) => Topic::Quarantine,
        v1::fact::Payload::Progress(_) => panic!("markers go to every topic"),
    }
}

/// An instant some minutes after noon of 1 January 2026 in East Africa.
pub(crate) fn at(minute: i64) -> Timestamp {
    let noon: Timestamp = "2026-01-01T09:00:00Z".parse().unwrap();
    noon.plus(domain::Span::from_secs(minute * 60))
}

pub(crate) fn wire_time(time: Timestamp) -> Option<prost_types::Timestamp> {
    Some(timestamp_to_wire(time))
}

pub(crate) fn incident_id(number: u8) -> IncidentId {
    IncidentId::from_bytes([number; 16])
}

pub(crate) fn hotspot_id(number: u8) -> HotspotId {
    HotspotId::from_bytes([number; 16])
}

pub(crate) fn alert_id(number: u8) -> AlertId {
    AlertId::from_bytes([number; 16])
}

pub(crate) fn key(client_report_id: &str) -> ReportKey {
    format!("police/{client_report_id}").parse().unwrap()
}

/// A live incident of banditry in Turkana, first received on the day that its number tells: two a day, every twelfth day of the months before.
pub(crate) fn incident(cause: Cause, number: u8, revision: i64) -> wire::Incident {
    wire::Incident {
        incident_id: incident_id(number).to_string(),
        revision,
        state: wire::IncidentState::Live.into(),
        category: Category::Banditry.number(),
        occurred_at: wire_time(at(-60)),
        occurred_on: at(-60).local_day().to_string(),
        place: Some(wire::IncidentPlace { county: "Turkana".to_owned(), ..wire::IncidentPlace::default() }),
        cause_position: cause.position,
        log_time: wire_time(cause.time),
        received_on: received_on(number).to_string(),
        ..wire::Incident::default()
    }
}

pub(crate) fn received_on(number: u8) -> LocalDay {
    let first: LocalDay = "2025-10-01".parse().unwrap();
    LocalDay::from_days(first.days() + i32::from(number / 2) * 12).unwrap()
}

/// A persistent hotspot of banditry in Turkana over 90 days, first seen at a minute.
pub(crate) fn hotspot(cause: Cause, number: u8, revision: i64, first_seen: i64) -> wire::Hotspot {
    wire::Hotspot {
        hotspot_id: hotspot_id(number).to_string(),
        revision,
        family: Family::Banditry.number(),
        resolution: 6,
        window_days: 90,
        state: wire::HotspotState::Persistent.into(),
        as_of: wire_time(cause.time),
        county: "Turkana".to_owned(),
        first_seen: wire_time(at(first_seen)),
        cause_position: cause.position,
        ..wire::Hotspot::default()
    }
}

/// An alert about an incident, raised at a minute.
pub(crate) fn alert(cause: Cause, number: u8, revision: i64, raised_at: i64) -> wire::Alert {
    wire::Alert {
        alert_id: alert_id(number).to_string(),
        revision,
        rule: "serious_incident".to_owned(),
        state: wire::AlertState::Raised.into(),
        category: Category::Banditry.number(),
        county: "Turkana".to_owned(),
        event_at: wire_time(at(raised_at - 60)),
        raised_at: wire_time(at(raised_at)),
        log_time: wire_time(cause.time),
        cause_position: cause.position,
        ..wire::Alert::default()
    }
}

/// A receipt that accepts a revision of a report.
pub(crate) fn receipt(cause: Cause, report: wire::Report, revision: i64) -> v1::Receipt {
    let id = format!("{}/{}", report.agency, report.client_report_id).parse::<ReportKey>().unwrap().report_id();
    v1::Receipt {
        report_id: id.to_string(),
        agency: report.agency.clone(),
        client_report_id: report.client_report_id.clone(),
        revision,
        report_revision: report.revision,
        incident_id: incident_id(1).to_string(),
        cause_position: cause.position,
        log_time: wire_time(cause.time),
        accepted: Some(v1::AcceptedReport {
            report: Some(report),
            position: cause.position,
            received_at: wire_time(cause.time),
            place: Some(v1::ResolvedPlace { county: "Turkana".to_owned(), ..v1::ResolvedPlace::default() }),
            ..v1::AcceptedReport::default()
        }),
        ..v1::Receipt::default()
    }
}

/// A report of banditry by the police.
pub(crate) fn report(client_report_id: &str, revision: i32) -> wire::Report {
    wire::Report {
        client_report_id: client_report_id.to_owned(),
        agency: "police".to_owned(),
        category: Category::Banditry.number(),
        occurred_at: wire_time(at(-60)),
        summary: format!("told by {client_report_id}"),
        revision,
        ..wire::Report::default()
    }
}

/// A report as a member of an incident.
pub(crate) fn member(report: &wire::Report) -> wire::IncidentMember {
    wire::IncidentMember {
        report_id: key(&report.client_report_id).report_id().to_string(),
        agency: report.agency.clone(),
        client_report_id: report.client_report_id.clone(),
        revision: report.revision,
        restricted: Category::from_number(report.category).is_some_and(Category::is_restricted),
        ..wire::IncidentMember::default()
    }
}

/// A quarantined record.
pub(crate) fn quarantined(cause: Cause, agency: &str) -> v1::QuarantineEntry {
    v1::QuarantineEntry {
        quarantine_id: domain::QuarantineId::of_position(u64::try_from(cause.position).unwrap()).to_string(),
        revision: 1,
        position: cause.position,
        log_time: wire_time(cause.time),
        reason: domain::QuarantineReason::ConflictingContent.number(),
        detail: "another content under revision 1".to_owned(),
        agency: agency.to_owned(),
        client_report_id: "OB-1".to_owned(),
        report_revision: 1,
        restricted: false,
    }
}

macro_rules! into_fact {
    ($($message:ty => $variant:ident;)+) => {
        $(impl IntoFact for $message {
            fn fact(self) -> v1::Fact {
                v1::Fact { payload: Some(v1::fact::Payload::$variant(self)) }
            }
        })+
    };
}

/// What becomes a value of a fact topic.
pub(crate) trait IntoFact {
    fn fact(self) -> v1::Fact;
}

into_fact! {
    v1::Receipt => Receipt;
    wire::Incident => Incident;
    wire::Hotspot => Hotspot;
    wire::Alert => Alert;
    v1::QuarantineEntry => Quarantine;
}
