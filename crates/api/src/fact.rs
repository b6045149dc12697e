//! Values of the fact topics: what a stage concluded, as bytes.

use bytes::Bytes;
use prost::Message;

use ::domain::{
    AcceptedReport, Alert, AlertState, Cell, CountyNumber, Fact, Hotspot, HotspotCell, Incident, IncidentState,
    LinkEvidence, LogPosition, LogTime, Member, QuarantineEntry, Receipt, Subject, TakenRevision, Whereabouts,
};
use geography::County;

use crate::domain::v1 as wire;
use crate::instant::{span_to_wire, timestamp_to_wire};
use crate::log::v1;
use crate::wire::{account_to_wire, count_to_wire, handling_to_wire, point_to_wire};

/// The topic that a fact belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// Topic `receipts`.
    Receipt,
    /// Topic `incidents`.
    Incident,
    /// Topic `hotspots`.
    Hotspot,
    /// Topic `alerts`.
    Alert,
    /// Topic `quarantine`.
    Quarantine,
}

impl FactKind {
    /// All of them, in the order of the topics.
    pub const ALL: [Self; 5] = [Self::Receipt, Self::Incident, Self::Hotspot, Self::Alert, Self::Quarantine];
}

/// A fact as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedFact {
    /// Its topic.
    pub kind: FactKind,
    /// The 16 bytes of its subject's id: the key of the topic.
    pub subject: [u8; 16],
    /// The value.
    pub value: Bytes,
}

/// The bytes of a fact.
#[must_use]
pub fn encode_fact(fact: &Fact) -> EncodedFact {
    let (kind, subject, payload) = match fact {
        Fact::Receipt(receipt) => {
            (FactKind::Receipt, *receipt.report.as_bytes(), v1::fact::Payload::Receipt(receipt_to_wire(receipt)))
        }
        Fact::Incident(incident) => {
            (FactKind::Incident, *incident.id.as_bytes(), v1::fact::Payload::Incident(incident.as_ref().into()))
        }
        Fact::Hotspot(hotspot) => {
            (FactKind::Hotspot, *hotspot.id.as_bytes(), v1::fact::Payload::Hotspot(hotspot.as_ref().into()))
        }
        Fact::Alert(alert) => (FactKind::Alert, *alert.id.as_bytes(), v1::fact::Payload::Alert(alert.as_ref().into())),
        Fact::Quarantine(entry) => {
            (FactKind::Quarantine, *entry.id.as_bytes(), v1::fact::Payload::Quarantine(quarantine_to_wire(entry)))
        }
    };
    EncodedFact { kind, subject, value: v1::Fact { payload: Some(payload) }.encode_to_vec().into() }
}

/// The bytes of a progress marker: how far the correlator has come, in every fact topic.
#[must_use]
pub fn encode_progress(position: LogPosition, log_time: LogTime) -> Bytes {
    let progress =
        v1::Progress { position: position.number(), log_time: Some(timestamp_to_wire(log_time.timestamp())) };
    v1::Fact { payload: Some(v1::fact::Payload::Progress(progress)) }.encode_to_vec().into()
}

/// The fact that these bytes are, in its wire form.
///
/// # Errors
/// If they are no fact.
pub fn decode_fact(bytes: &[u8]) -> Result<v1::Fact, prost::DecodeError> {
    v1::Fact::decode(bytes)
}

fn county_to_wire(county: Option<CountyNumber>) -> String {
    county.and_then(|county| County::new(county.get())).map_or_else(String::new, |county| county.name().to_owned())
}

fn time_to_wire(time: LogTime) -> Option<prost_types::Timestamp> {
    Some(timestamp_to_wire(time.timestamp()))
}

fn id_to_wire(id: Option<impl ToString>) -> String {
    id.map_or_else(String::new, |id| id.to_string())
}

