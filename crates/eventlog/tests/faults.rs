//! Power cuts, rot and failing disks: what was durable is kept or the start is refused with file and offset, and other bytes never come back.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::LogPosition;
use eventlog::simulated::SimulatedFiles;
use eventlog::{
    AppendError, Appender, DamageKind, DataFolder, EmbeddedLog, Entry, EventLog as _, LogSettings, OpenError,
    ReadError, ReadLimit, Topic,
};
use proptest::prelude::*;

const EVERYTHING: ReadLimit = ReadLimit { records_max: usize::MAX, bytes_max: usize::MAX };
const SMALL: LogSettings = LogSettings { segment_bytes_max: 3000 };

fn open(files: &SimulatedFiles, settings: LogSettings) -> Result<EmbeddedLog, OpenError> {
    EmbeddedLog::open(Arc::new(files.clone()), Path::new("log"), settings)
}

fn everything(log: &EmbeddedLog, topic: Topic) -> Result<Vec<Bytes>, ReadError> {
    let read = log.read(topic, LogPosition::FIRST, EVERYTHING)?;
    for (logged, expected) in read.iter().zip(0..) {
        assert_eq!(logged.position, LogPosition::new(expected));
    }
    Ok(read.into_iter().map(|logged| logged.value).collect())
}

fn record(size: usize, fill: u8) -> Bytes {
    Bytes::from((0..size).map(|index| if fill == 0 { 0 } else { fill.wrapping_add(index as u8) }).collect::<Vec<_>>())
}

fn entries(records: &[Bytes]) -> Vec<Entry> {
    records.iter().cloned().map(Entry::from).collect()
}

fn file(name: &str) -> PathBuf {
    Path::new("log/records").join(name)
}

/// What happens to a log.
#[derive(Clone, Debug)]
enum Event {
    Append {
        sizes: Vec<usize>,
        fill: u8,
    },
    Sync,
    Restart,
    Kill,
    PowerCut {
        seed: u64,
    },
    /// The power goes while the start repairs, at its n-th sync.
    PowerCutDuringStart {
        seeds: (u64, u64),
        syncs: u64,
    },
    /// A sync fails, the process ends, and the next one finds in memory what never reached the disk.
    FailedSync,
    FullDisk {
        room: u64,
        sizes: Vec<usize>,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let sizes = || prop::collection::vec(prop_oneof![0_usize..20, 0_usize..1800, Just(512)], 1..5);
    prop_oneof![
        6 => (sizes(), 0_u8..4).prop_map(|(sizes, fill)| Event::Append { sizes, fill }),
        4 => Just(Event::Sync),
        1 => Just(Event::Restart),
        1 => Just(Event::Kill),
        3 => any::<u64>().prop_map(|seed| Event::PowerCut { seed }),
        1 => (any::<(u64, u64)>(), 0_u64..12).prop_map(|(seeds, syncs)| Event::PowerCutDuringStart { seeds, syncs }),
        1 => Just(Event::FailedSync),
        1 => (0_u64..3000, sizes()).prop_map(|(room, sizes)| Event::FullDisk { room, sizes }),
    ]
}

/// A log, and what it has to hold.
struct Trial {
    topic: Topic,
    files: SimulatedFiles,
    log: EmbeddedLog,
    appender: Option<Box<dyn Appender>>,
    written: Vec<Bytes>,
    durable_count: usize,
}

impl Trial {
    fn new(topic: Topic) -> Self {
        let files = SimulatedFiles::new();
        let log = open(&files, SMALL).unwrap();
        let appender = Some(log.open_appender(topic).unwrap());
        Self { topic, files, log, appender, written: Vec::new(), durable_count: 0 }
    }

    fn appender(&mut self) -> &mut dyn Appender {
        self.appender.as_deref_mut().unwrap()
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Append { sizes, fill } => {
                let batch: Vec<Bytes> = sizes.iter().map(|size| record(*size, fill)).collect();
                self.appender().append(&entries(&batch)).unwrap();
                self.written.extend(batch);
            }
            Event::Sync => {
                self.appender().sync().unwrap();
                self.durable_count = self.written.len();
            }
            Event::Restart => {
                self.appender = None;
                self.start(self.files.clone());
                assert_eq!(self.durable_count, self.written.len(), "an orderly stop keeps everything");
            }
            Event::Kill => {
                self.start(self.files.after_kill());
                assert_eq!(self.durable_count, self.written.len(), "a killed process leaves everything to the system");
            }
            Event::PowerCut { seed } => self.start(self.files.after_power_cut(seed)),
            Event::PowerCutDuringStart { seeds, syncs } => {
                let files = self.files.after_power_cut(seeds.0);
                files.fail_sync_after(syncs);
                drop(open(&files, SMALL));
                self.start(files.after_power_cut(seeds.1));
            }
            Event::FailedSync => self.fail_sync(),
            Event::FullDisk { room, sizes } => self.fill(room, &sizes),
        }
        self.check();
    }

