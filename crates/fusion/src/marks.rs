//! A number for some reports, forgotten all at once: so that a walk over a few of many reports costs what those few cost.
use crate::state::Node;

/// Numbers of this round. What earlier rounds left does not count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    round: u64,
    numbers: Vec<(u64, usize)>,
}

impl Marks {
    /// Forgets all numbers.
    pub(crate) fn clear(&mut self) {
        self.round += 1;
    }

    /// Gives a report a number; false if it has one already, which stays.
    pub(crate) fn set(&mut self, node: Node, number: usize) -> bool {
        if self.numbers.len() <= node.index() {
            self.numbers.resize(node.index() + 1, (0, 0));
        }
        let round = self.round;
        self.numbers.get_mut(node.index()).filter(|(known, _)| *known < round).is_some_and(|slot| {
            *slot = (round, number);
            true
        })
    }

    pub(crate) fn get(&self, node: Node) -> Option<usize> {
        self.numbers.get(node.index()).filter(|(round, _)| *round == self.round).map(|(_, number)| *number)
    }
}
