//! Names in, places out; and a point in, the nearest place out.
//!
//! Places are GeoNames': towns, villages, localities, and small landmarks. The same place often stands there several times (village,
//! locality, another map's point), so rows of one name within 10 km of each other are one place.
//! Guarantees: ties fall to the row with the lesser GeoNames number. Never: a name that is not exact after normalisation.
use std::{cmp::Reverse, collections::BTreeMap, ops::Bound, sync::LazyLock};

use domain::{Meters, Point};

use crate::{
    County, distance,
    name::{normalise_name, without_spaces},
    table::{self, ParseTableError, Row},
};

/// Above this many people a populated place is a town.
const TOWN_POPULATION: u32 = 10_000;
const TOWN_RADIUS: Meters = Meters::from_km(5);
const VILLAGE_RADIUS: Meters = Meters::from_km(3);
/// Rows of one name so near are one place: coordinates are rounded to a minute, and old ones are off by several km.
const SAME_PLACE: Meters = Meters::from_km(10);
/// Beyond this no place is near.
const NEAR: Meters = Meters::from_km(100);
/// A town is preferred to a village until it is this much farther away: people know where it is.
const TOWN_PREFERENCE_M: f64 = 5_000.0;
/// A degree of latitude on the sphere of [`crate::distance`], in metres.
const DEGREE_M: f64 = crate::EARTH_RADIUS * std::f64::consts::PI / 180.0;

/// What kind of place a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceKind {
    /// A populated place of more than 10 000 people.
    Town,
    /// Any other populated place, market or police post.
    Village,
    /// A named stretch of land without a settlement of that name.
    Locality,
    /// A well, spring, hill, pass, ford, junction or airstrip.
    Landmark,
}

/// A named place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    name: &'static str,
    kind: PlaceKind,
    point: Point,
    county: Option<County>,
    country: &'static str,
    population: u32,
}

impl Place {
    /// Its name, as GeoNames writes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> PlaceKind {
        self.kind
    }

    /// Where it is.
    #[must_use]
    pub fn point(&self) -> Point {
        self.point
    }

    /// How far from its point an event "at" it may be: 5 km for a town, 3 km for all else.
    #[must_use]
    pub fn radius(&self) -> Meters {
        match self.kind {
            PlaceKind::Town => TOWN_RADIUS,
            PlaceKind::Village | PlaceKind::Locality | PlaceKind::Landmark => VILLAGE_RADIUS,
        }
    }

    /// Its county; `None` abroad.
    #[must_use]
    pub fn county(&self) -> Option<County> {
        self.county
    }

    /// The two-letter code of its country: "KE" in Kenya.
    #[must_use]
    pub fn country(&self) -> &'static str {
        self.country
    }

    /// People; 0 is unknown.
    #[must_use]
    pub fn population(&self) -> u32 {
        self.population
    }
}

/// A populated place and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearestPlace {
    /// The place.
    pub place: &'static Place,
    /// How far its point is.
    pub distance: Meters,
}

/// The populated place by which people would tell where a point is; `None` if there is none within 100 km.
///
/// That is the nearest one, but a town of more than 10 000 people is taken until it is 5 km farther away than the nearest village.
/// About 20 µs.
#[must_use]
pub fn nearest_place(point: Point) -> Option<NearestPlace> {
    let places = &GAZETTEER.by_latitude;
    let (south, north) =
        places.split_at_checked(places.partition_point(|place| place.point.lat_e7() < point.lat_e7()))?;
    let mut best = Best { effort_m: NEAR.get(), nearest: None };
    best.offer_all(point, north.iter().copied());
    best.offer_all(point, south.iter().rev().copied());
    best.nearest
}

struct Best {
    effort_m: f64,
    nearest: Option<NearestPlace>,
}

impl Best {
    /// `places` come with growing difference of latitude.
    fn offer_all(&mut self, point: Point, places: impl Iterator<Item = &'static Place>) {
        for place in places {
            let north_south_m = f64::from(place.point.lat_e7().abs_diff(point.lat_e7())) / 1e7 * DEGREE_M;
            if north_south_m > self.effort_m + TOWN_PREFERENCE_M {
                break;
            }
            self.offer(NearestPlace { place, distance: distance(point, place.point) });
        }
    }

