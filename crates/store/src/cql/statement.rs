//! Everything that is said to the database, as text.
//!
//! Never: a value in a text; a write without the time that its version is.

use sha2::{Digest as _, Sha256};

use crate::table::Table;

/// Names the scope of the one partition of `migrations`.
pub(crate) const MIGRATIONS_SCOPE: &str = "tables";

/// Whether there is a record of migrations. Values: keyspace.
pub(crate) const FIND_MIGRATIONS: &str =
    "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = 'migrations'";

/// Values: partition, clustering, payload, version and 1.
pub(crate) fn write(keyspace: &str, table: Table) -> String {
    let table = table.name();
    format!("INSERT INTO {keyspace}.{table} (partition, clustering, payload) VALUES (?, ?, ?) USING TIMESTAMP ?")
}

/// Values: partition, clustering.
pub(crate) fn get(keyspace: &str, table: Table) -> String {
    format!("SELECT payload FROM {keyspace}.{} WHERE partition = ? AND clustering = ?", table.name())
}

/// Values: partition, first clustering, most rows.
pub(crate) fn range(keyspace: &str, table: Table) -> String {
    let table = table.name();
    format!("SELECT clustering, payload FROM {keyspace}.{table} WHERE partition = ? AND clustering >= ? LIMIT ?")
}

/// Values: first and last token. Partitions of equal or neighbouring tokens are read at once; for comparing whole tables only.
pub(crate) fn dump(keyspace: &str, table: Table) -> String {
    let table = table.name();
    format!(
        "SELECT partition, clustering, writetime(payload), payload FROM {keyspace}.{table} \
         WHERE token(partition) >= ? AND token(partition) <= ?"
    )
}

pub(crate) fn create_keyspace(keyspace: &str, copies: u32) -> String {
    format!(
        "CREATE KEYSPACE IF NOT EXISTS {keyspace} \
         WITH replication = {{'class': 'NetworkTopologyStrategy', 'replication_factor': {copies}}}"
    )
}

pub(crate) fn create_migrations(keyspace: &str) -> String {
    let columns = "(scope text, number int, name text, digest blob, PRIMARY KEY (scope, number))";
    format!("CREATE TABLE IF NOT EXISTS {keyspace}.migrations {columns} {}", with_id(keyspace, "migrations"))
}

/// What a migration does, without the place where it does it: this is what its digest is made of.
pub(crate) fn table_form(table: Table) -> String {
    format!("{} (partition blob, clustering blob, payload blob, PRIMARY KEY (partition, clustering))", table.name())
}

pub(crate) fn create_table(keyspace: &str, table: Table) -> String {
    format!("CREATE TABLE IF NOT EXISTS {keyspace}.{} {}", table_form(table), with_id(keyspace, table.name()))
}

/// Values: scope.
pub(crate) fn read_migrations(keyspace: &str) -> String {
    format!("SELECT number, name, digest FROM {keyspace}.migrations WHERE scope = ?")
}

/// Values: scope, number, name, digest. One write time, so that two that record the same leave the same.
pub(crate) fn record_migration(keyspace: &str) -> String {
    format!("INSERT INTO {keyspace}.migrations (scope, number, name, digest) VALUES (?, ?, ?, ?) USING TIMESTAMP 1")
}

/// Two nodes that make a table at once each choose an id, and lose rows when they learn of the other's; with one id they make one table.
fn with_id(keyspace: &str, table: &str) -> String {
    let hash = Sha256::digest(format!("{keyspace}.{table}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
    let number = u128::from_be_bytes(bytes);
    // Version 8 (of the maker's own kind), variant 1: the form of a UUID.
    let number = number & !(0xF << 76) & !(0x3 << 62) | (0x8 << 76) | (0x2 << 62);
    let text = format!("{number:032x}");
    let groups: Vec<&str> =
        [0..8, 8..12, 12..16, 16..20, 20..32].into_iter().filter_map(|part| text.get(part)).collect();
    format!("WITH id = {}", groups.join("-"))
}

#[cfg(test)]
mod tests {
    use eventlog::Topic;

    use super::*;

    const TABLE: Table = Table::of(Topic::Receipts, "reports");

    fn all() -> Vec<String> {
        vec![
            write("k", TABLE),
            get("k", TABLE),
            range("k", TABLE),
            dump("k", TABLE),
            create_keyspace("k", 3),
            create_migrations("k"),
            create_table("k", TABLE),
            read_migrations("k"),
            record_migration("k"),
            FIND_MIGRATIONS.to_owned(),
        ]
    }

    #[test]
    fn nothing_is_said_that_does_not_scale_or_cannot_be_repeated() {
        for statement in all() {
            let upper = statement.to_uppercase();
            for banned in
                ["ALLOW FILTERING", "COUNTER", "TTL", "BATCH", "DELETE", "DROP", "ALTER", "UPDATE", " IN ", "INDEX"]
            {
                assert!(!upper.contains(banned), "{banned} in {statement}");
            }
            let makes = upper.starts_with("CREATE");
            assert_eq!(makes, upper.contains("IF NOT EXISTS"), "{statement}");
            assert!(makes || !upper.contains(" IF "), "a light-weight transaction: {statement}");
        }
    }

    #[test]
    fn every_write_says_its_time_and_every_read_its_partitions() {
        for statement in all() {
            assert!(!statement.starts_with("INSERT") || statement.contains("USING TIMESTAMP"), "{statement}");
            let bounded = [
                "WHERE partition = ?",
                "WHERE scope = ?",
                "WHERE keyspace_name = ?",
                "WHERE token(partition) >= ? AND token(partition) <= ?",
            ];
            assert!(
                !statement.starts_with("SELECT") || bounded.iter().any(|part| statement.contains(part)),
                "{statement}"
            );
        }
    }

    #[test]
    fn table_of_a_keyspace_has_one_id_in_the_form_of_a_uuid() {
        let id = with_id("k", "a");

        assert_eq!(id, with_id("k", "a"));
        assert_ne!(id, with_id("l", "a"));
        let groups: Vec<&str> = id.strip_prefix("WITH id = ").unwrap().split('-').collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(groups[2].starts_with('8') && groups[3].starts_with(['8', '9', 'a', 'b']), "{id}");
    }
}
