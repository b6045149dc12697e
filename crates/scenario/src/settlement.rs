//! The towns and villages that a world lives in: real places of the gazetteer in; the nearest few to a point out.
//!
//! Guarantees: no place twice; ties of distance go to the lesser index. Never: a place that is not in the gazetteer.
use std::collections::BTreeSet;

use domain::{Meters, Place, Point};
use geography::PlaceQuery;

use crate::{event::scattered, random::Random};

/// What a village's centroid is worth as the place of what happened near it.
pub(crate) const VILLAGE_UNCERTAINTY: Meters = Meters::from_km(3);
/// Degrees of latitude of the first search for neighbours; each further one is twice as wide.
const FIRST_REACH_DEGREES: f64 = 0.05;
/// Searches before all are looked at.
const SEARCHES_MAX: u32 = 8;
/// How far the nearest place may lie from where one was wanted.
const NEAREST_PLACE: Meters = Meters::from_km(40);
/// Points tried about a town for each village.
const TRIES_PER_VILLAGE: usize = 12;

/// A village or town by its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settlement {
    pub(crate) name: &'static str,
    pub(crate) point: Point,
    /// Whether the name and the county together are this place and no other.
    pub(crate) is_clear_by_name: bool,
}

impl Settlement {
    /// The gazetteer's nearest place to a point; `None` far from all.
    pub(crate) fn nearest_to(point: Point) -> Option<Self> {
        let nearest = geography::nearest_place(point)?;
        if nearest.distance > NEAREST_PLACE {
            return None;
        }
        let (name, point) = (nearest.place.name(), nearest.place.point());
        Some(Self { name, point, is_clear_by_name: is_clear_by_name(name, point) })
    }

    /// The name of the gazetteer's nearest place to a point, however far.
    pub(crate) fn name_at(point: Point) -> Option<&'static str> {
        geography::nearest_place(point).map(|nearest| nearest.place.name())
    }

    /// The centroid as the place of a report, under a spelling of the name.
    pub(crate) fn as_centroid(&self, spelling: String) -> Place {
        let uncertainty = Some(VILLAGE_UNCERTAINTY);
        Place { point: Some(self.point), uncertainty, name: spelling, ..Place::default() }
    }

    /// The name and the county alone as the place of a report.
    pub(crate) fn as_name(&self) -> Place {
        let county = geography::county_of(self.point).map(|hit| hit.county.name().to_owned());
        Place { name: self.name.to_owned(), county: county.unwrap_or_default(), ..Place::default() }
    }
}

fn is_clear_by_name(name: &'static str, point: Point) -> bool {
    let county = geography::county_of(point).map_or("", |hit| hit.county.name());
    let resolved = geography::resolve(PlaceQuery { name, county, ..PlaceQuery::default() });
    !county.is_empty() && !resolved.is_area() && resolved.point() == Some(point)
}

/// The settlements of a world.
pub(crate) struct Settlements {
    /// By latitude, then longitude.
    all: Vec<Settlement>,
}

impl Settlements {
    /// Takes settlements in any order; of two at one point, one stays.
    pub(crate) fn new(mut all: Vec<Settlement>) -> Self {
        all.sort_by(|a, b| (a.point, a.name).cmp(&(b.point, b.name)));
        all.dedup_by_key(|settlement| settlement.point);
        Self { all }
    }

    /// The gazetteer's places nearest to the given points.
    pub(crate) fn around(points: impl Iterator<Item = Point>) -> Self {
        Self::new(points.filter_map(Settlement::nearest_to).collect())
    }

    /// Villages scattered around towns (Thomas process), moved to the nearest real place that is not taken.
    pub(crate) fn clustered(
        random: &mut Random,
        towns: &[Point],
        count: usize,
        sd_km: f64,
        is_wanted: impl Fn(Point) -> bool,
    ) -> Self {
        let mut taken = BTreeSet::new();
        let mut all = Vec::new();
        for _ in 0..count * TRIES_PER_VILLAGE {
            if all.len() == count {
                break;
            }
            let Some(town) = random.pick_of(towns) else { break };
            let wanted = scattered(random, *town, sd_km);
            let Some(settlement) = Settlement::nearest_to(wanted) else { continue };
            if is_wanted(settlement.point) && taken.insert(settlement.point) {
                all.push(settlement);
            }
        }
        Self::new(all)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them, by latitude.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Settlement> {
        self.all.iter()
    }

    /// One of them.
    pub(crate) fn at(&self, index: usize) -> Option<&Settlement> {
        self.all.get(index)
    }

    /// The `count` nearest to a point, nearest first; fewer if there are fewer.
    pub(crate) fn nearest(&self, point: Point, count: usize) -> Vec<&Settlement> {
        let mut reach_degrees = FIRST_REACH_DEGREES;
        for _ in 0..SEARCHES_MAX {
            let near = self.within(point, reach_degrees);
            if near.len() >= count {
                return first(near, count);
            }
            reach_degrees *= 2.0;
        }
        first(self.within(point, 360.0), count)
    }

    /// Those within a radius in degrees, each with the square of its distance.
    fn within(&self, point: Point, reach_degrees: f64) -> Vec<(f64, &Settlement)> {
        let lat = |settlement: &Settlement| settlement.point.lat_degrees();
        let start = self.all.partition_point(|settlement| lat(settlement) < point.lat_degrees() - reach_degrees);
        let band =
            self.all.iter().skip(start).take_while(|settlement| lat(settlement) <= point.lat_degrees() + reach_degrees);
        let squared = band.map(|settlement| (squared_degrees(point, settlement.point), settlement));
        squared.filter(|(square, _)| *square <= reach_degrees * reach_degrees).collect()
    }
}

fn first(mut near: Vec<(f64, &Settlement)>, count: usize) -> Vec<&Settlement> {
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.into_iter().take(count).map(|(_, settlement)| settlement).collect()
}

/// Squared distance on the plane that touches the globe, in degrees of latitude.
fn squared_degrees(a: Point, b: Point) -> f64 {
    let north = a.lat_degrees() - b.lat_degrees();
    let east = (a.lng_degrees() - b.lng_degrees()) * libm::cos(a.lat_degrees().to_radians());
    north * north + east * east
}
