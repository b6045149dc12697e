//! Handling marks: Traffic Light Protocol 2.0, releasability, caveats; and how the marks of several reports are joined.
//!
//! Guarantees: a join is never laxer than one of its parts; it is associative, commutative and idempotent.
//! Never: decides who may read; that is `access`.

use std::collections::BTreeSet;

use crate::closed::closed_list;
use crate::id::AgencyId;

closed_list! {
    /// Traffic Light Protocol 2.0 mark.
    Tlp {
        /// May be public.
        Clear = 1 "CLEAR",
        /// The community.
        Green = 2 "GREEN",
        /// The agencies that need it, and those they serve.
        Amber = 3 "AMBER",
        /// The agency's own people only.
        AmberStrict = 4 "AMBER_STRICT",
        /// The named recipients only.
        Red = 5 "RED",
    }
}

closed_list! {
    /// A further condition of handling.
    Caveat {
        /// Concerns a child.
        Child = 1 "CHILD",
        /// The source is at risk.
        SourceSensitive = 2 "SOURCE_SENSITIVE",
        /// The originator decides on each release.
        OriginatorControlled = 3 "ORIGINATOR_CONTROLLED",
    }
}

/// Who may read something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    /// The mark.
    pub tlp: Tlp,
    /// The agencies it may be given to; `None`: as the mark says. `Some` of an empty set: to no other agency.
    pub releasable_to: Option<BTreeSet<AgencyId>>,
    /// Further conditions.
    pub caveats: BTreeSet<Caveat>,
}

impl Default for Handling {
    fn default() -> Self {
        Self { tlp: Tlp::Amber, releasable_to: None, caveats: BTreeSet::new() }
    }
}

impl Handling {
    /// Whether any agency's console may see it: CLEAR, GREEN or AMBER, to no named agencies, without a caveat.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.tlp <= Tlp::Amber && self.releasable_to.is_none() && self.caveats.is_empty()
    }

    /// The strictest of both: the stricter mark, the common releasability, all caveats.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let releasable_to = match (&self.releasable_to, &other.releasable_to) {
            (Some(ours), Some(theirs)) => Some(ours.intersection(theirs).cloned().collect()),
            (Some(only), None) | (None, Some(only)) => Some(only.clone()),
            (None, None) => None,
        };
        Self {
            tlp: self.tlp.max(other.tlp),
            releasable_to,
            caveats: self.caveats.union(&other.caveats).copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn handlings() -> impl Strategy<Value = Handling> {
        let agencies = proptest::option::of(proptest::collection::btree_set("[a-c]", 0..3));
        (0..Tlp::ALL.len(), agencies, proptest::collection::btree_set(0..Caveat::ALL.len(), 0..3)).prop_map(
            |(tlp, agencies, caveats)| Handling {
                tlp: Tlp::ALL[tlp],
                releasable_to: agencies.map(|set| set.iter().map(|name| name.parse().unwrap()).collect()),
                caveats: caveats.into_iter().map(|index| Caveat::ALL[index]).collect(),
            },
        )
    }

    proptest! {
        #[test]
        fn join_is_a_lattice(a in handlings(), b in handlings(), c in handlings()) {
            prop_assert_eq!(a.join(&b), b.join(&a));
            prop_assert_eq!(a.join(&b).join(&c), a.join(&b.join(&c)));
            prop_assert_eq!(a.join(&a), a.clone());
            prop_assert!(a.join(&b).tlp >= a.tlp);
        }
    }
}
