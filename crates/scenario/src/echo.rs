//! The reports of an event in; a further one that only repeats one of them out, under another agency's name.
//!
//! An echo has the other's words, or its point and time to the last digit: it looks like a second witness and is none.
//! Never: an echo of the own agency; that is a duplicate.
use domain::Span;

use crate::{
    full::WITNESSES,
    random::{Random, hours},
    witness::{Draft, Witness},
};

/// Share of events with reports, one of which is repeated.
const REPEATED: f64 = 0.08;
/// Share of echoes that copy words; the rest copy point and time.
const BY_WORDS: f64 = 0.5;
/// Median of the time until a report is repeated.
const DELAY_HOURS: f64 = 6.0;

/// The report that is repeated, and by whom; `None` for most events.
pub(crate) fn repeated(random: &mut Random, drafts: &[Draft]) -> Option<(Draft, &'static Witness)> {
    if !random.chance(REPEATED) {
        return None;
    }
    let original = random.pick_of(drafts)?.clone();
    let others: Vec<&'static Witness> =
        WITNESSES.iter().filter(|witness| drafts.iter().all(|draft| draft.agency != witness.agency)).collect();
    random.pick_of(&others).map(|witness| (original, *witness))
}

/// A report of one's own, made an echo of another.
pub(crate) fn echo_of(random: &mut Random, original: &Draft, mut own: Draft) -> Draft {
    let told = &original.account;
    let is_by_words = told.place.point.is_none() || (!told.summary.is_empty() && random.chance(BY_WORDS));
    if is_by_words && !told.summary.is_empty() {
        own.account.summary.clone_from(&told.summary);
        own.account.language.clone_from(&told.language);
    } else {
        own.account.place.clone_from(&told.place);
        own.account.occurrence = told.occurrence;
    }
    own.account.category = told.category;
    own.account.subcategory = told.subcategory;
    let heard = original.reported_at.plus(hours(random.log_normal(DELAY_HOURS, 1.0)));
    own.reported_at = heard.plus(Span::from_secs(60));
    own
}
