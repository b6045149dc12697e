//! Reports with their truth in, parameters out: what `make fit` runs.
//!
//! u, the share of a level among pairs that cannot be one incident, is counted among pairs of the same reports with one side moved by
//! two or three weeks: the same places, the same rounding, the same reporters, and no labels. m, its share among pairs of one incident,
//! is counted among a few hundred labelled pairs of each sample. Both are smoothed toward the distribution over all classes by Dirichlet
//! pseudo-counts. Pairs 3 to 7 days apart tell how much more often near repeats lie around a report than pairs at random,
//! and are of its category: that is taken off the prior and off the agreement of category.
//! Guarantees: the same samples give the same file, byte for byte. Never: sees how well it does; nothing is searched for.
use std::collections::BTreeMap;

use domain::{AcceptedReport, ReportId, Span};

use crate::{
    candidates::Index,
    comparison::{Compared, Field, compare, day_level},
    features::Features,
    fixed,
    parameters::{Origin, ParameterFile, Parameters, ParseParametersError, SAME_CATEGORY_LEVELS},
    state::Node,
};

/// Shifts by which pairs are made that cannot be one incident.
const SHIFTS: [Span; 4] = [Span::from_days(-21), Span::from_days(-14), Span::from_days(14), Span::from_days(21)];
/// Shifts by which pairs are made that lie 3 to 7 days apart: not one incident, but still near repeats of one another.
const NEAR_SHIFTS: [Span; 2] = [Span::from_days(-5), Span::from_days(5)];
/// Pseudo-counts of m: a few hundred pairs say little of a rare class.
const TRUE_PSEUDO_COUNT: f64 = 4.0;
/// Pseudo-counts of u.
const SHIFTED_PSEUDO_COUNT: f64 = 8.0;
/// What every level is counted above its count over all classes, so that none has the share 0.
const LEVEL_PSEUDO_COUNT: f64 = 0.5;
/// Expected true mates of a report.
const TRUE_MATES: f64 = 1.2;
/// Such a share of values are gross errors that say nothing of the incident, whatever the samples show: a slip of the pen must
/// not tear a report from its incident by itself. It bounds what a field can say against a pair at −5.8 nat.
const GROSS_ERROR_SHARE: f64 = 0.003;
/// Two of one incident that both name an identifier share one so often; two that cannot be one, so often. The generator of the samples
/// gives no identifiers, so these are assumed.
const SHARED_IDENTIFIER: (f64, f64) = (0.5, 0.001);

/// Reports of one scenario with the incident of each.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// How dense they are, in a word.
    pub density: &'a str,
    /// The seed that they were made from.
    pub seed: u64,
    /// As intake stamps them.
    pub reports: &'a [AcceptedReport],
    /// The true incident of each, in the same order.
    pub incidents: &'a [u64],
}

/// What a fit is made from.
#[derive(Clone, Debug)]
pub struct FitSettings<'a> {
    /// The version that the parameters get.
    pub version: u32,
    /// The generator and its version.
    pub generator: &'a str,
    /// A digest of all reports, in hexadecimal.
    pub digest: &'a str,
    /// True pairs that are taken from each sample.
    pub true_pairs_a_sample: usize,
}

/// Fits parameters to samples. Linear in the number of pairs within 15 km and 48 h.
///
/// # Errors
/// If a weight would be out of range; no sample of more than a few reports does that.
pub fn fit(samples: &[Sample], settings: &FitSettings) -> Result<Parameters, ParseParametersError> {
    let (mut same, mut shifted, mut near) = (Counts::default(), Counts::default(), Counts::default());
    for sample in samples {
        let features: Vec<Features> = sample.reports.iter().map(Features::of).collect();
        let index = Indexed::new(&features);
        index.true_pairs(sample, settings.true_pairs_a_sample).into_iter().for_each(|(a, b)| same.add(a, b));
        SHIFTS.into_iter().for_each(|shift| index.count_shifted(shift, &mut shifted));
        NEAR_SHIFTS.into_iter().for_each(|shift| index.count_shifted(shift, &mut near));
    }
    Parameters::from_file(ParameterFile {
        version: settings.version,
        origin: origin(samples, settings, &same, &shifted),
        ln_nu: fixed::from_nats(libm::log(TRUE_MATES)),
        intercept: fixed::from_nats(libm::log(shifted.pairs_a_report() / near.pairs_a_report())),
        category_offset: fixed::from_nats(libm::log(shifted.same_category() / near.same_category())),
        weights: Field::ALL.iter().map(|field| (field.name().to_owned(), weights(*field, &same, &shifted))).collect(),
    })
}

