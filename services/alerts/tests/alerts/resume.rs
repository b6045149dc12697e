//! Whatever is cut, and whenever: going on from the last cursor misses nothing and repeats nothing. Compared with a model of the contract.
use std::collections::{BTreeMap, BTreeSet};

use api::alert::v1::{self, watch_alerts_request::Start};
use bytes::Bytes;
use domain::{Alert, AlertId, AlertState, CloseReason, Severity};
use proptest::prelude::*;

use crate::world::{Said, Watch, World, county, in_county, raid, removed, revised, said, upsert};

const COUNTIES: [&str; 2] = ["Baringo", "Lamu"];

/// What happens, in this order.
#[derive(Clone, Debug)]
enum Step {
    /// A record revises alerts, each once.
    Record(BTreeMap<u8, Change>),
    /// The client takes so many messages, then loses the connection.
    Cut { after: usize },
    /// The client takes all there is, and stays.
    CatchUp,
    /// The server is stopped and started.
    Restart,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    county: usize,
    state: u8,
    severity: Severity,
    historical: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..COUNTIES.len(), 0_u8..5, prop::sample::select(Severity::ALL), any::<bool>());
    let change =
        change.prop_map(|(county, state, severity, historical)| Change { county, state, severity, historical });
    prop_oneof![
        6 => prop::collection::btree_map(0_u8..6, change, 1..4).prop_map(Step::Record),
        3 => (0_usize..5).prop_map(|after| Step::Cut { after }),
        2 => Just(Step::CatchUp),
        1 => Just(Step::Restart),
    ]
}

fn apply(before: Option<&Alert>, number: u8, change: Change) -> Alert {
    let first = before.map_or_else(|| Alert { revision: 0, ..raid(number) }, Clone::clone);
    revised(&first, |alert| {
        alert.county = county(COUNTIES[change.county]);
        alert.severity = change.severity;
        alert.historical = change.historical;
        alert.state = match change.state {
            0 => AlertState::Closed { reason: CloseReason::Expired },
            1 => AlertState::Superseded { by: raid(9).id },
            2 => AlertState::Acknowledged,
            _ => AlertState::Raised,
        };
    })
}

fn filter() -> v1::AlertFilter {
    v1::AlertFilter { severity_min: Severity::Medium.number(), ..in_county(COUNTIES[0]) }
}

fn matches(alert: &Alert) -> bool {
    alert.county == county(COUNTIES[0]) && alert.severity >= Severity::Medium
}

fn is_open(alert: &Alert) -> bool {
    matches!(alert.state, AlertState::Raised | AlertState::Acknowledged) && !alert.historical
}

/// What the contract says of each revision so far, in order.
#[derive(Default)]
struct Model {
    heads: BTreeMap<AlertId, Alert>,
    expected: Vec<Said>,
}

impl Model {
    fn record(&mut self, changes: &BTreeMap<u8, Change>) -> Vec<Alert> {
        let mut revisions: Vec<Alert> =
            changes.iter().map(|(number, change)| apply(self.heads.get(&raid(*number).id), *number, *change)).collect();
        revisions.sort_by_key(|alert| alert.id);
        for alert in &revisions {
            let before = self.heads.insert(alert.id, alert.clone());
            if matches(alert) {
                self.expected.push(upsert(alert));
            } else if before.is_some_and(|before| matches(&before)) {
                self.expected.push(removed(alert));
            }
        }
        revisions
    }
}

/// A client that keeps the cursor of the last message that it has acted on.
struct Client {
    start: Start,
    watch: Option<Watch>,
    heard: Vec<Said>,
}

impl Client {
    fn new(start: Start) -> Self {
        Self { start, watch: None, heard: Vec::new() }
    }

    /// Takes up to so many messages, or all up to `synced`.
    async fn take(&mut self, world: &World, count: usize) {
        if self.watch.is_none() {
            self.watch = Some(world.watch_from(filter(), self.start.clone()).await.unwrap());
        }
        let Some(watch) = &mut self.watch else { return };
        for _ in 0..count {
            let (said, cursor) = watch.next_said().await;
            self.start = Start::Cursor(cursor);
            if said == Said::Synced {
                return;
            }
            self.heard.push(said);
        }
    }

