//! The reports of one incident in, what the incident says out: place, time, counts, category, marks.
//!
//! Place and time are inverse-variance means, counts weighted medians, the category that with the largest sum of weights; marks are joined
//! to the strictest.
//! Guarantees: a function of the set of reports. Never: moved, dated or named by a restricted report, unless all are; nor by an echo.
use domain::{
    AcceptedReport, Category, Cell, Counts, Handling, IncidentPlace, Meters, Point, Priority, Span, Subcategory,
    Timestamp,
};
use h3o::Resolution;

use crate::precision::time_uncertainty;

/// A report of an incident with its weight in votes: at least 1, in 1/10 000 nat.
#[derive(Clone, Copy)]
pub(crate) struct Voice<'a> {
    pub(crate) report: &'a AcceptedReport,
    pub(crate) weight: u32,
    pub(crate) echo: bool,
}

/// The reports that may say what an incident was: unrestricted, and no echoes, where there are such.
pub(crate) fn speaking<'a>(voices: &[Voice<'a>]) -> Vec<Voice<'a>> {
    let open: Vec<Voice> = voices.iter().filter(|voice| !is_restricted(voice.report)).copied().collect();
    let open = if open.is_empty() { voices.to_vec() } else { open };
    let own: Vec<Voice> = open.iter().filter(|voice| !voice.echo).copied().collect();
    if own.is_empty() { open } else { own }
}

pub(crate) fn is_restricted(report: &AcceptedReport) -> bool {
    report.account.category.is_restricted()
}

/// The category with the largest sum of weights, and within it the kind; ties fall to the smaller number.
pub(crate) fn category(voices: &[Voice]) -> (Category, Option<Subcategory>) {
    let of = |wanted: Category| voices.iter().filter(move |voice| voice.report.account.category == wanted);
    let best =
        |sums: Vec<(u64, i32)>| sums.into_iter().max_by_key(|(sum, number)| (*sum, -number)).map(|(_, number)| number);
    let sum = |voices: &mut dyn Iterator<Item = u32>| voices.map(u64::from).sum::<u64>();
    let categories = voices.iter().map(|voice| voice.report.account.category);
    let sums =
        categories.map(|category| (sum(&mut of(category).map(|voice| voice.weight)), category.number())).collect();
    let category = best(sums).and_then(Category::from_number).unwrap_or(Category::Other);
    let kinds = of(category).filter_map(|voice| voice.report.account.subcategory);
    let says = |voice: &&Voice, kind| voice.report.account.subcategory == Some(kind);
    let sums = kinds.map(|kind| {
        (sum(&mut of(category).filter(|voice| says(voice, kind)).map(|voice| voice.weight)), kind.number())
    });
    (category, best(sums.collect()).and_then(Subcategory::from_number))
}

/// The counts: of each the weighted median of the own voices that say it; what only an echo says is said too. An echo is told by its
/// words or by its place and time, and of two agencies at one village at one hour the second may be the one that counted the dead.
pub(crate) fn counts(speaking: &[Voice], voices: &[Voice]) -> Counts {
    let open: Vec<Voice> = voices.iter().filter(|voice| !is_restricted(voice.report)).copied().collect();
    let all = if open.is_empty() { voices } else { &open };
    let said_by = |voices: &[Voice], count: fn(&AcceptedReport) -> Option<u32>| {
        weighted_median(voices.iter().filter_map(|voice| Some((count(voice.report)?, voice.weight))).collect())
    };
    let median = |count| said_by(speaking, count).or_else(|| said_by(all, count));
    Counts {
        killed: median(|report| report.account.killed),
        injured: median(|report| report.account.injured),
        abducted: median(|report| report.account.abducted),
        attackers: median(|report| report.account.attackers),
        livestock: median(|report| report.account.livestock_total()),
    }
}

/// The least value at which half of the weight is reached.
fn weighted_median(mut said: Vec<(u32, u32)>) -> Option<u32> {
    said.sort_unstable();
    let total: u64 = said.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let mut reached = 0;
    said.into_iter().find_map(|(value, weight)| {
        reached += u64::from(weight);
        (reached * 2 >= total).then_some(value)
    })
}