    fn offer(&mut self, found: NearestPlace) {
        let preference_m = if found.place.kind == PlaceKind::Town { TOWN_PREFERENCE_M } else { 0.0 };
        let effort_m = found.distance.get() - preference_m;
        if found.distance <= NEAR && effort_m < self.effort_m {
            *self = Best { effort_m, nearest: Some(found) };
        }
    }
}

/// Rows of one name that stand for one place.
pub(crate) struct Cluster {
    members: Vec<&'static Place>,
}

impl Cluster {
    pub(crate) fn is_in(&self, county: County) -> bool {
        self.members.iter().any(|place| place.county == Some(county))
    }

    pub(crate) fn is_near(&self, point: Point, limit: Meters) -> bool {
        self.members.iter().any(|place| distance(place.point, point) <= limit)
    }

    /// The row to go by: in `county` if any is, in Kenya before abroad, a town before a village before all else, then the one in the middle.
    pub(crate) fn place(&self, county: Option<County>) -> &'static Place {
        let rank = |place: &&&'static Place| {
            let away = self.members.iter().map(|other| distance(place.point, other.point).get() as u64).sum::<u64>();
            let is_elsewhere = county.is_some() && place.county != county;
            (is_elsewhere, place.county.is_none(), place.kind, Reverse(place.population), away)
        };
        self.members.iter().min_by_key(rank).expect("a cluster is made around a place")
    }
}

/// Whether a place is called so itself, not by another spelling; `key` is normalised and without spaces.
pub(crate) fn is_called(place: &Place, key: &str) -> bool {
    without_spaces(&normalise_name(place.name)) == key
}

/// The places of a name, given normalised and without spaces: settlements and localities by their name, else by another spelling, else
/// landmarks. The first of these that `is_wanted` leaves any of.
pub(crate) fn places_named(key: &str, is_wanted: impl Fn(&Cluster) -> bool) -> Vec<Cluster> {
    let tiers =
        GAZETTEER.by_name.get(key).into_iter().flat_map(|tiers| [&tiers.names, &tiers.spellings, &tiers.landmarks]);
    let wanted = tiers.map(|places| clusters(places).into_iter().filter(&is_wanted).collect());
    wanted.into_iter().find(|found: &Vec<Cluster>| !found.is_empty()).unwrap_or_default()
}

/// All names of settlements and localities, normalised and without spaces, that begin with `start`; ascending.
pub(crate) fn names_from(start: &str) -> impl Iterator<Item = (&'static str, &'static [&'static Place])> {
    let from_start = GAZETTEER.by_name.range::<str, _>((Bound::Included(start), Bound::Unbounded));
    from_start
        .take_while(move |(key, _)| key.starts_with(start))
        .map(|(key, tiers)| (key.as_str(), tiers.names.as_slice()))
}

/// Joins places that are near each other, also by way of a third. Quadratic; a name has at most some dozens.
fn clusters(places: &[&'static Place]) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for place in places {
        let (near, mut apart): (Vec<_>, Vec<_>) =
            clusters.into_iter().partition(|cluster| cluster.is_near(place.point, SAME_PLACE));
        let members = near.into_iter().flat_map(|cluster| cluster.members).chain([*place]).collect();
        apart.push(Cluster { members });
        clusters = apart;
    }
    clusters
}

struct Gazetteer {
    by_name: BTreeMap<String, Tiers>,
    /// Populated places only.
    by_latitude: Vec<&'static Place>,
}

#[derive(Default)]
struct Tiers {
    names: Vec<&'static Place>,
    spellings: Vec<&'static Place>,
    landmarks: Vec<&'static Place>,
}

static ROWS: LazyLock<Vec<(Place, &'static str)>> = LazyLock::new(|| {
    table::rows("places", table::PLACES, read).expect("the table is committed, and a test reads all of it")
});

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| {
    let mut by_name: BTreeMap<String, Tiers> = BTreeMap::new();
    for (place, spellings) in ROWS.iter() {
        let key = without_spaces(&normalise_name(place.name));
        let mut others: Vec<String> = spellings.split('|').map(|name| without_spaces(&normalise_name(name))).collect();
        others.sort_unstable();
        others.dedup();
        for other in others.into_iter().filter(|other| !other.is_empty() && *other != key) {
            by_name.entry(other).or_default().add(place, true);
        }
        by_name.entry(key).or_default().add(place, false);
    }
    let is_populated = |place: &&Place| matches!(place.kind, PlaceKind::Town | PlaceKind::Village);
    let mut by_latitude: Vec<&'static Place> = ROWS.iter().map(|(place, _)| place).filter(is_populated).collect();
    by_latitude.sort_by_key(|place| place.point.lat_e7());
    Gazetteer { by_name, by_latitude }
});

