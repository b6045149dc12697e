//! Partitions of an index table in, one page of a list out: newest first, in the order of the clustering keys.
//!
//! A list runs over periods (months; years where rows are few), newest first; in each over several partitions at once (one a category), whose
//! rows are merged in the order of their keys. A page ends when it is full, when its bytes are, or when it has looked at as many rows as one page may; it then names the
//! last row that it was done with, so that nothing is skipped and nothing repeated.
//!
//! Guarantees: a page that names no row is the last, and one that was not cut by its rows or bytes is followed by at least one more item.
//! Cost: one range of an index for each partition and each 128 rows, and what `visit` costs for each row. Never: a scan of a table, a total.
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use store::{Store, StoredRow, Table};

use crate::error::ReadError;
use crate::tables;

/// Rows of a partition that are read at first: a page over many partitions needs few of each.
const FIRST_ROWS: usize = 16;
/// Rows of a partition that are read at once at most. Each chunk is four times the one before.
const CHUNK_ROWS_MAX: usize = 128;
/// Months between 1900 and 2200: no table of periods has more rows in a partition.
const PERIODS_MAX: usize = 3_600;

/// What one page may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageLimits {
    pub(crate) items_max: usize,
    pub(crate) rows_max: usize,
    pub(crate) bytes_max: usize,
}

/// The partitions of a list: by period, newest first, each with what `visit` is told of its rows.
pub(crate) type Periods<L> = BTreeMap<Reverse<i32>, Vec<(L, Vec<u8>)>>;

/// A page.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// The key of the last row that the page is done with; `None`: the list ends here.
    pub(crate) last: Option<Vec<u8>>,
}

/// Reads the periods that a partition of a table of periods names.
pub(crate) fn read_periods(store: &dyn Store, table: Table, partition: &[u8]) -> Result<Vec<i32>, ReadError> {
    let rows = store.range(table, partition, &[], PERIODS_MAX)?;
    let read = rows.iter().map(|row| tables::read_period(&row.clustering));
    read.collect::<Option<_>>().ok_or(ReadError::Key { table: table.name() })
}

/// Reads one page: the items that `visit` makes of the rows after `after`, with the bytes that each takes.
pub(crate) fn read_page<L: Copy, T>(
    store: &dyn Store,
    table: Table,
    periods: Periods<L>,
    after: Option<&[u8]>,
    limits: PageLimits,
    mut visit: impl FnMut(L, &StoredRow) -> Result<Option<(T, usize)>, ReadError>,
) -> Result<Page<T>, ReadError> {
    let after = after.map(|key| split_key(table, key)).transpose()?;
    let mut filling = Filling { items: Vec::new(), bytes: 0, rows: 0, done: None, limits };
    for (Reverse(period), partitions) in periods {
        let from = match after {
            Some((last_period, _)) if period > last_period => continue,
            Some((last_period, clustering)) if period == last_period => successor(clustering),
            Some(_) | None => Vec::new(),
        };
        let mut merge = Merge::new(store, table, partitions, &from);
        while let Some(place) = merge.next()? {
            if filling.has_looked_enough() {
                return Ok(filling.cut());
            }
            if let Some((item, bytes)) = visit_place(&place.rows, &mut visit)?
                && !filling.take(item, bytes)
            {
                return Ok(filling.cut());
            }
            filling.done = Some(tables::period_key(period).fixed(&place.clustering).finish());
        }
    }
    Ok(Page { items: filling.items, last: None })
}

