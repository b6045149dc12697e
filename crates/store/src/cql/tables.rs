//! Rows in, rows out: the [`Store`] over a session.
//!
//! Never: makes or changes a table, or writes a row that the embedded engine would refuse.

use std::fmt;

use bytes::Bytes;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use scylla::client::session::Session;
use scylla::response::PagingState;
use scylla::statement::prepared::PreparedStatement;
use tokio::runtime::Handle;

use crate::cql::error::{ConnectError, CqlError};
use crate::cql::migrate;
use crate::cql::session;
use crate::cql::settings::CqlSettings;
use crate::cql::statement;
use crate::error::{ApplyError, ReadError};
use crate::memory::check_row;
use crate::table::{Row, Store, StoredRow, Table};

/// Rows of one answer. A list is read in as many answers as it needs.
const PAGE_ROWS_MAX: usize = 1_000;
const DUMP_PAGE_ROWS_MAX: i32 = 1_000;
/// A whole table is read in so many parts, so that no node has to look through all of it for one answer.
const DUMP_RANGES: u32 = 16;

/// A store on Apache Cassandra. Its calls block their thread: call it from threads where that is allowed, as tokio's blocking ones. The runtime
/// that it was connected with does the work, so it has to have threads of its own and to outlive the store.
pub struct CqlStore {
    tables: Vec<Table>,
    statements: Vec<TableStatements>,
    session: Session,
    runtime: Handle,
    keyspace: String,
    write_concurrency: usize,
}

struct TableStatements {
    write: PreparedStatement,
    get: PreparedStatement,
    range: PreparedStatement,
}

impl fmt::Debug for CqlStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CqlStore").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl CqlStore {
    /// Connects to tables that migrations have made, and prepares every statement. `tables` is the whole list of the program, in its order.
    /// Blocks its thread.
    ///
    /// # Errors
    /// [`ConnectError`]; a missing, changed or newer migration among them.
    pub fn connect(settings: &CqlSettings, tables: &[Table], runtime: Handle) -> Result<Self, ConnectError> {
        runtime.clone().block_on(Self::open(settings, tables, runtime))
    }

    async fn open(settings: &CqlSettings, tables: &[Table], runtime: Handle) -> Result<Self, ConnectError> {
        let session = session::connect(settings).await?;
        let sound = migrate::check_all_applied(&session, &settings.keyspace, tables).await;
        sound
            .map_err(|source| ConnectError::Tables { keyspace: settings.keyspace.clone(), source: Box::new(source) })?;
        let mut statements = Vec::with_capacity(tables.len());
        for table in tables {
            statements.push(TableStatements::prepare(&session, &settings.keyspace, *table).await?);
        }
        let (keyspace, write_concurrency) = (settings.keyspace.clone(), settings.write_concurrency.max(1));
        Ok(Self { tables: tables.to_vec(), statements, session, runtime, keyspace, write_concurrency })
    }

    fn statements(&self, table: Table) -> Option<&TableStatements> {
        let index = self.tables.iter().position(|declared| *declared == table)?;
        self.statements.get(index)
    }

    fn readable(&self, table: Table) -> Result<&TableStatements, ReadError> {
        self.statements(table).ok_or(ReadError::Undeclared { table: table.name() })
    }

    /// Every row of a table, in no order.
    pub(crate) fn rows(&self, table: Table) -> Result<Vec<Row>, ReadError> {
        self.readable(table)?;
        self.runtime.block_on(self.token_ranges(table))
    }

    async fn token_ranges(&self, table: Table) -> Result<Vec<Row>, ReadError> {
        let failed = |source| ReadError::Cql { table: table.name(), source };
        let prepared = session::prepare(&self.session, &statement::dump(&self.keyspace, table)).await;
        let mut statement = prepared.map_err(|error| failed(CqlError::from(error)))?;
        statement.set_page_size(DUMP_PAGE_ROWS_MAX);
        let mut rows = Vec::new();
        for (first, last) in token_ranges() {
            let mut from = Some(PagingState::start());
            while let Some(begin) = from {
                let page = session::page(&self.session, &statement, (first, last), begin).await;
                let (page, next) = page.map_err(failed)?;
                let dumped = page.rows::<DumpedRow<'_>>().map_err(|error| failed(CqlError::columns(&error)))?;
                for row in dumped {
                    let row = row.map_err(|error| failed(CqlError::columns(&error)))?;
                    rows.push(dumped_row(table, row).ok_or(ReadError::Malformed { table: table.name() })?);
                }
                from = next;
            }
        }
        Ok(rows)
    }

    async fn write(&self, row: &Row) -> Result<(), ApplyError> {
        let table = row.table.name();
        let statements = self.statements(row.table).ok_or(ApplyError::Undeclared { table })?;
        let values =
            (row.partition.as_slice(), row.clustering.as_slice(), row.payload.as_ref(), write_time(row.version));
        let written = session::run(&self.session, &statements.write, values).await;
        written.map(drop).map_err(|source| ApplyError::Cql { table, source })
    }

    /// Reads rows of one answer.
    async fn page(
        &self,
        table: Table,
        partition: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<StoredRow>, ReadError> {
        let failed = |source| ReadError::Cql { table: table.name(), source };
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let statement = &self.readable(table)?.range;
        let result = session::rows(&self.session, statement, (partition, from, limit)).await.map_err(failed)?;
        let rows = result.rows::<(&[u8], Option<&[u8]>)>().map_err(|error| failed(CqlError::columns(&error)))?;
        let stored = rows.map(|row| {
            let (clustering, payload) = row.map_err(|error| failed(CqlError::columns(&error)))?;
            let payload = payload.ok_or(ReadError::Malformed { table: table.name() })?;
            Ok(StoredRow { clustering: Bytes::copy_from_slice(clustering), payload: Bytes::copy_from_slice(payload) })
        });
        stored.collect()
    }

    async fn pages(
        &self,
        table: Table,
        partition: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<StoredRow>, ReadError> {
        let mut stored = Vec::new();
        let mut from = from.to_vec();
        while stored.len() < limit {
            let page_limit = PAGE_ROWS_MAX.min(limit - stored.len());
            let page = self.page(table, partition, &from, page_limit).await?;
            let is_last = page.len() < page_limit;
            stored.extend(page);
            let Some(last) = stored.last().filter(|_| !is_last) else { break };
            // The key next to it: no other sorts between a key and the key with a zero behind it.
            from = [&last.clustering, b"\0".as_slice()].concat();
        }
        Ok(stored)
    }

    async fn read(&self, table: Table, partition: &[u8], clustering: &[u8]) -> Result<Option<Bytes>, ReadError> {
        let failed = |source| ReadError::Cql { table: table.name(), source };
        let statement = &self.readable(table)?.get;
        let result = session::rows(&self.session, statement, (partition, clustering)).await.map_err(failed)?;
        let row = result.maybe_first_row::<(Option<&[u8]>,)>().map_err(|error| failed(CqlError::columns(&error)))?;
        let Some((payload,)) = row else { return Ok(None) };
        payload.map(|payload| Some(Bytes::copy_from_slice(payload))).ok_or(ReadError::Malformed { table: table.name() })
    }
}

impl TableStatements {
    async fn prepare(session: &Session, keyspace: &str, table: Table) -> Result<Self, ConnectError> {
        let failed = |source| ConnectError::Prepare { table: table.name(), source: Box::new(source) };
        let prepare = async |text: String| session::prepare(session, &text).await.map_err(failed);
        Ok(Self {
            write: prepare(statement::write(keyspace, table)).await?,
            get: prepare(statement::get(keyspace, table)).await?,
            range: prepare(statement::range(keyspace, table)).await?,
        })
    }
}

impl Store for CqlStore {
    fn get(&self, table: Table, partition: &[u8], clustering: &[u8]) -> Result<Option<Bytes>, ReadError> {
        self.readable(table)?;
        // No row has an empty partition, and Cassandra refuses to look for one.
        if partition.is_empty() {
            return Ok(None);
        }
        self.runtime.block_on(self.read(table, partition, clustering))
    }

    fn range(&self, table: Table, partition: &[u8], from: &[u8], limit: usize) -> Result<Vec<StoredRow>, ReadError> {
        self.readable(table)?;
        if partition.is_empty() {
            return Ok(Vec::new());
        }
        self.runtime.block_on(self.pages(table, partition, from, limit))
    }

    fn apply(&self, rows: &[Row]) -> Result<(), ApplyError> {
        rows.iter().try_for_each(|row| check_row(&self.tables, row))?;
        let writes = stream::iter(rows.iter().map(|row| self.write(row)));
        self.runtime.block_on(writes.buffer_unordered(self.write_concurrency).try_collect())
    }
}

/// Partition, clustering, time of the write, payload.
type DumpedRow<'frame> = (&'frame [u8], &'frame [u8], Option<i64>, Option<&'frame [u8]>);

