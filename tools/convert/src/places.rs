//! GeoNames rows in, the named places that a report may mean out, by GeoNames number.
//!
//! Kept: populated places (with markets and police posts, which are small settlements), localities, and landmarks no larger than a village
//! (wells, hills, fords, airstrips). Left out: what is long or wide (rivers, valleys, forests, administrative areas), since a point with a
//! radius of 3 km would lie about it, and what shares the name of a village (schools, churches). Whether two rows are one place is decided by the reader, not here.
use std::collections::BTreeMap;

use crate::{
    polygon::Ground,
    sources::{PlaceRow, Sources},
    table::Lines,
};

/// Feature codes of GeoNames by what they are to a reader: P populated, L locality, M landmark.
const KINDS: &[(char, &[&str])] = &[
    ('P', &["PPL", "PPLA", "PPLA2", "PPLC", "PPLX", "PPLL", "PPLF", "MKT", "PP"]),
    ('L', &["LCTY", "AREA"]),
    ('M', &["WTRH", "WLL", "SPNG", "HLL", "MT", "PK", "PASS", "FORD", "RDJCT", "AIRF"]),
];
/// A place of Kenya that lies off every polygon (an islet, a rounded coordinate) is looked for in these steps around it, in degrees.
const STEPS: &[(f64, f64)] = &[
    (0.0, 0.0),
    (0.01, 0.0),
    (-0.01, 0.0),
    (0.0, 0.01),
    (0.0, -0.01),
    (0.03, 0.0),
    (-0.03, 0.0),
    (0.0, 0.03),
    (0.0, -0.03),
];
const DISPUTED: u8 = 0x40;

pub(crate) fn lines(sources: &Sources) -> Lines {
    let rows = sources.places.iter().chain(&sources.neighbours).filter_map(|place| Some((place, kind(place)?)));
    let by_id: BTreeMap<u64, Vec<String>> =
        rows.map(|(place, kind)| (place.geonameid, row(&sources.ground, place, kind))).collect();
    Lines {
        columns: &["geonameid", "kind", "country", "county", "lat", "lng", "population", "name", "alternates"],
        rows: by_id.into_values().collect(),
    }
}

fn kind(place: &PlaceRow) -> Option<char> {
    let codes = KINDS.iter().find(|(_, codes)| codes.contains(&place.feature_code.as_str()));
    codes.map(|(kind, _)| *kind)
}

fn row(ground: &Ground, place: &PlaceRow, kind: char) -> Vec<String> {
    vec![
        place.geonameid.to_string(),
        kind.to_string(),
        place.country_code.clone(),
        county(ground, place).to_string(),
        format!("{:.5}", place.latitude),
        format!("{:.5}", place.longitude),
        place.population.to_string(),
        place.name.trim().to_owned(),
        alternates(place).join("|"),
    ]
}

/// By polygon, never by GeoNames' own code, which is wrong for one place in eighty. 0 abroad.
fn county(ground: &Ground, place: &PlaceRow) -> u8 {
    if place.country_code != "KE" {
        return 0;
    }
    let mut bytes =
        STEPS.iter().map(|(east, north)| ground.county_byte((place.longitude + east, place.latitude + north)));
    bytes.find(|byte| *byte != 0).unwrap_or(0) & !DISPUTED
}

/// Spellings in Latin letters that begin with a capital: GeoNames mixes in transliterations ("na ku lu") and airport codes ("NUU").
fn alternates(place: &PlaceRow) -> Vec<&str> {
    let is_latin = |name: &str| {
        name.chars().all(|letter| letter < '\u{250}' || matches!(letter, '\u{1e00}'..='\u{1eff}' | '\u{2019}'))
    };
    let is_code = |name: &str| name.len() <= 4 && name.chars().all(|letter| letter.is_ascii_uppercase());
    let names = place.alternatenames.split(',').map(str::trim);
    let spelled = names.filter(|name| name.starts_with(char::is_uppercase) && is_latin(name) && !is_code(name));
    spelled.filter(|name| !name.contains('|') && *name != place.name).collect()
}
