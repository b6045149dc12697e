//! How a record stands in a file, and how it is known that these are its bytes.
//!
//! A file begins with a head: magic, format version, topic, first position, checksum. Then entries, each
//! `length u32 | !length u32 | crc32c u32 | payload | 0xE5`, little-endian; the checksum runs over position, length and payload, so that an entry
//! at the wrong place is damage too. An entry of the length `u32::MAX` is a mark: its payload says up to which position everything was durable when
//! it was written, and its checksum runs over its own offset as well. The last byte is never zero, so a sector that a power cut left empty shows.
//!
//! Guarantees: any single changed bit is seen (CRC32C over less than 2^31 bits; both copies of the length).

use crc32c::crc32c_append;

use crate::error::DamageKind;
use crate::event_log::RECORD_BYTES_MAX;
use crate::topic::Topic;

/// Bytes of the head of a file.
pub(super) const FILE_HEAD_BYTES: usize = 40;
/// Bytes of an entry before its payload.
pub(super) const ENTRY_HEAD_BYTES: usize = 12;

const MAGIC: [u8; 8] = *b"JUKWALOG";
const VERSION: u32 = 1;
const TOPIC_BYTES: usize = 16;
const END: u8 = 0xE5;
const MARK_LENGTH: u32 = u32::MAX;
const MARK_BYTES: usize = ENTRY_HEAD_BYTES + 8 + 1;

/// What stands at the start of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed<'a> {
    /// A record and the bytes of its entry.
    Record { payload: &'a [u8], bytes: usize },
    /// A mark and the bytes of its entry.
    Mark { durable: u64, bytes: usize },
    /// So many bytes are needed to tell. The length is sound if it was in sight.
    Short { needed: usize },
    /// Something else. `bytes` is how far it goes, as far as that is known.
    Damaged { kind: DamageKind, bytes: usize },
}

/// The head of a file.
pub(super) fn file_head(topic: Topic, first: u64) -> Vec<u8> {
    let mut name = topic.name().as_bytes().to_vec();
    name.resize(TOPIC_BYTES, 0);
    let mut head = Vec::with_capacity(FILE_HEAD_BYTES);
    head.extend(MAGIC);
    head.extend(VERSION.to_le_bytes());
    head.extend(name);
    head.extend(first.to_le_bytes());
    head.extend(crc32c::crc32c(&head).to_le_bytes());
    head
}

/// Adds a record at a position.
pub(super) fn put_record(out: &mut Vec<u8>, position: u64, payload: &[u8]) {
    let length = u32::try_from(payload.len()).expect("RECORD_BYTES_MAX is below u32::MAX, and appenders check it");
    put(out, length, checksum(position, length, payload), payload);
}

/// Adds a mark that stands at an offset: every position below `durable` was durable before it was written.
pub(super) fn put_mark(out: &mut Vec<u8>, offset: u64, durable: u64) {
    let payload = durable.to_le_bytes();
    put(out, MARK_LENGTH, checksum(offset, MARK_LENGTH, &payload), &payload);
}

/// Reads the entry at the start of a buffer: the record of `position`, or a mark at `offset`.
pub(super) fn parse(buffer: &[u8], position: u64, offset: u64) -> Parsed<'_> {
    let Some((length, copy, stored)) = entry_head(buffer) else {
        return Parsed::Short { needed: ENTRY_HEAD_BYTES };
    };
    let is_mark = length == MARK_LENGTH;
    if length != !copy || !(is_mark || length as usize <= RECORD_BYTES_MAX) {
        return Parsed::Damaged { kind: DamageKind::Length, bytes: ENTRY_HEAD_BYTES };
    }
    let bytes = if is_mark { MARK_BYTES } else { ENTRY_HEAD_BYTES + length as usize + 1 };
    let Some(entry) = buffer.get(..bytes) else { return Parsed::Short { needed: bytes } };
    let Some((&end, payload)) = entry.get(ENTRY_HEAD_BYTES..).and_then(<[u8]>::split_last) else {
        return Parsed::Short { needed: bytes };
    };
    let place = if is_mark { offset } else { position };
    if end != END || stored != checksum(place, length, payload) {
        return Parsed::Damaged { kind: DamageKind::Checksum, bytes };
    }
    match payload.try_into().map(u64::from_le_bytes) {
        Ok(durable) if is_mark => Parsed::Mark { durable, bytes },
        Ok(_) | Err(_) => Parsed::Record { payload, bytes },
    }
}

/// The greatest position that a mark in a buffer says was durable. `offset`: where the buffer begins in its file.
pub(super) fn greatest_mark(buffer: &[u8], offset: u64) -> Option<u64> {
    let start = [MARK_LENGTH.to_le_bytes(), (!MARK_LENGTH).to_le_bytes()].concat();
    let places = buffer.windows(MARK_BYTES).zip(offset..).filter(|(window, _)| window.starts_with(&start));
    let marks = places.filter_map(|(window, at)| match parse(window, 0, at) {
        Parsed::Mark { durable, .. } => Some(durable),
        Parsed::Record { .. } | Parsed::Short { .. } | Parsed::Damaged { .. } => None,
    });
    marks.max()
}

fn entry_head(buffer: &[u8]) -> Option<(u32, u32, u32)> {
    let (length, rest) = buffer.split_first_chunk::<4>()?;
    let (copy, rest) = rest.split_first_chunk::<4>()?;
    let (stored, _) = rest.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*length), u32::from_le_bytes(*copy), u32::from_le_bytes(*stored)))
}

fn put(out: &mut Vec<u8>, length: u32, checksum: u32, payload: &[u8]) {
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(checksum.to_le_bytes());
    out.extend(payload);
    out.push(END);
}

fn checksum(place: u64, length: u32, payload: &[u8]) -> u32 {
    let head = crc32c_append(crc32c::crc32c(&place.to_le_bytes()), &length.to_le_bytes());
    crc32c_append(head, payload)
}
