//! How far a projector has come in a topic, as a row: applied together with the rows that it covers, so that neither is there without the other.

use bytes::Bytes;
use domain::LogPosition;
use eventlog::Topic;

use crate::error::ReadError;
use crate::key::KeyWriter;
use crate::table::{Row, Store, Table};

/// The table of positions. Every store has it, declared or not.
pub const POSITIONS: Table = Table::own("positions");

/// The row that says: this reader has applied everything of a topic below a position.
#[must_use]
pub fn row(reader: &str, topic: Topic, position: LogPosition) -> Row {
    let (partition, clustering) = key(reader, topic);
    let payload = Bytes::copy_from_slice(&position.get().to_be_bytes());
    // One version for all: a reader that has to start again earlier may go back.
    Row { table: POSITIONS, partition, clustering, version: 0, payload }
}

/// Reads it back; `None` if the reader has applied nothing.
///
/// # Errors
/// [`ReadError`].
pub fn load(store: &dyn Store, reader: &str, topic: Topic) -> Result<Option<LogPosition>, ReadError> {
    let (partition, clustering) = key(reader, topic);
    let Some(payload) = store.get(POSITIONS, &partition, &clustering)? else { return Ok(None) };
    let number = payload.as_ref().try_into().map(u64::from_be_bytes);
    number.map(|number| Some(LogPosition::new(number))).map_err(|_| ReadError::Malformed { table: POSITIONS.name() })
}

fn key(reader: &str, topic: Topic) -> (Vec<u8>, Vec<u8>) {
    (KeyWriter::new().text(reader).finish(), KeyWriter::new().text(topic.name()).finish())
}
