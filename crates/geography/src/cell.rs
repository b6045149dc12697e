//! Points to H3 cells and back.
//!
//! Never: an index rolled up by `parent` for counts; a point is indexed again at each resolution, since children stick out of their parent.
use domain::{Cell, Point};
use h3o::{CellIndex, LatLng, Resolution};

/// The cell of a resolution that holds a point. About 0.4 µs.
#[must_use]
pub fn cell_of(point: Point, resolution: Resolution) -> CellIndex {
    let at = LatLng::new(point.lat_degrees(), point.lng_degrees()).expect("a point's degrees are finite");
    at.to_cell(resolution)
}

/// The centre of a cell.
#[must_use]
pub fn cell_centre(cell: CellIndex) -> Point {
    let at = LatLng::from(cell);
    Point::from_degrees(at.lat().clamp(-90.0, 90.0), at.lng().clamp(-180.0, 180.0))
        .expect("a cell's centre is on the globe")
}

/// The area of a cell, in km²: exact on the sphere, not the mean of its resolution.
#[must_use]
pub fn cell_area_km2(cell: CellIndex) -> f64 {
    cell.area_km2()
}

/// The H3 index behind a cell of the domain; `None` if it is no valid index.
#[must_use]
pub fn cell_index(cell: Cell) -> Option<CellIndex> {
    CellIndex::try_from(cell.get()).ok()
}
