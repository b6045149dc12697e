//! The world of recipe A4: villages around towns in the north of Kenya, events around villages, near-repeats around events.
//!
//! The figures are those of docs/science.md A.4. Towns and villages are real: a point is drawn as the recipe says and moved to the nearest place.
//! Never: a planted hotspot; that villages differ and that events repeat is all the structure there is.
use domain::Point;

use crate::{
    event::{Event, Reality, details, scattered},
    kinds::{A4_KINDS, A4_MISTAKES_IN_GROUP, Kinds},
    random::{Purpose, Random, Weights, hours},
    settlement::{Settlement, Settlements},
    stage::{Period, Stage},
    truth::PlantedHotspot,
    witness::Ground,
};

/// Degrees north and east between which the region lies: Turkana, Samburu, Marsabit, Isiolo, Laikipia, Baringo and their neighbours.
const LATITUDES: (f64, f64) = (0.0, 4.0);
const LONGITUDES: (f64, f64) = (35.0, 39.0);
const TOWN_COUNT: usize = 40;
const VILLAGE_COUNT: usize = 600;
/// Villages about a town: standard deviation along each axis.
const VILLAGES_SD_KM: f64 = 18.0;
/// How much more than others the busiest village may see. The recipe has 8, but its villages lie closer together than real ones: with 14 the
/// best fixed window does as badly as on the recipe (example `difficulty`).
const BUSYNESS_MAX: f64 = 14.0;
/// Points tried for the towns; most of those at the edge are abroad.
const TOWN_TRIES_MAX: usize = 400;
/// Share of events that repeat no other.
const BACKGROUND: f64 = 0.7;
/// Events about their village: standard deviation along each axis.
const EVENTS_SD_KM: f64 = 2.0;
/// Near-repeats about the event that they follow.
const REPEATS_SD_KM: f64 = 4.0;
const REPEATS_MEAN_HOURS: f64 = 5.0 * 24.0;
/// Share of near-repeats that are of the same kind as the event that they follow.
const SAME_KIND: f64 = 0.7;

/// The region, its villages and how much happens at each.
pub(crate) struct Region {
    settlements: Settlements,
    busyness: Weights,
    kinds: Kinds,
}

impl Region {
    /// The region of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, Purpose::Settlements);
        let towns = towns(&mut random);
        let settlements = Settlements::clustered(&mut random, &towns, VILLAGE_COUNT, VILLAGES_SD_KM, is_within);
        // Heavy-tailed, but no village has it all.
        let weights: Vec<f64> = (0..settlements.len()).map(|_| (random.lomax(1.6) + 0.3).min(BUSYNESS_MAX)).collect();
        Self { settlements, busyness: Weights::new(weights), kinds: Kinds::new(&A4_KINDS, A4_MISTAKES_IN_GROUP) }
    }

    fn village(&self, random: &mut Random) -> Option<&Settlement> {
        self.settlements.at(self.busyness.draw(random))
    }

    fn near_village(&self, random: &mut Random, period: Period, sd_km: f64) -> Option<Event> {
        let village = self.village(random)?.point;
        let (point, at, kind) = (scattered(random, village, sd_km), period.any(random), self.kinds.draw(random));
        Some(details(random).of(at, point, kind))
    }

    fn repeat(&self, random: &mut Random, first: &Event) -> Event {
        let point = scattered(random, first.point, REPEATS_SD_KM);
        let at = first.at.plus(hours(random.exponential(REPEATS_MEAN_HOURS)));
        let kind = if random.chance(SAME_KIND) { first.kind } else { self.kinds.draw(random) };
        details(random).of(at, point, kind)
    }
}

impl Stage for Region {
    fn events(&self, random: &mut Random, period: Period, count: usize) -> Vec<Event> {
        let background_count = whole_share(count, BACKGROUND);
        let near_village = |_| self.near_village(random, period, EVENTS_SD_KM);
        let mut events: Vec<Event> = (0..background_count).filter_map(near_village).collect();
        for _ in background_count..count {
            let Some(first) = events.get(random.below(background_count)).cloned() else { break };
            events.push(self.repeat(random, &first));
        }
        events
    }

    fn rumour(&self, random: &mut Random, period: Period) -> Event {
        let event = self.near_village(random, period, 1.0);
        let mut event = event.unwrap_or_else(|| details(random).of(period.start, middle(), self.kinds.draw(random)));
        event.reality = Reality::Rumour;
        event
    }

    fn ground(&self) -> Ground<'_> {
        Ground { settlements: &self.settlements, kinds: &self.kinds }
    }

    fn hotspots(&self, _: Period) -> Vec<PlantedHotspot> {
        Vec::new()
    }
}

fn towns(random: &mut Random) -> Vec<Point> {
    let mut towns = Vec::new();
    for _ in 0..TOWN_TRIES_MAX {
        let (lat, lng) = (random.between(LATITUDES.0, LATITUDES.1), random.between(LONGITUDES.0, LONGITUDES.1));
        let town = Point::from_degrees(lat, lng).ok().and_then(Settlement::nearest_to).map(|town| town.point);
        towns.extend(town.filter(|town| is_within(*town) && !towns.contains(town)));
        if towns.len() == TOWN_COUNT {
            break;
        }
    }
    towns
}

fn is_within(point: Point) -> bool {
    let between = |value: f64, (least, most): (f64, f64)| (least..=most).contains(&value);
    between(point.lat_degrees(), LATITUDES)
        && between(point.lng_degrees(), LONGITUDES)
        && geography::county_of(point).is_some()
}

fn middle() -> Point {
    Point::from_degrees(2.0, 37.0).expect("two small numbers are on the globe")
}

/// A share of a count, rounded.
pub(crate) fn whole_share(count: usize, share: f64) -> usize {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts are far below 2^53"
    )]
    let whole = libm::round(count as f64 * share) as usize;
    whole
}