fn origin(samples: &[Sample], settings: &FitSettings, same: &Counts, shifted: &Counts) -> Origin {
    let mut densities: Vec<String> = samples.iter().map(|sample| sample.density.to_owned()).collect();
    densities.dedup();
    let mut seeds: Vec<u64> = samples.iter().map(|sample| sample.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    Origin {
        generator: settings.generator.to_owned(),
        digest: settings.digest.to_owned(),
        seeds,
        densities,
        true_pairs: same.pair_count,
        shifted_pairs: shifted.pair_count,
        assumed: vec![Field::Identifier.name().to_owned()],
    }
}

/// The reports of one sample, where pairs can be looked up.
struct Indexed<'a> {
    features: &'a [Features],
    index: Index,
}

impl<'a> Indexed<'a> {
    fn new(features: &'a [Features]) -> Self {
        let mut index = Index::default();
        features.iter().zip(0..).for_each(|(features, number)| index.insert(Node::new(number), features));
        Self { features, index }
    }

    fn near(&self, features: &Features) -> impl Iterator<Item = (usize, &'a Features)> {
        let known = self.features;
        self.index.near(features).into_iter().filter_map(move |node| Some((node.index(), known.get(node.index())?)))
    }

    /// Pairs of one incident, drawn by their ids, which carry no truth.
    fn true_pairs(&self, sample: &Sample, wanted: usize) -> Vec<(&'a Features, &'a Features)> {
        let incident_of = |number: usize| sample.incidents.get(number);
        let mut pairs: Vec<([u8; 16], &Features, &Features)> = Vec::new();
        for (number, features) in self.features.iter().enumerate() {
            let mates =
                self.near(features).filter(|(other, _)| *other > number && incident_of(*other) == incident_of(number));
            pairs.extend(mates.map(|(_, mate)| (drawn(features.report, mate.report), features, mate)));
        }
        pairs.retain(|(_, a, b)| compare(a, b).is_some());
        pairs.sort_by_key(|(drawn, _, _)| *drawn);
        pairs.into_iter().take(wanted).map(|(_, a, b)| (a, b)).collect()
    }

    /// Counts the pairs of reports moved by a shift with those that stay, as far as there are any at the moved time.
    fn count_shifted(&self, shift: Span, counts: &mut Counts) {
        let times = || self.features.iter().map(|features| features.middle_us);
        let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        for (number, features) in self.features.iter().enumerate() {
            let mut moved = features.clone();
            moved.middle_us += shift.micros();
            moved.day += i32::try_from(shift.micros() / Span::DAY.micros()).unwrap_or(0);
            if (first..=last).contains(&moved.middle_us) {
                counts.report_count += 1;
                self.near(&moved)
                    .filter(|(other, _)| *other != number)
                    .for_each(|(_, other)| counts.add(&moved, other));
            }
        }
    }
}

/// A number for a pair that is as good as drawn, because ids are digests.
fn drawn(a: ReportId, b: ReportId) -> [u8; 16] {
    let mut mixed = *a.as_bytes();
    mixed.iter_mut().zip(b.as_bytes()).for_each(|(byte, other)| *byte ^= other);
    mixed
}

/// How often each level was met, by field and class.
#[derive(Debug, Default)]
struct Counts {
    levels: BTreeMap<(Field, usize, usize), f64>,
    pair_count: u64,
    /// Reports whose pairs were counted.
    report_count: u64,
}

impl Counts {
    fn pairs_a_report(&self) -> f64 {
        (self.pair_count as f64 + LEVEL_PSEUDO_COUNT) / (self.report_count as f64 + LEVEL_PSEUDO_COUNT)
    }

