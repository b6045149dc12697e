//! What kind of violence, and between whom, in; a category out. The sides go no further than this file.
//!
//! | the set says | becomes |
//! |---|---|
//! | a side that is a known extremist organisation, whatever the type | violent extremism |
//! | a side that is a known gang or militia of Kenya | organised gang |
//! | non-state, both sides communal | banditry |
//! | all else: armies and rebels, armed organisations among themselves, a government and civilians | other |
//!
//! Never: a sub-category; the set does not say whether a clash began as a raid.
use domain::Category;

/// Organisations whose acts are counted as violent extremism, in lowercase.
const EXTREMIST: &[&str] = &["al-shabaab", "al shabaab", "al-qaida", "islamic state", "hizbul islam"];
/// Gangs and militias of Kenya, in lowercase.
const GANGS: &[&str] = &["mungiki", "sldf"];
/// Words by which an armed organisation is told from a community, in lowercase.
const ORGANISATIONS: &[&str] = &["forces of", "government of", "ahlu sunna", "movement", "front", "army", "militia"];
/// GED's code of violence between sides none of which is a government.
const NON_STATE: u8 = 2;

/// The category of an event of a type (1 state-based, 2 non-state, 3 one-sided) between two sides.
pub(super) fn category(violence: u8, sides: [&str; 2]) -> Category {
    let is_any = |names: &[&str]| sides.iter().any(|side| is_named(side, names));
    if is_any(EXTREMIST) {
        Category::ViolentExtremism
    } else if is_any(GANGS) {
        Category::OrganisedGang
    } else if violence == NON_STATE && !sides.iter().any(|side| is_organisation(side)) {
        Category::Banditry
    } else {
        Category::Other
    }
}

fn is_named(side: &str, names: &[&str]) -> bool {
    let side = side.to_lowercase();
    side == "is" || names.iter().any(|name| side.contains(name))
}

/// An abbreviation in capitals, or a word that only organisations bear.
fn is_organisation(side: &str) -> bool {
    let is_short = |word: &str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase());
    side.split(|letter: char| !letter.is_alphanumeric()).any(is_short) || is_named(side, ORGANISATIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_and_type_give_the_category() {
        let cases = [
            (2, ["Pokot", "Turkana"], Category::Banditry),
            (2, ["Borana", "Burji, Gabra"], Category::Banditry),
            (2, ["Garre subclan of Digil clan (Digil-Mirifle)", "Marehan subclan (Darod)"], Category::Banditry),
            (2, ["Ahlu Sunna Waljamaca", "Al-Shabaab"], Category::ViolentExtremism),
            (1, ["Government of Kenya", "Al-Shabaab"], Category::ViolentExtremism),
            (3, ["Al-Shabaab", "Civilians"], Category::ViolentExtremism),
            (1, ["Government of United States of America", "al-Qaida"], Category::ViolentExtremism),
            (3, ["Mungiki", "Civilians"], Category::OrganisedGang),
            (3, ["SLDF", "Civilians"], Category::OrganisedGang),
            (3, ["Government of Kenya", "Civilians"], Category::Other),
            (1, ["Government of Ethiopia", "OLF"], Category::Other),
            (2, ["SNF", "USC/SNA"], Category::Other),
            (2, ["Forces of General Morgan", "JVA"], Category::Other),
            (3, ["LRA", "Civilians"], Category::Other),
        ];
        for (violence, sides, expected) in cases {
            assert_eq!(category(violence, sides), expected, "{violence} {sides:?}");
        }
    }
}
