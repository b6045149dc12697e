//! `jukwaa detect`: a file of incidents in, the cells of its hotspots out, offline.

use std::collections::BTreeMap;
use std::path::Path;

use domain::{IncidentId, Point, Timestamp};
use geography::MaskResolution;
use hotspots::{Counted, DetectRow, Rows, Settings, detect};

use crate::cli::{DetectArgs, Format};
use crate::command::input::{self, LineFault};
use crate::failure::{Exit, Failure};
use crate::output;

/// The windows that are evaluated if none is named, in days.
const WINDOWS_DAYS: [u16; 4] = [28, 90, 365, 1_825];
/// Columns of the answer, as scripts read them.
const COLUMNS: [&str; 13] = [
    "hotspot_id",
    "category",
    "resolution",
    "cell",
    "window_days",
    "incidents",
    "observed",
    "expected",
    "score",
    "gi_star_z",
    "p_value",
    "q_value",
    "state",
];

/// Runs the command.
///
/// # Errors
/// If an option or the file cannot be read; after all lines, if one of them could not.
pub(crate) fn run(args: &DetectArgs) -> Result<(), Failure> {
    let as_of: Timestamp = input::instant("--as-of", &args.as_of)?;
    let resolution = MaskResolution::new(args.resolution)
        .ok_or_else(|| Failure::new(Exit::Usage, format!("--resolution {} is not 5, 6 or 7", args.resolution)))?;
    let windows_days = if args.window_days.is_empty() { WINDOWS_DAYS.to_vec() } else { args.window_days.clone() };
    if windows_days.contains(&0) {
        return Err(Failure::new(Exit::Usage, "--window-days must be at least 1"));
    }
    let (incidents, faults) = read(&args.file)?;
    let rows = if args.all_cells { Rows::AllCells } else { Rows::OfHotspots };
    let settings = Settings { resolution, windows_days };
    write(args.output.output, &detect(&incidents, as_of, settings, rows))?;
    input::report_faults(&args.file, &faults)
}

/// Reads incidents that count; those of a category without family, and restricted ones, are read and left out.
fn read(path: &Path) -> Result<(Vec<Counted>, Vec<LineFault>), Failure> {
    let bytes = input::read_bytes(path)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes.as_slice());
    let headers = reader.headers().map_err(|error| Failure::new(Exit::Partly, error.to_string()))?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name);
    let needed = |name: &str| {
        column(name).ok_or_else(|| {
            Failure::new(Exit::Partly, format!("{} has no column {name:?}", path.display()))
                .help("the columns are incident_id,category,occurred_at,latitude,longitude and, if wanted, weight")
        })
    };
    let columns = Columns {
        incident_id: needed("incident_id")?,
        category: needed("category")?,
        occurred_at: needed("occurred_at")?,
        latitude: needed("latitude")?,
        longitude: needed("longitude")?,
        weight: column("weight"),
    };
    let mut incidents: Vec<Counted> = Vec::new();
    let mut known: BTreeMap<String, csv::StringRecord> = BTreeMap::new();
    let mut faults = Vec::new();
    for record in reader.records() {
        let parsed = record
            .map_err(|error| (error.position().map_or(0, csv::Position::line), error.to_string()))
            .and_then(|record| {
                let line = record.position().map_or(0, csv::Position::line);
                let id = record.get(columns.incident_id).unwrap_or_default();
                if known.entry(id.to_owned()).or_insert_with(|| record.clone()) != &record {
                    return Err((
                        line,
                        format!("incident_id {id:?} was given before with other content, which counts"),
                    ));
                }
                columns.incident(&record).map_err(|reason| (line, reason))
            });
        match parsed {
            Ok(incident) => incidents.extend(incident),
            Err((line, reason)) => faults.push(LineFault { line, reason }),
        }
    }
    Ok((incidents, faults))
}

/// Where the columns are.
struct Columns {
    incident_id: usize,
    category: usize,
    occurred_at: usize,
    latitude: usize,
    longitude: usize,
    weight: Option<usize>,
}

impl Columns {
    fn incident(&self, record: &csv::StringRecord) -> Result<Option<Counted>, String> {
        let field = |index: usize, name: &str| record.get(index).ok_or_else(|| format!("{name} is missing"));
        let id = field(self.incident_id, "incident_id")?;
        if id.is_empty() {
            return Err("incident_id is empty".to_owned());
        }
        let category = input::category(field(self.category, "category")?)?;
        let at: Timestamp = field(self.occurred_at, "occurred_at")?
            .parse()
            .map_err(|error: domain::ParseTimeError| error.to_string())?;
        let degrees = |index: usize, name: &str| -> Result<f64, String> {
            let text = field(index, name)?;
            text.parse().map_err(|_| format!("{name} {text:?} is not a number of degrees"))
        };
        let (latitude, longitude) = (degrees(self.latitude, "latitude")?, degrees(self.longitude, "longitude")?);
        let point = Point::from_degrees(latitude, longitude).map_err(|error| error.to_string())?;
        let weight_milli = self.weight.map_or(Ok(1_000), |index| weight(record.get(index).unwrap_or_default()))?;
        let Some(family) = category.family() else { return Ok(None) };
        Ok(Some(Counted {
            incident: incident_id(id),
            family,
            at,
            point,
            weight_milli,
            agencies: Vec::new(),
            sources: Vec::new(),
        }))
    }
}

