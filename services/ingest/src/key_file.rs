//! The file that keeps the keys of a data folder: `keys.toml`, for its owner only.
//!
//! Comes in: the path, and whether the log beside it is empty. Goes out: its keys; on first start they are drawn and written.
//! Guarantees: what is used is on disk before it is used: a report hashed under a lost key could never meet itself again.
//! Missing beside a log that is not empty, readable by others, or damaged: one sentence, and nothing is written.
//!
//! Never: overwrites a key file.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::keys::{KEY_BYTES, Keys};

/// The format that this version writes and reads.
const FORMAT: u32 = 1;
/// A key file is a few hundred bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Why the keys of a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenKeysError {
    /// The log was hashed under keys that are gone.
    #[error(
        "the key file {path:?} is missing beside a log that is not empty: put it back from a backup, or start with an empty folder"
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Others than the owner may read it.
    #[error(
        "the key file {path:?} may be used by others than its owner (mode {mode:03o}): run `chmod 600` on it, and draw new keys for a new folder if others have read it"
    )]
    Rights {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not what this version writes.
    #[error("the key file {path:?} cannot be used: {why}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; holds nothing of a key.
        why: &'static str,
    },
    /// The system gave no random bytes.
    #[error("no random bytes for the key file {path:?}: {reason}")]
    Entropy {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: getrandom::Error,
    },
    /// A call to the file system failed.
    #[error("could not use the key file {path:?}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// What the file holds: three keys in base64.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    format: u32,
    record: String,
    register: String,
    token: String,
}

impl Keys {
    /// The keys in this file of a data folder whose lock the caller holds; drawn and written if there is none and the log is empty.
    ///
    /// # Errors
    /// If the file is missing beside a log that is not empty, may be used by others, is damaged, or cannot be read or written.
    pub fn open(path: &Path, log_is_empty: bool) -> Result<Self, OpenKeysError> {
        match File::open(path) {
            Ok(file) => read(file, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound && log_is_empty => create(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(OpenKeysError::Missing { path: path.to_owned() })
            }
            Err(source) => Err(OpenKeysError::Io { path: path.to_owned(), source }),
        }
    }
}

fn read(file: File, path: &Path) -> Result<Keys, OpenKeysError> {
    let io_error = |source| OpenKeysError::Io { path: path.to_owned(), source };
    let damaged = |why| OpenKeysError::Damaged { path: path.to_owned(), why };
    let metadata = file.metadata().map_err(io_error)?;
    check_rights(&metadata, path)?;
    if metadata.len() > FILE_BYTES_MAX {
        return Err(damaged("it is too long"));
    }
    let text = io::read_to_string(file).map_err(io_error)?;
    // The reader's own message would quote the line, and with it the key.
    let file: KeyFile =
        toml::from_str(&text).map_err(|_| damaged("it is not TOML with format, record, register and token"))?;
    if file.format != FORMAT {
        return Err(damaged("it has a format that this version does not know: use the version that wrote it"));
    }
    let key = |text: &str| {
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes).ok());
        bytes.ok_or_else(|| damaged("a key in it is not 32 bytes in base64"))
    };
    Ok(Keys { record: key(&file.record)?, register: key(&file.register)?, token: key(&file.token)? })
}

#[cfg(unix)]
fn check_rights(metadata: &fs::Metadata, path: &Path) -> Result<(), OpenKeysError> {
    use std::os::unix::fs::PermissionsExt;

    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(OpenKeysError::Rights { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn check_rights(_: &fs::Metadata, _: &Path) -> Result<(), OpenKeysError> {
    Ok(())
}

fn create(path: &Path) -> Result<Keys, OpenKeysError> {
    let draw = || {
        let mut key = [0; KEY_BYTES];
        let drawn = getrandom::fill(&mut key);
        drawn.map(|()| key).map_err(|reason| OpenKeysError::Entropy { path: path.to_owned(), reason })
    };
    let keys = Keys { record: draw()?, register: draw()?, token: draw()? };
    write(&keys, path).map_err(|source| OpenKeysError::Io { path: path.to_owned(), source })?;
    Ok(keys)
}

/// Written aside, synced, renamed, and the folder synced: after a crash there is a whole file or none.
fn write(keys: &Keys, path: &Path) -> io::Result<()> {
    let file = KeyFile {
        format: FORMAT,
        record: STANDARD.encode(keys.record),
        register: STANDARD.encode(keys.register),
        token: STANDARD.encode(keys.token),
    };
    let head = "# The keys of this data folder. Keep a copy in a safe place: without it the log cannot be used.\n\
                # record: source references and identifiers; register: content hashes, never rotated; token: cursors and page tokens.\n";
    let text = toml::to_string(&file).map_err(io::Error::other)?;
    let aside = path.with_extension("toml.new");
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&aside)?;
    written.write_all(head.as_bytes())?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    fs::rename(&aside, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_file(folder: &tempfile::TempDir) -> PathBuf {
        folder.path().join("keys.toml")
    }

    #[test]
    fn first_start_makes_keys_that_stay() {
        let folder = tempfile::tempdir().unwrap();

        let first = Keys::open(&key_file(&folder), true).unwrap();

        assert_eq!(Keys::open(&key_file(&folder), false).unwrap(), first);
        assert_ne!(Keys::open(&key_file(&tempfile::tempdir().unwrap()), true).unwrap(), first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing but the key file is left");
    }

    #[cfg(unix)]
    #[test]
    fn key_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = key_file(&folder);
        Keys::open(&key_file(&folder), true).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        for mode in [0o640, 0o604, 0o660, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = Keys::open(&key_file(&folder), false).unwrap_err();

            assert!(matches!(error, OpenKeysError::Rights { mode: found, .. } if found == mode), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn missing_key_file_beside_a_log_is_refused() {
        let folder = tempfile::tempdir().unwrap();

        let error = Keys::open(&key_file(&folder), false).unwrap_err();

        assert!(matches!(error, OpenKeysError::Missing { .. }), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a refusal writes nothing");
    }

    #[test]
    fn damaged_key_file_is_told_without_its_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = key_file(&folder);
        Keys::open(&key_file(&folder), true).unwrap();
        let sound = fs::read_to_string(&path).unwrap();
        let secret =
            sound.lines().find_map(|line| line.strip_prefix("record = ")).unwrap().trim_matches('"').to_owned();

        for damaged in [
            sound.replace("format = 1", "format = 2"),
            sound.replace("record", "rekord"),
            sound.replace("=\"\n", "\"\n"),
        ] {
            assert_ne!(damaged, sound);
            fs::write(&path, &damaged).unwrap();
            let error = Keys::open(&key_file(&folder), false).unwrap_err();

            assert!(matches!(error, OpenKeysError::Damaged { .. }), "{error}");
            assert!(!format!("{error:?}").contains(&secret), "{error:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), damaged, "a refusal writes nothing");
        }
    }
}
