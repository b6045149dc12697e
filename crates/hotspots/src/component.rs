//! Significant cells in; connected ones together out: what may be one hotspot. Neighbours are the cells of a disk.

use std::collections::VecDeque;

use crate::false_discovery::Significant;
use crate::grid::Grid;

/// Connected significant cells: ascending, not empty.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Component {
    pub(crate) cells: Vec<Significant>,
}

/// The components of significant cells (ascending), by their least cell.
pub(crate) fn components(grid: &Grid, significant: &[Significant]) -> Vec<Component> {
    let place_of = |cell: u32| significant.binary_search_by_key(&cell, |found| found.cell).ok();
    let mut seen = vec![false; significant.len()];
    let mut components = Vec::new();
    for start in 0..significant.len() {
        let mut cells = Vec::new();
        let mut waiting = VecDeque::from([start]);
        while let Some(place) = waiting.pop_front() {
            let (Some(mark), Some(&found)) = (seen.get_mut(place), significant.get(place)) else { continue };
            if std::mem::replace(mark, true) {
                continue;
            }
            cells.push(found);
            waiting.extend(grid.disk(found.cell).iter().filter_map(|&near| place_of(near)));
        }
        if !cells.is_empty() {
            cells.sort_unstable_by_key(|found| found.cell);
            components.push(Component { cells });
        }
    }
    components
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::false_discovery::Figures;

    #[test]
    fn cells_that_touch_are_together_and_others_apart() {
        let grid = Grid::hexagons(6, 6);
        let figures = Figures { p_value: 0.001, q_value: 0.01 };
        let found = [0, 1, 7, 22, 28, 35].map(|cell| Significant { cell, figures });

        let cells = |component: &Component| component.cells.iter().map(|found| found.cell).collect::<Vec<u32>>();
        let together: Vec<Vec<u32>> = components(&grid, &found).iter().map(cells).collect();

        assert_eq!(together, [vec![0, 1, 7], vec![22, 28], vec![35]]);
    }
}