/// An id made from a name that the file gives.
fn incident_id(name: &str) -> IncidentId {
    name.parse().unwrap_or_else(|_| IncidentId::of_name(name))
}

/// A weight above 0 and up to 1 with at most three decimals, in thousandths; empty is 1.
fn weight(text: &str) -> Result<u16, String> {
    if text.is_empty() {
        return Ok(1_000);
    }
    let fault = || format!("weight {text:?} is not above 0 and up to 1 with at most three decimals");
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(fault());
    }
    let whole: u16 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| fault())? };
    let milli: u16 = format!("{decimals:0<3}").parse().map_err(|_| fault())?;
    let weight = whole.checked_mul(1_000).and_then(|whole| whole.checked_add(milli)).ok_or_else(fault)?;
    if (1..=1_000).contains(&weight) { Ok(weight) } else { Err(fault()) }
}

fn texts(row: &DetectRow) -> Vec<String> {
    vec![
        row.hotspot.map_or_else(String::new, |id| id.to_string()),
        row.family.to_string(),
        row.resolution.to_string(),
        row.cell.to_string(),
        row.window_days.to_string(),
        row.incidents.to_string(),
        milli_text(row.observed_milli),
        number_text(row.expected),
        number_text(row.score),
        number_text(row.gi_star_z),
        number_text(row.p_value),
        number_text(row.q_value),
        row.state.map_or_else(String::new, |state| state.word().to_lowercase()),
    ]
}

/// Thousandths as a decimal, exact.
fn milli_text(milli: u64) -> String {
    let text = format!("{}.{:03}", milli / 1_000, milli % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The shortest text that reads back as the same number.
pub(crate) fn number_text(number: f64) -> String {
    // Adding zero turns −0 into 0.
    let number = number + 0.0;
    if number != 0.0 && !(1e-5..1e15).contains(&number.abs()) { format!("{number:e}") } else { number.to_string() }
}

fn write(format: Format, rows: &[DetectRow]) -> Result<(), Failure> {
    let header = || COLUMNS.map(str::to_owned).to_vec();
    match format {
        Format::Table => output::write_text(&output::text_table(header(), rows.iter().map(texts))),
        Format::Csv => output::write_text(&output::csv_text(header(), rows.iter().map(texts))?),
        Format::Json => {
            output::write_text(&format!("{}\n", serde_json::Value::Array(rows.iter().map(object).collect())))
        }
        Format::Ndjson => rows.iter().try_for_each(|row| output::write_text(&format!("{}\n", object(row)))),
        Format::Geojson => {
            let feature = |row: &DetectRow| serde_json::json!({"type": "Feature", "geometry": input::cell_polygon(row.cell), "properties": object(row)});
            let features: Vec<_> = rows.iter().map(feature).collect();
            output::write_text(&format!("{}\n", serde_json::json!({"type": "FeatureCollection", "features": features})))
        }
    }
}

fn object(row: &DetectRow) -> serde_json::Value {
    #[expect(clippy::cast_precision_loss, reason = "sums of weights stay far below 2^53 thousandths")]
    let observed = row.observed_milli as f64 / 1_000.0;
    serde_json::json!({
        "hotspotId": row.hotspot.map(|id| id.to_string()),
        "category": row.family.to_string(),
        "resolution": row.resolution,
        "cell": row.cell.to_string(),
        "windowDays": row.window_days,
        "incidents": row.incidents,
        "observed": observed,
        "expected": row.expected,
        "score": row.score,
        "giStarZ": row.gi_star_z,
        "pValue": row.p_value,
        "qValue": row.q_value,
        "state": row.state.map(|state| state.word().to_lowercase()),
    })
}

/// Reads the cells of a file that `detect --output csv` wrote.
///
/// # Errors
/// If it is no such file.
pub(crate) fn read_rows(path: &Path) -> Result<Vec<Vec<(String, String)>>, Failure> {
    let text = input::read(path)?;
    let failed = |error: csv::Error| {
        Failure::new(Exit::Partly, format!("{} is not a file of `detect`: {error}", path.display()))
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().map_err(failed)?.clone();
    if !headers.iter().eq(COLUMNS) {
        return Err(Failure::new(
            Exit::Partly,
            format!("{} has not the columns of `detect --output csv`", path.display()),
        ));
    }
    let pair = |record: csv::StringRecord| {
        headers.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    reader.records().map(|record| record.map(pair).map_err(failed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_at_most_three_decimals() {
        assert_eq!(weight("1"), Ok(1_000));
        assert_eq!(weight("0.5"), Ok(500));
        assert_eq!(weight(".25"), Ok(250));
        assert_eq!(weight(""), Ok(1_000));
        for bad in ["0", "1.001", "0.1234", "-1", "1e-1", "nan", "2", "."] {
            assert!(weight(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn thousandths_are_written_exactly() {
        assert_eq!(milli_text(1_000), "1");
        assert_eq!(milli_text(12_345), "12.345");
        assert_eq!(milli_text(10_500), "10.5");
        assert_eq!(milli_text(0), "0");
    }

    #[test]
    fn numbers_read_back_the_same() {
        for number in [0.0, 1.5, -2.25, 1e-300, 123_456.789, 1.0 / 3.0] {
            assert!(number_text(number).parse::<f64>().unwrap().total_cmp(&number).is_eq(), "{number}");
        }
    }
}