/// The middle of the time and its half-width: the inverse-variance mean, to the second.
pub(crate) fn time(voices: &[Voice]) -> Option<(Timestamp, Span)> {
    let (first, rest) = voices.split_first()?;
    let start = first.report.account.occurrence.middle();
    if rest.is_empty() {
        return Some((start, time_uncertainty(&first.report.account)));
    }
    let (mut precision_sum, mut offset_sum) = (0.0, 0.0);
    for voice in voices {
        let account = &voice.report.account;
        let half_width_s = (time_uncertainty(account).micros() as f64 / 1e6).max(1.0);
        let precision = 1.0 / (half_width_s * half_width_s);
        precision_sum += precision;
        offset_sum += precision * (account.occurrence.middle().since(start).micros() as f64 / 1e6);
    }
    let at = start.plus(Span::from_secs(rounded(offset_sum / precision_sum)));
    Some((at, Span::from_secs(rounded(1.0 / libm::sqrt(precision_sum)).max(1))))
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of spans that a timestamp can hold")]
fn rounded(seconds: f64) -> i64 {
    libm::round(seconds) as i64
}

/// Where it was: the inverse-variance mean of the points, else the smallest area.
pub(crate) fn place(voices: &[Voice]) -> IncidentPlace {
    let points: Vec<(Point, Meters)> =
        voices.iter().filter_map(|voice| Some((voice.report.place.point()?, voice.report.place.uncertainty))).collect();
    let Some((point, uncertainty)) = mean_point(&points) else { return area(voices) };
    let hit = geography::county_of(point);
    let ward = most_precise(voices, |report| !report.place.ward.is_empty() && report.place.point().is_some());
    IncidentPlace {
        point: Some(point),
        uncertainty,
        cell: Some(Cell::new(u64::from(geography::cell_of(point, Resolution::Six)))),
        county: hit.map(|hit| hit.county.number()),
        ward: ward.map(|report| report.place.ward.clone()).unwrap_or_default(),
        nearest_place: geography::nearest_place(point).map(|near| near.place.name().to_owned()).unwrap_or_default(),
        disputed: hit.is_some_and(|hit| hit.disputed),
    }
}

fn mean_point(points: &[(Point, Meters)]) -> Option<(Point, Meters)> {
    if let [only] = points {
        return Some(*only);
    }
    let (mut precision_sum, mut lat_sum, mut lng_sum) = (0.0, 0.0, 0.0);
    for (point, uncertainty) in points {
        let radius_m = uncertainty.get().max(1.0);
        let precision = 1.0 / (radius_m * radius_m);
        precision_sum += precision;
        lat_sum += precision * point.lat_degrees();
        lng_sum += precision * point.lng_degrees();
    }
    let point = Point::from_degrees(lat_sum / precision_sum, lng_sum / precision_sum).ok()?;
    Some((point, Meters::new(libm::round(1.0 / libm::sqrt(precision_sum)))?))
}

fn area(voices: &[Voice]) -> IncidentPlace {
    let smallest = most_precise(voices, |_| true);
    let place = smallest.map(|report| &report.place);
    IncidentPlace {
        point: None,
        uncertainty: place.map_or(Meters::ZERO, |place| place.uncertainty),
        cell: None,
        county: place.and_then(|place| place.county),
        ward: place.map(|place| place.ward.clone()).unwrap_or_default(),
        nearest_place: smallest.map(|report| report.account.place.name.clone()).unwrap_or_default(),
        disputed: place.is_some_and(|place| place.disputed),
    }
}

/// The report with the smallest radius among those that fit; ties fall to the earlier.
fn most_precise<'a>(voices: &[Voice<'a>], fits: impl Fn(&AcceptedReport) -> bool) -> Option<&'a AcceptedReport> {
    let fitting = voices.iter().map(|voice| voice.report).filter(|report| fits(report));
    fitting.min_by(|a, b| {
        a.place.uncertainty.total_cmp(b.place.uncertainty).then_with(|| a.first_position.cmp(&b.first_position))
    })
}

/// The marks of all, joined to the strictest.
pub(crate) fn handling(voices: &[Voice]) -> Handling {
    let marks = voices.iter().map(|voice| &voice.report.account.handling);
    marks.cloned().reduce(|joined, mark| joined.join(&mark)).unwrap_or_default()
}

/// The most urgent priority.
pub(crate) fn priority(voices: &[Voice]) -> Priority {
    voices.iter().map(|voice| voice.report.account.priority).min().unwrap_or(Priority::Four)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn median_follows_the_weight() {
        assert_eq!(weighted_median(vec![]), None);
        assert_eq!(weighted_median(vec![(5, 1)]), Some(5));
        assert_eq!(weighted_median(vec![(5, 1), (9, 3)]), Some(9));
        assert_eq!(weighted_median(vec![(9, 1), (5, 1)]), Some(5));
    }

    proptest! {
        #[test]
        fn median_has_half_of_the_weight_on_each_side(said in proptest::collection::vec((0_u32..50, 1_u32..9), 1..12)) {
            let median = weighted_median(said.clone()).unwrap();
            let total: u32 = said.iter().map(|(_, weight)| weight).sum();
            let below: u32 = said.iter().filter(|(value, _)| *value < median).map(|(_, weight)| weight).sum();
            let above: u32 = said.iter().filter(|(value, _)| *value > median).map(|(_, weight)| weight).sum();
            prop_assert!(below * 2 <= total && above * 2 <= total);
        }

        #[test]
        fn mean_point_leans_to_the_precise_one(metres in 10.0_f64..3_000.0) {
            let (a, b) = (Point::from_degrees(1.0, 36.0).unwrap(), Point::from_degrees(1.1, 36.1).unwrap());
            let (mean, radius) = mean_point(&[(a, Meters::new(metres).unwrap()), (b, Meters::from_km(4))]).unwrap();
            prop_assert!(geography::distance(mean, a) < geography::distance(mean, b));
            prop_assert!(radius.get() <= metres.round());
        }
    }
}
