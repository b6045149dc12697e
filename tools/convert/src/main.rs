//! A folder of source files in, the small tables that `crates/geography` compiles in out.
//!
//! `cargo run -p convert -- SOURCE [OUT]` reads county polygons, the territory, place names, the ward list and the census table under
//! `SOURCE` (layout and licences: `crates/geography/data/README.md`) and writes the tables to `OUT` (default `crates/geography/data`).
//! The same sources give the same bytes: no clock, no entropy, no unordered iteration; the points of the fixture come from a fixed seed.
//!
//! Never: the network, or a source without an open licence. The build and the tests need the tables only, never the sources.
mod cell_tree; // a map of the ground to one byte, as a tree of H3 cells
mod census; // the counties: names, people, land, centre
mod fixture; // random points with their county by polygon
mod outlines; // the county borders, reduced for drawing
mod places; // names and coordinates
mod polygon; // rings, point in polygon, distance to a border
mod sources; // reads the source files
mod table; // writes a table with magic, version and digest
mod wards; // the ward list

use std::{
    error::Error,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{cell_tree::CellTree, polygon::Ground, sources::Sources, table::WriteError};

/// The finest cells of the county table: about 0.1 km², so that a border is off by at most some 200 m.
const COUNTY_RESOLUTION: h3o::Resolution = h3o::Resolution::Nine;
/// The cells of the territory.
const TERRITORY_RESOLUTION: h3o::Resolution = h3o::Resolution::Six;

#[derive(Debug, thiserror::Error)]
enum ConvertError {
    #[error("no source folder given; usage: convert SOURCE [OUT]")]
    NoSource,
    #[error(transparent)]
    Read(#[from] sources::ReadError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).map(PathBuf::from)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("convert: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                text.push_str(&format!(": {inner}"));
                cause = inner.source();
            }
            say(&text);
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = PathBuf>) -> Result<(), ConvertError> {
    let source = arguments.next().ok_or(ConvertError::NoSource)?;
    let out = arguments.next().unwrap_or_else(|| PathBuf::from("crates/geography/data"));
    let sources = Sources::read(&source)?;
    write_cells(&sources, &out)?;
    let counties = census::counties(&sources);
    report(&out, "counties.tsv", table::write_text(&out, "counties.tsv", "counties", &counties)?);
    report(
        &out,
        "outlines.tsv",
        table::write_text(&out, "outlines.tsv", "outlines", &outlines::lines(&sources.ground))?,
    );
    report(&out, "points.tsv", table::write_text(&out, "points.tsv", "points", &fixture::lines(&sources.ground))?);
    report(&out, "wards.tsv", table::write_text(&out, "wards.tsv", "wards", &wards::lines(&sources))?);
    report(&out, "places.tsv", table::write_text(&out, "places.tsv", "places", &places::lines(&sources))?);
    Ok(())
}

fn write_cells(sources: &Sources, out: &Path) -> Result<(), ConvertError> {
    let Ground { counties, ilemi, kenya, territory } = &sources.ground;
    let mut borders: Vec<_> = counties.iter().flat_map(|(_, shape)| shape.segments()).collect();
    borders.extend(ilemi.segments().chain(kenya.segments()));
    let by_county =
        CellTree::build(COUNTY_RESOLUTION, &borders, |cell, _| sources.ground.county_byte(polygon::centre(cell)));
    report(out, "counties.cells", table::write_cells(out, "counties.cells", &by_county)?);
    let borders: Vec<_> = territory.segments().collect();
    let touched = CellTree::build(TERRITORY_RESOLUTION, &borders, |cell, near| u8::from(territory.touches(cell, near)));
    report(out, "territory.cells", table::write_cells(out, "territory.cells", &touched)?);
    Ok(())
}

fn report(out: &Path, name: &str, byte_count: usize) {
    say(&format!("{} {byte_count} bytes", out.join(name).display()));
}

/// Progress goes to standard error; a reader that went away is no fault of ours.
fn say(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
