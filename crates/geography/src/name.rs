//! Two spellings of a place in; whether they are one name out.
//!
//! Folded away: case, accents, width and ligatures (NFKD), apostrophes, hyphens, strokes and other punctuation, runs of spaces, and the
//! words that say what kind of place it is ("County", "Ward", "Town", "Kaunti ya …"). Never: letters (spelling errors are not exact).
use unicode_normalization::UnicodeNormalization;

/// Words after a name, in English, that say what it is.
const SUFFIXES: &[(&str, Kind)] = &[
    (" county", Kind::County),
    (" ward", Kind::Ward),
    (" town", Kind::Place),
    (" village", Kind::Place),
    (" trading centre", Kind::Place),
    (" trading center", Kind::Place),
    (" market", Kind::Place),
    (" police post", Kind::Place),
];
/// Words before a name, in Swahili, that say what it is.
const PREFIXES: &[(&str, Kind)] = &[
    ("kaunti ya ", Kind::County),
    ("kata ya ", Kind::Ward),
    ("wadi ya ", Kind::Ward),
    ("mji wa ", Kind::Place),
    ("kijiji cha ", Kind::Place),
    ("soko la ", Kind::Place),
];

/// What a name says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    Place,
    Ward,
    County,
}

/// Folds a place name to the form in which names are compared: lowercase words, single spaces.
///
/// Empty if nothing but punctuation was there. Folding twice changes nothing.
///
/// ```
/// assert_eq!(geography::normalise_name("  Loyangalani   Town"), "loyangalani");
/// assert_eq!(geography::normalise_name("Ng’ombe-Hill"), "ngombe hill");
/// ```
#[must_use]
pub fn normalise_name(name: &str) -> String {
    normalise_with_kind(name).0
}

/// The folded name, and what its suffix or prefix says of it.
pub(crate) fn normalise_with_kind(name: &str) -> (String, Kind) {
    let mut folded = fold(name);
    let mut kind = Kind::Any;
    // "Kapedo Town Market" loses both words: the form must not depend on how often it was folded.
    while let Some((shorter, said)) = without_kind_word(&folded) {
        if kind == Kind::Any {
            kind = said;
        }
        folded = shorter;
    }
    (folded, kind)
}

/// A normalised name without its spaces: "Tana River" and "TanaRiver" are one.
pub(crate) fn without_spaces(normalised: &str) -> String {
    normalised.split(' ').collect()
}

fn without_kind_word(folded: &str) -> Option<(String, Kind)> {
    let suffixes = SUFFIXES.iter().filter_map(|(word, kind)| Some((folded.strip_suffix(word)?, *kind)));
    let prefixes = PREFIXES.iter().filter_map(|(word, kind)| Some((folded.strip_prefix(word)?, *kind)));
    let (shorter, kind) = suffixes.chain(prefixes).find(|(shorter, _)| !shorter.is_empty())?;
    Some((shorter.to_owned(), kind))
}

fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.nfkd().flat_map(char::to_lowercase).nfkd() {
        let is_silent = unicode_normalization::char::is_combining_mark(letter)
            || matches!(letter, '\'' | '`' | '´' | '‘' | '’' | 'ʼ' | 'ʻ');
        if letter.is_alphanumeric() && !is_silent {
            folded.push(letter);
        } else if !is_silent && !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name_fold_to_one_form() {
        for name in ["Murang'a", "MURANG’A", "Murang`a ", "muranga county", "Kaunti ya Murang'a"] {
            assert_eq!(normalise_name(name), "muranga", "{name}");
        }
        for name in ["Mugumo-Ini", "Mugumo Ini", "mugumo/ini", " Mugumo_Ini Ward"] {
            assert_eq!(normalise_name(name), "mugumo ini", "{name}");
        }
        assert_eq!(normalise_name("Lac Colbìo"), "lac colbio");
    }

    #[test]
    fn word_for_the_kind_alone_is_a_name() {
        assert_eq!(normalise_name("Market"), "market");
        assert_eq!(normalise_name("Township"), "township");
    }

    #[test]
    fn suffix_says_what_the_name_means() {
        assert_eq!(normalise_with_kind("Samburu County").1, Kind::County);
        assert_eq!(normalise_with_kind("Kata ya Kapedo").1, Kind::Ward);
        assert_eq!(normalise_with_kind("Samburu").1, Kind::Any);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "\\PC{0,24}") {
            let once = normalise_name(&name);
            prop_assert_eq!(normalise_name(&once), once);
        }

        #[test]
        fn folded_name_is_lowercase_words(name in "\\PC{0,24}") {
            let folded = normalise_name(&name);
            prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
            prop_assert!(folded.chars().all(|letter| letter == ' ' || letter.is_alphanumeric()));
        }
    }
}
