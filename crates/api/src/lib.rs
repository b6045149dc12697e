//! The wire and the disk on one side, the domain on the other.
//!
//! Comes in: messages of the contract, bytes of the topics, lines of JSON. Goes out: checked domain types; and back.
//! Guarantees: a report is parsed once, with all its faults told at once; the same value has the same bytes in every run;
//! bytes that cannot be read become a record that says so.
//!
//! Never: decides who may read what; that is `access`. Never: IO.
mod fact; // values of the fact topics
mod generated; // what the protos become
mod instant; // timestamps and durations
mod json; // proto JSON
mod paging; // what every list is asked with
mod parse; // a report of the wire, checked
mod record; // values of the topic `records`
mod seal; // what only this node can have made
mod status; // errors for people, on the wire
mod wire; // a report of the domain, as sent
pub use crate::{
    fact::{EncodedFact, FactKind, decode_fact, encode_fact, encode_progress},
    generated::{alert, domain, ingest, log, query},
    instant::{span_to_wire, timestamp_from_wire, timestamp_to_wire},
    json::{ParseJsonError, message_from_json, message_to_json},
    paging::{PAGE_SIZE_MAX, parse_at_least_position, parse_page_size},
    parse::parse_report,
    record::{decode_record, encode_record},
    seal::{SEAL_BYTES, TokenKey},
    status::{ERROR_DOMAIN, failed_precondition, invalid_argument, not_found, out_of_range, refused, unavailable},
    wire::canonical_bytes,
};

/// The descriptors of the contract with comments and imports, for reflection and JSON.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/jukwaa.fds"));

/// The services of the contract, by full name.
pub const SERVICES: [&str; 3] =
    ["jukwaa.ingest.v1.IngestService", "jukwaa.query.v1.QueryService", "jukwaa.alert.v1.AlertService"];
