//! What became of a record, by what is projected of its report.
//!
//! | the record at the position asked for | verdict |
//! |---|---|
//! | is not projected | PENDING |
//! | is the first with the revision, as is one asked for without a position | ACCEPTED, SUPERSEDED or RETRACTED |
//! | stands among the conflicts of the report | CONFLICT |
//! | is another one after the first | DUPLICATE_OF the first |
//!
//! Never: reads a store; says of a record before the first that it was taken.
use api::ingest::v1::{self, Verdict};
use api::log::v1 as log;
use domain::{LogPosition, LogTime, ReportKey, Revision};
use tonic::Status;

use crate::known::FirstReceipts;
use crate::receipt::{Durability, Receipt};
use crate::service::ProjectedReceipt;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// Of which report.
    pub(crate) key: ReportKey,
    /// Of which revision; `None`: the highest.
    pub(crate) revision: Option<Revision>,
    /// Of which acknowledgement; `None`: the first with the revision.
    pub(crate) position: Option<LogPosition>,
}

impl Question {
    fn not_found(&self) -> Status {
        api::not_found("report", &self.key.to_string())
    }
}

/// Answers `GetReceipt`; `first` is what the register says, where there is one.
pub(crate) fn answer(
    question: &Question,
    register: &FirstReceipts,
    first: Option<Receipt>,
    projected: ProjectedReceipt,
) -> Result<v1::GetReceiptResponse, Status> {
    let first = match (first, register) {
        (Some(first), _) => first,
        (None, FirstReceipts::Register(_)) => return Err(question.not_found()),
        (None, FirstReceipts::Projected(durability)) => {
            match first_projected(question, projected.receipt.as_ref(), *durability) {
                Some(first) => first,
                None => return pending(question, projected.position, *durability),
            }
        }
    };
    let (verdict, incident_id) = judge(question, &first, projected)?;
    let duplicate_of = (verdict == Verdict::DuplicateOf).then(|| first.position.number());
    Ok(v1::GetReceiptResponse { receipt: Some((&first).into()), verdict: verdict.into(), incident_id, duplicate_of })
}

/// The first receipt of the revision asked for, as the projected fact tells it.
fn first_projected(question: &Question, fact: Option<&log::Receipt>, durability: Durability) -> Option<Receipt> {
    let mut taken = fact?.taken.iter().rev();
    let taken = match question.revision {
        Some(revision) => taken.find(|taken| taken.revision == revision.number()),
        None => taken.next(),
    }?;
    Some(Receipt {
        key: question.key.clone(),
        revision: Revision::new(i64::from(taken.revision))?,
        position: LogPosition::new(u64::try_from(taken.position).ok()?),
        received_at: LogTime::new(api::timestamp_from_wire(taken.received_at.as_ref()?)?),
        duplicate: false,
        durability,
    })
}

/// The answer on a record of which nothing is projected; not found if it would be.
fn pending(
    question: &Question,
    projected: Option<LogPosition>,
    durability: Durability,
) -> Result<v1::GetReceiptResponse, Status> {
    let position = question.position.filter(|position| projected.is_none_or(|projected| projected < *position));
    let position = position.ok_or_else(|| question.not_found())?;
    let receipt = v1::Receipt {
        report_id: question.key.report_id().to_string(),
        agency: question.key.agency.to_string(),
        client_report_id: question.key.client_report_id.to_string(),
        revision: question.revision.map_or(0, Revision::number),
        position: position.number(),
        received_at: None,
        durability: v1::Durability::from(durability).into(),
        duplicate: false,
    };
    let verdict = Verdict::Pending.into();
    Ok(v1::GetReceiptResponse { receipt: Some(receipt), verdict, incident_id: String::new(), duplicate_of: None })
}