impl Tiers {
    fn add(&mut self, place: &'static Place, is_other_spelling: bool) {
        match place.kind {
            PlaceKind::Landmark => self.landmarks.push(place),
            PlaceKind::Town | PlaceKind::Village | PlaceKind::Locality if is_other_spelling => {
                self.spellings.push(place)
            }
            PlaceKind::Town | PlaceKind::Village | PlaceKind::Locality => self.names.push(place),
        }
    }
}

fn read(mut row: Row) -> Result<(Place, &'static str), ParseTableError> {
    row.text("geonameid")?;
    let (code, country) = (row.text("kind")?, row.text("country")?);
    let county = County::new(row.value("county")?);
    let point = row.point("point")?;
    let population = row.value("population")?;
    let kind = kind(code, population).ok_or_else(|| row.fault("kind"))?;
    Ok((Place { name: row.text("name")?, kind, point, county, country, population }, row.text("alternates")?))
}

fn kind(code: &str, population: u32) -> Option<PlaceKind> {
    match code {
        "P" if population > TOWN_POPULATION => Some(PlaceKind::Town),
        "P" => Some(PlaceKind::Village),
        "L" => Some(PlaceKind::Locality),
        "M" => Some(PlaceKind::Landmark),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lat: f64, lng: f64) -> Point {
        Point::from_degrees(lat, lng).unwrap()
    }

    fn name_near(lat: f64, lng: f64) -> &'static str {
        nearest_place(at(lat, lng)).unwrap().place.name()
    }

    #[test]
    fn town_is_preferred_to_a_hamlet_beside_it() {
        assert_eq!(name_near(3.13, 35.61), "Lodwar");
        assert_eq!(name_near(3.93, 41.85), "Mandera");
        assert_eq!(name_near(-1.286, 36.82), "Nairobi");
    }

    #[test]
    fn village_far_from_towns_is_its_own_nearest_place() {
        assert_eq!(name_near(1.784, 36.787), "Baragoi");
        assert_eq!(name_near(1.182, 36.104), "Kapedo");
    }

    #[test]
    fn ocean_far_out_has_no_place() {
        assert_eq!(nearest_place(at(-5.0, 45.0)), None);
    }

    #[test]
    fn rows_of_one_place_are_one_cluster() {
        let kapedo = places_named("kapedo", |_| true);

        assert_eq!(kapedo.len(), 1);
        assert_eq!(kapedo[0].place(County::from_name("Baringo")).county(), County::from_name("Baringo"));
    }

    #[test]
    fn county_of_a_place_is_that_of_its_point() {
        let in_kenya: Vec<&Place> = ROWS.iter().map(|(place, _)| place).filter(|place| place.country == "KE").collect();
        let differ = |place: &&&Place| crate::county_of(place.point).map(|hit| hit.county) != place.county;
        let count = in_kenya.iter().filter(differ).count();

        assert!(count * 100 < in_kenya.len(), "{count} of {}", in_kenya.len());
    }

    #[test]
    fn police_post_is_a_place_of_its_own_in_empty_land() {
        assert_eq!(name_near(4.5333, 35.9333), "Todenyang Police Post");
    }

    proptest! {
        #[test]
        fn nearest_place_is_that_of_a_full_search(lat in -5.0_f64..5.5, lng in 33.5_f64..42.5) {
            let effort = |place: &&Place| {
                let bonus = if place.kind == PlaceKind::Town { TOWN_PREFERENCE_M } else { 0.0 };
                distance(at(lat, lng), place.point).get() - bonus
            };
            let near = GAZETTEER.by_latitude.iter().copied().filter(|place| distance(at(lat, lng), place.point) <= NEAR);
            let least = near.map(|place| effort(&place)).min_by(f64::total_cmp);
            let found = nearest_place(at(lat, lng)).map(|found| effort(&found.place));

            prop_assert_eq!(found, least);
        }
    }
}
