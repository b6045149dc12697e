//! All revisions of all alerts, in the order of their causes; of each alert its revisions, of which the last is its head.
//!
//! Guarantees: a revision that comes again changes nothing; the past of an alert is looked for by no more than its head permits.
//! Cost: a few searches a revision; some 1 KB each, for ever: alerts are some hundreds a day.
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use access::Viewer;
use domain::{AlertId, LocalDay, LogPosition, LogTime};

use crate::facets::KnownCells;
use crate::filter::Filter;
use crate::revision::{Point, Revision};

/// How far the pipeline has come, and this index with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Position of the last record applied.
    pub(crate) position: LogPosition,
    /// Log time there.
    pub(crate) log_time: LogTime,
}

impl Progress {
    /// Whether all that has this cause had been concluded.
    pub(crate) fn covers(self, revision: &Revision) -> bool {
        let cause = revision.point.cause;
        cause.position <= self.position && cause.timer.is_none_or(|timer| timer <= self.log_time)
    }

    /// Whether it is as far as another.
    pub(crate) fn reaches(self, other: Self) -> bool {
        self.position >= other.position && self.log_time >= other.log_time
    }
}

/// An alert's place in lists: newest day first.
pub(crate) type ListKey = (Reverse<LocalDay>, AlertId);

/// What became of a revision that was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It is there, after all others.
    Last,
    /// It is there, before others: then streams may have passed its place.
    Between,
    /// It was there.
    Repeated,
}

/// Of a revision, what a subscriber has to know.
pub(crate) enum Change {
    /// It matches.
    Upsert { revision: Arc<Revision>, head: Arc<Revision> },
    /// The one before matched, and it does not.
    Removed(Arc<Revision>),
}

/// What was found after a point.
pub(crate) struct Scan {
    /// The last revision that was looked at.
    pub(crate) last: Option<Arc<Revision>>,
    /// What it means to the subscriber, if anything.
    pub(crate) change: Option<Change>,
}

/// All revisions.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Ascending by point.
    ordered: Vec<Arc<Revision>>,
    /// Ascending by revision, never empty.
    histories: BTreeMap<AlertId, Vec<Arc<Revision>>>,
    /// Every day on which an alert was raised: it may be raised again.
    days: BTreeSet<ListKey>,
    /// Heads that are open.
    open: BTreeSet<Point>,
    progress: Option<Progress>,
}

impl Index {
    /// How far it has come; `None`: nothing has been concluded.
    pub(crate) const fn progress(&self) -> Option<Progress> {
        self.progress
    }

    /// Comes as far as that; never back.
    pub(crate) fn reach(&mut self, reached: Progress) {
        self.progress = Some(self.progress.map_or(reached, |progress| Progress {
            position: progress.position.max(reached.position),
            log_time: progress.log_time.max(reached.log_time),
        }));
    }

    /// Puts a revision in its place.
    pub(crate) fn put(&mut self, revision: Revision, viewer: &Viewer, known: &mut KnownCells) -> Put {
        let revision = Arc::new(revision);
        let history = self.histories.entry(revision.point.alert).or_default();
        let place = match history.binary_search_by_key(&revision.point.revision, |past| past.point.revision) {
            Ok(_) => return Put::Repeated,
            Err(place) => place,
        };
        let old_head = history.last().cloned();
        history.insert(place, Arc::clone(&revision));
        self.days.insert((Reverse(revision.raised_on), revision.point.alert));
        let place = self.ordered.partition_point(|other| other.point < revision.point);
        let put = if place == self.ordered.len() { Put::Last } else { Put::Between };
        self.ordered.insert(place, Arc::clone(&revision));
        self.change_head(revision.point.alert, old_head, viewer, known);
        put
    }

    fn change_head(&mut self, alert: AlertId, old: Option<Arc<Revision>>, viewer: &Viewer, known: &mut KnownCells) {
        let Some(head) = self.head(alert).cloned() else { return };
        if let Some(old) = &old {
            self.open.remove(&old.point);
        }
        if head.is_open() {
            self.open.insert(head.point);
        }
        if head.is_reduced || old.is_some_and(|old| old.is_reduced) {
            self.see_again(alert, &head, viewer, known);
        }
    }

