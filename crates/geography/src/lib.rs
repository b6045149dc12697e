//! Points, cells and names in; counties, masks, distances and places out. Kenya and 100 km around, compiled in.
//!
//! The tables under `data/` are made by `tools/convert` and parsed on first use; the same question always has the same answer, on every
//! machine. What each table says, from where, and under which licence: `data/README.md`.
//!
//! Never: IO, clock, entropy, unordered iteration; a fuzzy match (a name that is not exact gets candidates, and a person decides).
mod table; // tables of text and of cells, as committed
mod county; // the 47 counties and their names
mod name; // when two spellings are one name
mod distance; // metres between points
mod cell; // points to cells, cells to points
mod cell_tree; // which byte a cell has
mod ground; // which county, which territory
mod mask; // the cells that are counted
mod ward; // wards by name
mod gazetteer; // places by name, and the nearest one
mod resolve; // name, ward and county to a place or an area
mod outline; // county borders for drawing
pub use crate::{
    cell::{cell_area_km2, cell_centre, cell_index, cell_of},
    county::{County, CountyLabel, labels},
    distance::{EARTH_RADIUS, distance},
    gazetteer::{NearestPlace, Place, PlaceKind, nearest_place},
    ground::{
        CountyHit, cells_touching_counties, county_of, county_of_cell, in_territory, swapped_coordinates_would_fit,
    },
    mask::{Mask, MaskResolution, mask},
    name::normalise_name,
    outline::{Outline, outlines},
    resolve::{CANDIDATES_MAX, Candidate, CandidateKind, PlaceField, PlaceQuery, Resolved, resolve},
    table::{ParseTableError, TableVersion, table_versions},
    ward::Ward,
};