fn dumped_row(table: Table, (partition, clustering, written, payload): DumpedRow<'_>) -> Option<Row> {
    let version = u64::try_from(written?.checked_sub(1)?).ok()?;
    let payload = Bytes::copy_from_slice(payload?);
    Some(Row { table, partition: partition.to_vec(), clustering: clustering.to_vec(), version, payload })
}

/// All tokens, in parts of the same size: first and last of each.
fn token_ranges() -> impl Iterator<Item = (i64, i64)> {
    let step = (1_i128 << 64) / i128::from(DUMP_RANGES);
    let first = move |index: u32| i128::from(i64::MIN) + step * i128::from(index);
    let token = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
    (0..DUMP_RANGES).map(move |index| (token(first(index)), token(first(index + 1) - 1)))
}

/// The time of a write: Cassandra keeps the later one. 0 is a version too, and the least time is 1, so that nothing is older than any row.
fn write_time(version: u64) -> i64 {
    i64::try_from(version).map_or(i64::MAX, |version| version.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_every_token_once() {
        let ranges: Vec<_> = token_ranges().collect();

        assert_eq!(ranges.first().map(|(first, _)| *first), Some(i64::MIN));
        assert_eq!(ranges.last().map(|(_, last)| *last), Some(i64::MAX));
        assert!(
            ranges
                .windows(2)
                .all(|pair| matches!(pair, [(_, last), (first, _)] if last.checked_add(1) == Some(*first)))
        );
    }

    #[test]
    fn write_times_are_in_the_past_and_in_the_order_of_versions() {
        // The first microsecond of 2020.
        let past = 1_577_836_800_000_000;

        assert_eq!((write_time(0), write_time(1)), (1, 2));
        assert!(write_time(crate::table::VERSION_MAX) < past);
    }
}
