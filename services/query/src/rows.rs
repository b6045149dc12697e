//! One fact in, its rows out: a pure function, so that the same topics give the same tables.
//!
//! | fact | rows |
//! |---|---|
//! | receipt | the receipt; the report revision that it accepts |
//! | incident | the revision; while it lives, a line in its category's list and month, of the country and of its county |
//! | hotspot | the revision; a line in its family's list, which says if it is gone; its year |
//! | quarantined record | the entry; its month |
//!
//! A report that is accepted and makes an incident is 7 rows; an alert has none. Never: a row that depends on another row.
use std::iter;

use api::{domain::v1 as domain_wire, log::v1, timestamp_from_wire};
use bytes::Bytes;
use domain::{
    Category, Family, HotspotId, IncidentId, LocalDay, LogPosition, LogTime, ParseIdError, ParseTimeError, ReportId,
    Revision, Timestamp,
};
use geography::County;
use prost::Message;
use store::{Row, Table};

use crate::tables;

/// A fact that has no rows because it is not what its topic holds.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// It says nothing.
    #[error("the fact is empty, or of a kind that is not known here")]
    Empty,
    /// A field is absent, or not what it must be.
    #[error("the field {field} of the fact is absent or out of range")]
    Field {
        /// Its name in the proto.
        field: &'static str,
    },
    /// An id cannot be read.
    #[error(transparent)]
    Id(#[from] ParseIdError),
    /// A day cannot be read.
    #[error(transparent)]
    Day(#[from] ParseTimeError),
}

/// The rows of a fact. A progress marker has none (what it says is the projector's), nor has an alert (the alert service keeps its own).
///
/// # Errors
/// If the fact is not what its topic holds.
pub fn rows_of(fact: &v1::Fact) -> Result<Vec<Row>, RowError> {
    match fact.payload.as_ref().ok_or(RowError::Empty)? {
        v1::fact::Payload::Receipt(receipt) => receipt_rows(receipt),
        v1::fact::Payload::Incident(incident) => incident_rows(incident),
        v1::fact::Payload::Hotspot(hotspot) => hotspot_rows(hotspot),
        v1::fact::Payload::Quarantine(entry) => quarantine_rows(entry),
        v1::fact::Payload::Alert(_) | v1::fact::Payload::Progress(_) => Ok(Vec::new()),
    }
}

fn receipt_rows(receipt: &v1::Receipt) -> Result<Vec<Row>, RowError> {
    let id: ReportId = receipt.report_id.parse()?;
    let partition = id.as_bytes().to_vec();
    let revision = unsigned("revision", receipt.revision)?;
    let log_time = log_time("log_time", receipt.log_time.as_ref())?;
    let clustering = tables::revision_key(log_time, position("cause_position", receipt.cause_position)?, revision);
    let bare = v1::Receipt { accepted: None, ..receipt.clone() };
    let mut rows = vec![row(tables::RECEIPTS, partition.clone(), clustering, revision, &bare)];
    if let Some(accepted) = &receipt.accepted {
        let number = accepted.report.as_ref().map_or(0, |report| report.revision);
        let revision = Revision::new(i64::from(number)).ok_or(RowError::Field { field: "accepted.report.revision" })?;
        let version = unsigned("accepted.position", accepted.position)?;
        rows.push(row(tables::REPORTS, partition, tables::report_revision_key(revision), version, accepted));
    }
    Ok(rows)
}

fn incident_rows(incident: &domain_wire::Incident) -> Result<Vec<Row>, RowError> {
    let id: IncidentId = incident.incident_id.parse()?;
    let revision = unsigned("revision", incident.revision)?;
    let log_time = log_time("log_time", incident.log_time.as_ref())?;
    let clustering = tables::revision_key(log_time, position("cause_position", incident.cause_position)?, revision);
    let mut rows = vec![row(tables::INCIDENTS, id.as_bytes().to_vec(), clustering, revision, incident)];
    if incident.state() == domain_wire::IncidentState::Live {
        let category = Category::from_number(incident.category).ok_or(RowError::Field { field: "category" })?;
        let day: LocalDay = incident.received_on.parse()?;
        let county = incident.place.as_ref().and_then(|place| County::from_name(&place.county));
        for list in iter::once(None).chain(county.map(Some)) {
            let partition = tables::incidents_partition(category, list, day.month());
            rows.push(index_row(tables::INCIDENTS_BY_DAY, partition, tables::day_key(day, id.as_bytes())));
            let month = tables::period_key(day.month()).finish();
            rows.push(index_row(tables::INCIDENT_MONTHS, tables::category_partition(category, list), month));
        }
    }
    Ok(rows)
}

fn hotspot_rows(hotspot: &domain_wire::Hotspot) -> Result<Vec<Row>, RowError> {
    let id: HotspotId = hotspot.hotspot_id.parse()?;
    let revision = unsigned("revision", hotspot.revision)?;
    let mark = log_time("as_of", hotspot.as_of.as_ref())?;
    let clustering = tables::revision_key(mark, position("cause_position", hotspot.cause_position)?, revision);
    let family = Family::from_number(hotspot.family).ok_or(RowError::Field { field: "family" })?;
    let window_days = u32::try_from(hotspot.window_days).map_err(|_| RowError::Field { field: "window_days" })?;
    let born = instant("first_seen", hotspot.first_seen.as_ref())?;
    let year = tables::year_of(born);
    let is_gone = hotspot.state() == domain_wire::HotspotState::Gone;
    let line = Row {
        table: tables::HOTSPOTS_BY_BIRTH,
        partition: tables::hotspots_partition(family, year),
        clustering: tables::birth_key(born, id.as_bytes(), window_days),
        version: revision,
        payload: if is_gone { clustering.clone().into() } else { Bytes::new() },
    };
    Ok(vec![
        row(tables::HOTSPOTS, id.as_bytes().to_vec(), clustering, revision, hotspot),
        line,
        index_row(tables::HOTSPOT_YEARS, tables::family_partition(family), tables::period_key(year).finish()),
    ])
}

fn quarantine_rows(entry: &v1::QuarantineEntry) -> Result<Vec<Row>, RowError> {
    let month = instant("log_time", entry.log_time.as_ref())?.local_day().month();
    let clustering = tables::position_key(position("position", entry.position)?);
    let revision = unsigned("revision", entry.revision)?;
    Ok(vec![
        row(tables::QUARANTINE, tables::month_partition(month), clustering, revision, entry),
        index_row(tables::QUARANTINE_MONTHS, tables::whole(), tables::period_key(month).finish()),
    ])
}

fn row(table: Table, partition: Vec<u8>, clustering: Vec<u8>, version: u64, payload: &impl Message) -> Row {
    Row { table, partition, clustering, version, payload: payload.encode_to_vec().into() }
}

/// A row that says only that it is there: the same whenever it is written.
fn index_row(table: Table, partition: Vec<u8>, clustering: Vec<u8>) -> Row {
    Row { table, partition, clustering, version: 0, payload: Bytes::new() }
}

fn unsigned(field: &'static str, number: i64) -> Result<u64, RowError> {
    u64::try_from(number).map_err(|_| RowError::Field { field })
}

fn position(field: &'static str, number: i64) -> Result<LogPosition, RowError> {
    unsigned(field, number).map(LogPosition::new)
}

fn instant(field: &'static str, time: Option<&prost_types::Timestamp>) -> Result<Timestamp, RowError> {
    time.and_then(timestamp_from_wire).ok_or(RowError::Field { field })
}

fn log_time(field: &'static str, time: Option<&prost_types::Timestamp>) -> Result<LogTime, RowError> {
    instant(field, time).map(LogTime::new)
}
