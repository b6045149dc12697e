//! The world of the demo: all 47 counties, with gatherings of banditry, gangs and extremism, near-repeats, routes of trafficking, and what
//! happens everywhere.
//!
//! What happens everywhere follows people, by the census; what is scattered of the four families follows land, so that towns alone are no
//! hotspots of it. Never: more planted than `hotspots` tells.
use std::collections::BTreeMap;

use domain::{Cell, Family, Meters, Point};
use geography::{County, MaskResolution};
use h3o::Resolution;

use crate::{
    atlas::{EVERYWHERE, GATHERINGS, Gathering, ROUTES, Route, SCATTERED, kinds_of, point},
    event::{Event, Kind, Reality, details, scattered},
    kinds::{Kinds, Share},
    random::{Random, Weights, hours, weighted},
    region::whole_share,
    settlement::{Settlement, Settlements},
    stage::{Period, Stage},
    truth::PlantedHotspot,
    uniform::point_of_mask,
    witness::Ground,
};

/// Share of mistaken kinds that stay in their group.
pub(crate) const MISTAKES_IN_GROUP: f64 = 0.85;
/// Events about the village that they happen at.
const EVENTS_SD_KM: f64 = 2.0;
/// Events about the post of a route where they are seen.
const POST_SD_KM: f64 = 2.5;
/// Of events of a gathering, so many are followed by another.
const REPEATED: f64 = 0.3;
const REPEATS_SD_KM: f64 = 4.0;
const REPEATS_MEAN_HOURS: f64 = 5.0 * 24.0;
const REPEATS_OF_SAME_KIND: f64 = 0.7;
/// Of consignments seen at one post, so many are seen at the next.
const SEEN_AGAIN: f64 = 0.35;
/// Speed of a consignment, and its rest at each post.
const KM_PER_HOUR: f64 = 40.0;
const REST_MEAN_HOURS: f64 = 3.0;
/// Counties have events by this power of their people: Nairobi has many, but not all.
const PEOPLE_POWER: f64 = 0.6;
/// Cells of a gathering reach so many standard deviations from its centre, and never less than a cell.
const REACH_SDS: f64 = 1.5;
const REACH_LEAST_KM: f64 = 5.5;

/// Rings of cells that are looked at; the widest gathering reaches 13.5 km, less than three.
const REACH_RINGS: u32 = 4;

/// All of Kenya.
pub(crate) struct Kenya {
    settlements: Settlements,
    kinds: Kinds,
    everywhere: Kinds,
    counties: Vec<Vec<Point>>,
    people: Weights,
}

impl Kenya {
    /// The country; the same for every seed.
    pub(crate) fn new() -> Self {
        let mask = geography::mask(MaskResolution::Six);
        let settlements = Settlements::around(mask.cells().iter().map(|cell| geography::cell_centre(*cell)));
        let mut by_county: BTreeMap<County, Vec<Point>> = BTreeMap::new();
        for Settlement { point, .. } in settlements.iter() {
            if let Some(hit) = geography::county_of(*point) {
                by_county.entry(hit.county).or_default().push(*point);
            }
        }
        let weight = |county: &County| {
            #[expect(clippy::cast_precision_loss, reason = "no county has 2^53 people")]
            let people = county.population() as f64;
            libm::pow(people, PEOPLE_POWER)
        };
        let people = Weights::new(by_county.keys().map(weight));
        let counties = by_county.into_values().collect();
        let (kinds, everywhere) = (Kinds::new(&all_kinds(), MISTAKES_IN_GROUP), Kinds::new(EVERYWHERE, 1.0));
        Self { settlements, kinds, everywhere, counties, people }
    }

    /// Where people live: a county by its people, then one of its places.
    fn inhabited(&self, random: &mut Random) -> Point {
        let county = self.counties.get(self.people.draw(random));
        let place = county.and_then(|places| random.pick_of(places).copied());
        let Some(place) = place else { return point_of_mask(random) };
        in_kenya(random, place, EVENTS_SD_KM)
    }

    fn gathered(&self, random: &mut Random, period: Period, gathering: &Gathering, count: usize) -> Vec<Event> {
        let kinds = Kinds::new(kinds_of(gathering.family), 1.0);
        let mut events = Vec::new();
        while events.len() < count {
            let at = period.at(random.between(gathering.active.0, gathering.active.1));
            let (place, kind) = (in_kenya(random, gathering.point(), gathering.sd_km), kinds.draw(random));
            let first = details(random).of(at, place, kind);
            if random.chance(REPEATED) {
                events.push(repeat(random, &kinds, &first));
            }
            events.push(first);
        }
        events
    }
}

impl Stage for Kenya {
    fn events(&self, random: &mut Random, period: Period, count: usize) -> Vec<Event> {
        let mut events = Vec::new();
        for gathering in GATHERINGS {
            events.extend(self.gathered(random, period, gathering, whole_share(count, gathering.share)));
        }
        for route in ROUTES {
            events.extend(moved(random, period, route, whole_share(count, route.share)));
        }
        for (shares, share) in SCATTERED {
            let kinds = Kinds::new(shares, 1.0);
            for _ in 0..whole_share(count, share) {
                let (place, at, kind) = (point_of_mask(random), period.any(random), kinds.draw(random));
                events.push(details(random).of(at, place, kind));
            }
        }
        while events.len() < count {
            let (place, at, kind) = (self.inhabited(random), period.any(random), self.everywhere.draw(random));
            events.push(details(random).of(at, place, kind));
        }
        events
    }

