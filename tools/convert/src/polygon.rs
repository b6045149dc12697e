//! Rings of degrees in; "which county", "how far is the border", "does this cell touch" out.
//!
//! A border is a straight line in longitude and latitude, as in the sources. Inside is by the even-odd rule, so holes need no care.
//! Never: a projection of its own for what decides; the kilometres here only bound a search.
use h3o::{CellIndex, LatLng};

/// A corner: longitude, latitude, in degrees.
pub(crate) type Corner = (f64, f64);
/// One straight piece of a border.
pub(crate) type Segment = (Corner, Corner);

/// A degree of latitude on the mean sphere, in km.
const DEGREE_KM: f64 = 111.195;
/// The straight line at which the mapped Turkana ends; what Kenya administers north of it is the Ilemi triangle.
const ILEMI_SOUTH: f64 = 4.6;
/// West and east of the Ilemi triangle, beyond any doubt.
const ILEMI_WEST_EAST: (f64, f64) = (34.2, 36.2);
/// Set in the byte of a cell that Kenya administers and others claim.
const DISPUTED: u8 = 0x40;
const TURKANA: u8 = 23;

/// All that decides to whom a point belongs.
pub(crate) struct Ground {
    /// By number, 1 to 47, ascending.
    pub(crate) counties: Vec<(u8, Shape)>,
    pub(crate) ilemi: Shape,
    /// Kenya with the Ilemi triangle, at 1:10 million.
    pub(crate) kenya: Shape,
    /// The same and 100 km around.
    pub(crate) territory: Shape,
}

impl Ground {
    /// The county's number; for the Ilemi triangle Turkana's with the mark "disputed"; 0 for none.
    pub(crate) fn county_byte(&self, point: Corner) -> u8 {
        if let Some((number, _)) = self.counties.iter().find(|(_, shape)| shape.contains(point)) {
            return *number;
        }
        let (lng, lat) = point;
        let (west, east) = ILEMI_WEST_EAST;
        let is_north_of_turkana = lat > ILEMI_SOUTH && lng > west && lng < east;
        if is_north_of_turkana && (self.ilemi.contains(point) || self.kenya.contains(point)) {
            TURKANA | DISPUTED
        } else {
            0
        }
    }
}

/// The rings of one polygon or of several; each ring is closed by its first corner again.
pub(crate) struct Shape {
    rings: Vec<Vec<Corner>>,
    south_west: Corner,
    north_east: Corner,
}

impl Shape {
    pub(crate) fn new(rings: Vec<Vec<Corner>>) -> Shape {
        let corners = || rings.iter().flatten();
        let least = |pick: fn(&Corner) -> f64| corners().map(pick).fold(f64::INFINITY, f64::min);
        let greatest = |pick: fn(&Corner) -> f64| corners().map(pick).fold(f64::NEG_INFINITY, f64::max);
        let south_west = (least(|corner| corner.0), least(|corner| corner.1));
        let north_east = (greatest(|corner| corner.0), greatest(|corner| corner.1));
        Shape { rings, south_west, north_east }
    }

    pub(crate) fn rings(&self) -> &[Vec<Corner>] {
        &self.rings
    }

    pub(crate) fn bounds(&self) -> (Corner, Corner) {
        (self.south_west, self.north_east)
    }

    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment> + '_ {
        self.rings.iter().flat_map(|ring| ring.iter().copied().zip(ring.iter().skip(1).copied()))
    }

    /// By the even-odd rule.
    pub(crate) fn contains(&self, (lng, lat): Corner) -> bool {
        let is_outside_bounds =
            lng < self.south_west.0 || lat < self.south_west.1 || lng > self.north_east.0 || lat > self.north_east.1;
        if is_outside_bounds {
            return false;
        }
        let crosses = |((x1, y1), (x2, y2)): &Segment| {
            (*y1 > lat) != (*y2 > lat) && lng < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
        };
        self.segments().filter(crosses).count() % 2 == 1
    }

    /// Tells whether the cell and the shape share ground. `near` holds at least the segments that could cross the cell.
    pub(crate) fn touches(&self, cell: CellIndex, near: &[Segment]) -> bool {
        let mut corners: Vec<Corner> = cell.boundary().iter().map(|at| (at.lng(), at.lat())).collect();
        if self.contains(centre(cell)) || corners.iter().any(|corner| self.contains(*corner)) {
            return true;
        }
        corners.extend(corners.first().copied());
        let mut edges = corners.iter().copied().zip(corners.iter().skip(1).copied());
        edges.any(|edge| near.iter().any(|segment| cross(edge, *segment)))
    }
}

/// The centre of a cell, in degrees.
pub(crate) fn centre(cell: CellIndex) -> Corner {
    let at = LatLng::from(cell);
    (at.lng(), at.lat())
}

/// The distance from a point to a segment on a plane laid at the point, in km: good to some per cent within 300 km of the equator's side.
pub(crate) fn distance_km((lng, lat): Corner, segment: Segment) -> f64 {
    let scale = lat.to_radians().cos() * DEGREE_KM;
    let plane = |corner: Corner| ((corner.0 - lng) * scale, (corner.1 - lat) * DEGREE_KM);
    let ((x1, y1), (x2, y2)) = (plane(segment.0), plane(segment.1));
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length_squared = dx * dx + dy * dy;
    let along = if length_squared > 0.0 { (-(x1 * dx + y1 * dy) / length_squared).clamp(0.0, 1.0) } else { 0.0 };
    (x1 + along * dx).hypot(y1 + along * dy)
}

fn cross(one: Segment, other: Segment) -> bool {
    let side = |(a, b): Segment, c: Corner| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0) > 0.0;
    side(one, other.0) != side(one, other.1) && side(other, one.0) != side(other, one.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, side: f64) -> Shape {
        let (east, north) = (west + side, south + side);
        Shape::new(vec![vec![(west, south), (east, south), (east, north), (west, north), (west, south)]])
    }

    #[test]
    fn point_inside_a_square_is_contained() {
        assert!(square(36.0, 1.0, 1.0).contains((36.5, 1.5)));
        assert!(!square(36.0, 1.0, 1.0).contains((37.5, 1.5)));
    }

    #[test]
    fn segments_that_cross_are_told_from_those_that_do_not() {
        assert!(cross(((0.0, 0.0), (2.0, 2.0)), ((0.0, 2.0), (2.0, 0.0))));
        assert!(!cross(((0.0, 0.0), (2.0, 2.0)), ((3.0, 2.0), (5.0, 0.0))));
    }

    #[test]
    fn distance_to_a_meridian_is_that_of_the_longitudes() {
        let distance = distance_km((36.0, 0.0), ((37.0, -1.0), (37.0, 1.0)));

        assert!((distance - DEGREE_KM).abs() < 0.01, "{distance}");
    }
}
