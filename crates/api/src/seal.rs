//! Bytes that only this node can have made: what page tokens and cursors are sealed with.
//!
//! Guarantees: what was sealed for one purpose is not good for another; comparing takes the same time whatever differs.
//! Never: keeps the key file; a service is given the bytes.
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of a seal: HMAC-SHA-256, cut.
pub const SEAL_BYTES: usize = 16;

/// The key under which this node seals. A purpose must not be the beginning of another.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// Takes the 32 secret bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes with their seal after them.
    #[must_use]
    pub fn seal(&self, purpose: &str, mut bytes: Vec<u8>) -> Vec<u8> {
        let code = self.noise(purpose, &bytes);
        bytes.extend(code.into_iter().take(SEAL_BYTES));
        bytes
    }

    /// The bytes before the seal; `None` if this key did not seal them for this purpose.
    #[must_use]
    pub fn open<'bytes>(&self, purpose: &str, sealed: &'bytes [u8]) -> Option<&'bytes [u8]> {
        let (bytes, code) = sealed.split_at_checked(sealed.len().checked_sub(SEAL_BYTES)?)?;
        self.authenticator(purpose, bytes).verify_truncated_left(code).ok()?;
        Some(bytes)
    }

    /// 32 bytes that look like noise to whoever has not the key: the same for the same purpose and bytes.
    #[must_use]
    pub fn noise(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        self.authenticator(purpose, bytes).finalize().into_bytes().into()
    }

    fn authenticator(&self, purpose: &str, bytes: &[u8]) -> Hmac<Sha256> {
        let mut code = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        code.update(purpose.as_bytes());
        code.update(bytes);
        code
    }
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TokenKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: TokenKey = TokenKey::new([7; 32]);

    #[test]
    fn what_was_sealed_is_opened() {
        let sealed = KEY.seal("cursor", vec![1, 2, 3]);

        assert_eq!(sealed.len(), 3 + SEAL_BYTES);
        assert_eq!(KEY.open("cursor", &sealed), Some([1, 2, 3].as_slice()));
    }

    #[test]
    fn another_key_purpose_or_byte_opens_nothing() {
        let sealed = KEY.seal("cursor", vec![1, 2, 3]);

        assert_eq!(TokenKey::new([8; 32]).open("cursor", &sealed), None);
        assert_eq!(KEY.open("page", &sealed), None);
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed.iter_mut().skip(index).take(1).for_each(|byte| *byte ^= 1);
            assert_eq!(KEY.open("cursor", &changed), None, "byte {index}");
        }
        assert_eq!(KEY.open("cursor", &[0; SEAL_BYTES - 1]), None);
    }

    #[test]
    fn key_is_not_printed() {
        assert_eq!(format!("{KEY:?}"), "TokenKey");
    }
}
