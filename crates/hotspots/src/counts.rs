//! Weights of the incidents of one family in one window: by cell, by disk and in all, in integer thousandths.
//!
//! Guarantees: counts are functions of the set of incidents, whatever the order of `add` and `remove`; each takes as many steps as the
//! disk has cells. Never: a float.

use crate::grid::Grid;

/// What the last formulas need of the whole mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Σw over incidents, in thousandths.
    pub(crate) weight: u64,
    /// Σw² over incidents, in millionths.
    pub(crate) weight_squares: u64,
    /// Σx² over cells, in millionths.
    pub(crate) cell_squares: u128,
}

/// Weights by cell and by disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    cells: Vec<u64>,
    disks: Vec<u64>,
    totals: Totals,
}

impl Counts {
    pub(crate) fn new(grid: &Grid) -> Counts {
        Counts { cells: vec![0; grid.len()], disks: vec![0; grid.len()], totals: Totals::default() }
    }

    pub(crate) fn totals(&self) -> Totals {
        self.totals
    }

    /// The weight in a cell, in thousandths.
    pub(crate) fn cell(&self, cell: u32) -> u64 {
        self.cells.get(cell as usize).copied().unwrap_or(0)
    }

    /// The weight in the disk of a cell, in thousandths.
    pub(crate) fn disk(&self, cell: u32) -> u64 {
        self.disks.get(cell as usize).copied().unwrap_or(0)
    }

    /// The weights of all disks, by cell.
    pub(crate) fn disks(&self) -> &[u64] {
        &self.disks
    }

    /// Counts an incident.
    pub(crate) fn add(&mut self, grid: &Grid, cell: u32, weight_milli: u16) {
        self.change(grid, cell, weight_milli, |count, weight| count + weight);
    }

    /// Counts an incident no longer that was counted with this cell and weight.
    pub(crate) fn remove(&mut self, grid: &Grid, cell: u32, weight_milli: u16) {
        self.change(grid, cell, weight_milli, |count, weight| count - weight);
    }

    #[expect(clippy::indexing_slicing, reason = "cells come from this grid; a panic here is a bug that tests reach")]
    fn change(&mut self, grid: &Grid, cell: u32, weight_milli: u16, join: impl Fn(u64, u64) -> u64) {
        let weight = u64::from(weight_milli);
        let before = self.cells[cell as usize];
        let after = join(before, weight);
        self.cells[cell as usize] = after;
        for &near in grid.disk(cell) {
            self.disks[near as usize] = join(self.disks[near as usize], weight);
        }
        self.totals.weight = join(self.totals.weight, weight);
        self.totals.weight_squares = join(self.totals.weight_squares, weight * weight);
        self.totals.cell_squares = self.totals.cell_squares + square(after) - square(before);
    }
}

fn square(count: u64) -> u128 {
    u128::from(count) * u128::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_a_function_of_the_set(
            kept in prop::collection::vec((0_u32..20, 1_u16..=1_000), 0..40),
            passing in prop::collection::vec((0_u32..20, 1_u16..=1_000), 0..40),
        ) {
            let grid = Grid::hexagons(5, 4);
            let mut counts = Counts::new(&grid);

            passing.iter().for_each(|&(cell, weight)| counts.add(&grid, cell, weight));
            kept.iter().rev().for_each(|&(cell, weight)| counts.add(&grid, cell, weight));
            passing.iter().for_each(|&(cell, weight)| counts.remove(&grid, cell, weight));

            let sum_at = |cell: u32| -> u64 { kept.iter().filter(|row| row.0 == cell).map(|row| u64::from(row.1)).sum() };
            for cell in grid.cells() {
                prop_assert_eq!(counts.cell(cell), sum_at(cell));
                prop_assert_eq!(counts.disk(cell), grid.disk(cell).iter().map(|&near| sum_at(near)).sum::<u64>());
            }
            prop_assert_eq!(counts.totals().weight, kept.iter().map(|row| u64::from(row.1)).sum::<u64>());
            prop_assert_eq!(counts.totals().weight_squares, kept.iter().map(|row| u64::from(row.1).pow(2)).sum::<u64>());
            prop_assert_eq!(counts.totals().cell_squares, grid.cells().map(|cell| square(sum_at(cell))).sum::<u128>());
        }
    }
}
