//! All families and windows along log time: incidents come, change and go; at each evaluation mark, the revisions of hotspots that changed.
//!
//! Comes in: incidents that count, in any order, and marks that never go back. Goes out: revisions by family, window and id.
//! Guarantees: cells, weights, z, p and q depend on the set of incidents and the mark alone; `restore(snapshot())` goes on as the original.
//!
//! Cost: an incident touches 7 cells a window as it enters and leaves; a mark costs a pass over the mask for each window that changed.

use std::sync::Arc;

use domain::{Cause, Family, Hotspot, IncidentId, LogTime, Timestamp};
use geography::{Mask, MaskResolution, mask};

use crate::grid::Grid;
use crate::incidents::{Counted, Incidents, Placed};
use crate::window::{Ground, Mark, Memory, Window};

/// What is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Resolution of the cells. Default 6.
    pub resolution: MaskResolution,
    /// Lengths of the windows, in days of 24 hours, each for every family; order and duplicates do not matter. Default 28, 90, 365 and 1825.
    pub windows_days: Vec<u16>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { resolution: MaskResolution::Six, windows_days: vec![28, 90, 365, 1_825] }
    }
}

/// Everything that later answers depend on.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    settings: Settings,
    incidents: Vec<Counted>,
    mark: Option<LogTime>,
    changed: bool,
    memories: Vec<Memory>,
}

/// The hotspots of all families and windows.
///
/// ```
/// use domain::{Cause, Family, HotspotState, IncidentId, LogPosition, LogTime, Point, Timestamp};
/// use hotspots::{Counted, Hotspots, Settings};
///
/// let at: Timestamp = "2026-06-29T12:00:00Z".parse()?;
/// let mut hotspots = Hotspots::new(Settings::default());
/// for number in 0..8 {
///     hotspots.upsert(Counted {
///         incident: IncidentId::from_bytes([number; 16]),
///         family: Family::Banditry,
///         at,
///         point: Point::from_degrees(1.15, 36.1)?,
///         weight_milli: 800,
///         agencies: vec!["police".parse()?],
///         sources: vec![],
///     });
/// }
/// let mark = LogTime::new("2026-06-30T00:00:00Z".parse()?);
/// let cause = Cause { position: LogPosition::FIRST, timer: Some(mark) };
///
/// let revised = hotspots.evaluate(mark, cause);
///
/// assert_eq!(revised.len(), 4, "one for each window");
/// assert!(revised.iter().all(|hotspot| hotspot.state == HotspotState::New && hotspot.cells.len() == 7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Hotspots {
    settings: Settings,
    mask: &'static Mask,
    grid: Arc<Grid>,
    incidents: Incidents,
    /// By family, then length.
    windows: Vec<Window>,
    mark: Option<LogTime>,
    changed: bool,
}

impl Hotspots {
    /// Starts with no incident. The mask of the resolution is made if this is its first use.
    #[must_use]
    pub fn new(settings: Settings) -> Hotspots {
        let window_count = Family::ALL.len() * settings.windows_days.len();
        Hotspots::with_memories(settings, vec![Memory::default(); window_count])
    }

    fn with_memories(mut settings: Settings, memories: Vec<Memory>) -> Hotspots {
        settings.windows_days.sort_unstable();
        settings.windows_days.dedup();
        let mask = mask(settings.resolution);
        let grid = Arc::new(Grid::of_mask(mask));
        let days = settings.windows_days.iter();
        let lengths = Family::ALL.iter().flat_map(|&family| days.clone().map(move |&days| (family, days)));
        let windows =
            lengths.zip(memories).map(|((family, days), memory)| Window::new(family, days, &grid, memory)).collect();
        Hotspots { settings, mask, grid, incidents: Incidents::default(), windows, mark: None, changed: false }
    }

