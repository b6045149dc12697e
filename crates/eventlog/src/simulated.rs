//! Files in memory, for tests: what was not synced is lost or torn by a power cut, and calls fail when told to.
//!
//! Comes in: the same calls as on real files, a seed for each power cut. Goes out: a world as after the cut.
//! Guarantees: the same seed gives the same cut. Of bytes not synced, each 512-byte sector is as it was at the last sync (zeros where there was
//! nothing) or after any write since, and the length is any between the two; a file whose folder was not settled may be gone. After a sync that
//! failed, what it should have written counts as written though it never was: a later sync does not mend it.
//!
//! Never: touches a disk. `replace` is durable and all or nothing, as its contract says.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::files::{File, Files};

/// What a disk writes at once.
pub const SECTOR_BYTES: usize = 512;

/// A world of files. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct SimulatedFiles {
    world: Arc<Mutex<World>>,
}

#[derive(Debug, Default)]
struct World {
    files: BTreeMap<PathBuf, Content>,
    settled: BTreeSet<PathBuf>,
    room_bytes: Option<u64>,
    syncs_before_failure: Option<u64>,
    sync_count: u64,
}

#[derive(Clone, Debug, Default)]
struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// Every sector that the system knows as unwritten, as it was after each write since the last sync.
    versions: BTreeMap<usize, Vec<Vec<u8>>>,
}

#[derive(Debug)]
struct SimulatedFile {
    path: PathBuf,
    world: Arc<Mutex<World>>,
}

impl SimulatedFiles {
    /// An empty world.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The world after a power cut here and now; this one goes on as if there had been none.
    #[must_use]
    pub fn after_power_cut(&self, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let world = self.lock();
        let mut after = World { settled: world.settled.clone(), ..World::default() };
        for (path, content) in &world.files {
            if world.settled.contains(path) || dice.below(2) == 0 {
                after.files.insert(path.clone(), Content::durable(content.torn(&mut dice)));
                after.settled.insert(path.clone());
            }
        }
        Self { world: Arc::new(Mutex::new(after)) }
    }

    /// The world after the process alone was killed: what was written is there, synced or not. The faults are gone.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        let world = self.lock();
        let after = World { files: world.files.clone(), settled: world.settled.clone(), ..World::default() };
        Self { world: Arc::new(Mutex::new(after)) }
    }

    /// Lets so many syncs of files succeed and each one after them fail with an input/output error.
    pub fn fail_sync_after(&self, syncs: u64) {
        self.lock().syncs_before_failure = Some(syncs);
    }

    /// Gives the disk so much room from here on; a write past it stops in its middle. `None`: no limit.
    pub fn set_room(&self, bytes: Option<u64>) {
        self.lock().room_bytes = bytes;
    }

    /// How many syncs of files have succeeded.
    #[must_use]
    pub fn sync_count(&self) -> u64 {
        self.lock().sync_count
    }

    /// All files, sorted.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        self.lock().files.keys().cloned().collect()
    }

    /// The bytes of a file as a process sees them; none if there is no such file.
    #[must_use]
    pub fn bytes(&self, path: &Path) -> Vec<u8> {
        self.lock().files.get(path).map(|content| content.live.clone()).unwrap_or_default()
    }

    /// Turns one bit of a file over, as rot does. False if the file is shorter.
    #[must_use]
    pub fn flip_bit(&self, path: &Path, bit: u64) -> bool {
        let index = usize::try_from(bit / 8).unwrap_or(usize::MAX);
        let mut world = self.lock();
        let Some(content) = world.files.get_mut(path) else { return false };
        let Some(byte) = content.live.get_mut(index) else { return false };
        *byte ^= 1 << (bit % 8);
        if let Some(byte) = content.durable.get_mut(index) {
            *byte ^= 1 << (bit % 8);
        }
        true
    }

    /// Puts bytes in place of a file, durably.
    pub fn put(&self, path: &Path, bytes: Vec<u8>) {
        let mut world = self.lock();
        world.files.insert(path.to_owned(), Content::durable(bytes));
        world.settled.insert(path.to_owned());
    }

    /// Takes a file away. False if there is none.
    #[must_use]
    pub fn remove(&self, path: &Path) -> bool {
        let mut world = self.lock();
        world.settled.remove(path);
        world.files.remove(path).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }
}

impl Files for SimulatedFiles {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        self.lock().files.entry(path.to_owned()).or_default();
        Ok(Arc::new(SimulatedFile { path: path.to_owned(), world: Arc::clone(&self.world) }))
    }

    fn read_whole(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(self.lock().files.get(path).map(|content| content.live.clone()))
    }

    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.lock().count_sync()?;
        self.put(path, content.to_vec());
        Ok(())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let world = self.lock();
        let inside = world.files.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.filter_map(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned()).collect())
    }

    fn settle_folder(&self, folder: &Path) -> io::Result<()> {
        let mut world = self.lock();
        let inside: Vec<PathBuf> = world.files.keys().filter(|path| path.parent() == Some(folder)).cloned().collect();
        world.settled.extend(inside);
        Ok(())
    }
}

