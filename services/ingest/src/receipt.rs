//! What a publisher holds once its report is durable.
use api::ingest::v1;
use domain::{LogPosition, LogTime, ReportKey, Revision};

/// How durable an acknowledged record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Synced to the local disk.
    LocalFsynced,
    /// Written by one broker, which has not synced it.
    Written,
    /// Written by at least two replicas.
    Replicated,
}

impl From<Durability> for v1::Durability {
    fn from(durability: Durability) -> Self {
        match durability {
            Durability::LocalFsynced => Self::LocalFsynced,
            Durability::Written => Self::Written,
            Durability::Replicated => Self::Replicated,
        }
    }
}

/// Says that a report is durable, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The report.
    pub key: ReportKey,
    /// Its revision.
    pub revision: Revision,
    /// Position of the first record with this content.
    pub position: LogPosition,
    /// Log time at which that record was stamped.
    pub received_at: LogTime,
    /// True if this content had been taken before.
    pub duplicate: bool,
    /// How durable that record is.
    pub durability: Durability,
}

impl From<&Receipt> for v1::Receipt {
    fn from(receipt: &Receipt) -> Self {
        Self {
            report_id: receipt.key.report_id().to_string(),
            agency: receipt.key.agency.to_string(),
            client_report_id: receipt.key.client_report_id.to_string(),
            revision: receipt.revision.number(),
            position: receipt.position.number(),
            received_at: Some(api::timestamp_to_wire(receipt.received_at.timestamp())),
            durability: v1::Durability::from(receipt.durability).into(),
            duplicate: receipt.duplicate,
        }
    }
}
