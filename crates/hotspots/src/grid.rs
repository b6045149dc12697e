//! The cells of a mask as a dense grid: each with its disk, itself and its neighbours inside the mask.
//!
//! Guarantees: disks ascend and are symmetric, so adding to every disk that a cell is in is adding to every cell of its own disk.
//! Never: a place on earth; tests use grids of a few cells.

use geography::Mask;

/// Cells 0 to n−1 and their disks.
#[derive(Debug)]
pub(crate) struct Grid {
    /// The disk of cell i is `members[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Grid {
    pub(crate) fn of_mask(mask: &Mask) -> Grid {
        Grid::of_disks((0..mask.len()).map(|index| mask.disk(index)))
    }

    /// Takes the disk of each cell: ascending, itself included, symmetric.
    pub(crate) fn of_disks<'a>(disks: impl Iterator<Item = &'a [u32]>) -> Grid {
        let mut grid = Grid { starts: vec![0], members: Vec::new() };
        for disk in disks {
            grid.members.extend_from_slice(disk);
            let end = u32::try_from(grid.members.len()).expect("a mask has below 200 000 cells, each with a disk of 7");
            grid.starts.push(end);
        }
        grid
    }

    /// The number of cells, n.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The disk of a cell of this grid.
    #[expect(clippy::indexing_slicing, reason = "cells come from this grid; a panic here is a bug that tests reach")]
    pub(crate) fn disk(&self, cell: u32) -> &[u32] {
        let index = cell as usize;
        &self.members[self.starts[index] as usize..self.starts[index + 1] as usize]
    }

    /// The number of cells in a disk, W.
    pub(crate) fn disk_size(&self, cell: u32) -> usize {
        self.disk(cell).len()
    }

    /// All cells, ascending.
    pub(crate) fn cells(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.len()).expect("cells are counted in u32")
    }
}

#[cfg(test)]
impl Grid {
    /// A rectangle of hexagons: rows shifted by half a cell, no wrap.
    pub(crate) fn hexagons(rows: i32, columns: i32) -> Grid {
        let inside = |row: i32, column: i32| (0..rows).contains(&row) && (0..columns).contains(&column);
        let disk = |row: i32, column: i32| {
            let shift = if row % 2 == 0 { -1 } else { 0 };
            let around = [
                (row - 1, column + shift),
                (row - 1, column + shift + 1),
                (row, column - 1),
                (row, column),
                (row, column + 1),
                (row + 1, column + shift),
                (row + 1, column + shift + 1),
            ];
            let near = around.into_iter().filter(|&(row, column)| inside(row, column));
            near.map(|(row, column)| u32::try_from(row * columns + column).unwrap()).collect::<Vec<u32>>()
        };
        let disks: Vec<Vec<u32>> = (0..rows * columns).map(|index| disk(index / columns, index % columns)).collect();
        Grid::of_disks(disks.iter().map(Vec::as_slice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_of_hexagons_are_symmetric() {
        let grid = Grid::hexagons(5, 4);

        for cell in grid.cells() {
            assert!(grid.disk(cell).is_sorted() && grid.disk(cell).contains(&cell));
            assert!(grid.disk(cell).iter().all(|&near| grid.disk(near).contains(&cell)));
        }
        assert_eq!(grid.disk_size(5), 7);
    }
}
