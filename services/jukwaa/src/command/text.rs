//! Values of the wire as people read them.

use api::domain::v1;
use domain::Timestamp;

/// A time in East Africa Time.
pub(crate) fn local_time(time: Option<&prost_types::Timestamp>) -> String {
    time.and_then(api::timestamp_from_wire).map_or_else(String::new, Timestamp::to_eat_text)
}

/// A time in UTC, RFC 3339.
pub(crate) fn utc_time(time: Option<&prost_types::Timestamp>) -> String {
    time.and_then(api::timestamp_from_wire).map_or_else(String::new, |time| time.to_string())
}

/// The word of a closed list; a number that this version does not know as a number.
pub(crate) fn word<T: std::fmt::Display>(number: i32, from_number: impl Fn(i32) -> Option<T>) -> String {
    match (number, from_number(number)) {
        (0, _) => String::new(),
        (_, Some(word)) => word.to_string().to_lowercase(),
        (number, None) => number.to_string(),
    }
}

/// The word of an enum of the wire, without its prefix.
pub(crate) fn enum_word(name: &str, prefix: &str) -> String {
    let word = name.strip_prefix(prefix).unwrap_or(name);
    if word == "UNSPECIFIED" { String::new() } else { word.to_lowercase() }
}

/// A category.
pub(crate) fn category(number: i32) -> String {
    word(number, domain::Category::from_number)
}

/// A family.
pub(crate) fn family(number: i32) -> String {
    word(number, domain::Family::from_number)
}

/// A count that may be unknown.
pub(crate) fn count(count: Option<i32>) -> String {
    count.map_or_else(String::new, |count| count.to_string())
}

/// A point as a GeoJSON geometry.
pub(crate) fn point(point: Option<&v1::LatLng>) -> Option<serde_json::Value> {
    point.map(|point| serde_json::json!({"type": "Point", "coordinates": [point.longitude, point.latitude]}))
}

/// Cells as one GeoJSON geometry.
pub(crate) fn cells<'a>(cells: impl Iterator<Item = &'a str>) -> Option<serde_json::Value> {
    let polygons = cells.filter_map(|cell| cell.parse().ok()).map(super::input::cell_polygon);
    // Not a MultiPolygon: its parts must not share edges, and neighbouring hexagons do.
    let geometries: Vec<serde_json::Value> = polygons.filter(|polygon| !polygon.is_null()).collect();
    (!geometries.is_empty()).then(|| serde_json::json!({"type": "GeometryCollection", "geometries": geometries}))
}
