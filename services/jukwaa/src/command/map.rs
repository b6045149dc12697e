//! `jukwaa hotspot map`: hotspots on the counties, as one self-contained picture that is readable on paper.
//!
//! Comes in: hotspots of the server, or a file of `detect`. Goes out: SVG, alone or in a page with a legend and a table.
//! Guarantees: no network, no script, no font but the reader's own; colours differ in lightness, so that a grey print still ranks the cells.
//!
//! Never: an incident's point; cells only.

mod draw; // the picture
mod page; // the page around it

use std::collections::BTreeMap;
use std::path::Path;

use api::domain::v1::Hotspot;
use api::query::v1::ListHotspotsRequest;
use domain::{Cell, Family};

use crate::cli::MapFormat;
use crate::client::Client;
use crate::command::{detect, hotspot, input, text};
use crate::failure::{Exit, Failure};
use crate::output;

/// Most hotspots on a picture.
const HOTSPOTS_MAX: usize = 1_000;
/// Windows to choose from where none is named, the one that people plan by first.
const WINDOWS_DAYS: [u16; 4] = [365, 1_825, 90, 28];

/// What to draw.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Choice<'a> {
    /// Only this family.
    pub(crate) family: Option<&'a str>,
    /// Only this window.
    pub(crate) window_days: Option<u16>,
    /// As of this time.
    pub(crate) as_of: Option<&'a str>,
}

/// A hotspot to draw.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    family: Family,
    window_days: u16,
    cells: Vec<(Cell, f64)>,
    county: String,
    near: String,
    state: String,
    incidents: i64,
    observed: f64,
    expected: f64,
    score: f64,
    voices: String,
}

/// A picture: its hotspots, strongest first, and what the legend says.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    hotspots: Vec<Drawn>,
    window_days: u16,
    as_of: String,
}

/// Draws a file of `detect --output csv`.
///
/// # Errors
/// If it is no such file.
pub(crate) fn from_file(file: &Path, choice: &Choice<'_>, format: MapFormat) -> Result<(), Failure> {
    let rows = detect::read_rows(file)?;
    let as_of = match choice.as_of {
        Some(text) => input::instant("--as-of", text)?.to_eat_text(),
        None => format!("the instant given to detect ({})", file.display()),
    };
    let mut drawn: BTreeMap<String, Drawn> = BTreeMap::new();
    for row in rows {
        let row: BTreeMap<String, String> = row.into_iter().collect();
        add_row(&row, &mut drawn)
            .map_err(|reason| Failure::new(Exit::Partly, format!("{}: {reason}", file.display())))?;
    }
    write(picture(drawn.into_values().collect(), choice, as_of)?, format)
}

/// Draws the hotspots of the server.
///
/// # Errors
/// If the server refuses, or there is none.
pub(crate) async fn from_server(client: &Client, choice: &Choice<'_>, format: MapFormat) -> Result<(), Failure> {
    write(ask(client, choice).await?, format)
}

/// The picture of the hotspots of the server.
///
/// # Errors
/// If the server refuses.
pub(crate) async fn ask(client: &Client, choice: &Choice<'_>) -> Result<Picture, Failure> {
    let request = ListHotspotsRequest {
        family: hotspot::family(choice.family)?,
        window_days: i32::from(choice.window_days.unwrap_or(0)),
        as_of: input::option_instant("--as-of", choice.as_of)?,
        ..ListHotspotsRequest::default()
    };
    let hotspots = hotspot::fetch(client, request, HOTSPOTS_MAX).await?;
    let as_of =
        hotspots.iter().filter_map(|hotspot| hotspot.as_of.as_ref()).max_by_key(|time| (time.seconds, time.nanos));
    let as_of = match choice.as_of {
        Some(text) => input::instant("--as-of", text)?.to_eat_text(),
        None => text::local_time(as_of),
    };
    picture(hotspots.iter().filter_map(of_wire).collect(), choice, as_of)
}

/// The page of a picture.
pub(crate) fn html(picture: &Picture) -> String {
    page::html(picture)
}