    /// What is evaluated: windows ascending, no duplicates.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes an incident as it is, in place of what was known of it. One outside the mask, without weight, or too old for every window is
    /// not counted.
    pub fn upsert(&mut self, counted: Counted) {
        let placed = self.place(counted.clone());
        if self.incidents.get(counted.incident) == placed.as_ref() {
            return;
        }
        self.remove(counted.incident);
        let Some(placed) = placed else { return };
        self.windows.iter_mut().for_each(|window| window.add(&self.grid, &placed));
        self.incidents.insert(placed);
        self.changed = true;
    }

    /// Counts an incident no longer. One that is not known changes nothing.
    pub fn remove(&mut self, incident: IncidentId) {
        let Some(placed) = self.incidents.remove(incident) else { return };
        self.windows.iter_mut().for_each(|window| window.remove(&self.grid, &placed));
        self.changed = true;
    }

    /// Whether an incident that may count has changed since the last evaluation. That time has passed is not told here.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.changed
    }

    /// The mark of the last evaluation.
    #[must_use]
    pub fn mark(&self) -> Option<LogTime> {
        self.mark
    }

    /// Evaluates at a mark, and tells the revisions that changed, by family, window and id. A mark before the last is taken as the last.
    pub fn evaluate(&mut self, mark: LogTime, cause: Cause) -> Vec<Hotspot> {
        let at = self.mark.map_or(mark, |last| last.max(mark));
        let ground = Ground { mask: self.mask, grid: &self.grid, incidents: &self.incidents };
        let mut revised = Vec::new();
        for window in &mut self.windows {
            window.advance(&ground, at.timestamp());
            revised.extend(window.revise(&ground, Mark { at, cause }));
        }
        self.mark = Some(at);
        self.changed = false;
        let oldest = self.oldest();
        Family::ALL.iter().for_each(|&family| self.incidents.forget_until(family, oldest));
        revised
    }

    /// The hotspots that are not gone as last told, by family, window and id.
    pub fn heads(&self) -> impl Iterator<Item = &Hotspot> {
        self.windows.iter().flat_map(Window::heads)
    }

    /// Those of them that were significant at the last mark: all but the lost.
    pub fn significant(&self) -> impl Iterator<Item = &Hotspot> {
        self.windows.iter().flat_map(Window::significant)
    }

    /// Everything that later answers depend on.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            settings: self.settings.clone(),
            incidents: self.incidents.iter().map(|placed| placed.counted.clone()).collect(),
            mark: self.mark,
            changed: self.changed,
            memories: self.windows.iter().map(|window| window.memory().clone()).collect(),
        }
    }

    /// Goes on as the one that the snapshot was taken of.
    #[must_use]
    pub fn restore(snapshot: Snapshot) -> Hotspots {
        let mut hotspots = Hotspots::with_memories(snapshot.settings, snapshot.memories);
        snapshot.incidents.into_iter().for_each(|counted| hotspots.upsert(counted));
        if let Some(mark) = snapshot.mark {
            let ground = Ground { mask: hotspots.mask, grid: &hotspots.grid, incidents: &hotspots.incidents };
            hotspots.windows.iter_mut().for_each(|window| window.advance(&ground, mark.timestamp()));
        }
        hotspots.mark = snapshot.mark;
        hotspots.changed = snapshot.changed;
        hotspots
    }

    pub(crate) fn windows(&self) -> &[Window] {
        &self.windows
    }

    pub(crate) fn ground(&self) -> Ground<'_> {
        Ground { mask: self.mask, grid: &self.grid, incidents: &self.incidents }
    }

    /// `None` if it does not count, and never will.
    fn place(&self, counted: Counted) -> Option<Placed> {
        let cell = geography::cell_of(counted.point, self.settings.resolution.resolution());
        let index = self.mask.index_of(cell).and_then(|index| u32::try_from(index).ok())?;
        let counts = counted.weight_milli > 0 && (self.mark.is_none() || counted.at > self.oldest());
        counts.then_some(Placed { counted, cell: index })
    }

    /// What happened then or before is in no window any more.
    fn oldest(&self) -> Timestamp {
        let longest = self.windows.iter().map(Window::length).max().unwrap_or_default();
        self.mark.map_or(Timestamp::LEAST, |mark| mark.timestamp().minus(longest))
    }
}
