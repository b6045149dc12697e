//! A seed in; uniform, normal, exponential, log-normal and Poisson numbers out, the same on every machine.
//!
//! The bits are ChaCha8's; each purpose draws from a stream of its own, so that a change in one moves no other. The formulas use `libm` and
//! the exact operations of IEEE 754 only.
//! Never: entropy, a clock, a function of the standard library whose last bit differs between machines.
use domain::Span;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// What numbers are drawn for. The number is that of the ChaCha stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Which towns and villages there are.
    Settlements = 1,
    /// What happened, where and when.
    Events = 2,
    /// Who told it, and how wrong.
    Reports = 3,
    /// What never happened.
    Rumours = 4,
    /// Which events are kept when there are too many.
    Choice = 5,
    /// Ids of the reports.
    Ids = 6,
    /// Properties of a source: its clock, its outages, when it joins.
    Sources = 7,
    /// Reports of an event of a data set.
    History = 8,
    /// What events cost.
    Tolls = 9,
}

/// A stream of random numbers.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The stream of a seed and a purpose.
    pub(crate) fn new(seed: u64, purpose: Purpose) -> Self {
        Self::keyed(seed, 0, purpose)
    }

    /// A stream for each key: what is drawn for one does not depend on how many others there are.
    pub(crate) fn keyed(seed: u64, key: u64, purpose: Purpose) -> Self {
        let mut bytes = [0; 32];
        let words = seed.to_le_bytes().into_iter().chain(key.to_le_bytes());
        bytes.iter_mut().zip(words).for_each(|(to, from)| *to = from);
        let mut source = ChaCha8Rng::from_seed(bytes);
        source.set_stream(purpose as u64);
        Self(source)
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in 0 ≤ x < 1, in steps of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let whole = (self.bits() >> 11) as f64;
        whole / 9_007_199_254_740_992.0
    }

    /// Uniform between two numbers.
    pub(crate) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.unit()
    }

    /// Uniform in 0 to `count` − 1; 0 for a count of 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let product = u128::from(self.bits()) * count as u128;
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// True with a probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of a fixed list.
    pub(crate) fn pick<Item: Copy, const COUNT: usize>(&mut self, items: &[Item; COUNT]) -> Item {
        const { assert!(COUNT > 0, "there is something to pick") };
        let index = self.below(COUNT);
        items.get(index).copied().unwrap_or(items[0])
    }

    /// One of a slice; `None` if it is empty.
    pub(crate) fn pick_of<'a, Item>(&mut self, items: &'a [Item]) -> Option<&'a Item> {
        let index = self.below(items.len());
        items.get(index)
    }

    /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }

    /// Exponential with a mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Log-normal with a median and the standard deviation of its logarithm.
    pub(crate) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// Poisson with a mean below 50 (Knuth 1969, section 3.4.1).
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        let least = libm::exp(-mean);
        let mut count = 0;
        let mut product = self.unit();
        while product > least {
            count += 1;
            product *= self.unit();
        }
        count
    }

    /// Pareto, shifted to begin at 0 (Lomax): heavy tail of the exponent `shape`.
    pub(crate) fn lomax(&mut self, shape: f64) -> f64 {
        libm::pow(1.0 - self.unit(), -1.0 / shape) - 1.0
    }

    /// Puts a list in random order (Fisher and Yates).
    pub(crate) fn shuffle<Item>(&mut self, items: &mut [Item]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Draws indices in proportion to weights.
pub(crate) struct Weights {
    /// Ascending.
    sums: Vec<f64>,
}

impl Weights {
    /// Takes weights that are not negative.
    pub(crate) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let sums = weights.into_iter().map(|weight| {
            sum += weight.max(0.0);
            sum
        });
        Self { sums: sums.collect() }
    }

    /// The index of one; 0 if there is none.
    pub(crate) fn draw(&self, random: &mut Random) -> usize {
        let Some(total) = self.sums.last() else { return 0 };
        let mark = random.unit() * total;
        self.sums.partition_point(|sum| *sum <= mark).min(self.sums.len() - 1)
    }
}

