//! Numbers of formulas turned into integers: weights of 1/10 000 nat, probabilities in thousandths.
//!
//! The logarithm is `libm`'s, so that every machine computes the same last digit.

/// 1/10 000 nat in a nat.
pub(crate) const NAT: i32 = 10_000;

/// A number of nats as a weight, rounded to the nearest.
pub(crate) fn from_nats(nats: f64) -> i32 {
    let scaled = libm::round(nats * f64::from(NAT)).clamp(f64::from(i32::MIN), f64::from(i32::MAX));
    #[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i32")]
    let weight = scaled as i32;
    weight
}

/// The logarithm of a number of thousandths, as a weight; of zero as of one thousandth.
pub(crate) fn ln_milli(milli: u64) -> i32 {
    from_nats(libm::log(milli.max(1) as f64 / 1_000.0))
}

/// The probability of log odds, in thousandths, rounded to the nearest: 0 to 1 000.
pub(crate) fn milli_of_log_odds(weight: i64) -> u16 {
    let odds = libm::exp(-(weight as f64) / f64::from(NAT));
    let milli = libm::round(1_000.0 / (1.0 + odds)).clamp(0.0, 1_000.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
    let milli = milli as u16;
    milli
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_candidate_weighs_nothing() {
        assert_eq!(ln_milli(1_000), 0);
        assert_eq!(ln_milli(50), -29_957);
    }

    #[test]
    fn even_odds_are_a_half() {
        assert_eq!(milli_of_log_odds(0), 500);
        assert_eq!(milli_of_log_odds(27_726), 941);
        assert_eq!(milli_of_log_odds(i64::MAX), 1_000);
        assert_eq!(milli_of_log_odds(i64::MIN), 0);
    }
}