/// The item of a place in a list: at most one of its rows counts.
fn visit_place<L: Copy, T>(
    rows: &[(L, StoredRow)],
    visit: &mut impl FnMut(L, &StoredRow) -> Result<Option<T>, ReadError>,
) -> Result<Option<T>, ReadError> {
    for (label, row) in rows {
        if let Some(item) = visit(*label, row)? {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// A page that is being filled.
struct Filling<T> {
    items: Vec<T>,
    bytes: usize,
    rows: usize,
    done: Option<Vec<u8>>,
    limits: PageLimits,
}

impl<T> Filling<T> {
    /// Whether the rows of a page are used up. A page always looks at one row, so that every page gets on.
    fn has_looked_enough(&mut self) -> bool {
        let enough = self.rows >= self.limits.rows_max.max(1);
        self.rows += 1;
        enough
    }

    /// Adds an item, unless the page is full: then the item is the next page's. A page always takes one, whatever its size.
    fn take(&mut self, item: T, bytes: usize) -> bool {
        let is_full =
            self.items.len() >= self.limits.items_max || self.bytes.saturating_add(bytes) > self.limits.bytes_max;
        if is_full && !self.items.is_empty() {
            return false;
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.items.push(item);
        true
    }

    fn cut(self) -> Page<T> {
        Page { items: self.items, last: self.done }
    }
}

/// The rows of several partitions in the order of their keys.
struct Merge<'a, L> {
    store: &'a dyn Store,
    table: Table,
    streams: Vec<Stream<L>>,
}

/// All rows of one key. A subject may stand in several partitions at one key, and a page must not end between them: what comes after it
/// goes on after the key.
struct SamePlace<L> {
    clustering: bytes::Bytes,
    rows: Vec<(L, StoredRow)>,
}

struct Stream<L> {
    label: L,
    partition: Vec<u8>,
    rows: VecDeque<StoredRow>,
    /// Where the next chunk starts; `None`: there is none.
    from: Option<Vec<u8>>,
    /// Rows of the next chunk.
    chunk_rows: usize,
}

impl<'a, L: Copy> Merge<'a, L> {
    fn new(store: &'a dyn Store, table: Table, partitions: Vec<(L, Vec<u8>)>, from: &[u8]) -> Self {
        let streams = partitions.into_iter().map(|(label, partition)| Stream::new(label, partition, from.to_vec()));
        Self { store, table, streams: streams.collect() }
    }

    fn next(&mut self) -> Result<Option<SamePlace<L>>, ReadError> {
        for stream in &mut self.streams {
            stream.fill(self.store, self.table)?;
        }
        let Some(clustering) = self.streams.iter().filter_map(Stream::head).min().cloned() else { return Ok(None) };
        let heads = self.streams.iter_mut().filter(|stream| stream.head() == Some(&clustering));
        let rows = heads.filter_map(|stream| Some((stream.label, stream.rows.pop_front()?))).collect();
        Ok(Some(SamePlace { clustering, rows }))
    }
}

impl<L> Stream<L> {
    const fn new(label: L, partition: Vec<u8>, from: Vec<u8>) -> Self {
        Self { label, partition, rows: VecDeque::new(), from: Some(from), chunk_rows: FIRST_ROWS }
    }

    fn head(&self) -> Option<&bytes::Bytes> {
        self.rows.front().map(|row| &row.clustering)
    }

    fn fill(&mut self, store: &dyn Store, table: Table) -> Result<(), ReadError> {
        if !self.rows.is_empty() {
            return Ok(());
        }
        let Some(from) = self.from.take() else { return Ok(()) };
        self.rows = store.range(table, &self.partition, &from, self.chunk_rows)?.into();
        if self.rows.len() == self.chunk_rows {
            self.from = self.rows.back().map(|row| successor(&row.clustering));
            self.chunk_rows = CHUNK_ROWS_MAX.min(self.chunk_rows * 4);
        }
        Ok(())
    }
}

/// The least key after a key.
pub(crate) fn successor(key: &[u8]) -> Vec<u8> {
    let mut next = key.to_vec();
    next.push(0);
    next
}

/// A key of a list: the period, and the clustering in it.
fn split_key(table: Table, key: &[u8]) -> Result<(i32, &[u8]), ReadError> {
    let period = tables::read_period(key);
    let clustering = key.get(tables::PERIOD_BYTES..);
    period.zip(clustering).ok_or(ReadError::Key { table: table.name() })
}