    fn cut(&mut self) {
        self.watch = None;
    }

    /// Takes what a stream that stays has yet to bring; the last alert of it is known.
    async fn stay_until(&mut self, last: Option<&Said>) {
        while let (Some(watch), Some(last)) = (&mut self.watch, last)
            && self.heard.last() != Some(last)
        {
            let (said, cursor) = watch.next_said().await;
            self.start = Start::Cursor(cursor);
            self.heard.extend((said != Said::Synced).then_some(said));
        }
    }

    /// Reads on to where the server stands.
    async fn finish(&mut self, world: &World) {
        self.cut();
        self.take(world, usize::MAX).await;
    }
}

async fn run(steps: Vec<Step>, client: &mut Client) -> Model {
    let mut world = World::start().await;
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Record(changes) => {
                let revisions = model.record(&changes);
                world.correlator.record(&revisions);
            }
            Step::Cut { after } => {
                client.take(&world, after).await;
                client.cut();
            }
            Step::CatchUp => client.stay_until(model.expected.last()).await,
            Step::Restart => {
                client.cut();
                world = world.restart().await;
            }
        }
        world.settle_if_begun().await;
    }
    client.finish(&world).await;
    client.cut();
    world.stop().await;
    model
}

fn in_runtime<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn cuts_at_any_point_miss_nothing_and_repeat_nothing(steps in prop::collection::vec(step(), 1..40)) {
        let mut client = Client::new(Start::Beginning(()));

        let model = in_runtime(run(steps, &mut client));

        prop_assert_eq!(client.heard, model.expected);
    }

    #[test]
    fn client_that_began_now_knows_every_open_alert(
        before in prop::collection::vec(step(), 1..20), after in prop::collection::vec(step(), 1..20),
    ) {
        let records = before.into_iter().filter(|step| matches!(step, Step::Record(_)));
        let cut = Step::Cut { after: 2 };
        let steps: Vec<Step> = records.chain([cut]).chain(after).collect();
        let mut client = Client::new(Start::Now(()));

        let model = in_runtime(run(steps, &mut client));

        let once: BTreeSet<&Said> = client.heard.iter().collect();
        prop_assert_eq!(once.len(), client.heard.len(), "nothing is repeated");
        let mut known = BTreeMap::new();
        for said in client.heard {
            match said {
                Said::Upsert(id, revision) => drop(known.insert(id, revision)),
                Said::Removed(id, _) => drop(known.remove(&id)),
                Said::Synced | Said::Bookmark | Said::Goodbye(_) => {}
            }
        }
        for head in model.heads.values() {
            let known = known.get(&head.id.to_string()).copied();
            let newest = i64::try_from(head.revision).unwrap();
            match (matches(head), is_open(head)) {
                (true, true) => prop_assert_eq!(known, Some(newest)),
                (true, false) => prop_assert!(known.is_none_or(|known| known == newest)),
                (false, _) => prop_assert_eq!(known, None),
            }
        }
    }
}

/// The cursor of every single message, not of the last alone.
#[tokio::test]
async fn every_message_has_a_cursor_to_go_on_from() {
    let mut world = World::start().await;
    let mut model = Model::default();
    for number in 0..6 {
        let change = |severity| Change { county: 0, state: 3, severity, historical: false };
        for severity in [Severity::High, Severity::Low, Severity::Critical] {
            let revisions = model.record(&BTreeMap::from([(number, change(severity))]));
            world.correlator.record(&revisions);
        }
    }
    world.settled().await;
    let mut watch = world.watch_from(filter(), Start::Beginning(())).await.unwrap();
    let mut cursors: Vec<(usize, Bytes)> = Vec::new();
    loop {
        let response = watch.next().await;
        if said(&response) == Said::Synced {
            break;
        }
        cursors.push((cursors.len() + 1, response.cursor));
    }

    assert_eq!(cursors.len(), model.expected.len());
    for (heard, cursor) in cursors {
        let mut resumed = world.watch_after(filter(), &cursor).await.unwrap();
        assert_eq!(resumed.until_synced().await.0, model.expected[heard..]);
    }
}
