//! Answers as tables, JSON, NDJSON, CSV and GeoJSON: the same items in every format, so that none can say something else.
//!
//! Guarantees: an empty list is an empty list. Tables show East Africa Time, machines get UTC.
#![allow(clippy::print_stdout, reason = "this is where data goes to standard output")]

use std::io::{IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};

use crate::cli::Format;
use crate::failure::{Exit, Failure};

/// How one kind of item is shown.
pub(crate) struct View<'a, M> {
    /// Full name of the message.
    pub(crate) message: &'static str,
    /// Columns for people.
    pub(crate) table: &'a [Column<M>],
    /// Columns for machines.
    pub(crate) csv: &'a [Column<M>],
    /// The geometry of an item, if it has one; `None`: items have no place.
    pub(crate) geometry: Option<fn(&M) -> Option<serde_json::Value>>,
}

/// A column: its name, and its text for an item.
pub(crate) struct Column<M> {
    /// Name in the header.
    pub(crate) name: &'static str,
    /// Text of an item.
    pub(crate) text: fn(&M) -> String,
}

/// Writes items in a format.
///
/// # Errors
/// If standard output is closed, or the items have no place and GeoJSON is asked for.
pub(crate) fn write<M: prost::Message>(format: Format, view: &View<'_, M>, items: &[M]) -> Result<(), Failure> {
    match format {
        Format::Table => write_text(&table(view.table, items)),
        Format::Csv => write_csv(view.csv, items),
        Format::Ndjson => items.iter().try_for_each(|item| write_text(&format!("{}\n", json(view.message, item)?))),
        Format::Json => {
            let items: Vec<String> = items.iter().map(|item| json(view.message, item)).collect::<Result<_, _>>()?;
            write_text(&format!("[{}]\n", items.join(",\n")))
        }
        Format::Geojson => write_geojson(view, items),
    }
}

/// Writes one message as JSON with line breaks, whatever its form.
pub(crate) fn write_message<M: prost::Message>(message: &str, item: &M) -> Result<(), Failure> {
    write_text(&format!("{}\n", json(message, item)?))
}

/// Writes text to standard output; a reader that went away ends the command quietly.
pub(crate) fn write_text(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Failure::new(Exit::Partly, format!("could not write to standard output: {error}"))),
    }
}

fn json<M: prost::Message>(message: &str, item: &M) -> Result<String, Failure> {
    api::message_to_json(message, item).map_err(|error| Failure::new(Exit::Partly, error.to_string()))
}

/// A table for people.
pub(crate) fn table<M>(columns: &[Column<M>], items: &[M]) -> String {
    let header = columns.iter().map(|column| column.name.to_owned());
    let rows = items.iter().map(|item| columns.iter().map(|column| (column.text)(item)).collect());
    text_table(header, rows)
}

/// A table of texts for people.
pub(crate) fn text_table(
    header: impl IntoIterator<Item = String>,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.into_iter().collect::<Vec<_>>());
    let arrangement =
        if std::io::stdout().is_terminal() { ContentArrangement::Dynamic } else { ContentArrangement::Disabled };
    table.set_content_arrangement(arrangement);
    for row in rows {
        table.add_row(row);
    }
    format!("{table}\n")
}

fn write_csv<M>(columns: &[Column<M>], items: &[M]) -> Result<(), Failure> {
    let header = columns.iter().map(|column| column.name.to_owned()).collect();
    let rows = items.iter().map(|item| columns.iter().map(|column| (column.text)(item)).collect());
    write_text(&csv_text(header, rows)?)
}

/// Comma-separated text with a header.
pub(crate) fn csv_text(header: Vec<String>, rows: impl IntoIterator<Item = Vec<String>>) -> Result<String, Failure> {
    let failed = |error: String| Failure::new(Exit::Partly, format!("could not write CSV: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(header).chain(rows) {
        writer.write_record(row).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

fn write_geojson<M: prost::Message>(view: &View<'_, M>, items: &[M]) -> Result<(), Failure> {
    let Some(geometry) = view.geometry else {
        return Err(Failure::new(Exit::Usage, "these have no place: choose table, json, ndjson or csv"));
    };
    let feature = |item: &M| -> Result<serde_json::Value, Failure> {
        let text = json(view.message, item)?;
        let properties: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| Failure::new(Exit::Partly, error.to_string()))?;
        Ok(serde_json::json!({"type": "Feature", "geometry": geometry(item), "properties": properties}))
    };
    let features: Vec<serde_json::Value> = items.iter().map(feature).collect::<Result<_, _>>()?;
    write_text(&format!("{}\n", serde_json::json!({"type": "FeatureCollection", "features": features})))
}
