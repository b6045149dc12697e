//! An agency and a place in; the post that covers it out, with its clock, its line to the centre, and when it joined and left.
//!
//! All of it is drawn by the post's name, so that one post is the same for every report. Never: the name of a person.
use std::collections::BTreeMap;

use domain::{Point, Span, Timestamp};
use h3o::Resolution;

use crate::{
    random::{Purpose, Random, hours, key_of},
    settlement::Settlement,
    stage::Period,
};

/// Share of posts whose clock is off.
const CLOCK_OFF: f64 = 0.04;
/// Share of clocks off by the three hours between UTC and East Africa; the rest by up to two hours.
const ZONE_CONFUSED: f64 = 0.3;
/// Share of posts that join after the start, and that leave before the end.
const JOINS_LATE: f64 = 0.12;
const LEAVES_EARLY: f64 = 0.08;
/// Days between two cuts of a county's line, on average; and their length in hours.
const DAYS_BETWEEN_CUTS: f64 = 60.0;
const CUT_HOURS: (f64, f64) = (12.0, 120.0);
/// Cuts of one county, at most.
const CUTS_MAX: usize = 200;
/// Seconds between two reports of a batch that was held up.
const BATCH_STEP: Span = Span::from_secs(2);

/// A post of an agency.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Office {
    /// Such as `kapedo-post`.
    pub(crate) name: String,
    clock_off: Span,
    /// Works from the one to before the other.
    works: (Timestamp, Timestamp),
}

impl Office {
    /// The post of an agency that covers a point: the point's village for elders, else its cell of some 250 km².
    pub(crate) fn covering(seed: u64, period: Period, agency: &str, point: Point) -> Self {
        let name = office_name(agency, point);
        let mut random = Random::keyed(seed, key_of(&name), Purpose::Sources);
        let clock_off = clock_off(&mut random);
        let joins = if random.chance(JOINS_LATE) { random.between(0.0, 0.6) } else { 0.0 };
        let leaves = if random.chance(LEAVES_EARLY) { random.between(0.7, 1.0) } else { 2.0 };
        Self { name, clock_off, works: (period.at(joins), period.at(leaves)) }
    }

    /// Whether it reports what happens at an instant.
    pub(crate) fn works_at(&self, at: Timestamp) -> bool {
        self.works.0 <= at && at < self.works.1
    }

    /// What its clock shows at an instant.
    pub(crate) fn shown(&self, at: Timestamp) -> Timestamp {
        at.plus(self.clock_off)
    }

    /// The reference of one of its three informants.
    pub(crate) fn informant(&self, random: &mut Random) -> String {
        let number = key_of(&self.name) % 9_000 + 1_000;
        let initial = self.name.chars().next().unwrap_or('x');
        format!("{initial}-{number}-{}", random.below(3) + 1)
    }
}

/// The name of the post of an agency that covers a point.
pub(crate) fn office_name(agency: &str, point: Point) -> String {
    let seat = if agency == "elders" { point } else { middle_of_beat(point) };
    let seat_name = Settlement::name_at(seat).map_or_else(|| "field".to_owned(), slug);
    format!("{seat_name}-{}", desk(agency))
}

fn middle_of_beat(point: Point) -> Point {
    geography::cell_centre(geography::cell_of(point, Resolution::Five))
}

fn desk(agency: &str) -> &'static str {
    match agency {
        "police" => "post",
        "npr" => "reservists",
        "elders" => "elders",
        "chiefs" => "chief",
        "kws" => "rangers",
        _ => "community",
    }
}

fn clock_off(random: &mut Random) -> Span {
    if !random.chance(CLOCK_OFF) {
        return Span::ZERO;
    }
    let zone = random.pick(&[-3.0, 3.0]);
    if random.chance(ZONE_CONFUSED) { hours(zone) } else { hours(random.between(-2.0, 2.0)) }
}

/// A name as part of an identifier: lowercase words with hyphens.
fn slug(name: &str) -> String {
    geography::normalise_name(name).split(' ').collect::<Vec<_>>().join("-")
}

/// When the lines of counties were cut; a report waits for the end of the cut, then all that waited come as one batch.
pub(crate) struct Lines {
    seed: u64,
    period: Period,
    cuts: BTreeMap<&'static str, Vec<(Timestamp, Timestamp)>>,
    waiting: BTreeMap<Timestamp, i64>,
}

impl Lines {
    /// The lines of a period.
    pub(crate) fn new(seed: u64, period: Period) -> Self {
        Self { seed, period, cuts: BTreeMap::new(), waiting: BTreeMap::new() }
    }

    /// When a report that is sent at an instant is taken.
    pub(crate) fn taken(&mut self, point: Point, sent: Timestamp) -> Timestamp {
        let county = geography::county_of(point).map_or("abroad", |hit| hit.county.name());
        let (seed, period) = (self.seed, self.period);
        let cuts = self.cuts.entry(county).or_insert_with(|| cuts(seed, period, county));
        let Some((_, end)) = cuts.iter().find(|(start, end)| *start <= sent && sent < *end) else { return sent };
        let place_in_batch = self.waiting.entry(*end).or_default();
        *place_in_batch += 1;
        end.plus(Span::from_micros(BATCH_STEP.micros() * *place_in_batch))
    }
}

fn cuts(seed: u64, period: Period, county: &str) -> Vec<(Timestamp, Timestamp)> {
    let mut random = Random::keyed(seed, key_of(county), Purpose::Sources);
    let mut cuts = Vec::new();
    let mut at = period.start;
    while cuts.len() < CUTS_MAX {
        at = at.plus(hours(random.exponential(DAYS_BETWEEN_CUTS * 24.0)));
        if at >= period.until {
            break;
        }
        let end = at.plus(hours(random.between(CUT_HOURS.0, CUT_HOURS.1)));
        cuts.push((at, end));
        at = end;
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period() -> Period {
        Period::of_days(730.0, "2026-06-30T21:00:00Z".parse().unwrap())
    }

    #[test]
    fn post_is_the_same_for_neighbours() {
        let kapedo = Point::from_degrees(1.1825, 36.1040).unwrap();
        let beside = Point::from_degrees(1.1830, 36.1050).unwrap();

        let post = Office::covering(1, period(), "police", kapedo);

        assert_eq!(post, Office::covering(1, period(), "police", beside));
        assert!(post.name.ends_with("-post"), "{}", post.name);
    }

    #[test]
    fn report_of_a_cut_line_comes_after_the_cut_in_order() {
        let kapedo = Point::from_degrees(1.1825, 36.1040).unwrap();
        let mut lines = Lines::new(1, period());
        lines.taken(kapedo, period().start);
        let (start, end) = lines.cuts.values().flatten().next().copied().unwrap();

        let taken: Vec<Timestamp> = (0..3).map(|_| lines.taken(kapedo, start)).collect();

        assert!(taken.iter().all(|at| *at > end) && taken.is_sorted_by(|a, b| a < b));
        assert_eq!(lines.taken(kapedo, end), end);
    }
}