    /// The share of pairs that name the same category.
    fn same_category(&self) -> f64 {
        let count = |levels: std::ops::Range<usize>| {
            let classes = 0..Field::Category.classes().len();
            classes
                .flat_map(|class| levels.clone().map(move |level| self.of(Field::Category, class, level)))
                .sum::<f64>()
        };
        let same = count(0..SAME_CATEGORY_LEVELS) + LEVEL_PSEUDO_COUNT;
        same / (count(0..Field::Category.levels().len()) + LEVEL_PSEUDO_COUNT)
    }

    fn add(&mut self, a: &Features, b: &Features) {
        let Some(comparison) = compare(a, b) else { return };
        self.pair_count += 1;
        // What a whole day would have said is counted of every pair: the day of each side is known.
        let by_day = Compared { field: Field::Day, class: 0, level: day_level(a.day, b.day) };
        let compared = comparison.fields.into_iter().filter(|compared| compared.field != Field::Day);
        for Compared { field, class, level } in compared.chain([by_day]) {
            *self.levels.entry((field, class, level)).or_default() += 1.0;
        }
    }

    fn of(&self, field: Field, class: usize, level: usize) -> f64 {
        self.levels.get(&(field, class, level)).copied().unwrap_or(0.0)
    }

    /// The shares of the levels in a class, smoothed toward the shares over all classes.
    fn shares(&self, field: Field, class: usize, pseudo_count: f64) -> Vec<f64> {
        let levels = || 0..field.levels().len();
        let over_classes = |level| (0..field.classes().len()).map(|class| self.of(field, class, level)).sum::<f64>();
        let base: Vec<f64> = levels().map(|level| over_classes(level) + LEVEL_PSEUDO_COUNT).collect();
        let base_sum: f64 = base.iter().sum();
        let smoothed: Vec<f64> = base
            .iter()
            .zip(levels())
            .map(|(base, level)| self.of(field, class, level) + pseudo_count * base / base_sum)
            .collect();
        let sum: f64 = smoothed.iter().sum();
        smoothed.into_iter().map(|count| count / sum).collect()
    }
}

/// The weights of a field by the names of its classes.
fn weights(field: Field, same: &Counts, shifted: &Counts) -> BTreeMap<String, Vec<i32>> {
    let of_class = |(class, name): (usize, &&str)| {
        let m = same.shares(field, class, TRUE_PSEUDO_COUNT);
        let u = shifted.shares(field, class, SHIFTED_PSEUDO_COUNT);
        let ratios = match field {
            Field::Identifier => {
                let (m, u) = SHARED_IDENTIFIER;
                vec![m / u, (1.0 - m) / (1.0 - u)]
            }
            Field::Category => category_ratios(&m, &u),
            Field::Source => source_ratios(&m, &u),
            Field::Distance
            | Field::Time
            | Field::Day
            | Field::PlaceName
            | Field::Size
            | Field::Attackers
            | Field::Weapon => m.iter().zip(&u).map(|(m, u)| m / u).collect(),
        };
        (
            (*name).to_owned(),
            ratios.into_iter().map(|ratio| fixed::from_nats(libm::log(with_gross_errors(ratio)))).collect(),
        )
    };
    field.classes().iter().enumerate().map(of_class).collect()
}

/// m/u where a share of m is drawn like u.
fn with_gross_errors(ratio: f64) -> f64 {
    (1.0 - GROSS_ERROR_SHARE) * ratio + GROSS_ERROR_SHARE
}

/// One category of which one side names no kind may be the same kind or another: both together.
fn category_ratios(m: &[f64], u: &[f64]) -> Vec<f64> {
    let mut ratios: Vec<f64> = m.iter().zip(u).map(|(m, u)| m / u).collect();
    if let ([same_m, _, other_m, ..], [same_u, _, other_u, ..], Some(unsaid)) = (m, u, ratios.get_mut(1)) {
        *unsaid = (same_m + other_m) / (same_u + other_u);
    }
    ratios
}

/// In the samples an agency is one source. Another source of it lies between the same source and another agency.
fn source_ratios(m: &[f64], u: &[f64]) -> Vec<f64> {
    let mut ratios: Vec<f64> = m.iter().zip(u).map(|(m, u)| m / u).collect();
    if let [same, between, other] = ratios.as_mut_slice() {
        *between = libm::sqrt(*same * *other);
    }
    ratios
}
