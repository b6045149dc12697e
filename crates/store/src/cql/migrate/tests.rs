//! What is recorded against what this version knows.

use eventlog::Topic;

use super::*;

const FIRST: Table = Table::of(Topic::Receipts, "first");
const SECOND: Table = Table::of(Topic::Receipts, "second");

fn recorded(tables: &[Table]) -> Recorded {
    let digest = |table: &Table| Sha256::digest(statement::table_form(*table)).to_vec();
    tables.iter().zip(1..).map(|(table, number)| (number, (table.name().to_owned(), digest(table)))).collect()
}

#[test]
fn what_is_not_recorded_is_pending() {
    let states = |recorded: &Recorded| {
        let status = compare(&[FIRST, SECOND], recorded).unwrap();
        status.into_iter().map(|migration| migration.state).collect::<Vec<_>>()
    };

    assert_eq!(states(&Recorded::new()), [MigrationState::Pending, MigrationState::Pending]);
    assert_eq!(states(&recorded(&[FIRST])), [MigrationState::Applied, MigrationState::Pending]);
    assert_eq!(states(&recorded(&[FIRST, SECOND])), [MigrationState::Applied, MigrationState::Applied]);
}

#[test]
fn tables_in_another_order_are_a_changed_migration() {
    let error = compare(&[SECOND, FIRST], &recorded(&[FIRST, SECOND])).unwrap_err();

    assert!(matches!(error, MigrateError::Changed { number: 1, name: "second" }));
}

#[test]
fn more_than_this_version_knows_is_newer() {
    let error = compare(&[FIRST], &recorded(&[FIRST, SECOND])).unwrap_err();

    assert!(matches!(&error, MigrateError::Newer { number: 2, name, known: 1 } if name == "second"));
}
