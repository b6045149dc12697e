//! Tables and keyspace, made in order: one migration for each declared table, as all are of one form.
//!
//! Comes in: the declared tables in their order, to which new ones are only ever added at the end. Goes out: those tables, and a record of each
//! migration with the digest of what it did.
//! Guarantees: safe to repeat, to interrupt and to run twice at once; each step waits until all nodes agree on the tables; a migration that was
//! applied in another form, and a database of a newer version, are refused before anything is changed.
//!
//! Never: changes or drops a table. Rows can be rebuilt from the log, in another keyspace.

use std::collections::BTreeMap;
use std::fmt;

use scylla::client::session::Session;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

use crate::cql::error::{ConnectError, CqlError, MigrateError};
use crate::cql::session;
use crate::cql::settings::CqlSettings;
use crate::cql::statement::{self, MIGRATIONS_SCOPE};
use crate::table::Table;

/// Whether a migration is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// It is recorded, in this form.
    Applied,
    /// It is not recorded.
    Pending,
}

/// A migration of this version, and whether it is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Its place in the order, from 1.
    pub number: u32,
    /// The table that it makes.
    pub name: &'static str,
    /// SHA-256 of what it does.
    pub digest: [u8; 32],
    /// Whether it is applied.
    pub state: MigrationState,
}

/// Makes the tables. Its calls block their thread, as those of a store do.
pub struct Migrator {
    session: Session,
    settings: CqlSettings,
    tables: Vec<Table>,
    runtime: Handle,
}

impl fmt::Debug for Migrator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keyspace = &self.settings.keyspace;
        formatter.debug_struct("Migrator").field("keyspace", keyspace).finish_non_exhaustive()
    }
}

impl Migrator {
    /// Connects. `tables` is the whole list of the program, in its order. The keyspace need not be there.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn connect(settings: &CqlSettings, tables: &[Table], runtime: Handle) -> Result<Self, ConnectError> {
        let session = runtime.block_on(session::connect(settings))?;
        Ok(Self { session, settings: settings.clone(), tables: tables.to_vec(), runtime })
    }

    /// Every migration of this version and whether it is applied, in order. Changes nothing.
    ///
    /// # Errors
    /// [`MigrateError::Changed`], [`MigrateError::Newer`], or the database failed.
    pub fn status(&self) -> Result<Vec<MigrationStatus>, MigrateError> {
        self.runtime.block_on(status(&self.session, &self.settings.keyspace, &self.tables))
    }

    /// What `apply` would do, in order. Changes nothing.
    ///
    /// # Errors
    /// As [`Self::status`].
    pub fn plan(&self) -> Result<Vec<MigrationStatus>, MigrateError> {
        let mut plan = self.status()?;
        plan.retain(|migration| migration.state == MigrationState::Pending);
        Ok(plan)
    }

    /// Makes the keyspace if there is none, and every table that is missing; returns what it did.
    ///
    /// # Errors
    /// [`MigrateError`]; of a changed migration and a newer database before anything is changed.
    pub fn apply(&self) -> Result<Vec<MigrationStatus>, MigrateError> {
        self.runtime.block_on(self.apply_all())
    }

    async fn apply_all(&self) -> Result<Vec<MigrationStatus>, MigrateError> {
        let keyspace = &self.settings.keyspace;
        let mut plan = status(&self.session, keyspace, &self.tables).await?;
        plan.retain(|migration| migration.state == MigrationState::Pending);
        if plan.is_empty() {
            return Ok(plan);
        }
        session::make(&self.session, statement::create_keyspace(keyspace, self.settings.copies())).await?;
        session::make(&self.session, statement::create_migrations(keyspace)).await?;
        let mut applied = Vec::with_capacity(plan.len());
        for migration in plan {
            let Some(table) = self.tables.iter().find(|table| table.name() == migration.name) else { continue };
            session::make(&self.session, statement::create_table(keyspace, *table)).await?;
            record(&self.session, keyspace, &migration).await?;
            applied.push(MigrationStatus { state: MigrationState::Applied, ..migration });
        }
        Ok(applied)
    }
}

/// Refuses tables that are not exactly those of this version.
pub(crate) async fn check_all_applied(session: &Session, keyspace: &str, tables: &[Table]) -> Result<(), MigrateError> {
    let status = status(session, keyspace, tables).await?;
    let missing = status.iter().find(|migration| migration.state == MigrationState::Pending);
    missing.map_or(Ok(()), |missing| Err(MigrateError::Missing { number: missing.number, name: missing.name }))
}

async fn status(session: &Session, keyspace: &str, tables: &[Table]) -> Result<Vec<MigrationStatus>, MigrateError> {
    let recorded =
        if has_migrations(session, keyspace).await? { read(session, keyspace).await? } else { BTreeMap::new() };
    compare(tables, &recorded)
}

/// What is recorded of each migration: its name and its digest.
type Recorded = BTreeMap<u32, (String, Vec<u8>)>;

fn compare(tables: &[Table], recorded: &Recorded) -> Result<Vec<MigrationStatus>, MigrateError> {
    let known = u32::try_from(tables.len()).unwrap_or(u32::MAX);
    if let Some((number, (name, _))) = recorded.iter().find(|(number, _)| !(1..=known).contains(*number)) {
        return Err(MigrateError::Newer { number: *number, name: name.clone(), known });
    }
    let migrations = tables.iter().zip(1..).map(|(table, number)| {
        let name = table.name();
        let digest: [u8; 32] = Sha256::digest(statement::table_form(*table)).into();
        let state = match recorded.get(&number) {
            None => MigrationState::Pending,
            Some((_, applied)) if applied.as_slice() == digest => MigrationState::Applied,
            Some(_) => return Err(MigrateError::Changed { number, name }),
        };
        Ok(MigrationStatus { number, name, digest, state })
    });
    migrations.collect()
}

async fn has_migrations(session: &Session, keyspace: &str) -> Result<bool, MigrateError> {
    let found = ask(session, statement::FIND_MIGRATIONS, (keyspace,)).await?;
    Ok(found.rows_num() > 0)
}

async fn read(session: &Session, keyspace: &str) -> Result<Recorded, MigrateError> {
    let result = ask(session, &statement::read_migrations(keyspace), (MIGRATIONS_SCOPE,)).await?;
    let rows = result.rows::<(i32, String, Vec<u8>)>().map_err(|error| CqlError::columns(&error))?;
    let mut recorded = Recorded::new();
    for row in rows {
        let (number, name, digest) = row.map_err(|error| CqlError::columns(&error))?;
        recorded.insert(number.cast_unsigned(), (name, digest));
    }
    Ok(recorded)
}

async fn record(session: &Session, keyspace: &str, migration: &MigrationStatus) -> Result<(), MigrateError> {
    let values = (MIGRATIONS_SCOPE, migration.number.cast_signed(), migration.name, migration.digest.as_slice());
    let statement = session::prepare(session, &statement::record_migration(keyspace)).await.map_err(CqlError::from)?;
    session::run(session, &statement, values).await?;
    Ok(())
}

async fn ask(
    session: &Session,
    text: &str,
    values: impl scylla::serialize::row::SerializeRow,
) -> Result<scylla::response::query_result::QueryRowsResult, MigrateError> {
    let statement = session::prepare(session, text).await.map_err(CqlError::from)?;
    Ok(session::rows(session, &statement, values).await?)
}

#[cfg(test)]
mod tests;
