//! Files whose syncs can be held: what is answered while one runs has not waited for it.
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use eventlog::simulated::SimulatedFiles;
use eventlog::{File, Files};

/// A state that does not come within this time does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Simulated files behind a gate.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeldFiles {
    files: SimulatedFiles,
    gate: Arc<Gate>,
}

#[derive(Debug, Default)]
struct Gate {
    state: Mutex<GateState>,
    change: Condvar,
}

#[derive(Debug, Default)]
struct GateState {
    closed: bool,
    waiting: bool,
    syncs: u64,
}

impl HeldFiles {
    pub(crate) fn hold(&self) {
        self.state().closed = true;
    }

    pub(crate) fn let_go(&self) {
        self.state().closed = false;
        self.gate.change.notify_all();
    }

    /// Waits until a sync is at the gate.
    pub(crate) fn wait_for_sync(&self) {
        let (_state, late) =
            self.gate.change.wait_timeout_while(self.state(), PATIENCE, |state| !state.waiting).unwrap();
        assert!(!late.timed_out(), "no sync came");
    }

    pub(crate) fn syncs(&self) -> u64 {
        self.state().syncs
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.gate.state.lock().unwrap()
    }
}

impl Files for HeldFiles {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(HeldFile { file: self.files.open(path)?, gate: Arc::clone(&self.gate) }))
    }

    fn read_whole(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        self.files.read_whole(path)
    }

    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.files.replace(path, content)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.files.list(folder)
    }

    fn settle_folder(&self, folder: &Path) -> io::Result<()> {
        self.files.settle_folder(folder)
    }
}

#[derive(Debug)]
struct HeldFile {
    file: Arc<dyn File>,
    gate: Arc<Gate>,
}

impl File for HeldFile {
    fn size(&self) -> io::Result<u64> {
        self.file.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_at(offset, bytes)
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        self.file.cut(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.gate.pass();
        self.file.sync()
    }
}

impl Gate {
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.waiting = true;
        self.change.notify_all();
        let mut state = self.change.wait_while(state, |state| state.closed).unwrap();
        state.waiting = false;
        state.syncs += 1;
    }
}
