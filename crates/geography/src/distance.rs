//! Two points in, the metres between them out; the same bits whichever point comes first.
//!
//! Never: an ellipsoid. On Kenya's latitudes the sphere is off by at most 0.5 %, far below any report's precision.
use domain::{Meters, Point};

/// The mean radius of the Earth, (2a + b) / 3 of WGS 84 (Moritz 1980).
pub const EARTH_RADIUS: f64 = 6_371_008.8;

/// The great-circle distance, by the haversine formula (Sinnott 1984) on a sphere of radius [`EARTH_RADIUS`] metres.
///
/// Symmetric bit for bit, 0 for equal points, exact to a relative 1e-12 for points that are not antipodes.
///
/// ```
/// let lodwar = domain::Point::from_degrees(3.11988, 35.59642).expect("on the globe");
/// let kapedo = domain::Point::from_degrees(1.18251, 36.10395).expect("on the globe");
/// assert_eq!(geography::distance(lodwar, kapedo).get().round(), 222_685.0);
/// ```
#[must_use]
pub fn distance(a: Point, b: Point) -> Meters {
    let half = |a_degrees: f64, b_degrees: f64| libm::sin((a_degrees - b_degrees).to_radians() / 2.0);
    let (north, east) = (half(a.lat_degrees(), b.lat_degrees()), half(a.lng_degrees(), b.lng_degrees()));
    let cosines = libm::cos(a.lat_degrees().to_radians()) * libm::cos(b.lat_degrees().to_radians());
    let haversine = (north * north + cosines * (east * east)).clamp(0.0, 1.0);
    Meters::new(2.0 * EARTH_RADIUS * libm::asin(libm::sqrt(haversine))).unwrap_or(Meters::ZERO)
}

#[cfg(test)]
mod tests {
    use h3o::LatLng;
    use proptest::prelude::*;

    use super::*;

    fn point() -> impl Strategy<Value = Point> {
        (-90.0_f64..=90.0, -180.0_f64..=180.0).prop_map(|(lat, lng)| Point::from_degrees(lat, lng).unwrap())
    }

    proptest! {
        #[test]
        fn distance_is_the_same_both_ways_bit_for_bit(a in point(), b in point()) {
            prop_assert_eq!(distance(a, b).get().to_bits(), distance(b, a).get().to_bits());
        }

        #[test]
        fn distance_agrees_with_an_independent_library(a in point(), b in point()) {
            let at = |point: Point| LatLng::new(point.lat_degrees(), point.lng_degrees()).unwrap();
            // h3o's sphere has the radius of WGS 84's authalic sphere, 6 371.007 180 918 475 km.
            let theirs = at(a).distance_m(at(b)) / 6_371_007.180_918_475 * EARTH_RADIUS;
            prop_assert!((distance(a, b).get() - theirs).abs() <= 1.0 + theirs * 1e-9);
        }
    }

    #[test]
    fn point_has_no_distance_from_itself() {
        let lamu = Point::from_degrees(-2.2717, 40.902).unwrap();

        assert_eq!(distance(lamu, lamu), Meters::ZERO);
    }
}
