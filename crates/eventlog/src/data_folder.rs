//! A data folder: whose it is, which format it has, which node it belongs to, and the log in it.
//!
//! Comes in: a path. Goes out: an open log, the node's id, and the paths of what else stands there.
//! Guarantees: one process a folder, as long as the folder or a handle of its log lives; a folder of a later format and a folder that is not ours
//! are refused unchanged; the node's id is made once.
//!
//! Layout: `FORMAT`, `LOCK`, `node`, `log/`, `store/`, `keys.toml`.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::embedded::{EmbeddedLog, LogSettings};
use crate::error::OpenError;
use crate::files::{Files as _, RealFiles};

/// The format of data folders that this version writes, and the greatest it reads.
const FORMAT: u32 = 1;

/// Which node stamped a record. `Display`: 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId([u8; 16]);

impl NodeId {
    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// An open data folder.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    node: NodeId,
    log: EmbeddedLog,
}

/// The open, locked file; the system frees it with the process, however that ends.
#[derive(Debug)]
struct Lock(#[expect(dead_code, reason = "held, not read")] fs::File);

impl DataFolder {
    /// Opens a folder with the default settings, and makes it where there is none.
    ///
    /// # Errors
    /// Any [`OpenError`]; its `help` says what to do.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, LogSettings::default())
    }

    /// Opens a folder with settings of the log.
    ///
    /// # Errors
    /// As [`DataFolder::open`].
    pub fn open_with(path: &Path, settings: LogSettings) -> Result<Self, OpenError> {
        RealFiles.settle_folder(path).map_err(failed(path))?;
        let lock = lock(path)?;
        settle_format(path)?;
        let node = node_id(&path.join("node"))?;
        let log = EmbeddedLog::open_holding(Arc::new(RealFiles), &path.join("log"), settings, Some(Arc::new(lock)))?;
        Ok(Self { path: path.to_owned(), node, log })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The id of this node, made at the folder's first start.
    #[must_use]
    pub const fn node(&self) -> NodeId {
        self.node
    }

    /// A handle of the log. The folder stays locked while it lives.
    #[must_use]
    pub fn log(&self) -> EmbeddedLog {
        self.log.clone()
    }

    /// Where tables and register stand.
    #[must_use]
    pub fn store_path(&self) -> PathBuf {
        self.path.join("store")
    }

    /// Where the keys stand.
    #[must_use]
    pub fn keys_path(&self) -> PathBuf {
        self.path.join("keys.toml")
    }

    /// Bytes that this user may still write to the disk of the folder.
    ///
    /// # Errors
    /// Those of the system.
    pub fn free_bytes(&self) -> io::Result<u64> {
        fs4::available_space(&self.path)
    }
}

fn lock(folder: &Path) -> Result<Lock, OpenError> {
    let path = folder.join("LOCK");
    let options = fs::File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = options.map_err(failed(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let mut text = String::new();
            let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            return Err(OpenError::Locked { path: folder.to_owned(), pid });
        }
        Err(fs::TryLockError::Error(source)) => return Err(OpenError::Io { path, source }),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed(&path))?;
    Ok(Lock(file))
}

/// Writes the format of a folder that has none yet.
fn settle_format(folder: &Path) -> Result<(), OpenError> {
    if check_format(folder)? {
        return Ok(());
    }
    let path = folder.join("FORMAT");
    RealFiles.replace(&path, format!("{FORMAT}\n").as_bytes()).map_err(failed(&path))
}

/// Whether a folder is of this format; false if it is empty, and so of none yet. Writes nothing.
///
/// # Errors
/// If it is of a newer format, or says none beside data.
pub fn check_format(folder: &Path) -> Result<bool, OpenError> {
    let path = folder.join("FORMAT");
    let Some(content) = RealFiles.read_whole(&path).map_err(failed(&path))? else {
        if folder.join("log").exists() || folder.join("store").exists() {
            return Err(OpenError::NoFormat { path: folder.to_owned() });
        }
        return Ok(false);
    };
    match std::str::from_utf8(&content).ok().and_then(|text| text.trim().parse::<u32>().ok()) {
        Some(FORMAT) => Ok(true),
        Some(found) if found > FORMAT => Err(OpenError::NewerFormat { path: folder.to_owned(), found, known: FORMAT }),
        Some(_) | None => Err(OpenError::Unreadable { path, wanted: "the number of a format" }),
    }
}

fn node_id(path: &Path) -> Result<NodeId, OpenError> {
    if let Some(content) = RealFiles.read_whole(path).map_err(failed(path))? {
        let digits = std::str::from_utf8(&content).ok().map(str::trim).filter(|digits| digits.len() == 32);
        let number = digits.and_then(|digits| u128::from_str_radix(digits, 16).ok());
        let unreadable = || OpenError::Unreadable { path: path.to_owned(), wanted: "32 hexadecimal digits" };
        return number.map(|number| NodeId(number.to_be_bytes())).ok_or_else(unreadable);
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| OpenError::Entropy)?;
    let node = NodeId(bytes);
    RealFiles.replace(path, format!("{node}\n").as_bytes()).map_err(failed(path))?;
    Ok(node)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> OpenError + use<> {
    let path = path.to_owned();
    move |source| OpenError::Io { path: path.clone(), source }
}