    fn rumour(&self, random: &mut Random, period: Period) -> Event {
        let (place, at, kind) = (self.inhabited(random), period.any(random), self.kinds.draw(random));
        Event { reality: Reality::Rumour, ..details(random).of(at, place, kind) }
    }

    fn ground(&self) -> Ground<'_> {
        Ground { settlements: &self.settlements, kinds: &self.kinds }
    }

    fn hotspots(&self, period: Period) -> Vec<PlantedHotspot> {
        let gatherings = GATHERINGS.iter().map(|gathering| PlantedHotspot {
            name: gathering.name.to_owned(),
            family: gathering.family,
            cells: cells_about(&[gathering.point()], gathering.sd_km),
            from: period.at(gathering.active.0),
            to: period.at(gathering.active.1),
        });
        let routes = ROUTES.iter().map(|route| PlantedHotspot {
            name: route.name.to_owned(),
            family: Family::Trafficking,
            cells: cells_about(&route.posts.iter().copied().map(point).collect::<Vec<_>>(), POST_SD_KM),
            from: period.start,
            to: period.until,
        });
        gatherings.chain(routes).collect()
    }
}

/// Every kind of the country with its share of all, for mistakes and rumours.
pub(crate) fn all_kinds() -> Vec<Share> {
    let planted = GATHERINGS.iter().map(|gathering| (kinds_of(gathering.family), gathering.share));
    let moved = ROUTES.iter().map(|route| (kinds_of(Family::Trafficking), route.share));
    let lists: Vec<(&[Share], f64)> = planted.chain(moved).chain(SCATTERED).collect();
    let rest = 1.0 - lists.iter().map(|(_, share)| share).sum::<f64>();
    let mut all: Vec<Share> = Vec::new();
    for (kinds, list_share) in lists.into_iter().chain([(EVERYWHERE, rest)]) {
        for (kind, share, group) in kinds {
            match all.iter_mut().find(|(known, _, _)| known == kind) {
                Some((_, sum, _)) => *sum += share * list_share,
                None => all.push((*kind, share * list_share, *group)),
            }
        }
    }
    all
}

/// A point near another, in Kenya if that can be had: agencies report what is on their side of a border or a shore.
fn in_kenya(random: &mut Random, centre: Point, sd_km: f64) -> Point {
    const TRIES_MAX: usize = 12;
    let mut tries = (0..TRIES_MAX).map(|_| scattered(random, centre, sd_km));
    tries.find(|point| geography::county_of(*point).is_some()).unwrap_or(centre)
}

fn repeat(random: &mut Random, kinds: &Kinds, first: &Event) -> Event {
    let place = in_kenya(random, first.point, REPEATS_SD_KM);
    let at = first.at.plus(hours(random.exponential(REPEATS_MEAN_HOURS)));
    let kind = if random.chance(REPEATS_OF_SAME_KIND) { first.kind } else { kinds.draw(random) };
    details(random).of(at, place, kind)
}

/// Consignments: each is seen at a post of the way, perhaps at the next ones too, by the same vehicle.
fn moved(random: &mut Random, period: Period, route: &Route, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while events.len() < count {
        let mut at = period.any(random);
        let cargo = Kind::detailed(weighted(random, &route.cargo));
        let thread = random.bits();
        let posts = route.posts.get(random.below(route.posts.len())..).unwrap_or_default();
        let mut last: Option<Point> = None;
        for post in posts.iter().copied().map(point) {
            let km = last.map_or(0.0, |last| geography::distance(last, post).get() / 1_000.0);
            at = at.plus(hours(km / KM_PER_HOUR + random.exponential(REST_MEAN_HOURS)));
            let seen = in_kenya(random, post, POST_SD_KM);
            events.push(Event { thread, ..details(random).of(at, seen, cargo) });
            last = Some(post);
            if !random.chance(SEEN_AGAIN) {
                break;
            }
        }
    }
    events
}

/// The cells of the mask within reach of any of some points, ascending.
fn cells_about(centres: &[Point], sd_km: f64) -> Vec<Cell> {
    let reach = Meters::new((REACH_SDS * sd_km).max(REACH_LEAST_KM) * 1_000.0).unwrap_or(Meters::ZERO);
    let mask = geography::mask(MaskResolution::Six);
    let mut cells: Vec<Cell> = Vec::new();
    for centre in centres {
        let disk: Vec<h3o::CellIndex> = geography::cell_of(*centre, Resolution::Six).grid_disk(REACH_RINGS);
        let near = disk.into_iter().filter(|cell| geography::distance(geography::cell_centre(*cell), *centre) <= reach);
        cells.extend(near.filter(|cell| mask.contains(*cell)).map(|cell| Cell::new(cell.into())));
    }
    cells.sort_unstable();
    cells.dedup();
    cells
}
