//! GED's codes of precision in; radius and half-width that hold the truth in 68 of 100 cases out.
//!
//! | where_prec | the point is | radius |
//! |---|---|---|
//! | 1 | the place itself | 3 km |
//! | 2 | within about 25 km of a place; also where the code is absent | 25 km, still a point |
//! | 3 | a district | 50 km, an area |
//! | 4 | a county or province | 150 km, an area |
//! | 5 | a line or a fuzzy stretch | 60 km, an area |
//! | 6 | the country | 430 km, an area |
//! | 7 | at sea or in the air | 50 km, an area |
//!
//! Never: a region's point as a point; everything above 25 km is an area.
use domain::{LocalDay, Meters, Occurrence, Span};

/// Longest event whose half fits into the uncertainty that the contract allows.
const DAYS_MAX: i32 = 800;

/// The radius of a code of place; `None` if there is no such code.
pub(super) fn radius(where_prec: Option<u8>) -> Option<Meters> {
    match where_prec {
        Some(1) => Some(Meters::from_km(3)),
        None | Some(2) => Some(Meters::from_km(25)),
        Some(3 | 7) => Some(Meters::from_km(50)),
        Some(4) => Some(Meters::from_km(150)),
        Some(5) => Some(Meters::from_km(60)),
        Some(6) => Some(Meters::from_km(430)),
        Some(_) => None,
    }
}

/// Whether a code of place stands for a point.
pub(super) fn is_point(where_prec: Option<u8>) -> bool {
    matches!(where_prec, None | Some(1 | 2))
}

/// Days that a code of date stands for where the last day is not told; `None` if there is no such code.
pub(super) fn days(date_prec: Option<u8>) -> Option<i32> {
    match date_prec {
        None | Some(1) => Some(1),
        Some(2) => Some(6),
        Some(3) => Some(7),
        Some(4) => Some(30),
        Some(5) => Some(90),
        Some(_) => None,
    }
}

/// From the first day to the last, or as many days as the code stands for if both are one.
pub(super) fn occurrence(first: LocalDay, last: LocalDay, days_of_code: i32) -> Occurrence {
    let told = last.days() - first.days() + 1;
    let days = if told > 1 { told } else { days_of_code }.clamp(1, DAYS_MAX);
    if days == 1 {
        return Occurrence::On(first);
    }
    let half = Span::from_days(i64::from(days)).half();
    Occurrence::At { at: first.start().plus(half), uncertainty: Some(half) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDay {
        text.parse().unwrap()
    }

    #[test]
    fn only_places_of_25_km_or_better_are_points() {
        for code in [None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7)] {
            assert_eq!(is_point(code), radius(code).unwrap() <= Meters::from_km(25), "{code:?}");
        }
        assert_eq!(radius(Some(8)), None);
    }

    #[test]
    fn day_stays_a_day_and_longer_is_a_middle_with_half_its_length() {
        assert_eq!(occurrence(day("2013-05-25"), day("2013-05-25"), 1), Occurrence::On(day("2013-05-25")));
        let three_days = occurrence(day("2012-01-02"), day("2012-01-04"), 6);
        let expected = Occurrence::At {
            at: day("2012-01-03").start().plus(Span::from_hours(12)),
            uncertainty: Some(Span::from_hours(36)),
        };
        assert_eq!(three_days, expected);
    }

    #[test]
    fn code_of_a_month_without_last_day_is_thirty_days() {
        let Occurrence::At { uncertainty, .. } = occurrence(day("2012-01-01"), day("2012-01-01"), 30) else {
            panic!("a month is no day")
        };
        assert_eq!(uncertainty, Some(Span::from_days(15)));
    }
}
