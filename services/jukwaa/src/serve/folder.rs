//! Who serves a data folder, and where: an address beside the data, for commands that find the server by its folder.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use eventlog::{DataFolder, OpenError};

use crate::failure::{Exit, Failure};

/// The address of the server that holds the folder; there while it serves.
const ADDRESS_FILE: &str = "ADDRESS";

fn address_file(folder: &Path) -> PathBuf {
    folder.join(ADDRESS_FILE)
}

/// Opens a folder, or says in one sentence why not and what to do.
pub(super) fn open(path: &Path) -> Result<DataFolder, Failure> {
    DataFolder::open(path).map_err(|error| {
        // What only a person can mend is no reason to try again.
        let exit = if matches!(error, OpenError::Locked { .. }) { Exit::Unavailable } else { Exit::BadConfig };
        Failure::new(exit, telemetry::chain(&error)).help(error.help())
    })
}

/// Notes where the folder is served.
pub(super) fn record_address(folder: &Path, address: SocketAddr) -> Result<(), Failure> {
    let path = address_file(folder);
    std::fs::write(&path, format!("{address}\n")).map_err(|error| Failure::file("write", &path, &error))
}

/// Takes the note away.
pub(super) fn forget_address(folder: &Path) {
    if let Err(error) = std::fs::remove_file(address_file(folder)) {
        tracing::debug!(%error, "the note of the address was gone");
    }
}

/// Where the folder is served, if a server left a note.
pub(crate) fn recorded_address(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(address_file(folder)).ok()?;
    Some(text.trim().to_owned()).filter(|address| !address.is_empty())
}

/// Bytes that may still be written beside the folder.
///
/// # Errors
/// Those of the system.
pub(crate) fn free_bytes(folder: &Path) -> io::Result<u64> {
    fs4::available_space(folder)
}
