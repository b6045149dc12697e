//! Durations of the configuration as text: a whole number and a unit, such as `"200ms"`, `"10s"`, `"30m"`, `"8h"` or `"30d"`.
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de};

/// Units and their milliseconds, long to short.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The text of a duration, in the longest unit that it is a whole number of.
pub(crate) fn to_text(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let fitting = UNITS.into_iter().find(|(_, unit)| millis > 0 && millis % unit == 0);
    let (unit, unit_millis) = fitting.unwrap_or(("s", 1_000));
    format!("{}{unit}", millis / unit_millis)
}

fn parse(text: &str) -> Option<Duration> {
    let digits_end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits_end)?;
    let (_, unit_millis) = UNITS.into_iter().find(|(known, _)| *known == unit)?;
    number.parse::<u64>().ok()?.checked_mul(unit_millis).map(Duration::from_millis)
}

pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_text(*duration))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text)
        .ok_or_else(|| de::Error::custom(format!("{text:?} is no duration such as \"200ms\", \"10s\" or \"30d\"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn duration_text_is_read_back(millis in 0_u64..1 << 40) {
            let duration = Duration::from_millis(millis);

            prop_assert_eq!(parse(&to_text(duration)), Some(duration));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            prop_assert!(parse(&text).is_none_or(|_| text.starts_with(|letter: char| letter.is_ascii_digit())));
        }
    }

    #[test]
    fn number_without_unit_is_refused() {
        for text in ["", "10", "s", "-1s", "1.5s", "10 s", "10y", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
