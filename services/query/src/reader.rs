//! Rows in, answers out: the one query layer, the same over every engine.
//!
//! Each question is answered at one snapshot: what was projected when it was asked, or the past log time it names. Calls block for as long as
//! the engine takes; a service asks from where blocking is allowed.
//!
//! Guarantees: an answer is made of what `access` permits to its viewer. Filters see the permitted form only, and what is reduced by now is
//! reduced in every past revision. Never: more rows, items or bytes in one page than the settings allow.
mod hotspot; // hotspots, their history and incidents
mod incident; // incidents, their survivors and reports
mod quarantine; // what was not merged
mod report; // reports, their revisions and receipts

use std::sync::Arc;
use std::time::Duration;

use access::{Permitted, Revised, Viewer, permit, permit_past};
use api::TokenKey;
use domain::{LogPosition, LogTime};
use prost::Message;
use store::{Store, Table};

use crate::config::QueryConfig;
use crate::error::{ListError, ReadError};
use crate::filter::PageRequest;
use crate::listing::{Page, PageLimits};
use crate::page_token::PageToken;
use crate::progress::{NotProjected, Projected, Projection};
use crate::snapshot::Snapshot;
use crate::tables;

/// Reads the tables for a viewer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader {
    store: Arc<dyn Store>,
    projection: Projection,
    token_key: TokenKey,
    config: QueryConfig,
}

impl Reader {
    /// Reads a store that a projector writes.
    #[must_use]
    pub const fn new(store: Arc<dyn Store>, projection: Projection, token_key: TokenKey, config: QueryConfig) -> Self {
        Self { store, projection, token_key, config }
    }

    /// How far the tables have come.
    #[must_use]
    pub const fn projection(&self) -> &Projection {
        &self.projection
    }

    /// Waits until a position is projected.
    ///
    /// # Errors
    /// If it is not within `wait_max`.
    pub async fn wait_until(&self, position: LogPosition, wait_max: Duration) -> Result<Projected, NotProjected> {
        self.projection.wait_until(position, wait_max).await
    }

    /// What an answer shows that is asked for as of a log time, or as of now. `None`: nothing has been projected.
    #[must_use]
    pub fn snapshot(&self, as_of: Option<LogTime>) -> Option<Snapshot> {
        let projected = self.projection.projected()?;
        let now = Snapshot::at(projected.position, projected.log_time);
        Some(as_of.map_or(now, |time| now.as_of(time)))
    }

    /// The revision of a subject that a snapshot shows, with its head where that is a later one.
    fn revision<M: Message + Default>(
        &self,
        table: Table,
        id: &[u8; 16],
        snapshot: Snapshot,
    ) -> Result<Option<Shown<M>>, ReadError> {
        let Some((key, head)) = self.first(table, id, &[])? else { return Ok(None) };
        let shown_from = tables::snapshot_key(snapshot);
        if key >= shown_from {
            return Ok(Some(Shown { head, past: None }));
        }
        let past = self.first(table, id, &shown_from)?;
        Ok(past.map(|(_, past)| Shown { head, past: Some(past) }))
    }

    /// The first row of a partition from a key on, with its key.
    fn first<M: Message + Default>(
        &self,
        table: Table,
        partition: &[u8],
        from: &[u8],
    ) -> Result<Option<(Vec<u8>, M)>, ReadError> {
        let rows = self.store.range(table, partition, from, 1)?;
        let read = rows.into_iter().next().map(|row| Ok((row.clustering.to_vec(), decode(table, row.payload)?)));
        read.transpose()
    }

    /// Where a list starts: at the row after a token's, and at the token's snapshot; else at the first row. `None`: nothing to list.
    fn start(&self, page: &PageRequest, as_of: Option<LogTime>) -> Result<Option<Start>, ListError> {
        if page.token.is_empty() {
            return Ok(self.snapshot(as_of).map(|snapshot| Start { snapshot, after: None }));
        }
        let token = PageToken::open(&page.token, &self.token_key, page.query)?;
        Ok(Some(Start { snapshot: token.snapshot, after: Some(token.last) }))
    }

    /// The token that goes on after a page; empty at the end.
    fn next_token<T>(&self, page: &PageRequest, start: &Start, listed: &Page<T>) -> String {
        let seal = |last: &Vec<u8>| {
            PageToken { query: page.query, snapshot: start.snapshot, last: last.clone() }.seal(&self.token_key)
        };
        listed.last.as_ref().map_or_else(String::new, seal)
    }

    /// The room of one answer.
    const fn room(&self) -> Room {
        Room { left: self.config.page_bytes_max.get() }
    }

    const fn limits(&self, page: &PageRequest) -> PageLimits {
        PageLimits {
            items_max: page.size,
            rows_max: self.config.page_rows_max.get(),
            bytes_max: self.config.page_bytes_max.get(),
        }
    }
}

/// Where a list starts.
#[derive(Debug)]
struct Start {
    snapshot: Snapshot,
    after: Option<Vec<u8>>,
}

/// A revision that a snapshot shows.
#[derive(Clone, Debug)]
struct Shown<M> {
    /// The newest revision: it decides what may be seen of all.
    head: M,
    /// The revision shown, if it is an earlier one.
    past: Option<M>,
}

impl<M> Shown<M> {
    /// The revision that the snapshot shows, whatever may be seen of it.
    fn get(&self) -> &M {
        self.past.as_ref().unwrap_or(&self.head)
    }
}

impl<M: Revised> Shown<M> {
    /// What the viewer may see of the revision shown.
    fn permit(self, viewer: &Viewer) -> Permitted<M> {
        match self.past {
            Some(past) => permit_past(viewer, past, &self.head),
            None => permit(viewer, self.head),
        }
    }
}

/// The bytes that an answer may still take.
#[derive(Debug)]
struct Room {
    left: usize,
}

impl Room {
    /// Gives a part its bytes; false if it does not fit.
    fn take(&mut self, part: &impl Message) -> bool {
        let left = self.left.checked_sub(part.encoded_len());
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// Reads what a row holds.
fn decode<M: Message + Default>(table: Table, payload: bytes::Bytes) -> Result<M, ReadError> {
    M::decode(payload).map_err(|source| ReadError::Payload { table: table.name(), source })
}

/// An item of a list with the bytes that it takes.
fn sized<M: Message>(item: M) -> (M, usize) {
    let bytes = item.encoded_len();
    (item, bytes)
}
