//! A rule "cell to byte" and the borders where it may change in; a tree of H3 cells out.
//!
//! Each node is one byte for all cells below it, or split into its seven children. Away from every border one question answers for a
//! whole subtree, so that a country at resolution 9 takes some hundred thousand questions instead of millions.
//! Guarantees: each cell of the finest resolution has the byte that the rule gives for it. Never: a pentagon (none is near East Africa).
use std::collections::BTreeSet;

use h3o::{CellIndex, LatLng, Resolution};

use crate::polygon::{self, Segment};

/// The byte of a node that has children.
pub(crate) const SPLIT: u8 = 0xff;
/// The coarsest cells of a tree.
pub(crate) const ROOT_RESOLUTION: Resolution = Resolution::Two;
/// Centres of descendants lie within 1.06 edges of the centre of a regular hexagon; H3's are stretched by up to a third.
const REACH_EDGES: f64 = 1.6;

pub(crate) enum Node {
    Leaf(u8),
    Split(Vec<Node>),
}

/// The roots ascend by cell; a place under no root has the byte 0.
pub(crate) struct CellTree {
    pub(crate) finest: Resolution,
    pub(crate) roots: Vec<(CellIndex, Node)>,
}

impl CellTree {
    /// `byte_of` gets a cell and the borders near it, and is asked for the finest cells and for whole cells without a border near.
    pub(crate) fn build(
        finest: Resolution,
        borders: &[Segment],
        byte_of: impl Fn(CellIndex, &[Segment]) -> u8,
    ) -> CellTree {
        let roots = root_cells(borders).into_iter().map(|cell| (cell, node(cell, finest, borders, &byte_of)));
        CellTree { finest, roots: roots.filter(|(_, node)| !matches!(node, Node::Leaf(0))).collect() }
    }

    /// The bytes of the nodes, level by level: the roots, then the seven children of each split node in the order of the splits.
    pub(crate) fn level_order(&self) -> Vec<u8> {
        let mut level: Vec<&Node> = self.roots.iter().map(|(_, node)| node).collect();
        let mut bytes = Vec::new();
        while !level.is_empty() {
            bytes.extend(level.iter().map(|node| match node {
                Node::Leaf(byte) => *byte,
                Node::Split(_) => SPLIT,
            }));
            level = level.into_iter().flat_map(Node::children).collect();
        }
        bytes
    }
}

impl Node {
    fn children(&self) -> &[Node] {
        match self {
            Node::Leaf(_) => &[],
            Node::Split(children) => children,
        }
    }
}

/// Every coarse cell around a corner of a border. A shape wider than a coarse cell is covered, since each inner cell has a neighbour that is.
fn root_cells(borders: &[Segment]) -> BTreeSet<CellIndex> {
    let corners = borders.iter().filter_map(|(corner, _)| LatLng::new(corner.1, corner.0).ok());
    let at: BTreeSet<CellIndex> = corners.map(|corner| corner.to_cell(ROOT_RESOLUTION)).collect();
    at.into_iter().flat_map(|cell| cell.grid_disk::<Vec<_>>(2)).collect()
}

fn node(
    cell: CellIndex,
    finest: Resolution,
    borders: &[Segment],
    byte_of: &impl Fn(CellIndex, &[Segment]) -> u8,
) -> Node {
    let centre = polygon::centre(cell);
    let reach_km = cell.resolution().edge_length_km() * REACH_EDGES;
    let near: Vec<Segment> =
        borders.iter().copied().filter(|segment| polygon::distance_km(centre, *segment) <= reach_km).collect();
    let children_resolution = cell.resolution().succ().filter(|_| cell.resolution() < finest && !near.is_empty());
    let Some(resolution) = children_resolution else {
        return Node::Leaf(byte_of(cell, &near));
    };
    let children: Vec<Node> = cell.children(resolution).map(|child| node(child, finest, &near, byte_of)).collect();
    merged(children)
}

fn merged(children: Vec<Node>) -> Node {
    let mut bytes = children.iter().map(|child| match child {
        Node::Leaf(byte) => Some(*byte),
        Node::Split(_) => None,
    });
    let first = bytes.next().flatten();
    match first {
        Some(byte) if bytes.all(|other| other == first) => Node::Leaf(byte),
        Some(_) | None => Node::Split(children),
    }
}
