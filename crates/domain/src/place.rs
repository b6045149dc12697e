//! Points, metres, cells and places.
//!
//! Comes in: degrees and metres as the wire has them. Goes out: whole 1e-7 degrees (about a centimetre), so that points can be compared and hashed.
//! Guarantees: a `Point` is on the globe, `Meters` are finite and not negative.
//!
//! Never: knows where Kenya is; that is `geography`.

use std::fmt;
use std::str::FromStr;

/// A pair of degrees that is no point.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum PointError {
    /// Not a number, or infinite.
    #[error("latitude and longitude must be finite numbers")]
    NotFinite,
    /// Off the globe.
    #[error("latitude {lat_degrees} or longitude {lng_degrees} is out of range")]
    OffTheGlobe {
        /// Degrees north.
        lat_degrees: f64,
        /// Degrees east.
        lng_degrees: f64,
    },
}

/// A point on WGS 84, in whole 1e-7 degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    lat_e7: i32,
    lng_e7: i32,
}

impl Point {
    /// Takes degrees north and east, rounded to 1e-7 degrees.
    ///
    /// # Errors
    /// If one is not finite, or off the globe.
    pub fn from_degrees(lat_degrees: f64, lng_degrees: f64) -> Result<Self, PointError> {
        if !lat_degrees.is_finite() || !lng_degrees.is_finite() {
            return Err(PointError::NotFinite);
        }
        if lat_degrees.abs() > 90.0 || lng_degrees.abs() > 180.0 {
            return Err(PointError::OffTheGlobe { lat_degrees, lng_degrees });
        }
        #[expect(clippy::cast_possible_truncation, reason = "180e7 is below i32::MAX")]
        let to_e7 = |degrees: f64| (degrees * 1e7).round() as i32;
        Ok(Self { lat_e7: to_e7(lat_degrees), lng_e7: to_e7(lng_degrees) })
    }

    /// Degrees north.
    #[must_use]
    pub fn lat_degrees(self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }

    /// Degrees east.
    #[must_use]
    pub fn lng_degrees(self) -> f64 {
        f64::from(self.lng_e7) / 1e7
    }

    /// Latitude in 1e-7 degrees.
    #[must_use]
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// Longitude in 1e-7 degrees.
    #[must_use]
    pub const fn lng_e7(self) -> i32 {
        self.lng_e7
    }
}

/// A length in metres: finite, not negative.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Meters(f64);

impl Meters {
    /// No length.
    pub const ZERO: Self = Self(0.0);

    /// Takes metres; `None` if negative or not finite.
    #[must_use]
    pub fn new(metres: f64) -> Option<Self> {
        (metres.is_finite() && metres >= 0.0).then_some(Self(metres))
    }

    /// Takes kilometres of a constant.
    #[must_use]
    pub const fn from_km(km: u32) -> Self {
        Self(km as f64 * 1_000.0)
    }

    /// Metres.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Compares two lengths; total, since none is NaN.
    #[must_use]
    pub fn total_cmp(self, other: Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A text that is no H3 cell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the hexadecimal index of an H3 cell")]
pub struct ParseCellError {
    /// What was given.
    pub text: String,
}

/// The index of an H3 cell. `Display` is hexadecimal, as H3 tools write it. That it is a valid cell is checked where it is made, by h3o.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(u64);

impl Cell {
    /// Takes an index that H3 made.
    #[must_use]
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// The index.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{:x}", self.0))
    }
}

impl FromStr for Cell {
    type Err = ParseCellError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self).map_err(|_| ParseCellError { text: text.to_owned() })
    }
}

/// Number of a county in the order of the constitution, 1 to 47.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountyNumber(u8);

impl CountyNumber {
    /// Takes a number; `None` unless 1 to 47.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (1..=47).contains(&number).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A place as a source gives it: a point, or a name, ward or county; empty text is not said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The point.
    pub point: Option<Point>,
    /// Radius that holds the truth in 68 of 100 cases; `None`: the default of the source kind.
    pub uncertainty: Option<Meters>,
    /// Name of the place.
    pub name: String,
    /// Name of the ward.
    pub ward: String,
    /// Name of the county.
    pub county: String,
}

/// Where intake put a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// A point: it counts in its cell and links by distance.
    Point(Point),
    /// An area: listed and counted under it only.
    Area,
}

/// A place after intake.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedPlace {
    /// Point or area.
    pub whereabouts: Whereabouts,
    /// Radius that holds the truth in 68 of 100 cases.
    pub uncertainty: Meters,
    /// True if a point came from a place name, not from a measurement or an estimate on the ground.
    pub by_name: bool,
    /// The county; `None` outside Kenya.
    pub county: Option<CountyNumber>,
    /// Name of the ward, if named.
    pub ward: String,
    /// True in the Ilemi triangle.
    pub disputed: bool,
}

impl ResolvedPlace {
    /// The point, if it is one.
    #[must_use]
    pub const fn point(&self) -> Option<Point> {
        match self.whereabouts {
            Whereabouts::Point(point) => Some(point),
            Whereabouts::Area => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn degrees_are_kept_to_a_centimetre(lat in -90.0_f64..=90.0, lng in -180.0_f64..=180.0) {
            let point = Point::from_degrees(lat, lng).unwrap();
            prop_assert!((point.lat_degrees() - lat).abs() <= 0.5e-7 + 1e-12);
            prop_assert!((point.lng_degrees() - lng).abs() <= 0.5e-7 + 1e-12);
            prop_assert_eq!(Point::from_degrees(point.lat_degrees(), point.lng_degrees()).unwrap(), point);
        }

        #[test]
        fn cell_text_is_read_back(index: u64) {
            prop_assert_eq!(Cell::new(index).to_string().parse::<Cell>().unwrap(), Cell::new(index));
        }
    }
}
