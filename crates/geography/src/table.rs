//! The committed tables, as bytes; their rows, versions and digests out.
//!
//! A text table is a line `jukwaa-NAME VERSION DIGEST`, a line of column names, then rows of tab-separated fields. Cell tables are read by
//! `cell_tree`. The digest is the SHA-256 of what follows it; a test of this crate checks that, so that reading need not.
//! Never: a table from outside the crate.
use std::str::FromStr;

/// The layout that this crate reads; `tools/convert` writes the same number.
pub(crate) const LAYOUT_VERSION: u8 = 1;

pub(crate) const COUNTY_CELLS: &[u8] = include_bytes!("../data/counties.cells");
pub(crate) const TERRITORY_CELLS: &[u8] = include_bytes!("../data/territory.cells");
pub(crate) const COUNTIES: &str = include_str!("../data/counties.tsv");
pub(crate) const OUTLINES: &str = include_str!("../data/outlines.tsv");
pub(crate) const PLACES: &str = include_str!("../data/places.tsv");
pub(crate) const WARDS: &str = include_str!("../data/wards.tsv");

/// Why a table is not what this crate reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseTableError {
    /// Another file, or another layout of it.
    #[error("the table {table} is not of layout {LAYOUT_VERSION}")]
    Layout {
        /// Name of the table.
        table: &'static str,
    },
    /// A row without a field that it needs, or with another kind of value in it.
    #[error("row {row} of the table {table} has no valid {column}")]
    Field {
        /// Name of the table.
        table: &'static str,
        /// Number of the row after the names of the columns, from 1.
        row: usize,
        /// Name of the column.
        column: &'static str,
    },
}

/// A compiled-in table, as `--version` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableVersion {
    /// Name of the table.
    pub name: &'static str,
    /// Version of its layout.
    pub layout: u8,
    /// SHA-256 of its content, in hexadecimal.
    pub digest: String,
}

/// The compiled-in tables, in a fixed order.
#[must_use]
pub fn table_versions() -> Vec<TableVersion> {
    let cells = [("county cells", COUNTY_CELLS), ("territory cells", TERRITORY_CELLS)];
    let texts = [("counties", COUNTIES), ("outlines", OUTLINES), ("places", PLACES), ("wards", WARDS)];
    let cells = cells.map(|(name, bytes)| (name, crate::cell_tree::digest(bytes)));
    let texts = texts.map(|(name, text)| (name, text.split_whitespace().nth(2).unwrap_or_default().to_owned()));
    cells.into_iter().chain(texts).map(|(name, digest)| TableVersion { name, layout: LAYOUT_VERSION, digest }).collect()
}

/// One row of a text table; fields are taken in the order of the columns.
pub(crate) struct Row {
    table: &'static str,
    row: usize,
    fields: std::str::Split<'static, char>,
}

impl Row {
    /// The next field as it stands.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<&'static str, ParseTableError> {
        self.fields.next().ok_or(self.fault(column))
    }

    /// The next field as a value.
    pub(crate) fn value<Value: FromStr>(&mut self, column: &'static str) -> Result<Value, ParseTableError> {
        self.text(column)?.parse().map_err(|_| self.fault(column))
    }

    /// The next two fields as a point.
    pub(crate) fn point(&mut self, column: &'static str) -> Result<domain::Point, ParseTableError> {
        let (lat_degrees, lng_degrees) = (self.value(column)?, self.value(column)?);
        domain::Point::from_degrees(lat_degrees, lng_degrees).map_err(|_| self.fault(column))
    }

    /// The error that names a field of this row.
    pub(crate) fn fault(&self, column: &'static str) -> ParseTableError {
        ParseTableError::Field { table: self.table, row: self.row, column }
    }
}

/// Reads each row of a text table by `read`.
pub(crate) fn rows<Value>(
    table: &'static str,
    text: &'static str,
    read: impl FnMut(Row) -> Result<Value, ParseTableError>,
) -> Result<Vec<Value>, ParseTableError> {
    let mut lines = text.lines();
    let head = format!("jukwaa-{table} {LAYOUT_VERSION} ");
    if !lines.next().is_some_and(|line| line.starts_with(&head)) {
        return Err(ParseTableError::Layout { table });
    }
    let rows = lines.skip(1).enumerate();
    rows.map(|(index, line)| Row { table, row: index + 1, fields: line.split('\t') }).map(read).collect()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn every_table_has_the_digest_that_it_names() {
        let after_head = |text: &'static str| text.split_once('\n').unwrap().1.as_bytes();
        let bodies = [
            &COUNTY_CELLS[crate::cell_tree::HEAD_BYTES..],
            &TERRITORY_CELLS[crate::cell_tree::HEAD_BYTES..],
            after_head(COUNTIES),
            after_head(OUTLINES),
            after_head(PLACES),
            after_head(WARDS),
        ];

        for (version, body) in table_versions().iter().zip(bodies) {
            assert_eq!(version.digest, hex(&Sha256::digest(body)), "{}", version.name);
        }
    }

    #[test]
    fn table_of_another_layout_is_refused() {
        let read = rows("counties", "jukwaa-counties 2 00\nnumber\n1\n", |_| Ok(()));

        assert_eq!(read, Err(ParseTableError::Layout { table: "counties" }));
    }

    #[test]
    fn field_that_is_no_number_is_named_with_its_row() {
        let read = rows("counties", "jukwaa-counties 1 00\nnumber\n1\nx\n", |mut row| row.value::<u8>("number"));

        assert_eq!(read, Err(ParseTableError::Field { table: "counties", row: 2, column: "number" }));
    }
}
