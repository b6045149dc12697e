//! Who says so in, how far an incident can be believed out.
//!
//! log odds = ln(pi0/(1−pi0)) + Σ over groups [ w(best) + Σ delta^j w(next) ], with w = ln(theta (1−piF) / ((1−theta) piF)) of each source
//! and a term for the number of its grading. Version 0: pi0 = 1/2, piF = 1/5, delta = 1/4, nothing learned.
//! Guarantees: an echo weighs nothing; one group alone stays at 799 thousandths, so that one chain never confirms itself.
//! Never: lifts a belief by repetition, or takes a letter for more than a label (docs/belief.md shows the usual combinations).
use std::collections::BTreeMap;

use domain::{Account, AgencyId, Belief, Credibility, Reliability, SourceId, SourceKind};

use crate::fixed::{self, NAT};

/// The share of false reports among those of a source that knows nothing, in thousandths.
const FALSE_SHARE_MILLI: u64 = 200;
/// Each further report of a group weighs this part of the one before it.
const NEXT_IN_GROUP: i64 = 4;
/// Most that one group alone can reach, in thousandths.
const ONE_GROUP_MILLI_MAX: u16 = 799;

/// What one report brings to the belief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Testimony {
    /// The group of independence.
    pub group: AgencyId,
    /// Who says so.
    pub source: SourceId,
    /// The agency that publishes it.
    pub agency: AgencyId,
    /// How reliable the source is, in thousandths.
    pub reliability_milli: u16,
    /// False if neither a grading nor a source kind says how reliable.
    pub has_basis: bool,
    /// What it weighs alone, in 1/10 000 nat.
    pub alone: i32,
    /// True if it only repeats an earlier one.
    pub echo: bool,
}

impl Testimony {
    /// What an account brings, before it is known whether it is an echo.
    #[must_use]
    pub fn of(account: &Account, agency: &AgencyId, source: SourceId) -> Self {
        let letter = account.grading.reliability.and_then(letter_milli);
        let by_kind = account.source_kind.map(kind_milli);
        let reliability_milli = letter.or(by_kind).unwrap_or(500);
        Self {
            group: agency.clone(),
            source,
            agency: agency.clone(),
            reliability_milli,
            has_basis: letter.or(by_kind).is_some(),
            alone: source_weight(reliability_milli) + number_weight(account.grading.credibility),
            echo: false,
        }
    }
}

/// The reliability that a letter stands for, in thousandths; `None` for F.
const fn letter_milli(letter: Reliability) -> Option<u16> {
    match letter {
        Reliability::A => Some(950),
        Reliability::B => Some(850),
        Reliability::C => Some(700),
        Reliability::D => Some(500),
        Reliability::E => Some(300),
        Reliability::F => None,
    }
}

/// The reliability of a source kind without a letter, in thousandths.
const fn kind_milli(kind: SourceKind) -> u16 {
    match kind {
        SourceKind::Police => 800,
        SourceKind::Npr | SourceKind::Ranger => 750,
        SourceKind::Sensor => 700,
        SourceKind::Chief => 650,
        SourceKind::VillageElder => 600,
        SourceKind::Community => 500,
    }
}

fn source_weight(reliability_milli: u16) -> i32 {
    let (right, wrong) = (u64::from(reliability_milli), 1_000 - u64::from(reliability_milli));
    let odds = (right * (1_000 - FALSE_SHARE_MILLI)) as f64 / (wrong * FALSE_SHARE_MILLI) as f64;
    fixed::from_nats(libm::log(odds))
}

/// What the number of a grading adds.
const fn number_weight(number: Option<Credibility>) -> i32 {
    match number {
        Some(Credibility::One) => NAT / 2,
        Some(Credibility::Two) => NAT / 4,
        Some(Credibility::Three | Credibility::Six) | None => 0,
        Some(Credibility::Four) => -NAT / 2,
        Some(Credibility::Five) => -NAT,
    }
}

/// A belief with what each testimony gave to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The belief.
    pub belief: Belief,
    /// What each testimony gave, in their order, in 1/10 000 nat; the log odds are their sum before the bound of one group.
    pub shares: Vec<i32>,
}

/// Weighs testimonies together. Their order matters only between equal ones of a group, and then only for which of them is "next".
#[must_use]
pub fn assess(testimonies: &[Testimony]) -> Assessment {
    let shares = shares(testimonies);
    let voices = || testimonies.iter().filter(|testimony| !testimony.echo);
    let groups = count_distinct(voices().map(|testimony| &testimony.group));
    let log_odds: i64 = shares.iter().map(|share| i64::from(*share)).sum();
    // Certainty is nobody's to claim.
    let odds_milli = fixed::milli_of_log_odds(log_odds).clamp(1, 999);
    let milli = if groups < 2 { odds_milli.min(ONE_GROUP_MILLI_MAX) } else { odds_milli };
    let based = || voices().filter(|testimony| testimony.has_basis);
    let belief = Belief {
        milli,
        reliability: based().map(|testimony| testimony.reliability_milli).max().map_or(Reliability::F, letter),
        credibility: if based().next().is_some() { number(milli, groups) } else { Credibility::Six },
        groups,
        sources: count_distinct(voices().map(|testimony| testimony.source)),
        agencies: count_distinct(testimonies.iter().map(|testimony| &testimony.agency)),
        echoes: count(testimonies.iter().filter(|testimony| testimony.echo)),
    };
    Assessment { belief, shares }
}

