//! Rows of `detect` for a file of incidents, for the evaluation before anything else reads such files:
//! `cargo run -p hotspots --example detect -- detect INCIDENTS.csv --as-of TIME [--resolution R] [--window-days W] [--all-cells]`.
//!
//! The file has the columns `incident_id,category,occurred_at,latitude,longitude[,weight]`, without quotes.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it reads a file and prints")]

use std::collections::BTreeMap;
use std::error::Error;

use domain::{Category, IncidentId, Point, Timestamp};
use geography::MaskResolution;
use hotspots::{Counted, DetectRow, Rows, Settings, detect};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value_of = |flag: &str| {
        let place = arguments.iter().position(|argument| argument == flag);
        place.and_then(|place| arguments.get(place + 1)).map(String::as_str)
    };
    let text = std::fs::read_to_string(arguments.get(1).ok_or("no file")?)?;
    let as_of: Timestamp = value_of("--as-of").ok_or("no --as-of")?.parse()?;
    let mut settings = Settings::default();
    if let Some(resolution) = value_of("--resolution") {
        settings.resolution = MaskResolution::new(resolution.parse()?).ok_or("resolution 5, 6 or 7")?;
    }
    if let Some(days) = value_of("--window-days") {
        settings.windows_days = days.split(',').map(str::parse).collect::<Result<_, _>>()?;
    }
    let all_cells = arguments.iter().any(|argument| argument == "--all-cells");
    let rows = if all_cells { Rows::AllCells } else { Rows::OfHotspots };
    println!(
        "hotspot_id,category,resolution,cell,window_days,incidents,observed,expected,score,gi_star_z,p_value,q_value,state"
    );
    detect(&read(&text)?, as_of, settings, rows).iter().for_each(print);
    Ok(())
}

fn read(text: &str) -> Result<Vec<Counted>, Box<dyn Error>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().ok_or("an empty file")?.split(',').collect();
    let mut incidents: BTreeMap<u128, Counted> = BTreeMap::new();
    for (number, line) in (1..).zip(lines) {
        let fields: BTreeMap<&str, &str> = header.iter().copied().zip(line.split(',')).collect();
        let field = |name: &str| fields.get(name).copied().ok_or("a column is missing");
        let category: Category = field("category")?.trim_start_matches("CATEGORY_").parse()?;
        let Some(family) = category.family() else { continue };
        let counted = Counted {
            incident: IncidentId::from_bytes(u128::to_be_bytes(number)),
            family,
            at: field("occurred_at")?.parse()?,
            point: Point::from_degrees(field("latitude")?.parse()?, field("longitude")?.parse()?)?,
            weight_milli: fields.get("weight").map_or(Ok(1_000), |weight| milli(weight))?,
            agencies: Vec::new(),
            sources: Vec::new(),
        };
        incidents.insert(number, counted);
    }
    Ok(incidents.into_values().collect())
}

/// Thousandths of a weight with at most three decimals.
fn milli(weight: &str) -> Result<u16, Box<dyn Error>> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let milli: u16 = format!("{whole}{decimals:0<3}").parse()?;
    if decimals.len() > 3 || !(1..=1_000).contains(&milli) {
        return Err("a weight is above 0, at most 1, with at most three decimals".into());
    }
    Ok(milli)
}

fn print(row: &DetectRow) {
    let hotspot = row.hotspot.map(|id| id.to_string()).unwrap_or_default();
    let state = row.state.map(|state| state.to_string()).unwrap_or_default();
    println!(
        "{hotspot},{},{},{},{},{},{},{},{},{},{:e},{:e},{state}",
        row.family,
        row.resolution,
        row.cell,
        row.window_days,
        row.incidents,
        row.observed_milli as f64 / 1_000.0,
        row.expected,
        row.score,
        row.gi_star_z,
        row.p_value,
        row.q_value
    );
}
