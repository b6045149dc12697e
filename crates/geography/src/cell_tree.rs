//! The bytes of a committed cell table in; the byte of any cell out.
//!
//! A tree of H3 cells: each node is one byte for all cells below it, or split into its seven children. Layout, all numbers little-endian:
//! `JKWCELLS`, layout u8, resolution of the roots u8, of the finest cells u8, 0 u8, number of roots u32, number of nodes u32, SHA-256 of the
//! body (32 bytes), then the body: the roots (u64 each, ascending), the nodes (a byte each): the roots, then the children of each split
//! node, in the order of the splits. Never: pentagons (none is near East Africa).
use std::cmp::Ordering;

use domain::{Meters, Point};
use h3o::{CellIndex, Resolution};

use crate::{
    cell::cell_centre,
    distance::distance,
    table::{LAYOUT_VERSION, ParseTableError},
};

/// Bytes before the body.
pub(crate) const HEAD_BYTES: usize = 52;
const MAGIC: &[u8] = b"JKWCELLS";
const DIGEST_AT: std::ops::Range<usize> = 20..HEAD_BYTES;
const CHILD_COUNT: u32 = 7;
/// The byte of a split node.
const SPLIT: u8 = 0xff;
/// The centres of all descendants lie within so many edges of a cell's centre; 1.06 in a regular hexagon, more where H3 stretches it.
const REACH_EDGES: f64 = 1.6;

/// What a node says: one byte for all below it, or where its seven children begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Leaf(u8),
    Split { first_child: u32 },
}

/// A cell and the node that speaks for it.
type Spot = (CellIndex, Node);

pub(crate) struct CellTree {
    finest: Resolution,
    /// Ascending.
    roots: Vec<Spot>,
    nodes: Vec<Node>,
}