/// What each testimony gives: all of the best of its group, a quarter of the next, a sixteenth of the third; an echo nothing.
fn shares(testimonies: &[Testimony]) -> Vec<i32> {
    let mut by_group: BTreeMap<&AgencyId, Vec<usize>> = BTreeMap::new();
    for (index, testimony) in testimonies.iter().enumerate().filter(|(_, testimony)| !testimony.echo) {
        by_group.entry(&testimony.group).or_default().push(index);
    }
    let mut shares = vec![0; testimonies.len()];
    for mut indices in by_group.into_values() {
        indices.sort_by_key(|index| std::cmp::Reverse(testimonies.get(*index).map(|testimony| testimony.alone)));
        let mut divisor: i64 = 1;
        for index in indices {
            if let (Some(share), Some(testimony)) = (shares.get_mut(index), testimonies.get(index)) {
                *share = i32::try_from(i64::from(testimony.alone) / divisor).unwrap_or(0);
            }
            divisor = divisor.saturating_mul(NEXT_IN_GROUP);
        }
    }
    shares
}

/// The letter of a reliability; borders belong to the better letter.
const fn letter(reliability_milli: u16) -> Reliability {
    match reliability_milli {
        950.. => Reliability::A,
        800.. => Reliability::B,
        600.. => Reliability::C,
        400.. => Reliability::D,
        _ => Reliability::E,
    }
}

/// The number of a belief; borders belong to the better number. Confirmed needs two groups.
const fn number(milli: u16, groups: u32) -> Credibility {
    match milli {
        950.. if groups >= 2 => Credibility::One,
        800.. => Credibility::Two,
        500.. => Credibility::Three,
        200.. => Credibility::Four,
        _ => Credibility::Five,
    }
}

fn count_distinct<Item: Ord>(items: impl Iterator<Item = Item>) -> u32 {
    let mut items: Vec<Item> = items.collect();
    items.sort_unstable();
    items.dedup();
    count(items.iter())
}

fn count<Item>(items: impl Iterator<Item = Item>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn testimony(agency: &str, reliability_milli: u16, echo: bool) -> Testimony {
        let agency: AgencyId = agency.parse().unwrap();
        Testimony {
            group: agency.clone(),
            source: SourceId::of_unit(&agency, "post"),
            agency,
            reliability_milli,
            has_basis: true,
            alone: source_weight(reliability_milli),
            echo,
        }
    }

    fn testimonies() -> impl Strategy<Value = Vec<Testimony>> {
        let one =
            ("[a-d]", 300_u16..=950, any::<bool>(), -10_000_i32..=5_000).prop_map(|(agency, milli, echo, number)| {
                let mut testimony = testimony(&agency, milli, echo);
                testimony.alone += number;
                testimony
            });
        proptest::collection::vec(one, 1..9)
    }

    #[test]
    fn police_or_an_elder_alone_would_be_believed_but_for_the_bound() {
        assert_eq!(fixed::milli_of_log_odds(i64::from(source_weight(800))), 941);
        assert_eq!(fixed::milli_of_log_odds(i64::from(source_weight(600))), 857);
        assert_eq!(assess(&[testimony("police", 800, false)]).belief.milli, 799);
    }

    #[test]
    fn two_groups_confirm_and_one_group_twice_does_not() {
        let two = assess(&[testimony("police", 800, false), testimony("elders", 600, false)]).belief;
        let twice = assess(&[testimony("police", 800, false), testimony("police", 800, false)]).belief;

        assert_eq!((two.milli, two.credibility, two.groups), (990, Credibility::One, 2));
        assert_eq!((twice.milli, twice.credibility, twice.groups), (799, Credibility::Three, 1));
    }

    #[test]
    fn nobody_known_has_no_basis() {
        let mut unknown = testimony("hotline", 500, false);
        unknown.has_basis = false;

        let belief = assess(&[unknown]).belief;

        assert_eq!((belief.reliability, belief.credibility), (Reliability::F, Credibility::Six));
    }

    proptest! {
        #[test]
        fn echo_weighs_nothing(said in testimonies()) {
            let without: Vec<_> = said.iter().filter(|testimony| !testimony.echo).cloned().collect();
            let (all, voices) = (assess(&said), assess(&without));
            prop_assert_eq!(all.belief.milli, voices.belief.milli);
            prop_assert_eq!((all.belief.groups, all.belief.sources), (voices.belief.groups, voices.belief.sources));
            prop_assert!(said.iter().zip(&all.shares).all(|(testimony, share)| !testimony.echo || *share == 0));
        }

        #[test]
        fn one_group_stays_under_800(said in testimonies()) {
            let one: Vec<_> = said.into_iter().map(|mut testimony| { testimony.group = "one".parse().unwrap(); testimony }).collect();
            let belief = assess(&one).belief;
            prop_assert!(belief.milli < 800);
            prop_assert!(belief.credibility >= Credibility::Three);
        }

        #[test]
        fn order_of_testimonies_changes_nothing(said in testimonies(), turn in 0_usize..8) {
            let mut turned = said.clone();
            turned.rotate_left(turn % said.len());
            prop_assert_eq!(assess(&said).belief, assess(&turned).belief);
        }
    }
}