    /// What is restricted by now is restricted in all its past.
    fn see_again(&mut self, alert: AlertId, head: &Revision, viewer: &Viewer, known: &mut KnownCells) {
        for past in self.histories.get_mut(&alert).into_iter().flatten() {
            *past = Arc::new(past.seen_by(viewer, head, known));
            if let Ok(place) = self.ordered.binary_search_by_key(&past.point, |other| other.point) {
                self.ordered.iter_mut().skip(place).take(1).for_each(|other| *other = Arc::clone(past));
            }
        }
    }

    /// The newest revision of an alert.
    pub(crate) fn head(&self, alert: AlertId) -> Option<&Arc<Revision>> {
        self.histories.get(&alert)?.last()
    }

    /// All revisions of an alert, ascending; empty if there is none.
    pub(crate) fn history(&self, alert: AlertId) -> &[Arc<Revision>] {
        self.histories.get(&alert).map_or(&[], Vec::as_slice)
    }

    /// The last revision of all.
    pub(crate) fn last(&self) -> Option<&Arc<Revision>> {
        self.ordered.last()
    }

    /// The last revision below a log time.
    pub(crate) fn last_before(&self, log_time: LogTime) -> Option<&Arc<Revision>> {
        let count = self.ordered.partition_point(|revision| revision.log_time < log_time);
        self.ordered.get(count.checked_sub(1)?)
    }

    /// The first revision after a point; `None`: the first of all.
    pub(crate) fn first_after(&self, point: Option<Point>) -> Option<&Arc<Revision>> {
        self.after(point).first()
    }

    /// Heads that are open and match, ascending by their point.
    pub(crate) fn open(&self, filter: &Filter) -> Vec<Arc<Revision>> {
        let heads = self.open.iter().filter_map(|point| self.head(point.alert));
        heads.filter(|head| filter.matches(&head.seen)).cloned().collect()
    }

    /// Looks at revisions after a point, to another or to the last, until one means something; at most at `looked_max`.
    pub(crate) fn scan(&self, after: Option<Point>, until: Option<Point>, filter: &Filter, looked_max: usize) -> Scan {
        let mut last = None;
        let within = |revision: &&Arc<Revision>| until.is_none_or(|until| revision.point <= until);
        for revision in self.after(after).iter().take(looked_max).take_while(within) {
            last = Some(Arc::clone(revision));
            let change = self.change(revision, filter);
            if change.is_some() {
                return Scan { last, change };
            }
        }
        Scan { last, change: None }
    }

    /// How many revisions there are after a point.
    pub(crate) fn count_after(&self, point: Option<Point>) -> usize {
        self.after(point).len()
    }

    /// Whether more than this comes after a point. Looks at no more than `messages_max` revisions.
    pub(crate) fn exceeds_after(&self, point: Option<Point>, messages_max: usize, bytes_max: usize) -> bool {
        let after = self.after(point);
        after.len() > messages_max || after.iter().map(|revision| revision.bytes).sum::<usize>() > bytes_max
    }

    /// Places in lists after a key, in the order of lists.
    pub(crate) fn listed_after(&self, key: Option<ListKey>) -> impl Iterator<Item = ListKey> {
        let start = key.map_or(Bound::Unbounded, Bound::Excluded);
        self.days.range((start, Bound::Unbounded)).copied()
    }

    fn after(&self, point: Option<Point>) -> &[Arc<Revision>] {
        let start = point.map_or(0, |point| self.ordered.partition_point(|revision| revision.point <= point));
        self.ordered.get(start..).unwrap_or_default()
    }

    fn change(&self, revision: &Arc<Revision>, filter: &Filter) -> Option<Change> {
        if filter.matches(&revision.seen) {
            let head = self.head(revision.point.alert).unwrap_or(revision);
            return Some(Change::Upsert { revision: Arc::clone(revision), head: Arc::clone(head) });
        }
        let history = self.history(revision.point.alert);
        let before = history.partition_point(|past| past.point.revision < revision.point.revision).checked_sub(1);
        let before = before.and_then(|place| history.get(place));
        before.filter(|before| filter.matches(&before.seen)).map(|_| Change::Removed(Arc::clone(revision)))
    }
}