/// The digest that a cell table names, in hexadecimal.
pub(crate) fn digest(table: &[u8]) -> String {
    table.get(DIGEST_AT).unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl CellTree {
    /// Reads a table. Linear in its size, about 1 ms for the counties.
    pub(crate) fn parse(name: &'static str, table: &[u8]) -> Result<CellTree, ParseTableError> {
        Self::read(table).ok_or(ParseTableError::Layout { table: name })
    }

    fn read(table: &[u8]) -> Option<CellTree> {
        let rest = table.strip_prefix(MAGIC)?.strip_prefix(&[LAYOUT_VERSION])?;
        let ([_, finest, _], _) = rest.split_first_chunk()?;
        let root_count = usize::try_from(u32::from_le_bytes(*table.get(12..16)?.first_chunk()?)).ok()?;
        let node_count = usize::try_from(u32::from_le_bytes(*table.get(16..20)?.first_chunk()?)).ok()?;
        let (roots, bytes) = table.get(HEAD_BYTES..)?.split_at_checked(root_count * size_of::<u64>())?;
        let nodes = nodes(bytes, root_count)?;
        let (indexes, _) = roots.as_chunks();
        let cells = indexes.iter().map(|index| CellIndex::try_from(u64::from_le_bytes(*index)).ok());
        let roots: Vec<Spot> = cells.zip(&nodes).map(|(cell, node)| Some((cell?, *node))).collect::<Option<_>>()?;
        let is_whole = roots.len() == root_count && nodes.len() == node_count && roots.is_sorted_by(|a, b| a.0 < b.0);
        is_whole.then_some(CellTree { finest: Resolution::try_from(*finest).ok()?, roots, nodes })
    }

    /// The byte of the finest cell that holds the centre of `cell`; 0 outside the tree. About 0.05 µs.
    pub(crate) fn byte_at(&self, cell: CellIndex) -> u8 {
        let Some((root, node)) = self.root_of(cell) else { return 0 };
        self.byte_below(root.resolution(), node, cell)
    }

    /// All cells of a resolution whose byte is not 0, ascending, each with its byte.
    pub(crate) fn cells(&self, resolution: Resolution) -> Vec<(CellIndex, u8)> {
        let mut found = Vec::new();
        for spot in &self.roots {
            self.collect(*spot, resolution, &mut found);
        }
        found
    }

    /// Each cell of a resolution with every byte but 0 that a finest cell below it has: ascending, no duplicates.
    pub(crate) fn touched(&self, resolution: Resolution) -> Vec<(CellIndex, u8)> {
        let mut found = Vec::new();
        for spot in &self.roots {
            self.collect_touched(*spot, resolution, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The byte of the finest cell that is not 0 and whose centre is nearest, if within `limit`; the lesser byte where two are equally near.
    pub(crate) fn nearest(&self, point: Point, limit: Meters) -> Option<u8> {
        let mut best = Nearest { distance: limit, byte: None };
        self.approach(point, &self.roots, &mut best);
        best.byte
    }

    fn byte_below(&self, resolution: Resolution, node: Node, cell: CellIndex) -> u8 {
        let (mut resolution, mut node) = (resolution, node);
        while let Node::Split { first_child } = node {
            let below =
                resolution.succ().and_then(|finer| Some((finer, self.node(first_child, direction(cell, finer))?)));
            let Some((finer, child)) = below else { return 0 };
            (resolution, node) = (finer, child);
        }
        match node {
            Node::Leaf(byte) => byte,
            Node::Split { .. } => 0,
        }
    }

    fn collect(&self, (cell, node): Spot, resolution: Resolution, found: &mut Vec<(CellIndex, u8)>) {
        match node {
            Node::Leaf(0) => {}
            Node::Leaf(byte) => found.extend(cell.children(resolution).map(|child| (child, byte))),
            Node::Split { .. } if cell.resolution() >= resolution => {
                let byte = self.byte_below(cell.resolution(), node, cell);
                found.extend(Some((cell, byte)).filter(|_| byte != 0));
            }
            Node::Split { .. } => {
                for child in self.children((cell, node)) {
                    self.collect(child, resolution, found);
                }
            }
        }
    }

    fn collect_touched(&self, (cell, node): Spot, resolution: Resolution, found: &mut Vec<(CellIndex, u8)>) {
        match node {
            Node::Leaf(0) => {}
            Node::Leaf(byte) if cell.resolution() <= resolution => {
                found.extend(cell.children(resolution).map(|child| (child, byte)));
            }
            Node::Leaf(byte) => found.extend(cell.parent(resolution).map(|parent| (parent, byte))),
            Node::Split { .. } => {
                for child in self.children((cell, node)) {
                    self.collect_touched(child, resolution, found);
                }
            }
        }
    }

    /// Goes to the nearest spots first and leaves out those that cannot hold a cell as near as the best.
    fn approach(&self, point: Point, spots: &[Spot], best: &mut Nearest) {
        let filled = spots.iter().filter(|(_, node)| *node != Node::Leaf(0));
        let mut by_distance: Vec<(Meters, Spot)> =
            filled.map(|spot| (distance(cell_centre(spot.0), point), *spot)).collect();
        by_distance.sort_by(|a, b| a.0.total_cmp(b.0));
        for (away, (cell, node)) in by_distance {
            match node {
                Node::Leaf(byte) if cell.resolution() >= self.finest => best.offer(away, byte),
                Node::Leaf(_) | Node::Split { .. } => {
                    let reach = cell.resolution().edge_length_m() * REACH_EDGES;
                    if away.get() - reach <= best.distance.get() {
                        self.approach(point, &self.children((cell, node)), best);
                    }
                }
            }
        }
    }

    /// The seven children of a spot; those of a leaf have its byte.
    fn children(&self, (cell, node): Spot) -> Vec<Spot> {
        let Some(finer) = cell.resolution().succ() else { return Vec::new() };
        let child_node = |direction: u32| match node {
            Node::Leaf(_) => Some(node),
            Node::Split { first_child } => self.node(first_child, direction),
        };
        cell.children(finer)
            .zip(0..CHILD_COUNT)
            .filter_map(|(child, direction)| Some((child, child_node(direction)?)))
            .collect()
    }

    fn node(&self, first_child: u32, direction: u32) -> Option<Node> {
        self.nodes.get(usize::try_from(first_child + direction).ok()?).copied()
    }

    fn root_of(&self, cell: CellIndex) -> Option<Spot> {
        let resolution = self.roots.first()?.0.resolution();
        let root =
            if cell.resolution() < resolution { cell.center_child(resolution) } else { cell.parent(resolution) }?;
        let index = self.roots.binary_search_by_key(&root, |(cell, _)| *cell).ok()?;
        self.roots.get(index).copied()
    }
}

/// Which child holds the centre of `cell`. Below its own resolution that is the centre child, direction 0.
fn direction(cell: CellIndex, resolution: Resolution) -> u32 {
    cell.direction_at(resolution).map_or(0, |direction| u32::from(u8::from(direction)))
}

struct Nearest {
    distance: Meters,
    byte: Option<u8>,
}

impl Nearest {
    fn offer(&mut self, away: Meters, byte: u8) {
        let is_better = match away.total_cmp(self.distance) {
            Ordering::Less => true,
            Ordering::Equal => self.byte.is_none_or(|held| byte < held),
            Ordering::Greater => false,
        };
        if is_better {
            *self = Nearest { distance: away, byte: Some(byte) };
        }
    }
}

fn nodes(bytes: &[u8], root_count: usize) -> Option<Vec<Node>> {
    let mut next_child = u32::try_from(root_count).ok()?;
    let mut node = |byte: &u8| match *byte {
        SPLIT => {
            let first_child = next_child;
            next_child = next_child.checked_add(CHILD_COUNT)?;
            Some(Node::Split { first_child })
        }
        byte => Some(Node::Leaf(byte)),
    };
    let nodes: Vec<Node> = bytes.iter().map(&mut node).collect::<Option<_>>()?;
    (usize::try_from(next_child).ok()? == nodes.len()).then_some(nodes)
}
