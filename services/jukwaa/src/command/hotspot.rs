//! `jukwaa hotspot`: where a family is above what was expected, and why.

use api::domain::v1::{Family, Hotspot, HotspotState};
use api::query::v1::{GetHotspotRequest, GetHotspotResponse, ListHotspotsRequest};
use geography::MaskResolution;

use crate::cli::{Format, HotspotCommand, HotspotListArgs};
use crate::client::Client;
use crate::command::{detect, input, text};
use crate::failure::{Exit, Failure};
use crate::output::{self, Column, View};

/// The windows that the server evaluates, in days.
const WINDOWS_DAYS: [u16; 4] = [28, 90, 365, 1_825];
/// Most hotspots asked for at once.
const PAGE: usize = 500;

pub(crate) const TABLE: [Column<Hotspot>; 11] = [
    Column { name: "hotspot", text: |hotspot| hotspot.hotspot_id.clone() },
    Column { name: "family", text: |hotspot| text::family(hotspot.family) },
    Column { name: "county", text: |hotspot| hotspot.county.clone() },
    Column { name: "near", text: |hotspot| hotspot.nearest_place.clone() },
    Column { name: "days", text: |hotspot| hotspot.window_days.to_string() },
    Column { name: "state", text: state },
    Column { name: "cells", text: |hotspot| hotspot.cells.len().to_string() },
    Column { name: "incidents", text: |hotspot| hotspot.incidents.to_string() },
    Column { name: "observed", text: |hotspot| format!("{:.1}", hotspot.observed) },
    Column { name: "expected", text: |hotspot| format!("{:.2}", hotspot.expected) },
    Column { name: "score", text: |hotspot| format!("{:.1}", hotspot.score) },
];

const CSV: [Column<Hotspot>; 21] = [
    Column { name: "hotspot_id", text: |hotspot| hotspot.hotspot_id.clone() },
    Column { name: "revision", text: |hotspot| hotspot.revision.to_string() },
    Column { name: "category", text: |hotspot| text::family(hotspot.family).to_uppercase() },
    Column { name: "resolution", text: |hotspot| hotspot.resolution.to_string() },
    Column { name: "window_days", text: |hotspot| hotspot.window_days.to_string() },
    Column { name: "as_of", text: |hotspot| text::utc_time(hotspot.as_of.as_ref()) },
    Column { name: "state", text: state },
    Column { name: "county", text: |hotspot| hotspot.county.clone() },
    Column { name: "nearest_place", text: |hotspot| hotspot.nearest_place.clone() },
    Column { name: "hex_id", text: |hotspot| hotspot.best_cell.clone() },
    Column { name: "cells", text: |hotspot| hotspot.cells.len().to_string() },
    Column { name: "incidents", text: |hotspot| hotspot.incidents.to_string() },
    Column { name: "observed", text: |hotspot| hotspot.observed.to_string() },
    Column { name: "expected", text: |hotspot| detect::number_text(hotspot.expected) },
    Column { name: "score", text: |hotspot| detect::number_text(hotspot.score) },
    Column { name: "gi_star_z", text: |hotspot| detect::number_text(hotspot.gi_star_z) },
    Column { name: "p_value", text: |hotspot| detect::number_text(hotspot.p_value) },
    Column { name: "q_value", text: |hotspot| detect::number_text(hotspot.q_value) },
    Column { name: "agencies", text: |hotspot| hotspot.agencies.to_string() },
    Column { name: "sources", text: |hotspot| hotspot.sources.to_string() },
    Column { name: "single_source_share", text: |hotspot| hotspot.single_source_share.to_string() },
];

/// How hotspots are shown.
pub(crate) const VIEW: View<'_, Hotspot> = View {
    message: "jukwaa.domain.v1.Hotspot",
    table: &TABLE,
    csv: &CSV,
    geometry: Some(|hotspot| text::cells(hotspot.cells.iter().map(|cell| cell.cell.as_str()))),
};

/// Runs a command that asks the server.
///
/// # Errors
/// If the server refuses, or there is none.
pub(crate) async fn list(args: &HotspotListArgs, client: &Client) -> Result<(), Failure> {
    if args.window_days.is_some_and(|days| !WINDOWS_DAYS.contains(&days)) {
        return Err(Failure::new(
            Exit::Usage,
            "--window-days is not one that the server evaluates: 28, 90, 365 or 1825",
        ));
    }
    let request = ListHotspotsRequest {
        family: family(args.family.as_deref())?,
        county: args.county.clone().unwrap_or_default(),
        window_days: i32::from(args.window_days.unwrap_or(0)),
        as_of: input::option_instant("--as-of", args.as_of.as_deref())?,
        include_gone: args.include_gone,
        ..ListHotspotsRequest::default()
    };
    output::write(args.output.output, &VIEW, &fetch(client, request, args.limit).await?)
}

/// Shows one hotspot.
///
/// # Errors
/// If the server refuses.
pub(crate) async fn show(id: &str, as_of: Option<&str>, format: Format, client: &Client) -> Result<(), Failure> {
    let as_of = input::option_instant("--as-of", as_of)?;
    let answer = client.query().get_hotspot(GetHotspotRequest { hotspot_id: id.to_owned(), as_of }).await?.into_inner();
    match format {
        Format::Table => output::write_text(&page(&answer)),
        Format::Json | Format::Ndjson => output::write_message("jukwaa.query.v1.GetHotspotResponse", &answer),
        Format::Csv | Format::Geojson => output::write(format, &VIEW, answer.hotspot.as_slice()),
    }
}

