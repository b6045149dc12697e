//! What can fail on the way to the database, and what to do about it.
//!
//! Never: a value of a row, or a password.

use std::time::Duration;

use scylla::errors::{
    DbError, ExecutionError, IntoRowsResultError, NewSessionError, PrepareError, RequestAttemptError,
    SchemaAgreementError,
};

/// A statement that was not answered, or not as asked.
#[derive(Debug, thiserror::Error)]
pub enum CqlError {
    /// The database failed, or did not answer in time, at every attempt.
    #[error("the database did not take the statement in {attempts} attempts")]
    Refused {
        /// How often it was asked.
        attempts: u32,
        /// What it said last.
        #[source]
        source: Box<ExecutionError>,
    },
    /// No answer came in time at the last attempt.
    #[error("the database did not answer in {attempts} attempts of {attempt_max:?}")]
    Timeout {
        /// How often it was asked.
        attempts: u32,
        /// How long each attempt waited.
        attempt_max: Duration,
    },
    /// A statement was refused when it was prepared.
    #[error("the database did not take the statement to prepare it")]
    Prepare {
        /// Why not.
        #[source]
        source: Box<PrepareError>,
    },
    /// The answer holds no rows: a fault of the program or the database.
    #[error("the database answered without rows")]
    NoRows {
        /// What came.
        #[source]
        source: Box<IntoRowsResultError>,
    },
    /// The columns are of other types than the tables were made with.
    #[error("the database answered with other columns than asked for: {reason}")]
    Columns {
        /// How they differ.
        reason: String,
    },
}

impl From<PrepareError> for CqlError {
    fn from(source: PrepareError) -> Self {
        Self::Prepare { source: Box::new(source) }
    }
}

impl CqlError {
    pub(crate) fn columns(error: &dyn std::error::Error) -> Self {
        Self::Columns { reason: error.to_string() }
    }
}

/// False if the same statement would fail again on a healthy database.
pub(crate) const fn may_help_to_repeat(error: &ExecutionError) -> bool {
    !matches!(
        error,
        ExecutionError::BadQuery(_)
            | ExecutionError::LastAttemptError(
                RequestAttemptError::SerializationError(_)
                    | RequestAttemptError::CqlRequestSerialization(_)
                    | RequestAttemptError::DbError(
                        DbError::SyntaxError
                            | DbError::Invalid
                            | DbError::Unauthorized
                            | DbError::AuthenticationError
                            | DbError::ConfigError
                            | DbError::AlreadyExists { .. },
                        _
                    )
            )
    )
}

/// A store or a migrator that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The keyspace cannot be one.
    #[error("the keyspace {keyspace:?} is not 1 to 48 of a-z, 0-9 and _, first a letter")]
    Keyspace {
        /// What was given.
        keyspace: String,
    },
    /// No node answered as asked.
    #[error("could not connect to the database at {}", contact_points.join(", "))]
    Session {
        /// Where it was sought.
        contact_points: Vec<String>,
        /// Why not.
        #[source]
        source: Box<NewSessionError>,
    },
    /// A statement was refused when it was prepared.
    #[error("could not prepare a statement on {table}")]
    Prepare {
        /// The table.
        table: &'static str,
        /// Why not.
        #[source]
        source: Box<PrepareError>,
    },
    /// The tables are not those of this version of the program.
    #[error("the tables in the keyspace {keyspace:?} are not as this version needs them")]
    Tables {
        /// The keyspace.
        keyspace: String,
        /// What is wrong.
        #[source]
        source: Box<MigrateError>,
    },
}

impl ConnectError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Keyspace { .. } => "choose another name for the keyspace",
            Self::Session { .. } => "check the contact points, the user and the password, and that the database serves",
            Self::Prepare { .. } => "run `jukwaa admin migrate status`: the table may be missing or have other columns",
            Self::Tables { source, .. } => source.help(),
        }
    }
}

/// Migrations that were not planned or not applied.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A migration is not applied yet.
    #[error("the migration {number} ({name}) is not applied")]
    Missing {
        /// Its number, from 1.
        number: u32,
        /// The table that it makes.
        name: &'static str,
    },
    /// A migration was applied that says something else than this version's.
    #[error("the migration {number} ({name}) was applied in another form than this version knows")]
    Changed {
        /// Its number, from 1.
        number: u32,
        /// The table that it makes.
        name: &'static str,
    },
    /// The database is of a newer version.
    #[error("the migration {number} ({name}) was applied by a newer version; this one knows {known}")]
    Newer {
        /// Its number.
        number: u32,
        /// What it was called.
        name: String,
        /// How many this version knows.
        known: u32,
    },
    /// A statement failed.
    #[error("could not change or read the tables")]
    Cql {
        /// What happened.
        #[from]
        source: CqlError,
    },
    /// The nodes did not come to one view of the tables.
    #[error("the nodes do not agree on the tables")]
    Agreement {
        /// What happened.
        #[source]
        source: Box<SchemaAgreementError>,
    },
}

impl MigrateError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "run `jukwaa admin migrate apply`",
            Self::Changed { .. } => {
                "use the version that made the tables, or another keyspace: the tables are rebuilt from the log"
            }
            Self::Newer { .. } => "use the version of the program that made the tables, or a newer one",
            Self::Cql { .. } => "check that the database serves, then run it again: it goes on where it was",
            Self::Agreement { .. } => "check that every node is up, then run it again: it goes on where it was",
        }
    }
}
