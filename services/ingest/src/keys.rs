//! Keyed hashes: sources and identifiers before the append, contents for the register.
//!
//! Comes in: a report as sent. Goes out: the same report with hashes in place of what names a person, a vehicle or a phone.
//! Guarantees: a source has one hash within its agency; a vehicle, a phone or a document has one across agencies, however it was spelt.
//! The three keys differ, so that rotating one tells nothing of the others; that of the register is never rotated.
//!
//! Never: prints a key; keeps what was hashed.
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{AgencyId, ContentHash, IdentifierKind, Report, ReportBody};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of a key.
pub(crate) const KEY_BYTES: usize = 32;

/// The keys of a data folder.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// Source references and identifiers.
    pub(crate) record: [u8; KEY_BYTES],
    /// Content hashes; never rotated.
    pub(crate) register: [u8; KEY_BYTES],
    /// Cursors and page tokens.
    pub(crate) token: [u8; KEY_BYTES],
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Keys")
    }
}

impl Keys {
    /// The fixed keys of offline commands: the same file gives the same output on every machine. They protect nothing.
    #[must_use]
    pub const fn offline() -> Self {
        Self {
            record: *b"jukwaa offline key of records 00",
            register: *b"jukwaa offline key of register 0",
            token: *b"jukwaa offline key of tokens 000",
        }
    }

    /// The key that seals cursors and page tokens.
    #[must_use]
    pub const fn token_key(&self) -> &[u8; KEY_BYTES] {
        &self.token
    }

    /// The hash of a report's content: of its canonical bytes, to be taken before [`Keys::protect`].
    #[must_use]
    pub fn content_hash(&self, report: &Report) -> ContentHash {
        ContentHash::from_bytes(authenticate(&self.register, &[b"content", &api::canonical_bytes(report)]))
    }

    /// Replaces what names a source, a person, a vehicle or a phone by keyed hashes. To be called once, after the content hash was taken.
    pub fn protect(&self, report: &mut Report) {
        let ReportBody::Account(account) = &mut report.body else { return };
        if !account.source_ref.is_empty() {
            account.source_ref = self.source_hash(&report.key.agency, &account.source_ref);
        }
        for identifier in &mut account.identifiers {
            identifier.value = self.identifier_hash(identifier.kind, &identifier.value);
        }
    }

    /// The hash of a source's reference within its agency, in base64.
    #[must_use]
    pub fn source_hash(&self, agency: &AgencyId, reference: &str) -> String {
        STANDARD.encode(authenticate(&self.record, &[b"source", agency.as_str().as_bytes(), reference.as_bytes()]))
    }

    /// The hash of an identifier, whoever reports it and however it is spelt, in base64.
    #[must_use]
    pub fn identifier_hash(&self, kind: IdentifierKind, value: &str) -> String {
        let normal = normal_identifier(kind, value);
        STANDARD.encode(authenticate(&self.record, &[b"identifier", kind.word().as_bytes(), normal.as_bytes()]))
    }
}

/// HMAC-SHA-256 over parts, each after its length: no two lists of parts have the same bytes.
fn authenticate(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The spelling under which an identifier meets itself. What has neither letter nor digit is kept as it is, so that two of them differ.
fn normal_identifier(kind: IdentifierKind, value: &str) -> String {
    let normal = match kind {
        IdentifierKind::Person | IdentifierKind::Vehicle => {
            value.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
        }
        IdentifierKind::Phone => normal_phone(value),
    };
    if normal.is_empty() { value.to_owned() } else { normal }
}

/// A phone number in international form without its plus; a Kenyan one may come as `+254 712…`, `0712…`, `712…` or `+254 (0) 712…`.
fn normal_phone(value: &str) -> String {
    const COUNTRY: &str = "254";
    /// Digits of a Kenyan number after its prefix.
    const NATIONAL_DIGITS: usize = 9;
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let national = match digits.strip_prefix(COUNTRY) {
        Some(rest) => rest.strip_prefix('0').unwrap_or(rest),
        None => digits.strip_prefix('0').unwrap_or(digits),
    };
    if national.len() == NATIONAL_DIGITS { format!("{COUNTRY}{national}") } else { digits.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agency(name: &str) -> AgencyId {
        name.parse().unwrap()
    }

    #[test]
    fn vehicle_meets_itself_however_spelt() {
        let keys = Keys::offline();
        let of = |value| keys.identifier_hash(IdentifierKind::Vehicle, value);

        assert_eq!(of("KBX 123A"), of("kbx-123a"));
        assert_eq!(of("KBX 123A"), of(" kbx.123 A "));
        assert_ne!(of("KBX 123A"), of("KBX 123B"));
    }

    #[test]
    fn phone_meets_itself_with_and_without_its_country() {
        let of = |value| Keys::offline().identifier_hash(IdentifierKind::Phone, value);

        for spelling in ["0712 345 678", "712345678", "254712345678", "00254 712-345-678", "+254 (0) 712 345678"] {
            assert_eq!(of(spelling), of("+254712345678"), "{spelling}");
        }
        assert_ne!(of("+255712345678"), of("+254712345678"));
    }

    #[test]
    fn kinds_and_agencies_and_keys_keep_apart() {
        let keys = Keys::offline();
        let other = Keys { record: [7; KEY_BYTES], ..Keys::offline() };

        assert_ne!(
            keys.identifier_hash(IdentifierKind::Person, "12345678"),
            keys.identifier_hash(IdentifierKind::Vehicle, "12345678")
        );
        assert_ne!(keys.source_hash(&agency("police"), "p-1"), keys.source_hash(&agency("npr"), "p-1"));
        assert_ne!(keys.source_hash(&agency("police"), "p-1"), other.source_hash(&agency("police"), "p-1"));
        assert_ne!(keys.record, keys.register);
        assert_ne!(keys.register, keys.token);
    }

    #[test]
    fn identifiers_of_signs_alone_keep_apart() {
        let of = |value| Keys::offline().identifier_hash(IdentifierKind::Vehicle, value);

        assert_ne!(of("--"), of("??"));
    }

    proptest! {
        #[test]
        fn hash_shows_nothing_of_the_value(value in "[A-Z0-9]{6,20}") {
            let hash = Keys::offline().identifier_hash(IdentifierKind::Person, &value);

            prop_assert!(!hash.contains(&value));
            prop_assert_eq!(hash.len(), 44);
        }
    }
}
