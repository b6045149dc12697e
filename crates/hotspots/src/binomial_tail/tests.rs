//! p against SciPy's numbers, against exact sums, and where it must not break.

use super::*;
use proptest::prelude::*;

/// Disk cells W, mask cells n, Σw (thousandths), Σw² (millionths), disk weight (thousandths), and the value of
/// `scipy.special.betainc(D, N - D + 1, W / n)` of SciPy 1.17.1, at least 1e-300.
const SCIPY: &[(usize, usize, u64, u64, u64, f64)] = &[
    (4, 16161, 13041, 13000069, 13041, 6.618376889533716e-48),
    (4, 16161, 254307, 169110311, 188, 0.5589615012290905),
    (4, 16161, 254307, 169110311, 12588, 2.4604750508099764e-37),
    (4, 16161, 500000, 500000000, 1000, 0.11641699011300702),
    (4, 16161, 6510140, 6490033400, 64452, 2.3755460126936986e-78),
    (4, 16161, 10042570, 6715633170, 99425, 9.654172811719883e-178),
    (4, 16161, 10042570, 6715633170, 10042570, 1e-300),
    (4, 16161, 20000000, 20000000000, 198000, 4.956907920434448e-236),
    (4, 16161, 342493500, 341501663500, 254311, 5.115967109594305e-50),
    (4, 16161, 1000000000, 1000000000000, 743000, 5.894028174777248e-142),
    (7, 40, 4, 6, 1, 0.6032452137628248),
    (7, 40, 157533, 157000913, 157533, 2.2355186415245458e-120),
    (7, 40, 500000, 500000000, 1000, 1.0),
    (7, 40, 500000, 500000000, 262000, 5.033457623687349e-70),
    (7, 40, 6600150, 6580033610, 346, 1.0),
    (7, 40, 334000000, 333001666000, 64295000, 5.537441985495362e-153),
    (7, 2602, 17, 289, 9, 0.05542037079552356),
    (7, 2602, 166490, 166000802, 89579, 6.962164819102763e-183),
    (7, 2602, 500000, 500000000, 500000, 1e-300),
    (7, 2602, 9944560, 6631215520, 267532, 1.1003856332423176e-248),
    (7, 2602, 20000000, 20000000000, 1000, 1.0),
    (7, 2602, 1000000000, 1000000000000, 2421000, 0.9999999404620928),
    (7, 16161, 1009, 1000015, 87, 0.5490099253433878),
    (7, 16161, 3000, 3000000, 12, 0.9313809489271425),
    (7, 16161, 40000, 40000000, 3000, 7.932817886893879e-07),
    (7, 16161, 144520, 144000848, 12519, 2.2277849887905664e-25),
    (7, 16161, 506867000, 341107934000, 658635, 3.6639929161036567e-186),
    (7, 110000, 4388, 3072420, 956, 1.8036784358195677e-05),
    (7, 110000, 6560540, 6540034700, 83497, 7.527556730117348e-159),
    (7, 110000, 10071370, 6726264830, 704, 0.5932514489275672),
    (7, 110000, 10071370, 6726264830, 1922, 0.08609956910070742),
    (7, 110000, 10071370, 6726264830, 25636, 3.6081358283883545e-47),
    (7, 110000, 20000000, 20000000000, 13000, 1.1331140897417084e-09),
    (7, 110000, 20000000, 20000000000, 51000, 3.824118419265575e-62),
    (7, 110000, 317526500, 316501712500, 464, 0.99999999983887),
    (7, 110000, 317526500, 316501712500, 202062, 9.744669919600521e-126),
];

fn test_of(weight: u64, weight_squares: u64, cell_count: usize) -> TailTest {
    TailTest::new(Totals { weight, weight_squares, cell_squares: 0 }, cell_count)
}

/// P(Bin(trials, size/n) ≥ least) as a quotient of integers.
fn exact_tail(trials: u32, size: u128, n: u128, least: u32) -> f64 {
    let mut choose = 1_u128;
    let mut sum = 0_u128;
    for k in 0..=trials {
        if k >= least {
            sum += choose * size.pow(k) * (n - size).pow(trials - k);
        }
        choose = choose * u128::from(trials - k) / u128::from(k + 1);
    }
    sum as f64 / n.pow(trials) as f64
}

#[test]
fn p_is_that_of_scipy() {
    for &(size, n, weight, squares, disk, scipy) in SCIPY {
        let p = test_of(weight, squares, n).p(size, disk);

        assert!((p / scipy - 1.0).abs() < 1e-11, "W {size}, n {n}, disk {disk} of {weight}: {p:e}, SciPy {scipy:e}");
    }
}

#[test]
fn p_of_whole_incidents_is_the_sum_of_the_binomial() {
    for (size, n) in [(7, 40), (4, 40), (7, 9), (1, 2)] {
        for trials in 1..=20 {
            let test = test_of(u64::from(trials) * 1_000, u64::from(trials) * 1_000_000, n);
            for least in 1..=trials {
                let p = test.p(size, u64::from(least) * 1_000);
                let exact = exact_tail(trials, size as u128, n as u128, least);

                assert!((p / exact - 1.0).abs() < 1e-13, "{least} of {trials} in {size}/{n}: {p:e}, exact {exact:e}");
            }
        }
    }
}

#[test]
fn p_of_equal_weights_is_that_of_whole_incidents() {
    let whole = test_of(30_000, 30_000_000, 16_161);
    let third = test_of(30 * 333, 30 * 333 * 333, 16_161);

    for count in 1..=30 {
        assert_eq!(whole.p(7, count * 1_000).to_bits(), third.p(7, count * 333).to_bits());
    }
}

#[test]
fn empty_disk_or_whole_mask_has_p_of_one() {
    let test = test_of(5_000, 5_000_000, 7);

    assert!(test.p(6, 0) >= 1.0 && test.p(7, 5_000) >= 1.0);
    assert!(test_of(0, 0, 16_161).p(7, 0) >= 1.0);
}

#[test]
fn smallest_p_is_held_at_the_floor() {
    let p = test_of(500_000, 500_000_000, 16_161).p(7, 500_000);

    assert_eq!(p.to_bits(), P_LEAST.to_bits());
}

proptest! {
    #[test]
    fn p_falls_as_the_disk_fills(
        weights in prop::collection::vec(1_u64..=1_000, 1..300),
        size in 1_usize..=7,
        n in prop::sample::select(vec![8_usize, 40, 2_602, 16_161, 110_000]),
        part in 0.0_f64..1.0,
    ) {
        let (sum, squares) = (weights.iter().sum::<u64>(), weights.iter().map(|w| w * w).sum::<u64>());
        let test = test_of(sum, squares, n);
        let disk = ((sum as f64 * part) as u64).clamp(1, sum);

        let (p, next) = (test.p(size, disk), test.p(size, (disk + 1).min(sum)));

        prop_assert!((P_LEAST..=1.0).contains(&p));
        prop_assert!(next <= p * (1.0 + 1e-11), "{} then {}", p, next);
    }

    #[test]
    fn p_at_or_below_expectation_is_never_significant(
        weights in prop::collection::vec(1_u64..=1_000, 1..300),
        size in 1_usize..=7,
        n in 8_usize..200,
    ) {
        let (sum, squares) = (weights.iter().sum::<u64>(), weights.iter().map(|w| w * w).sum::<u64>());
        let most = sum * size as u64 / n as u64;

        prop_assert!(test_of(sum, squares, n).p(size, most) > 0.2);
    }
}