/// The verdict, and the incident where the report supports one.
fn judge(question: &Question, first: &Receipt, projected: ProjectedReceipt) -> Result<(Verdict, String), Status> {
    let nothing = String::new;
    let asked = question.position.unwrap_or(first.position);
    if asked < first.position {
        return Err(question.not_found());
    }
    let conflicts = projected.receipt.as_ref().map(|fact| fact.conflicts.as_slice()).unwrap_or_default();
    if conflicts.contains(&asked.number()) {
        return Ok((Verdict::Conflict, nothing()));
    }
    let Some(fact) = projected.receipt.filter(|fact| fact.report_revision >= first.revision.number()) else {
        return Ok((Verdict::Pending, nothing()));
    };
    if asked == first.position {
        return Ok((standing(&fact, first.revision), fact.incident_id));
    }
    if projected.position.is_none_or(|projected| projected < asked) {
        return Ok((Verdict::Pending, nothing()));
    }
    Ok((Verdict::DuplicateOf, fact.incident_id))
}

/// What a revision that was taken is to its report.
fn standing(fact: &log::Receipt, revision: Revision) -> Verdict {
    if fact.retracted {
        Verdict::Retracted
    } else if fact.report_revision > revision.number() {
        Verdict::Superseded
    } else {
        Verdict::Accepted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: FirstReceipts = FirstReceipts::Projected(Durability::Replicated);

    fn question(revision: i64, position: Option<u64>) -> Question {
        let key = "police/OB-1".parse().unwrap();
        Question { key, revision: Revision::new(revision), position: position.map(LogPosition::new) }
    }

    fn at() -> prost_types::Timestamp {
        api::timestamp_to_wire("2026-03-04T06:00:00Z".parse().unwrap())
    }

    /// All up to position 30: revision 1 at 10, revision 2 at 20, another content under one of them at 15.
    fn projected() -> ProjectedReceipt {
        let taken = [(1, 10), (2, 20)];
        let taken =
            taken.map(|(revision, position)| log::TakenRevision { revision, position, received_at: Some(at()) });
        let receipt = log::Receipt {
            report_revision: 2,
            incident_id: "inc-1".to_owned(),
            conflicts: vec![15],
            taken: taken.to_vec(),
            ..log::Receipt::default()
        };
        ProjectedReceipt { position: Some(LogPosition::new(30)), receipt: Some(receipt) }
    }

    fn verdict(revision: i64, position: Option<u64>) -> Option<(Verdict, Option<i64>)> {
        let told = answer(&question(revision, position), &REGISTER, None, projected()).ok()?;
        Some((told.verdict(), told.duplicate_of))
    }

    #[test]
    fn every_record_has_its_verdict_without_a_register() {
        assert_eq!(verdict(0, None), Some((Verdict::Accepted, None)));
        assert_eq!(verdict(2, Some(20)), Some((Verdict::Accepted, None)));
        assert_eq!(verdict(1, Some(10)), Some((Verdict::Superseded, None)));
        assert_eq!(verdict(1, Some(15)), Some((Verdict::Conflict, None)));
        assert_eq!(verdict(1, Some(25)), Some((Verdict::DuplicateOf, Some(10))));
        assert_eq!(verdict(1, Some(31)), Some((Verdict::Pending, None)));
        assert_eq!(verdict(3, Some(31)), Some((Verdict::Pending, None)));
        assert_eq!(verdict(3, Some(30)), None, "that revision would be there");
        assert_eq!(verdict(1, Some(9)), None, "nothing of it was there before its first record");
    }

    #[test]
    fn acknowledgement_that_is_not_projected_is_pending_and_says_what_is_known() {
        let nothing = ProjectedReceipt::default();

        let told = answer(&question(1, Some(3)), &REGISTER, None, nothing.clone()).unwrap();
        let without_position = answer(&question(1, None), &REGISTER, None, nothing);

        assert_eq!(told.verdict(), Verdict::Pending);
        let receipt = told.receipt.unwrap();
        assert_eq!(
            (receipt.position, receipt.received_at, receipt.durability()),
            (3, None, v1::Durability::Replicated)
        );
        assert!(without_position.is_err());
    }
}
