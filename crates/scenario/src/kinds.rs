//! Which kinds of event there are in a world, how often each, and which are taken for one another.
//!
//! The eight kinds of recipe A4 keep the shares and the three groups of docs/science.md A.4; a group is what sources confuse.
//! Never: a restricted kind by mistake; nobody reports a cattle raid as one.
use domain::{Category, Subcategory};

use crate::{
    event::Kind,
    random::{Random, Weights},
};

/// A kind, its share, and the group within which it is mistaken.
pub(crate) type Share = (Kind, f64, u8);

/// Of the mistakes of recipe A4, so many stay within the group; they may hit the truth by luck.
pub(crate) const A4_MISTAKES_IN_GROUP: f64 = 0.6;

/// The eight kinds of recipe A4: raids (0), violence of gangs (1), trafficking (2).
pub(crate) const A4_KINDS: [Share; 8] = [
    (Kind::detailed(Subcategory::CattleRaid), 0.30, 0),
    (Kind::detailed(Subcategory::Ambush), 0.24, 0),
    (Kind::plain(Category::OrganisedGang), 0.16, 1),
    (Kind::plain(Category::MissingPerson), 0.07, 1),
    (Kind::plain(Category::SuspiciousDeath), 0.07, 1),
    (Kind::detailed(Subcategory::Arms), 0.06, 2),
    (Kind::detailed(Subcategory::Persons), 0.06, 2),
    (Kind::detailed(Subcategory::Wildlife), 0.04, 2),
];

/// The kinds of a world.
pub(crate) struct Kinds {
    shares: Vec<Share>,
    weights: Weights,
    mistakes_in_group: f64,
}

impl Kinds {
    /// Takes a list of kinds with their shares and groups, and the share of mistakes that stay within a group.
    pub(crate) fn new(shares: &[Share], mistakes_in_group: f64) -> Self {
        let weights = Weights::new(shares.iter().map(|(_, share, _)| *share));
        Self { shares: shares.to_vec(), weights, mistakes_in_group }
    }

    /// One kind, by the shares.
    pub(crate) fn draw(&self, random: &mut Random) -> Kind {
        let index = self.weights.draw(random);
        self.shares.get(index).map_or(Kind::plain(Category::Other), |(kind, _, _)| *kind)
    }

    /// What a source that errs takes a kind for; a restricted kind is never mistaken, either way.
    pub(crate) fn mistaken(&self, random: &mut Random, kind: Kind) -> Kind {
        if kind.category.is_restricted() {
            return kind;
        }
        let group = self.shares.iter().find(|(known, _, _)| *known == kind).map(|(_, _, group)| *group);
        let in_group = random.chance(self.mistakes_in_group);
        let wanted = |share: &&Share| !share.0.category.is_restricted() && (!in_group || Some(share.2) == group);
        let others: Vec<Kind> = self.shares.iter().filter(wanted).map(|(kind, _, _)| *kind).collect();
        random.pick_of(&others).copied().unwrap_or(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    #[test]
    fn shares_of_the_recipe_sum_to_one() {
        assert!((A4_KINDS.iter().map(|(_, share, _)| share).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn mistakes_stay_in_the_group_more_often_than_not() {
        let kinds = Kinds::new(&A4_KINDS, A4_MISTAKES_IN_GROUP);
        let raid = Kind::detailed(Subcategory::CattleRaid);
        let mut random = Random::new(1, Purpose::Reports);

        let drawn = (0..4_000).map(|_| kinds.mistaken(&mut random, raid).category);
        let share = drawn.filter(|category| *category == Category::Banditry).count() as f64 / 4_000.0;

        // 60 of 100 within the group, and 2 in 8 of the rest by luck.
        assert!((share - 0.7).abs() < 0.03, "{share}");
    }
}