/// Draws one of a fixed list in proportion to the weights beside it.
pub(crate) fn weighted<Item: Copy, const COUNT: usize>(random: &mut Random, items: &[(Item, f64); COUNT]) -> Item {
    const { assert!(COUNT > 0, "there is something to draw") };
    let index = Weights::new(items.iter().map(|(_, weight)| *weight)).draw(random);
    items.get(index).unwrap_or(&items[0]).0
}

/// A span of so many hours, in whole seconds: reports know no finer.
pub(crate) fn hours(hours: f64) -> Span {
    #[expect(clippy::cast_possible_truncation, reason = "`as` holds at the ends, and so does the span")]
    let seconds = libm::round(hours * 3_600.0) as i64;
    Span::from_secs(seconds)
}

/// A number of this text, the same in every version (FNV-1a, 64 bits).
pub(crate) fn key_of(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u32 = 40_000;

    fn mean_and_deviation(mut draw: impl FnMut(&mut Random) -> f64) -> (f64, f64) {
        let mut random = Random::new(1, Purpose::Events);
        let drawn: Vec<f64> = (0..DRAWS).map(|_| draw(&mut random)).collect();
        let mean = drawn.iter().sum::<f64>() / f64::from(DRAWS);
        let variance = drawn.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / f64::from(DRAWS);
        (mean, variance.sqrt())
    }

    fn is_near((mean, deviation): (f64, f64), expected: (f64, f64)) -> bool {
        (mean - expected.0).abs() < 0.03 * expected.1 && (deviation / expected.1 - 1.0).abs() < 0.03
    }

    #[test]
    fn distributions_have_their_means_and_deviations() {
        assert!(is_near(mean_and_deviation(Random::unit), (0.5, 12.0_f64.sqrt().recip())));
        assert!(is_near(mean_and_deviation(Random::normal), (0.0, 1.0)));
        assert!(is_near(mean_and_deviation(|random| random.exponential(5.0)), (5.0, 5.0)));
        assert!(is_near(mean_and_deviation(|random| f64::from(random.poisson(4.0))), (4.0, 2.0)));
        assert!(is_near(mean_and_deviation(|random| random.log_normal(6.0, 1.2).ln()), (6.0_f64.ln(), 1.2)));
    }

    #[test]
    fn weights_are_kept_in_the_long_run() {
        let share = mean_and_deviation(|random| weighted(random, &[(1.0, 3.0), (0.0, 1.0)])).0;

        assert!((share - 0.75).abs() < 0.01, "{share}");
    }

    #[test]
    fn index_below_a_count_reaches_all_and_no_more() {
        let mut random = Random::new(3, Purpose::Events);
        let drawn: std::collections::BTreeSet<usize> = (0..200).map(|_| random.below(7)).collect();

        assert_eq!(drawn, (0..7).collect());
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let first = |seed, purpose| Random::new(seed, purpose).bits();

        assert_eq!(first(7, Purpose::Events), first(7, Purpose::Events));
        assert_ne!(first(7, Purpose::Events), first(7, Purpose::Reports));
        assert_ne!(first(7, Purpose::Events), first(8, Purpose::Events));
    }

    #[test]
    fn numbers_of_a_seed_are_those_of_every_machine() {
        let mut random = Random::new(2_026, Purpose::Events);
        let drawn = [random.unit(), random.normal(), random.exponential(1.0), random.log_normal(2.0, 1.0)];

        let bits = drawn.map(f64::to_bits);

        assert_eq!(bits, [0x3fda_ba26_72aa_6d94, 0x3fc1_d11a_e7ac_e233, 0x3fe7_1547_c9f1_f3fb, 0x3ffb_8304_3547_e945]);
    }
}