fn of_wire(hotspot: &Hotspot) -> Option<Drawn> {
    let score = |q: f64| -q.max(1e-300).log10() + 0.0;
    Some(Drawn {
        family: Family::from_number(hotspot.family)?,
        window_days: u16::try_from(hotspot.window_days).ok()?,
        cells: hotspot.cells.iter().filter_map(|cell| Some((cell.cell.parse().ok()?, score(cell.q_value)))).collect(),
        county: hotspot.county.clone(),
        near: hotspot.nearest_place.clone(),
        state: text::enum_word(hotspot.state().as_str_name(), "HOTSPOT_STATE_"),
        incidents: i64::from(hotspot.incidents),
        observed: hotspot.observed,
        expected: hotspot.expected,
        score: hotspot.score,
        voices: format!("{} agencies, {} sources", hotspot.agencies, hotspot.sources),
    })
}

/// Adds a row of `detect` to its hotspot. Observed and expected of a hotspot are not in such a file; its best disk's are shown.
fn add_row(row: &BTreeMap<String, String>, drawn: &mut BTreeMap<String, Drawn>) -> Result<(), String> {
    let field = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
    let number =
        |name: &str| field(name).parse::<f64>().map_err(|_| format!("{name} {:?} is not a number", field(name)));
    if field("hotspot_id").is_empty() {
        return Ok(());
    }
    let family: Family = field("category").parse().map_err(|error: domain::ParseWordError| error.to_string())?;
    let window_days = field("window_days").parse().map_err(|_| "window_days is not a number of days".to_owned())?;
    let cell: Cell = field("cell").parse().map_err(|error: domain::ParseCellError| error.to_string())?;
    let index = geography::cell_index(cell).ok_or_else(|| format!("{cell} is not an H3 cell"))?;
    let (score, observed, expected) = (number("score")?, number("observed")?, number("expected")?);
    let incidents: i64 = field("incidents").parse().map_err(|_| "incidents is not a number".to_owned())?;
    let entry = drawn.entry(field("hotspot_id").to_owned()).or_insert_with(|| Drawn {
        family,
        window_days,
        cells: Vec::new(),
        county: String::new(),
        near: String::new(),
        state: field("state").to_owned(),
        incidents: 0,
        observed,
        expected,
        score: f64::NEG_INFINITY,
        voices: String::new(),
    });
    entry.cells.push((cell, score));
    entry.incidents += incidents;
    if score > entry.score {
        entry.score = score;
        (entry.observed, entry.expected) = (observed, expected);
        entry.county = geography::county_of_cell(index).map_or_else(String::new, |county| county.name().to_owned());
        entry.near = geography::nearest_place(geography::cell_centre(index))
            .map_or_else(String::new, |near| near.place.name().to_owned());
    }
    Ok(())
}

fn picture(mut hotspots: Vec<Drawn>, choice: &Choice<'_>, as_of: String) -> Result<Picture, Failure> {
    let family = choice.family.map(|word| input::option_word::<Family>("--family", word, "FAMILY_")).transpose()?;
    hotspots.retain(|hotspot| family.is_none_or(|family| family == hotspot.family));
    let has = |days: &u16| hotspots.iter().any(|hotspot| hotspot.window_days == *days);
    let present = || hotspots.iter().map(|hotspot| hotspot.window_days).max();
    let window_days =
        choice.window_days.or_else(|| WINDOWS_DAYS.into_iter().find(has)).or_else(present).unwrap_or(WINDOWS_DAYS[0]);
    hotspots.retain(|hotspot| hotspot.window_days == window_days);
    hotspots.sort_by(|a, b| a.family.cmp(&b.family).then(b.score.total_cmp(&a.score)));
    Ok(Picture { hotspots, window_days, as_of })
}

fn write(picture: Picture, format: MapFormat) -> Result<(), Failure> {
    match format {
        MapFormat::Html => output::write_text(&page::html(&picture)),
        MapFormat::Svg => output::write_text(&draw::svg(&picture)),
    }
}
