//! What commands read: files, standard input, times, categories; and how faults of lines are told.
#![allow(clippy::print_stderr, reason = "faults of lines go to standard error")]

use std::io::Read;
use std::path::Path;

use domain::{Category, Cell, Timestamp};

use crate::failure::{Exit, Failure};

/// What some editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineFault {
    /// Its number, from 1.
    pub(crate) line: u64,
    /// Why.
    pub(crate) reason: String,
}

/// What a file is called: `-` is standard input.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// The bytes of a file without a byte order mark; `-` is standard input.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::new(Exit::Partly, format!("could not read {}: {error}", name(path)));
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
    } else {
        bytes = std::fs::read(path).map_err(failed)?;
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
/// If it cannot be read, or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read_bytes(path)?)
        .map_err(|error| Failure::new(Exit::Partly, format!("{} is not text in UTF-8: {error}", name(path))))
}

/// The lines of a file that are not blank, with their numbers from 1; a line that is no UTF-8 is a fault of its own.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = (u64, Result<&str, String>)> {
    let lines = (1..).zip(bytes.split(|byte| *byte == b'\n'));
    let texts = lines
        .map(|(number, line)| (number, std::str::from_utf8(line).map_err(|error| format!("it is not UTF-8: {error}"))));
    texts.filter(|(_, line)| line.as_ref().map_or(true, |line| !line.trim().is_empty()))
}

/// Tells a fault of a line on standard error.
pub(crate) fn tell_fault(path: &Path, fault: &LineFault) {
    eprintln!("{}:{}: {}", name(path), fault.line, fault.reason);
}

/// Tells all faults; after that the command has failed in part.
///
/// # Errors
/// If there is a fault.
pub(crate) fn report_faults(path: &Path, faults: &[LineFault]) -> Result<(), Failure> {
    faults.iter().for_each(|fault| tell_fault(path, fault));
    match faults.len() {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Partly, "1 line could not be used")),
        count => Err(Failure::new(Exit::Partly, format!("{count} lines could not be used"))),
    }
}

/// An instant of an option.
///
/// # Errors
/// If the text is none.
pub(crate) fn instant(option: &str, text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|error: domain::ParseTimeError| Failure::new(Exit::Usage, format!("{option}: {error}")))
}

/// A category by its word, with or without its prefix, in any case.
///
/// # Errors
/// If there is none of that name.
pub(crate) fn category(text: &str) -> Result<Category, String> {
    word(text, "CATEGORY_")
}

/// A word of a closed list, with or without its prefix, in any case, '-' for '_'.
///
/// # Errors
/// If it is not in the list.
pub(crate) fn word<T: std::str::FromStr<Err = domain::ParseWordError>>(text: &str, prefix: &str) -> Result<T, String> {
    let word = text.trim().to_uppercase().replace(['-', ' '], "_");
    word.strip_prefix(prefix).unwrap_or(&word).parse().map_err(|error: domain::ParseWordError| error.to_string())
}

/// The same for an option of a command.
///
/// # Errors
/// If it is not in the list.
pub(crate) fn option_word<T: std::str::FromStr<Err = domain::ParseWordError>>(
    option: &str,
    text: &str,
    prefix: &str,
) -> Result<T, Failure> {
    word(text, prefix).map_err(|reason| Failure::new(Exit::Usage, format!("{option}: {reason}")))
}

/// A cell as a GeoJSON polygon, counter-clockwise, six decimals.
pub(crate) fn cell_polygon(cell: Cell) -> serde_json::Value {
    let Some(index) = geography::cell_index(cell) else { return serde_json::Value::Null };
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let mut ring: Vec<[f64; 2]> =
        index.boundary().iter().map(|corner| [round(corner.lng()), round(corner.lat())]).collect();
    ring.extend(ring.first().copied());
    serde_json::json!({"type": "Polygon", "coordinates": [ring]})
}

/// An instant of an option that may be absent, for the wire.
///
/// # Errors
/// If the text is none.
pub(crate) fn option_instant(option: &str, text: Option<&str>) -> Result<Option<prost_types::Timestamp>, Failure> {
    text.map(|text| instant(option, text)).transpose().map(|instant| instant.map(api::timestamp_to_wire))
}