    /// Starts on what a fault left behind: a prefix of what was written, with everything durable in it.
    fn start(&mut self, files: SimulatedFiles) {
        self.log = open(&files, SMALL).unwrap();
        self.files = files;
        self.appender = Some(self.log.open_appender(self.topic).unwrap());
        let kept = everything(&self.log, self.topic).unwrap();
        assert!(self.written.starts_with(&kept), "what was read is no prefix of what was written");
        assert!(kept.len() >= self.durable_count, "{} of {} durable records", kept.len(), self.durable_count);
        self.durable_count = kept.len();
        self.written = kept;
    }

    fn fail_sync(&mut self) {
        self.files.fail_sync_after(0);
        if self.appender().sync().is_err() {
            assert!(self.appender().append(&[]).unwrap_err().is_fatal());
        }
        self.start(self.files.after_kill());
    }

    fn fill(&mut self, room: u64, sizes: &[usize]) {
        let batch: Vec<Bytes> = sizes.iter().map(|size| record(*size, 9)).collect();
        self.files.set_room(Some(room));
        match self.appender().append(&entries(&batch)) {
            Ok(_) => self.written.extend(batch),
            Err(error) => assert!(matches!(error, AppendError::NoSpace { .. }), "{error:?}"),
        }
        self.files.set_room(None);
    }

    fn check(&self) {
        let read = everything(&self.log, self.topic).unwrap();
        let least = if self.topic.is_rebuilt() { self.written.len() } else { self.durable_count };
        assert!(self.written.starts_with(&read) && read.len() >= least);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn durable_records_survive_every_power_cut(events in prop::collection::vec(event(), 1..25)) {
        let mut trial = Trial::new(Topic::Records);

        events.into_iter().for_each(|event| trial.apply(event));
    }

    #[test]
    fn facts_after_a_power_cut_are_a_prefix(events in prop::collection::vec(event(), 1..25)) {
        let mut trial = Trial::new(Topic::Incidents);

        events.into_iter().for_each(|event| trial.apply(event));
    }
}

/// A log of several groups in two files, all of it durable; the process was killed or stopped in order.
fn durable_log(ordered_stop: bool) -> (SimulatedFiles, Vec<Bytes>) {
    let files = SimulatedFiles::new();
    let log = open(&files, LogSettings { segment_bytes_max: 700 }).unwrap();
    let mut appender = log.open_appender(Topic::Records).unwrap();
    let groups = [vec![record(90, 1), record(0, 0)], vec![record(600, 0)], vec![record(40, 3)], vec![record(33, 0)]];
    for group in &groups {
        appender.append_durably(&entries(group)).unwrap();
    }
    let files = if ordered_stop { files.clone() } else { files.after_power_cut(0) };
    drop(appender);
    (files, groups.concat())
}

/// What a start and a read of everything say.
fn verdict(files: &SimulatedFiles) -> Result<Vec<Bytes>, String> {
    let log = open(files, SMALL).map_err(|error| error.to_string())?;
    everything(&log, Topic::Records).map_err(|error| error.to_string())
}

#[test]
fn every_turned_bit_of_durable_records_is_found() {
    for ordered_stop in [true, false] {
        let (files, records) = durable_log(ordered_stop);
        assert_eq!(verdict(&files.after_kill()).as_ref(), Ok(&records));
        let paths: Vec<PathBuf> = files.paths().into_iter().filter(|path| path.starts_with("log/records")).collect();
        assert_eq!(paths.len(), 2);

        for path in paths {
            for bit in 0..files.bytes(&path).len() as u64 * 8 {
                let rotten = files.after_kill();
                assert!(rotten.flip_bit(&path, bit));
                let message = verdict(&rotten).expect_err("the turned bit went unseen");
                assert!(message.starts_with(&format!("the log file {path:?} is damaged at byte ")), "{message}");
                let damaged = rotten.bytes(&path);
                assert!(damaged.len() == files.bytes(&path).len(), "a damaged file was changed");
            }
        }
    }
}

#[test]
fn turned_bits_of_real_files_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let log = DataFolder::open(folder.path()).unwrap().log();
    let mut appender = log.open_appender(Topic::Records).unwrap();
    for group in 0..20 {
        appender.append_durably(&entries(&[record(300, group), record(7, group)])).unwrap();
    }
    drop((appender, log));
    let path = folder.path().join("log/records/00000000000000000000.log");
    let sound = std::fs::read(&path).unwrap();