fn number_to_wire(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn version_to_wire(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

fn weight_to_wire(milli: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sums of weights stay far below 2^53 thousandths")]
    let weight = milli as f64 / 1_000.0;
    weight
}

fn receipt_to_wire(receipt: &Receipt) -> v1::Receipt {
    v1::Receipt {
        report_id: receipt.report.to_string(),
        agency: receipt.key.agency.to_string(),
        client_report_id: receipt.key.client_report_id.to_string(),
        revision: number_to_wire(receipt.revision),
        report_revision: receipt.report_revision.number(),
        gaps: receipt.gaps.iter().map(|gap| gap.number()).collect(),
        retracted: receipt.retracted,
        incident_id: id_to_wire(receipt.incident),
        cause_position: receipt.cause.position.number(),
        log_time: time_to_wire(receipt.log_time),
        accepted: receipt.accepted.as_deref().map(accepted_to_wire),
        conflicts: receipt.conflicts.iter().map(|position| position.number()).collect(),
        taken: receipt.taken.iter().map(taken_to_wire).collect(),
    }
}

fn taken_to_wire(taken: &TakenRevision) -> v1::TakenRevision {
    v1::TakenRevision {
        revision: taken.revision.number(),
        position: taken.position.number(),
        received_at: time_to_wire(taken.received_at),
    }
}

fn accepted_to_wire(accepted: &AcceptedReport) -> v1::AcceptedReport {
    let mut report = account_to_wire(&accepted.account);
    report.agency = accepted.key.agency.to_string();
    report.client_report_id = accepted.key.client_report_id.to_string();
    report.revision = accepted.revision.number();
    let place = &accepted.place;
    v1::AcceptedReport {
        report: Some(report),
        position: accepted.position.number(),
        received_at: time_to_wire(accepted.received_at),
        place: Some(v1::ResolvedPlace {
            point: place.point().map(point_to_wire),
            uncertainty_metres: place.uncertainty.get(),
            area: place.whereabouts == Whereabouts::Area,
            county: county_to_wire(place.county),
            ward: place.ward.clone(),
            disputed: place.disputed,
        }),
        background: number_to_wire(accepted.background_milli),
        background_version: version_to_wire(accepted.background_version),
        history: accepted.history,
    }
}

fn quarantine_to_wire(entry: &QuarantineEntry) -> v1::QuarantineEntry {
    v1::QuarantineEntry {
        quarantine_id: entry.id.to_string(),
        revision: 1,
        position: entry.position.number(),
        log_time: time_to_wire(entry.log_time),
        reason: entry.reason.number(),
        detail: entry.detail.clone(),
        agency: entry.key.as_ref().map_or_else(String::new, |key| key.agency.to_string()),
        client_report_id: entry.key.as_ref().map_or_else(String::new, |key| key.client_report_id.to_string()),
        report_revision: entry.report_revision.map_or(0, ::domain::Revision::number),
        restricted: entry.restricted,
    }
}

impl From<&Incident> for wire::Incident {
    fn from(incident: &Incident) -> Self {
        let (state, merged_into) = match incident.state {
            IncidentState::Live => (wire::IncidentState::Live, String::new()),
            IncidentState::Merged { into } => (wire::IncidentState::Merged, into.to_string()),
            IncidentState::Retracted => (wire::IncidentState::Retracted, String::new()),
        };
        Self {
            incident_id: incident.id.to_string(),
            revision: number_to_wire(incident.revision),
            state: state.into(),
            merged_into,
            category: incident.category.number(),
            subcategory: incident.subcategory.map_or(0, ::domain::Subcategory::number),
            occurred_at: Some(timestamp_to_wire(incident.occurred_at)),
            occurred_uncertainty: Some(span_to_wire(incident.occurred_uncertainty)),
            occurred_on: incident.occurred_at.local_day().to_string(),
            place: Some(incident_place_to_wire(&incident.place)),
            killed: count_to_wire(incident.counts.killed),
            injured: count_to_wire(incident.counts.injured),
            abducted: count_to_wire(incident.counts.abducted),
            attackers: count_to_wire(incident.counts.attackers),
            livestock: count_to_wire(incident.counts.livestock),
            belief: Some(wire::Belief {
                thousandths: i32::from(incident.belief.milli),
                reliability: incident.belief.reliability.number(),
                credibility: incident.belief.credibility.number(),
                groups: version_to_wire(incident.belief.groups),
                sources: version_to_wire(incident.belief.sources),
                agencies: version_to_wire(incident.belief.agencies),
                echoes: version_to_wire(incident.belief.echoes),
            }),
            members: incident.members.iter().map(member_to_wire).collect(),
            links: incident.links.iter().map(Into::into).collect(),
            nearest_rejected: incident.nearest_rejected.as_ref().map(Into::into),
            handling: Some(handling_to_wire(&incident.handling)),
            priority: incident.priority.number(),
            restricted: incident.restricted,
            lineage: incident.lineage.iter().map(lineage_to_wire).collect(),
            cause_position: incident.cause.position.number(),
            log_time: time_to_wire(incident.log_time),
            parameter_version: version_to_wire(incident.parameter_version),
            background_version: version_to_wire(incident.background_version),
            beyond_horizon: incident.beyond_horizon,
            counts_in_hotspots: incident.hotspot_milli.is_some(),
            received_on: incident.received_on.to_string(),
        }
    }
}

fn incident_place_to_wire(place: &::domain::IncidentPlace) -> wire::IncidentPlace {
    wire::IncidentPlace {
        point: place.point.map(point_to_wire),
        uncertainty_metres: place.uncertainty.get(),
        cell: id_to_wire(place.cell),
        county: county_to_wire(place.county),
        ward: place.ward.clone(),
        nearest_place: place.nearest_place.clone(),
        area: place.point.is_none(),
        disputed: place.disputed,
    }
}

fn member_to_wire(member: &Member) -> wire::IncidentMember {
    wire::IncidentMember {
        report_id: member.report.to_string(),
        agency: member.key.agency.to_string(),
        client_report_id: member.key.client_report_id.to_string(),
        revision: member.revision.number(),
        weight: member.weight.get(),
        echo: member.echo,
        patrol: member.patrol,
        mean_weight: member.mean_weight.map(::domain::Weight::get),
        restricted: member.restricted,
    }
}

fn lineage_to_wire(event: &::domain::LineageEvent) -> wire::LineageEvent {
    wire::LineageEvent {
        kind: event.kind.number(),
        position: event.position.number(),
        log_time: time_to_wire(event.log_time),
        other: id_to_wire(event.other),
    }
}

impl From<&LinkEvidence> for wire::LinkEvidence {
    fn from(link: &LinkEvidence) -> Self {
        let field = |field: &::domain::FieldEvidence| wire::FieldEvidence {
            field: field.field.to_owned(),
            level: field.level.to_owned(),
            weight: field.weight.get(),
        };
        Self {
            report_a: link.report_a.to_string(),
            report_b: link.report_b.to_string(),
            weight: link.weight.get(),
            probability: link.weight.probability(),
            fields: link.fields.iter().map(field).collect(),
            distance_metres: link.distance.map(::domain::Meters::get),
            time_apart: Some(span_to_wire(link.time_apart)),
            restricted: link.restricted,
        }
    }
}

impl From<&Hotspot> for wire::Hotspot {
    fn from(hotspot: &Hotspot) -> Self {
        let share = |milli: u16| f64::from(milli) / 1_000.0;
        Self {
            hotspot_id: hotspot.id.to_string(),
            revision: number_to_wire(hotspot.revision),
            family: hotspot.family.number(),
            resolution: i32::from(hotspot.resolution),
            window_days: i32::from(hotspot.window_days),
            state: hotspot.state.number(),
            as_of: time_to_wire(hotspot.mark),
            cells: hotspot.cells.iter().map(cell_to_wire).collect(),
            incidents: i32::try_from(hotspot.incidents.len()).unwrap_or(i32::MAX),
            observed: weight_to_wire(hotspot.observed_milli),
            expected: hotspot.expected,
            score: hotspot.score,
            p_value: hotspot.p_value,
            q_value: hotspot.q_value,
            gi_star_z: hotspot.gi_star_z,
            best_cell: hotspot.best_cell.to_string(),
            county: county_to_wire(hotspot.county),
            nearest_place: hotspot.nearest_place.clone(),
            agencies: version_to_wire(hotspot.agencies),
            sources: version_to_wire(hotspot.sources),
            single_source_share: share(hotspot.single_source_milli),
            single_agency_share: share(hotspot.single_agency_milli),
            single_source: hotspot.sources == 1,
            single_agency: hotspot.agencies == 1,
            incident_ids: hotspot.incidents.iter().map(ToString::to_string).collect(),
            first_seen: time_to_wire(hotspot.first_seen),
            cause_position: hotspot.cause.position.number(),
            reason: hotspot_reason(hotspot),
        }
    }
}

fn cell_to_wire(cell: &HotspotCell) -> wire::HotspotCell {
    wire::HotspotCell {
        cell: cell.cell.to_string(),
        incidents: version_to_wire(cell.incidents),
        observed: weight_to_wire(cell.observed_milli),
        expected: cell.expected,
        gi_star_z: cell.gi_star_z,
        p_value: cell.p_value,
        q_value: cell.q_value,
    }
}

/// Why it is a hotspot, in a sentence.
fn hotspot_reason(hotspot: &Hotspot) -> String {
    let place = match (hotspot.nearest_place.as_str(), county_to_wire(hotspot.county).as_str()) {
        ("", "") => "outside the counties".to_owned(),
        ("", county) => format!("in {county}"),
        (place, "") => format!("near {place}"),
        (place, county) => format!("near {place}, {county}"),
    };
    let word = match (hotspot.sources, hotspot.agencies) {
        (0 | 1, _) => "a single source".to_owned(),
        (sources, 0 | 1) => format!("{sources} sources of one agency alone"),
        (sources, agencies) => format!("{sources} sources of {agencies} agencies"),
    };
    format!(
        "{} incidents of {} {place} in {} days up to {}: weight {:.1} where {:.2} was expected; on the word of {word}",
        hotspot.incidents.len(),
        hotspot.family.word().to_lowercase().replace('_', " "),
        hotspot.window_days,
        hotspot.mark.timestamp().to_eat_text(),
        weight_to_wire(hotspot.observed_milli),
        hotspot.expected,
    )
}

impl From<&Alert> for wire::Alert {
    fn from(alert: &Alert) -> Self {
        let (state, superseded_by, close_reason) = match alert.state {
            AlertState::Raised => (wire::AlertState::Raised, String::new(), 0),
            AlertState::Acknowledged => (wire::AlertState::Acknowledged, String::new(), 0),
            AlertState::Superseded { by } => (wire::AlertState::Superseded, by.to_string(), 0),
            AlertState::Closed { reason } => (wire::AlertState::Closed, String::new(), reason.number()),
        };
        let (incident_id, hotspot_id) = match alert.subject {
            Subject::Incident(id) => (id.to_string(), String::new()),
            Subject::Hotspot(id) => (String::new(), id.to_string()),
        };
        let (acknowledged_by, acknowledged_at, note) = match &alert.acknowledgement {
            Some((actor, at, note)) => (actor.clone(), time_to_wire(*at), note.clone()),
            None => (String::new(), None, String::new()),
        };
        Self {
            alert_id: alert.id.to_string(),
            revision: number_to_wire(alert.revision),
            rule: alert.rule.clone(),
            severity: alert.severity.number(),
            state: state.into(),
            close_reason,
            superseded_by,
            incident_id,
            hotspot_id,
            category: alert.category.map_or(0, ::domain::Category::number),
            family: alert.family.map_or(0, ::domain::Family::number),
            county: county_to_wire(alert.county),
            nearest_place: alert.nearest_place.clone(),
            point: alert.point.map(point_to_wire),
            cells: alert.cells.iter().map(Cell::to_string).collect(),
            event_at: Some(timestamp_to_wire(alert.event_at)),
            raised_at: time_to_wire(alert.raised_at),
            log_time: time_to_wire(alert.log_time),
            historical: alert.historical,
            acknowledged_by,
            acknowledged_at,
            note,
            reason: alert.reason.clone(),
            handling: Some(handling_to_wire(&alert.handling)),
            restricted: alert.restricted,
            cause_position: alert.cause.position.number(),
            timer_at: alert.cause.timer.and_then(time_to_wire),
            occurred_on: alert.event_at.local_day().to_string(),
        }
    }
}
