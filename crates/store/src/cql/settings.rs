//! Where the database is, and how it is spoken to.
//!
//! Never: prints the password.

use std::fmt;

/// Copies of every row where nothing else is said.
pub const REPLICATION_FACTOR_DEFAULT: u32 = 3;
/// Writes at once of one call where nothing else is said: a node takes some thousands a second, and waits for more cost nothing but memory.
pub const WRITE_CONCURRENCY_DEFAULT: usize = 64;
/// Most bytes of the name of a keyspace: Cassandra's own limit.
const KEYSPACE_BYTES_MAX: usize = 48;

/// Where the database is, and how it is spoken to.
#[derive(Clone, PartialEq, Eq)]
pub struct CqlSettings {
    /// Some nodes, `host:port` each. The others are found through them.
    pub contact_points: Vec<String>,
    /// The keyspace: 1 to 48 of a-z, 0-9 and `_`, first a letter.
    pub keyspace: String,
    /// Who signs in; nobody if either is missing.
    pub user: Option<String>,
    /// The password of the user. It is never printed.
    pub password: Option<String>,
    /// Copies of every row, in each data centre. It counts when the keyspace is made.
    pub replication_factor: u32,
    /// One copy of every row, on one node: for trying things out.
    pub development: bool,
    /// Writes at once of one call, at least 1.
    pub write_concurrency: usize,
}

impl CqlSettings {
    /// Settings of a production cluster without a sign-in.
    #[must_use]
    pub const fn new(contact_points: Vec<String>, keyspace: String) -> Self {
        Self {
            contact_points,
            keyspace,
            user: None,
            password: None,
            replication_factor: REPLICATION_FACTOR_DEFAULT,
            development: false,
            write_concurrency: WRITE_CONCURRENCY_DEFAULT,
        }
    }

    pub(crate) const fn copies(&self) -> u32 {
        if self.development { 1 } else { self.replication_factor }
    }

    /// A keyspace stands in the text of statements, so nothing but a plain name may.
    pub(crate) fn is_keyspace_sound(&self) -> bool {
        let name = self.keyspace.as_bytes();
        let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
        name.first().is_some_and(u8::is_ascii_lowercase) && name.len() <= KEYSPACE_BYTES_MAX && name.iter().all(plain)
    }
}

impl fmt::Debug for CqlSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contact_points, keyspace, user, replication_factor, development, write_concurrency, .. } = self;
        formatter
            .debug_struct("CqlSettings")
            .field("contact_points", contact_points)
            .field("keyspace", keyspace)
            .field("user", user)
            .field("replication_factor", replication_factor)
            .field("development", development)
            .field("write_concurrency", write_concurrency)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_is_not_printed() {
        let settings =
            CqlSettings { password: Some("secret".to_owned()), ..CqlSettings::new(vec![], "jukwaa".to_owned()) };

        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn keyspace_is_a_plain_name() {
        let is_sound = |name: &str| CqlSettings::new(vec![], name.to_owned()).is_keyspace_sound();

        assert!(is_sound("jukwaa") && is_sound("t_1"));
        for name in ["", "1a", "_a", "A", "a b", "a;drop", "a\"", &"a".repeat(49)] {
            assert!(!is_sound(name), "{name}");
        }
    }
}
