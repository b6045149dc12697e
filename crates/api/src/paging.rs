//! What every list is asked with, checked: how many items, and the position to wait for.
use domain::{LogPosition, Violation};

/// Items of a page if no number is asked for.
const PAGE_SIZE_DEFAULT: usize = 50;
/// Items of a page at most: more is coerced to it.
pub const PAGE_SIZE_MAX: usize = 1_000;

/// Reads the number of items of a page, 1 to [`PAGE_SIZE_MAX`]: 0 is 50, more than the most is the most. A negative one is a fault.
pub fn parse_page_size(size: i32, faults: &mut Vec<Violation>) -> usize {
    match usize::try_from(size) {
        Ok(0) => PAGE_SIZE_DEFAULT,
        Ok(size) => size.min(PAGE_SIZE_MAX),
        Err(_) => {
            let bounds = format!("0 for {PAGE_SIZE_DEFAULT}, at most {PAGE_SIZE_MAX}");
            faults.push(Violation::new("page_size", format!("{size} is negative; {bounds}")));
            PAGE_SIZE_DEFAULT
        }
    }
}

/// Reads the position that a question waits for; `None`: it waits for nothing. A negative one is a fault.
pub fn parse_at_least_position(at_least: Option<i64>, faults: &mut Vec<Violation>) -> Option<LogPosition> {
    let at_least = at_least?;
    let position = u64::try_from(at_least);
    if position.is_err() {
        faults.push(Violation::new("at_least_position", format!("{at_least} is no position")));
    }
    position.ok().map(LogPosition::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_size_is_coerced() {
        let mut faults = Vec::new();
        for (asked, given) in [(0, 50), (1, 1), (1_000, 1_000), (i32::MAX, 1_000)] {
            assert_eq!(parse_page_size(asked, &mut faults), given);
        }

        assert_eq!(faults, []);
    }

    #[test]
    fn negative_numbers_are_faults() {
        let mut faults = Vec::new();

        assert_eq!(parse_page_size(-1, &mut faults), 50);
        assert_eq!(parse_at_least_position(Some(-1), &mut faults), None);

        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["page_size", "at_least_position"]);
    }

    #[test]
    fn position_is_read_if_there_is_one() {
        let mut faults = Vec::new();

        assert_eq!(parse_at_least_position(None, &mut faults), None);
        assert_eq!(parse_at_least_position(Some(7), &mut faults), Some(LogPosition::new(7)));
        assert_eq!(faults, []);
    }
}
