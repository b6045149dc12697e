//! Lists of alerts, and one alert with its past, from the index of the feed.
//!
//! Guarantees: newest first by the local day raised, then by id; all pages of a list show one state of the log, so that nothing that existed
//! at its start and matches is skipped or repeated; an answer stays under the 4 MiB that clients take.
//! Cost: one search for each alert that is looked at, [`LOOKED_MAX`] a page.
use std::sync::Arc;

use access::{Permitted, permit, permit_past};
use api::alert::v1::{GetAlertRequest, GetAlertResponse, ListAlertsRequest, ListAlertsResponse};
use api::domain::v1::{Alert, AlertState};
use api::{TokenKey, parse_at_least_position, parse_page_size};
use domain::{AlertId, LogPosition, Violation};
use prost::Message;
use sha2::{Digest, Sha256};

use crate::feed::Feed;
use crate::filter::{Filter, FilterHash};
use crate::index::{Index, ListKey, Progress};
use crate::page_token::PageToken;
use crate::refusal::Refusal;
use crate::revision::Revision;

/// Bytes of alerts in one answer.
const ANSWER_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Alerts that one page may look at. A page that has looked at so many ends there, with what it found and a token.
const LOOKED_MAX: usize = 20_000;

/// Answers questions from the index.
#[derive(Clone, Debug)]
pub(crate) struct Lister {
    pub(crate) feed: Arc<Feed>,
    pub(crate) key: TokenKey,
}

/// A list as asked for.
struct Query {
    filter: Filter,
    /// Numbers on the wire; empty: all.
    states: Vec<i32>,
    page_size: usize,
    hash: FilterHash,
}

/// What a page holds, and the last place that was looked at if there may be more.
struct Page {
    alerts: Vec<Alert>,
    last: Option<ListKey>,
}

impl Lister {
    /// A page of a list.
    pub(crate) async fn list(&self, request: &ListAlertsRequest) -> Result<Permitted<ListAlertsResponse>, Refusal> {
        let mut faults = Vec::new();
        let query = Query::parse(request, &mut faults);
        let wanted = parse_at_least_position(request.at_least_position, &mut faults);
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults));
        }
        self.wait_for(wanted).await?;
        let token =
            (!request.page_token.is_empty()).then(|| PageToken::open(&request.page_token, &self.key, &query.hash));
        let token = token.transpose()?;
        if let Some(PageToken { shown, .. }) = token
            && !self.feed.wait_for(|progress| progress.reaches(shown)).await
        {
            return Err(Refusal::NotProjected { wanted: shown.position });
        }
        Ok(permit(self.feed.viewer(), self.page(&query, token)))
    }

    /// One alert.
    pub(crate) async fn get(&self, request: &GetAlertRequest) -> Result<Permitted<GetAlertResponse>, Refusal> {
        let mut faults = Vec::new();
        let wanted = parse_at_least_position(request.at_least_position, &mut faults);
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults));
        }
        self.wait_for(wanted).await?;
        let unknown = || Refusal::Unknown { id: request.alert_id.chars().take(64).collect() };
        let alert = request.alert_id.parse::<AlertId>().map_err(|_| unknown())?;
        let history = self.feed.ask(|index| index.history(alert).to_vec());
        let head = history.last().ok_or_else(unknown)?;
        let answer = GetAlertResponse { alert: Some(head.alert()), revisions: newest_that_fit(&history) };
        Ok(permit(self.feed.viewer(), answer))
    }

    /// Whether there is such an alert.
    pub(crate) fn knows(&self, alert: AlertId) -> bool {
        self.feed.ask(|index| index.head(alert).is_some())
    }

    async fn wait_for(&self, wanted: Option<LogPosition>) -> Result<(), Refusal> {
        let Some(wanted) = wanted else { return Ok(()) };
        let is_there = self.feed.wait_for(|progress| progress.position >= wanted).await;
        if is_there { Ok(()) } else { Err(Refusal::NotProjected { wanted }) }
    }

    fn page(&self, query: &Query, token: Option<PageToken>) -> ListAlertsResponse {
        let (page, shown) = self.feed.ask(|index| {
            let shown = token.map(|token| token.shown).or_else(|| index.progress());
            (shown.map(|shown| self.read(index, query, shown, token.map(|token| token.last))), shown)
        });
        let next = page.as_ref().and_then(|page| page.last).zip(shown);
        let next = next.map(|(last, shown)| PageToken { shown, last }.seal(&self.key, &query.hash));
        ListAlertsResponse {
            alerts: page.map_or_else(Vec::new, |page| page.alerts),
            next_page_token: next.unwrap_or_default(),
        }
    }

    fn read(&self, index: &Index, query: &Query, shown: Progress, after: Option<ListKey>) -> Page {
        let mut page = Page { alerts: Vec::new(), last: None };
        let (mut bytes, mut before) = (0, after);
        for (looked, key) in index.listed_after(after).enumerate() {
            if looked == LOOKED_MAX {
                return Page { last: before, ..page };
            }
            if let Some(revision) = listed(index, key, shown).filter(|revision| query.matches(revision)) {
                bytes += revision.bytes;
                let is_full =
                    page.alerts.len() == query.page_size || bytes > ANSWER_BYTES_MAX && !page.alerts.is_empty();
                if is_full {
                    return Page { last: before, ..page };
                }
                let (_, alert) = key;
                let head = index.head(alert).map_or_else(|| revision.alert(), |head| head.alert());
                page.alerts.push(permit_past(self.feed.viewer(), revision.alert(), &head).into_inner());
            }
            before = Some(key);
        }
        page
    }
}

/// The revision that was the head in that state, if the alert was raised on this day by it.
fn listed(index: &Index, key: ListKey, shown: Progress) -> Option<&Arc<Revision>> {
    let (day, alert) = key;
    let head = index.history(alert).iter().rev().find(|revision| shown.covers(revision))?;
    (head.raised_on == day.0).then_some(head)
}

/// The newest revisions that one answer holds, ascending.
fn newest_that_fit(history: &[Arc<Revision>]) -> Vec<Alert> {
    let mut bytes = 0;
    let fitting = history.iter().rev().take_while(|revision| {
        bytes += revision.bytes;
        bytes <= ANSWER_BYTES_MAX
    });
    let mut revisions: Vec<Alert> = fitting.map(|revision| revision.alert()).collect();
    revisions.reverse();
    revisions
}

impl Query {
    fn parse(request: &ListAlertsRequest, faults: &mut Vec<Violation>) -> Self {
        let filter = Filter::parse(&request.filter.clone().unwrap_or_default(), faults);
        let states = parse_states(&request.states, faults);
        let canonical = ListAlertsRequest {
            filter: Some(filter.canonical()),
            states: states.clone(),
            ..ListAlertsRequest::default()
        };
        let mut hash = FilterHash::default();
        hash.iter_mut().zip(Sha256::digest(canonical.encode_to_vec())).for_each(|(to, from)| *to = from);
        Self { filter, states, page_size: parse_page_size(request.page_size, faults), hash }
    }

    fn matches(&self, revision: &Revision) -> bool {
        (self.states.is_empty() || self.states.contains(&revision.state())) && self.filter.matches(&revision.seen)
    }
}

fn parse_states(numbers: &[i32], faults: &mut Vec<Violation>) -> Vec<i32> {
    let mut states = numbers.to_vec();
    states.sort_unstable();
    states.dedup();
    for number in &states {
        if *number == 0 || AlertState::try_from(*number).is_err() {
            faults.push(Violation::new("states", format!("{number} is not in the list")));
        }
    }
    states
}