    for step in 0..200 {
        let bit = step * 7919 % (sound.len() * 8);
        let mut rotten = sound.clone();
        rotten[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, &rotten).unwrap();
        let refusal = DataFolder::open(folder.path()).expect_err("the turned bit went unseen");
        assert!(matches!(refusal, OpenError::Damaged(damage) if damage.path == path), "bit {bit}");
    }
    std::fs::write(&path, &sound).unwrap();
    assert_eq!(DataFolder::open(folder.path()).unwrap().log().end(Topic::Records), LogPosition::new(40));
}

#[test]
fn rot_in_the_middle_is_refused_with_its_offset() {
    let (files, _) = durable_log(true);
    // The head of the file has 40 bytes; the first record's entry begins after it and has 12 before its payload.
    assert!(files.flip_bit(&file("00000000000000000000.log"), (40 + 12 + 5) * 8));

    let log = open(&files, SMALL).unwrap();
    let error = everything(&log, Topic::Records).unwrap_err();

    let ReadError::Damaged(damage) = error else { panic!("{error:?}") };
    assert_eq!((damage.offset, damage.position, damage.kind), (40, LogPosition::FIRST, DamageKind::Checksum));
    assert!(
        log.read(Topic::Records, LogPosition::new(3), EVERYTHING).unwrap().len() == 2,
        "later files are still read"
    );
}

#[test]
fn rot_in_the_last_file_is_refused_at_the_start() {
    let (files, _) = durable_log(false);
    let path = file("00000000000000000003.log");
    assert!(files.flip_bit(&path, (40 + 12) * 8));
    let before = files.bytes(&path);

    let refusal = open(&files, SMALL).unwrap_err();

    let OpenError::Damaged(damage) = refusal else { panic!("{refusal:?}") };
    assert_eq!((damage.path.as_path(), damage.offset, damage.position), (path.as_path(), 40, LogPosition::new(3)));
    assert_eq!(files.bytes(&path), before);
}

#[test]
fn empty_sector_before_a_mark_is_no_torn_tail() {
    let files = SimulatedFiles::new();
    let log = open(&files, LogSettings::default()).unwrap();
    let mut appender = log.open_appender(Topic::Records).unwrap();
    appender.append_durably(&entries(&[record(2000, 1)])).unwrap();
    appender.append_durably(&entries(&[record(10, 1)])).unwrap();
    let path = file("00000000000000000000.log");
    let mut bytes = files.bytes(&path);
    bytes[512..1024].fill(0);
    let files = files.after_kill();
    files.put(&path, bytes);

    let refusal = open(&files, LogSettings::default()).unwrap_err();

    assert!(matches!(refusal, OpenError::Damaged(damage) if damage.offset == 40));
}

#[test]
fn missing_file_is_refused_or_found_when_read() {
    let settings = LogSettings { segment_bytes_max: 100 };
    for (lost, found_at_start) in [("00000000000000000000.log", true), ("00000000000000000001.log", false)] {
        let files = SimulatedFiles::new();
        let log = open(&files, settings).unwrap();
        let mut appender = log.open_appender(Topic::Records).unwrap();
        for fill in 0..4 {
            appender.append_durably(&entries(&[record(200, fill)])).unwrap();
        }
        let files = files.after_kill();
        assert!(files.remove(&file(lost)));

        let opened = open(&files, settings);

        assert_eq!(opened.is_err(), found_at_start, "{lost}");
        if let Ok(log) = opened {
            let error = everything(&log, Topic::Records).unwrap_err();
            assert!(matches!(error, ReadError::Damaged(damage) if damage.kind == DamageKind::Gap), "{lost}");
        }
    }
}

#[test]
fn each_group_is_covered_by_one_sync() {
    let files = SimulatedFiles::new();
    let log = open(&files, LogSettings::default()).unwrap();
    let mut appender = log.open_appender(Topic::Records).unwrap();
    let before = files.sync_count();

    for group in 1..20 {
        appender.append(&entries(&[record(100, 1), record(10, 2)])).unwrap();
        appender.append_durably(&entries(&[record(100, 3)])).unwrap();
        appender.sync().unwrap();
        assert_eq!(files.sync_count() - before, group);
    }
}

