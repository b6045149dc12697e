//! One statement at a time, asked again a bounded number of times.
//!
//! Never: leaves a retry to the driver, or knows a table.

use std::sync::Arc;
use std::time::Duration;

use scylla::client::execution_profile::ExecutionProfile;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::errors::{ExecutionError, PrepareError};
use scylla::frame::types::Consistency;
use scylla::policies::retry::FallthroughRetryPolicy;
use scylla::response::query_result::{QueryResult, QueryRowsResult};
use scylla::response::{PagingState, PagingStateResponse};
use scylla::serialize::row::SerializeRow;
use scylla::statement::Statement;
use scylla::statement::prepared::PreparedStatement;

use crate::cql::error::{ConnectError, CqlError, MigrateError, may_help_to_repeat};
use crate::cql::settings::CqlSettings;

/// An attempt: a healthy node answers in milliseconds, and one that hangs is not to hold a reader for longer.
const ATTEMPT_MAX: Duration = Duration::from_secs(2);
/// Statements that change tables wait for all nodes.
const SCHEMA_ATTEMPT_MAX: Duration = Duration::from_secs(30);
/// The pauses between attempts: three in all, over a node that changes hands.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// Connects.
pub(crate) async fn connect(settings: &CqlSettings) -> Result<Session, ConnectError> {
    if !settings.is_keyspace_sound() {
        return Err(ConnectError::Keyspace { keyspace: settings.keyspace.clone() });
    }
    // Retries are ours alone, so that their number and their time are bounded in one place.
    let profile = ExecutionProfile::builder()
        .consistency(Consistency::LocalQuorum)
        .serial_consistency(None)
        .request_timeout(Some(ATTEMPT_MAX))
        .retry_policy(Arc::new(FallthroughRetryPolicy::new()));
    let mut builder = SessionBuilder::new()
        .known_nodes(&settings.contact_points)
        .default_execution_profile_handle(profile.build().into_handle())
        .connection_timeout(ATTEMPT_MAX)
        .schema_agreement_timeout(SCHEMA_ATTEMPT_MAX);
    if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
        builder = builder.user(user, password);
    }
    let contact_points = || settings.contact_points.clone();
    let session = Box::pin(builder.build()).await;
    session.map_err(|source| ConnectError::Session { contact_points: contact_points(), source: Box::new(source) })
}

/// Prepares a statement that may be repeated; all of ours may.
pub(crate) async fn prepare(session: &Session, text: &str) -> Result<PreparedStatement, PrepareError> {
    let mut prepared = Box::pin(session.prepare(text)).await?;
    prepared.set_consistency(Consistency::LocalQuorum);
    prepared.set_is_idempotent(true);
    Ok(prepared)
}

/// Runs a statement.
pub(crate) async fn run(
    session: &Session,
    statement: &PreparedStatement,
    values: impl SerializeRow,
) -> Result<QueryResult, CqlError> {
    attempt(ATTEMPT_MAX, async || Box::pin(session.execute_unpaged(statement, &values)).await).await
}

/// Runs a statement that answers with rows.
pub(crate) async fn rows(
    session: &Session,
    statement: &PreparedStatement,
    values: impl SerializeRow,
) -> Result<QueryRowsResult, CqlError> {
    let result = run(session, statement, values).await?;
    result.into_rows_result().map_err(|source| CqlError::NoRows { source: Box::new(source) })
}

/// Runs a statement for one page of rows; returns where the next begins, if there is one.
pub(crate) async fn page(
    session: &Session,
    statement: &PreparedStatement,
    values: impl SerializeRow,
    from: PagingState,
) -> Result<(QueryRowsResult, Option<PagingState>), CqlError> {
    let ask = async || Box::pin(session.execute_single_page(statement, &values, from.clone())).await;
    let (result, next) = attempt(ATTEMPT_MAX, ask).await?;
    let rows = result.into_rows_result().map_err(|source| CqlError::NoRows { source: Box::new(source) })?;
    let next = match next {
        PagingStateResponse::HasMorePages { state } => Some(state),
        PagingStateResponse::NoMorePages => None,
    };
    Ok((rows, next))
}

/// Runs a statement that makes something, and waits until all nodes know it.
pub(crate) async fn make(session: &Session, text: String) -> Result<(), MigrateError> {
    let mut statement = Statement::new(text);
    statement.set_is_idempotent(true);
    statement.set_request_timeout(Some(SCHEMA_ATTEMPT_MAX));
    attempt(SCHEMA_ATTEMPT_MAX, async || Box::pin(session.query_unpaged(statement.clone(), ())).await).await?;
    let agreed = session.await_schema_agreement().await;
    agreed.map(drop).map_err(|source| MigrateError::Agreement { source: Box::new(source) })
}

async fn attempt<Answer>(
    attempt_max: Duration,
    ask: impl AsyncFn() -> Result<Answer, ExecutionError>,
) -> Result<Answer, CqlError> {
    let mut pauses = PAUSES.into_iter();
    let mut attempts = 0;
    loop {
        attempts += 1;
        let failed = match tokio::time::timeout(attempt_max, ask()).await {
            Ok(Ok(result)) => return Ok(result),
            Ok(Err(source)) if !may_help_to_repeat(&source) => {
                return Err(CqlError::Refused { attempts, source: Box::new(source) });
            }
            Ok(Err(source)) => CqlError::Refused { attempts, source: Box::new(source) },
            Err(_) => CqlError::Timeout { attempts, attempt_max },
        };
        let Some(pause) = pauses.next() else { return Err(failed) };
        tracing::debug!(error = %failed, "the database is asked again");
        tokio::time::sleep(pause).await;
    }
}
