//! The wards: names in, wards with their county, middle and size out.
//!
//! Ward names repeat ("Township" nine times), so a name may give several; the county tells them apart. Never: a ward's border. What is said
//! of a ward is an area, known by a point inside and its size.
use std::{collections::BTreeMap, sync::LazyLock};

use domain::{Meters, Point};

use crate::{
    County,
    county::disk_radius,
    name::{normalise_name, without_spaces},
    table::{self, ParseTableError, Row},
};

/// A ward of the delimitation of 2012.
#[derive(Clone, Debug, PartialEq)]
pub struct Ward {
    name: &'static str,
    constituency: &'static str,
    county: County,
    centre: Point,
    area_km2: f64,
}

impl Ward {
    /// Its name, without the word "Ward".
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The constituency that it is part of.
    #[must_use]
    pub fn constituency(&self) -> &'static str {
        self.constituency
    }

    /// The county that it is part of.
    #[must_use]
    pub fn county(&self) -> County {
        self.county
    }

    /// A point inside it; for one ward in thirty, the mean of the other wards of its constituency.
    #[must_use]
    pub fn centre(&self) -> Point {
        self.centre
    }

    /// Its area in km², water included.
    #[must_use]
    pub fn area_km2(&self) -> f64 {
        self.area_km2
    }

    /// The radius of a disk with its area.
    #[must_use]
    pub fn radius(&self) -> Meters {
        disk_radius(self.area_km2)
    }
}

/// The wards with a name, given normalised and without spaces; by county.
pub(crate) fn wards_named(key: &str) -> impl Iterator<Item = &'static Ward> {
    WARDS.get(key).into_iter().flatten()
}

/// All names of wards, normalised and without spaces, that begin with `start`; ascending.
pub(crate) fn names_from(start: &str) -> impl Iterator<Item = (&'static str, &'static [Ward])> {
    let from_start = WARDS.range::<str, _>((std::ops::Bound::Included(start), std::ops::Bound::Unbounded));
    from_start.take_while(move |(key, _)| key.starts_with(start)).map(|(key, wards)| (key.as_str(), wards.as_slice()))
}

static WARDS: LazyLock<BTreeMap<String, Vec<Ward>>> = LazyLock::new(|| {
    let wards = table::rows("wards", table::WARDS, read).expect("the table is committed, and a test reads all of it");
    let mut by_name: BTreeMap<String, Vec<Ward>> = BTreeMap::new();
    for ward in wards {
        by_name.entry(without_spaces(&normalise_name(ward.name))).or_default().push(ward);
    }
    by_name
});

fn read(mut row: Row) -> Result<Ward, ParseTableError> {
    let county = County::new(row.value("county")?).ok_or_else(|| row.fault("county"))?;
    let (constituency, name) = (row.text("constituency")?, row.text("ward")?);
    Ok(Ward { name, constituency, county, centre: row.point("centre")?, area_km2: row.value("km2")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_has_every_ward_with_a_size() {
        let wards: Vec<&Ward> = WARDS.values().flatten().collect();

        assert_eq!(wards.len(), 1_450);
        assert!(wards.iter().all(|ward| ward.area_km2() > 0.0 && ward.radius() > Meters::ZERO));
    }

    #[test]
    fn ward_lies_in_its_county_or_close_to_it() {
        let wards: Vec<&Ward> = WARDS.values().flatten().collect();
        let astray = wards
            .iter()
            .filter(|ward| crate::county_of(ward.centre()).map(|hit| hit.county) != Some(ward.county()))
            .count();

        assert!(astray * 100 <= wards.len() * 2, "{astray} of {}", wards.len());
    }

    #[test]
    fn repeated_name_gives_every_ward() {
        assert_eq!(wards_named("township").count(), 9);
        assert_eq!(wards_named("no such ward").count(), 0);
    }
}