#[test]
fn sync_error_ends_writing_in_every_topic() {
    let files = SimulatedFiles::new();
    let log = open(&files, SMALL).unwrap();
    let mut records = log.open_appender(Topic::Records).unwrap();
    let mut alerts = log.open_appender(Topic::Alerts).unwrap();
    records.append_durably(&entries(&[record(10, 1)])).unwrap();
    files.fail_sync_after(0);

    let failed = records.append_durably(&entries(&[record(10, 2)])).unwrap_err();

    assert!(matches!(failed, AppendError::Sync { .. }) && failed.is_fatal());
    files.fail_sync_after(u64::MAX);
    for appender in [&mut records, &mut alerts] {
        let refused = appender.append(&entries(&[record(10, 3)])).unwrap_err();
        assert!(matches!(refused, AppendError::Poisoned) && refused.is_fatal());
        assert!(matches!(appender.sync(), Err(AppendError::Poisoned)));
    }
    assert_eq!(log.end(Topic::Records), LogPosition::new(1), "what was not made durable is not readable");
    let bytes = files.bytes(&file("00000000000000000000.log"));
    drop((records, alerts));
    assert_eq!(files.bytes(&file("00000000000000000000.log")), bytes, "nothing is written after the error");
    assert_eq!(everything(&open(&files.after_power_cut(1), SMALL).unwrap(), Topic::Records).unwrap()[0], record(10, 1));
}

#[test]
fn full_disk_at_any_byte_leaves_the_log_as_it_was() {
    let sound = [record(300, 1), record(300, 2)];
    let refused = [record(400, 3), record(800, 4)];
    for room in 0..1400 {
        let files = SimulatedFiles::new();
        let log = open(&files, LogSettings { segment_bytes_max: 400 }).unwrap();
        let mut appender = log.open_appender(Topic::Records).unwrap();
        appender.append_durably(&entries(&sound)).unwrap();
        files.set_room(Some(room));

        // 40 bytes of the next file's head, 13 more for each record.
        let fits = room >= 40 + 400 + 800 + 2 * 13;
        match appender.append_durably(&entries(&refused)) {
            Ok(_) => assert!(fits, "{room}"),
            Err(error) => assert!(!fits && matches!(error, AppendError::NoSpace { .. }), "{room}: {error:?}"),
        }
        assert_eq!(everything(&log, Topic::Records).unwrap().len(), if fits { 4 } else { 2 });

        files.set_room(None);
        appender.append_durably(&entries(&[record(5, 5)])).unwrap();
        let after = everything(&open(&files.after_power_cut(room), SMALL).unwrap(), Topic::Records).unwrap();
        assert_eq!(after.last(), Some(&record(5, 5)), "{room}");
        assert_eq!(after.len(), if fits { 5 } else { 3 });
    }
}

#[test]
fn start_syncs_what_a_killed_process_left_in_memory() {
    let files = SimulatedFiles::new();
    let log = open(&files, SMALL).unwrap();
    log.open_appender(Topic::Records).unwrap().append(&entries(&[record(10, 1)])).unwrap();
    let mut appender = log.open_appender(Topic::Records).unwrap();
    appender.append(&entries(&[record(700, 2)])).unwrap();
    let files = files.after_kill();

    let log = open(&files, SMALL).unwrap();

    assert_eq!(log.end(Topic::Records), LogPosition::new(2));
    for seed in 0..50 {
        let after = open(&files.after_power_cut(seed), SMALL).unwrap();
        assert_eq!(after.end(Topic::Records), LogPosition::new(2), "seed {seed}");
    }
}

#[test]
fn power_cuts_do_take_what_was_not_synced() {
    let mut kept_counts = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let files = SimulatedFiles::new();
        let log = open(&files, SMALL).unwrap();
        let mut appender = log.open_appender(Topic::Records).unwrap();
        appender.append_durably(&entries(&[record(700, 1)])).unwrap();
        for fill in 0..3 {
            appender.append(&entries(&[record(700, fill)])).unwrap();
        }
        let after = open(&files.after_power_cut(seed), SMALL).unwrap();
        kept_counts.insert(after.end(Topic::Records).get());
    }

    assert_eq!(kept_counts.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
}
