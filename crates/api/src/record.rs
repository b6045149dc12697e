//! Values of the topic `records`: stamped reports, actions and ticks as bytes.

use bytes::Bytes;
use prost::Message;

use ::domain::{Action, ContentHash, Decision, LogPosition, LogTime, Payload, Record, StampedReport};

use crate::instant::{timestamp_from_wire, timestamp_to_wire};
use crate::log::v1;
use crate::parse::parse_report;

/// The bytes of a record; its position is given by the log, and `node_id` tells who stamped it.
///
/// An unreadable payload has no bytes of its own: it encodes as a record without payload, which reads back as unreadable.
#[must_use]
pub fn encode_record(record: &Record, node_id: &str) -> Bytes {
    let payload = match &record.payload {
        Payload::Report(stamped) => Some(v1::record::Payload::Report(v1::StampedReport {
            report: Some((&stamped.report).into()),
            content_hash: Bytes::copy_from_slice(stamped.content_hash.as_bytes()),
        })),
        Payload::Action(action) => Some(v1::record::Payload::Action(action_to_wire(action))),
        Payload::Tick { end_history } => Some(v1::record::Payload::Tick(v1::Tick { end_history: *end_history })),
        Payload::Claim => Some(v1::record::Payload::Claim(v1::Claim {})),
        Payload::Unreadable(_) => None,
    };
    let wire = v1::Record {
        received_at: Some(timestamp_to_wire(record.received_at.timestamp())),
        node_id: node_id.to_owned(),
        history: record.history,
        payload,
    };
    wire.encode_to_vec().into()
}

/// The record that these bytes are. Never fails: what cannot be read is a record that says so.
#[must_use]
pub fn decode_record(position: LogPosition, bytes: &[u8]) -> Record {
    let unreadable = |received_at: LogTime, history: bool, why: String| Record {
        position,
        received_at,
        history,
        payload: Payload::Unreadable(why),
    };
    let start = LogTime::new(::domain::Timestamp::LEAST);
    let wire = match v1::Record::decode(bytes) {
        Ok(wire) => wire,
        Err(error) => return unreadable(start, false, error.to_string()),
    };
    let Some(received_at) = wire.received_at.as_ref().and_then(timestamp_from_wire).map(LogTime::new) else {
        return unreadable(start, wire.history, "it has no stamp".to_owned());
    };
    match payload_from_wire(wire.payload) {
        Ok(payload) => Record { position, received_at, history: wire.history, payload },
        Err(why) => unreadable(received_at, wire.history, why),
    }
}

fn payload_from_wire(payload: Option<v1::record::Payload>) -> Result<Payload, String> {
    match payload {
        Some(v1::record::Payload::Report(stamped)) => {
            stamped_from_wire(&stamped).map(|stamped| Payload::Report(Box::new(stamped)))
        }
        Some(v1::record::Payload::Action(action)) => action_from_wire(action).map(Payload::Action),
        Some(v1::record::Payload::Tick(tick)) => Ok(Payload::Tick { end_history: tick.end_history }),
        Some(v1::record::Payload::Claim(v1::Claim {})) => Ok(Payload::Claim),
        None => Err("it has no payload that this version knows".to_owned()),
    }
}

fn stamped_from_wire(stamped: &v1::StampedReport) -> Result<StampedReport, String> {
    let report = stamped.report.as_ref().ok_or("it has no report")?;
    let report = parse_report(report).map_err(|violations| {
        let faults: Vec<String> =
            violations.iter().map(|fault| format!("{}: {}", fault.field, fault.description)).collect();
        faults.join("; ")
    })?;
    let hash: [u8; 32] = stamped.content_hash.as_ref().try_into().map_err(|_| "its content hash is not 32 bytes")?;
    Ok(StampedReport { report, content_hash: ContentHash::from_bytes(hash) })
}

fn action_to_wire(action: &Action) -> v1::Action {
    let decision = match &action.decision {
        Decision::AcknowledgeAlert { alert, note } => v1::action::Decision::AcknowledgeAlert(v1::AcknowledgeAlert {
            alert_id: alert.to_string(),
            note: note.clone(),
        }),
    };
    v1::Action { actor: action.actor.clone(), decision: Some(decision) }
}

fn action_from_wire(action: v1::Action) -> Result<Action, String> {
    let decision = match action.decision {
        Some(v1::action::Decision::AcknowledgeAlert(acknowledge)) => Decision::AcknowledgeAlert {
            alert: acknowledge.alert_id.parse().map_err(|error: ::domain::ParseIdError| error.to_string())?,
            note: acknowledge.note,
        },
        None => return Err("it is an action that this version does not know".to_owned()),
    };
    Ok(Action { actor: action.actor, decision })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_without_a_report_are_read_back() {
        let received_at = LogTime::new("2026-03-04T06:00:00Z".parse().unwrap());
        for payload in [Payload::Claim, Payload::Tick { end_history: false }, Payload::Tick { end_history: true }] {
            let record = Record { position: LogPosition::new(7), received_at, history: false, payload };

            assert_eq!(decode_record(record.position, &encode_record(&record, "node")), record);
        }
    }
}
