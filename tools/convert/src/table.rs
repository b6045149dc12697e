//! Rows or a cell tree in, one file out, with magic, version and SHA-256 digest of what follows.
//!
//! Text table: a line `jukwaa-NAME VERSION DIGEST`, a line of column names, rows of tab-separated fields, each line ended by LF.
//! Cell table, all numbers little-endian: `JKWCELLS`, version u8, root resolution u8, finest resolution u8, 0 u8, number of roots u32, number
//! of nodes u32, digest (32 bytes), then the body: the roots (u64 each, ascending), the nodes (a byte each) in level order.
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::cell_tree::{CellTree, ROOT_RESOLUTION};

/// Raised when the layout of a table changes; the reader in `crates/geography` names the same number.
const VERSION: u8 = 1;
const CELLS_MAGIC: &[u8; 8] = b"JKWCELLS";

#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("could not write {path}")]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} would hold more than 2^32 nodes")]
    TooManyNodes { path: PathBuf },
}

/// A table of text: the names of its columns, then its rows.
pub(crate) struct Lines {
    pub(crate) columns: &'static [&'static str],
    pub(crate) rows: Vec<Vec<String>>,
}

/// Writes a text table and tells its size in bytes.
pub(crate) fn write_text(folder: &Path, file: &str, name: &str, lines: &Lines) -> Result<usize, WriteError> {
    let mut body = lines.columns.join("\t") + "\n";
    for row in &lines.rows {
        let fields: Vec<String> = row.iter().map(|field| field.replace(['\t', '\n', '\r'], " ")).collect();
        body.push_str(&fields.join("\t"));
        body.push('\n');
    }
    let text = format!("jukwaa-{name} {VERSION} {}\n{body}", hex(&Sha256::digest(&body)));
    write(folder.join(file), text.as_bytes())
}

/// Writes a cell table and tells its size in bytes.
pub(crate) fn write_cells(folder: &Path, file: &str, tree: &CellTree) -> Result<usize, WriteError> {
    let path = folder.join(file);
    let nodes = tree.level_order();
    let count = |length: usize| u32::try_from(length).map_err(|_| WriteError::TooManyNodes { path: path.clone() });
    let mut body: Vec<u8> = tree.roots.iter().flat_map(|(cell, _)| u64::from(*cell).to_le_bytes()).collect();
    body.extend_from_slice(&nodes);
    let mut bytes = CELLS_MAGIC.to_vec();
    bytes.extend([VERSION, u8::from(ROOT_RESOLUTION), u8::from(tree.finest), 0]);
    bytes.extend(count(tree.roots.len())?.to_le_bytes());
    bytes.extend(count(nodes.len())?.to_le_bytes());
    bytes.extend(Sha256::digest(&body));
    bytes.extend(body);
    write(path, &bytes)
}

fn write(path: PathBuf, bytes: &[u8]) -> Result<usize, WriteError> {
    match std::fs::write(&path, bytes) {
        Ok(()) => Ok(bytes.len()),
        Err(source) => Err(WriteError::Write { path, source }),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