/// Prints the mask, one cell a line.
///
/// # Errors
/// If the resolution is none that has a mask.
pub(crate) fn mask(resolution: u8) -> Result<(), Failure> {
    let resolution = MaskResolution::new(resolution)
        .ok_or_else(|| Failure::new(Exit::Usage, format!("--resolution {resolution} is not 5, 6 or 7")))?;
    let mut lines = String::new();
    for cell in geography::mask(resolution).cells() {
        lines.push_str(&format!("{cell}\n"));
    }
    output::write_text(&lines)
}

/// All hotspots of a request up to a limit, page by page, strongest first.
///
/// # Errors
/// If the server refuses.
pub(crate) async fn fetch(
    client: &Client,
    mut request: ListHotspotsRequest,
    limit: usize,
) -> Result<Vec<Hotspot>, Failure> {
    let mut hotspots = Vec::new();
    while hotspots.len() < limit {
        request.page_size = i32::try_from((limit - hotspots.len()).min(PAGE)).unwrap_or(i32::MAX);
        let answer = client.query().list_hotspots(request.clone()).await?.into_inner();
        hotspots.extend(answer.hotspots);
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    Ok(hotspots)
}

/// The number of a family; absent: all.
pub(crate) fn family(word: Option<&str>) -> Result<i32, Failure> {
    let family = word.map(|word| input::option_word::<domain::Family>("--family", word, "FAMILY_")).transpose()?;
    Ok(family.map_or(Family::Unspecified.into(), domain::Family::number))
}

fn state(hotspot: &Hotspot) -> String {
    text::enum_word(hotspot.state().as_str_name(), "HOTSPOT_STATE_")
}

/// A hotspot on a page: what, why, on whose word, how it grew.
fn page(answer: &GetHotspotResponse) -> String {
    let Some(hotspot) = &answer.hotspot else { return String::new() };
    let mut lines = vec![
        format!("{}  revision {}  {}", hotspot.hotspot_id, hotspot.revision, state(hotspot)),
        format!("  {}", hotspot.reason),
        format!(
            "  score {:.1} (q = {:.2e}, p = {:.2e}); Gi* z {:.1}, a label only; first seen {}",
            hotspot.score,
            hotspot.q_value,
            hotspot.p_value,
            hotspot.gi_star_z,
            text::local_time(hotspot.first_seen.as_ref())
        ),
        format!(
            "  {} agencies, {} sources; {:.0} % of the weight rests on incidents of a single source, {:.0} % on one agency alone",
            hotspot.agencies,
            hotspot.sources,
            hotspot.single_source_share * 100.0,
            hotspot.single_agency_share * 100.0
        ),
        format!("cells (H3 resolution {})", hotspot.resolution),
    ];
    lines.extend(hotspot.cells.iter().map(|cell| {
        format!(
            "  {}  {} incidents; disk: observed {:.1}, expected {:.2}, q = {:.2e}",
            cell.cell, cell.incidents, cell.observed, cell.expected, cell.q_value
        )
    }));
    lines.push("history".to_owned());
    lines.extend(answer.history.iter().take(12).map(|earlier| {
        format!(
            "  {}  {}: {} incidents, observed {:.1}, score {:.1}",
            text::local_time(earlier.as_of.as_ref()),
            text::enum_word(HotspotState::try_from(earlier.state).unwrap_or_default().as_str_name(), "HOTSPOT_STATE_"),
            earlier.incidents,
            earlier.observed,
            earlier.score
        )
    }));
    lines.push("incidents".to_owned());
    lines.push(output::table(super::incident::VIEW.table, &answer.incidents));
    lines.join("\n")
}

/// Commands of this noun that need no server.
///
/// # Errors
/// If the command fails.
pub(crate) fn run_offline(command: &HotspotCommand) -> Option<Result<(), Failure>> {
    match command {
        HotspotCommand::Mask { resolution } => Some(mask(*resolution)),
        HotspotCommand::Map { output, from: Some(file), family, window_days, as_of } => {
            let choice =
                super::map::Choice { family: family.as_deref(), window_days: *window_days, as_of: as_of.as_deref() };
            Some(super::map::from_file(file, &choice, *output))
        }
        HotspotCommand::List(_) | HotspotCommand::Show { .. } | HotspotCommand::Map { from: None, .. } => None,
    }
}

/// Runs the command.
///
/// # Errors
/// If the server refuses, or there is none.
pub(crate) async fn run(command: &HotspotCommand, client: &Client) -> Result<(), Failure> {
    match command {
        HotspotCommand::List(args) => list(args, client).await,
        HotspotCommand::Show { id, as_of, output } => show(id, as_of.as_deref(), output.output, client).await,
        HotspotCommand::Map { output, from: _, family, window_days, as_of } => {
            let choice =
                super::map::Choice { family: family.as_deref(), window_days: *window_days, as_of: as_of.as_deref() };
            super::map::from_server(client, &choice, *output).await
        }
        HotspotCommand::Mask { resolution } => mask(*resolution),
    }
}
