//! Which reports of an incident only repeat another: those with its words, or its point and time to the last digit.
//!
//! Comes in: the reports of an incident by position of their first revision. Goes out: for each, the earlier one that it repeats.
//! Guarantees: a function of the set. Never: an echo of a later report; the first to say so has said it.
use domain::{AcceptedReport, Occurrence, Point, Timestamp};

/// A summary with fewer letters is said by chance.
const LETTERS_MIN: usize = 20;

/// For each report the place in the list of the earlier one that it repeats.
pub(crate) fn echoes(reports: &[&AcceptedReport]) -> Vec<Option<usize>> {
    let said: Vec<Said> = reports.iter().map(|report| Said::of(report)).collect();
    let repeats = |index: usize, one: &Said| said.iter().take(index).position(|earlier| one.repeats(earlier));
    said.iter().enumerate().map(|(index, one)| repeats(index, one)).collect()
}

/// What of a report would show that another copied it.
struct Said {
    /// Letters and digits of the summary, if it has enough letters.
    words: Option<String>,
    spot: Option<(Point, Timestamp)>,
}

impl Said {
    fn of(report: &AcceptedReport) -> Self {
        let account = &report.account;
        let words: String =
            account.summary.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let has_enough = words.chars().filter(|letter| letter.is_alphabetic()).count() >= LETTERS_MIN;
        let instant = match account.occurrence {
            Occurrence::At { at, .. } => Some(at),
            // Two that tell a day and a village may well agree.
            Occurrence::On(_) => None,
        };
        Self { words: has_enough.then_some(words), spot: account.place.point.zip(instant) }
    }

    fn repeats(&self, earlier: &Self) -> bool {
        let same_words = self.words.is_some() && self.words == earlier.words;
        same_words || (self.spot.is_some() && self.spot == earlier.spot)
    }
}