impl SimulatedFile {
    fn with<T>(&self, act: impl FnOnce(&mut Content) -> T) -> io::Result<T> {
        lock(&self.world).files.get_mut(&self.path).map(act).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl File for SimulatedFile {
    fn size(&self) -> io::Result<u64> {
        self.with(|content| content.live.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.with(|content| {
            let rest = content.live.get(index(offset)..).unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer.iter_mut().zip(rest).for_each(|(into, from)| *into = *from);
            count
        })
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let room = lock(&self.world).take_room(bytes.len());
        let written = bytes.get(..room).unwrap_or(bytes);
        self.with(|content| {
            let end = index(offset) + written.len();
            content.live.resize(content.live.len().max(end), 0);
            if let Some(place) = content.live.get_mut(index(offset)..end) {
                place.copy_from_slice(written);
            }
            content.note_versions(index(offset), end);
        })?;
        if room < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        self.with(|content| {
            content.live.resize(index(length), 0);
            content.note_versions(index(length), index(length) + 1);
        })
    }

    fn sync(&self) -> io::Result<()> {
        let synced = lock(&self.world).count_sync();
        self.with(|content| {
            if synced.is_ok() {
                content.write_out();
            }
            content.versions.clear();
        })?;
        synced
    }
}

impl World {
    fn take_room(&mut self, wanted: usize) -> usize {
        let Some(room) = &mut self.room_bytes else { return wanted };
        let taken = wanted.min(index(*room));
        *room -= taken as u64;
        taken
    }

    fn count_sync(&mut self) -> io::Result<()> {
        if let Some(left) = &mut self.syncs_before_failure {
            *left = left.checked_sub(1).ok_or_else(|| io::Error::other("simulated input/output error"))?;
        }
        self.sync_count += 1;
        Ok(())
    }
}

impl Content {
    fn durable(bytes: Vec<u8>) -> Self {
        Self { live: bytes.clone(), durable: bytes, versions: BTreeMap::new() }
    }

    fn note_versions(&mut self, from: usize, to: usize) {
        for number in from / SECTOR_BYTES..to.div_ceil(SECTOR_BYTES) {
            let version = sector(&self.live, number);
            self.versions.entry(number).or_default().push(version);
        }
    }

    /// Makes durable what the system knows as unwritten, and the length.
    fn write_out(&mut self) {
        self.durable.resize(self.live.len(), 0);
        let (live, durable) = (self.live.chunks(SECTOR_BYTES), self.durable.chunks_mut(SECTOR_BYTES));
        for ((number, from), into) in live.enumerate().zip(durable) {
            if self.versions.contains_key(&number) {
                into.copy_from_slice(from);
            }
        }
    }

    /// What a power cut may leave of it.
    fn torn(&self, dice: &mut Dice) -> Vec<u8> {
        let (least, most) = (self.live.len().min(self.durable.len()), self.live.len().max(self.durable.len()));
        let length = match dice.below(4) {
            0 => self.durable.len(),
            1 => self.live.len(),
            _ => least + dice.below(most - least + 1),
        };
        let sectors = (0..length.div_ceil(SECTOR_BYTES)).map(|number| self.torn_sector(number, dice));
        let mut bytes = sectors.collect::<Vec<_>>().concat();
        bytes.truncate(length);
        bytes
    }

    fn torn_sector(&self, number: usize, dice: &mut Dice) -> Vec<u8> {
        let Some(versions) = self.versions.get(&number) else { return sector(&self.durable, number) };
        match dice.below(4) {
            0 => sector(&self.durable, number),
            1 => versions.get(dice.below(versions.len())).cloned().unwrap_or_else(|| sector(&self.live, number)),
            _ => sector(&self.live, number),
        }
    }
}

/// A sector of a file, zeros past its end.
fn sector(bytes: &[u8], number: usize) -> Vec<u8> {
    let mut sector: Vec<u8> = bytes.iter().copied().skip(number * SECTOR_BYTES).take(SECTOR_BYTES).collect();
    sector.resize(SECTOR_BYTES, 0);
    sector
}

/// A splitmix64 sequence: small, and the same everywhere.
#[derive(Clone, Debug)]
struct Dice(u64);

impl Dice {
    /// A number below a bound; 0 if the bound is 0.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        index((mixed ^ (mixed >> 31)) % (bound.max(1) as u64))
    }
}

fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
