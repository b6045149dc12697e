//! The test: how likely at least such a weight falls into a disk, if the incidents were spread evenly over the mask.
//!
//! p = P(Bin(N, W/n) ≥ D) = I_{W/n}(D, N − D + 1), the regularised incomplete beta function, which serves weights as well:
//! N = (Σw)²/Σw² and D = disk weight × N / Σw. Guarantees: p is in [1e-300, 1], 1 where the disk is empty, and equal to SciPy's to a relative
//! 1e-9 (`tests/evaluation/hotspots.py`; a committed table in the tests).
//!
//! Method: the power term x^a·y^b/B(a, b) by Loader's deviances and Stirling errors (Loader 2000, "Fast and accurate computation of binomial
//! probabilities", here for real arguments), so that nothing large cancels; times the continued fraction of Didonato & Morris 1992, equation 9,
//! always in the tail beyond the mean, where its terms are positive and it converges fast. Arguments are exact ratios of integers.

use crate::counts::Totals;

/// No p is below it: a smaller one says nothing more, and 1/p must stay finite.
const P_LEAST: f64 = 1e-300;
/// The fraction needs some tens of terms, and about 5·√D near the mean of a large count.
const FRACTION_TERMS_MAX: u32 = 20_000;
/// Where a further term changes nothing that could be seen.
const FRACTION_CHANGE: f64 = 1e-15;
const TWO_PI: f64 = 2.0 * std::f64::consts::PI;

/// The test for all disks of one set of incidents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TailTest {
    /// Σw in thousandths.
    weight: u128,
    /// Σw² in millionths.
    squares: u128,
    /// n.
    cell_count: u128,
    /// N + 1, and the error of Stirling's formula there: the same for all disks.
    total: f64,
    total_error: f64,
}

/// The arguments of I_x(a, b), y = 1 − x, and a + b with what it spreads: nothing is computed by a difference of floats.
#[derive(Clone, Copy, Debug)]
struct Beta {
    a: f64,
    b: f64,
    x: f64,
    y: f64,
    /// (a + b)·x and (a + b)·y.
    mean_a: f64,
    mean_b: f64,
    /// a − mean_a = mean_b − b.
    above: f64,
}

impl TailTest {
    /// Takes the totals of the set and the number of cells in the mask.
    pub(crate) fn new(totals: Totals, cell_count: usize) -> TailTest {
        let (weight, squares) = (u128::from(totals.weight), u128::from(totals.weight_squares));
        let total = if squares == 0 { 1.0 } else { ratio(weight * weight + squares, squares) };
        TailTest { weight, squares, cell_count: cell_count as u128, total, total_error: stirling_error(total) }
    }

    /// p of a disk of `disk_size` cells with `disk_weight` thousandths. About a microsecond.
    pub(crate) fn p(&self, disk_size: usize, disk_weight: u64) -> f64 {
        let (size, disk) = (disk_size as u128, u128::from(disk_weight));
        if disk == 0 || size >= self.cell_count {
            return 1.0;
        }
        let beta = self.arguments(size, disk);
        let p = if beta.above >= 0.0 { self.tail(&beta) } else { 1.0 - self.tail(&beta.swapped()) };
        p.clamp(P_LEAST, 1.0)
    }

    fn arguments(&self, size: u128, disk: u128) -> Beta {
        let (squares, n) = (self.squares, self.cell_count);
        let spread = squares * n;
        let whole = self.weight * self.weight + squares;
        let (actual, even) = (disk * self.weight * n, whole * size);
        let above = ratio(actual.abs_diff(even), spread);
        Beta {
            a: ratio(disk * self.weight, squares),
            b: ratio(self.weight * (self.weight - disk) + squares, squares),
            x: ratio(size, n),
            y: ratio(n - size, n),
            mean_a: ratio(even, spread),
            mean_b: ratio(whole * (n - size), spread),
            above: if actual >= even { above } else { -above },
        }
    }

    /// I_x(a, b) where a is not below its mean.
    fn tail(&self, beta: &Beta) -> f64 {
        let Beta { a, b, mean_a, mean_b, above, .. } = *beta;
        let log_power = self.total_error
            - stirling_error(a)
            - stirling_error(b)
            - deviance(a, mean_a, above)
            - deviance(b, mean_b, -above);
        libm::exp(log_power) * libm::sqrt(a / TWO_PI * (b / self.total)) / fraction(beta)
    }
}

impl Beta {
    /// I_x(a, b) = 1 − I_y(b, a).
    fn swapped(&self) -> Beta {
        Beta {
            a: self.b,
            b: self.a,
            x: self.y,
            y: self.x,
            mean_a: self.mean_b,
            mean_b: self.mean_a,
            above: -self.above,
        }
    }
}

/// Of two integers, exact where it is whole.
fn ratio(numerator: u128, denominator: u128) -> f64 {
    (numerator / denominator) as f64 + (numerator % denominator) as f64 / denominator as f64
}

/// k·ln(k/mean) + mean − k, given above = k − mean; Loader's bd0. Never negative; without cancellation near the mean.
fn deviance(k: f64, mean: f64, above: f64) -> f64 {
    let sum = k + mean;
    if above.abs() >= 0.1 * sum {
        return k * libm::log(k / mean) - above;
    }
    let v = above / sum;
    let mut term = 2.0 * k * v;
    let mut series = above * v;
    for odd in (3..).step_by(2).take(40) {
        term *= v * v;
        let next = series + term / f64::from(odd);
        if next.total_cmp(&series).is_eq() {
            break;
        }
        series = next;
    }
    series
}

/// ln Γ(z) − ((z − ½)·ln z − z + ½·ln 2π), z > 0: what Stirling's formula leaves, to a few 1e-16.
fn stirling_error(z: f64) -> f64 {
    const ASYMPTOTIC_FROM: f64 = 16.0;
    let (mut z, mut error) = (z, 0.0);
    while z < ASYMPTOTIC_FROM {
        error += (z + 0.5) * libm::log1p(1.0 / z) - 1.0;
        z += 1.0;
    }
    let w = 1.0 / (z * z);
    let series = 1.0 / 12.0
        - w * (1.0 / 360.0 - w * (1.0 / 1260.0 - w * (1.0 / 1680.0 - w * (1.0 / 1188.0 - w * 691.0 / 360_360.0))));
    error + series / z
}

/// The continued fraction under the power term, by the modified method of Lentz. a·y − b·x = a − mean_a = above ≥ 0.
fn fraction(beta: &Beta) -> f64 {
    let Beta { a, b, x, above, .. } = *beta;
    let mut value = a * (above + 1.0) / (a + 1.0);
    let (mut c, mut d) = (value, 0.0);
    for term in 1..=FRACTION_TERMS_MAX {
        let m = f64::from(term);
        let step = a + 2.0 * m - 1.0;
        let numerator = (m * (a + m - 1.0) / step) * ((a + b + m - 1.0) / step) * (b - m) * x * x;
        let denominator = m + m * (b - m) * x / step + (a + m) * (above + 1.0 + m * (2.0 - x)) / (a + 2.0 * m + 1.0);
        d = 1.0 / (denominator + numerator * d);
        c = denominator + numerator / c;
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() <= FRACTION_CHANGE {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests;
