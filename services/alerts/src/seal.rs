//! Bytes that only this node can have made: what cursors and page tokens are sealed with.
//!
//! Guarantees: what was sealed for one purpose is not good for another; comparing takes the same time whatever differs.
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of the seal: HMAC-SHA-256, cut.
pub(crate) const SEAL_BYTES: usize = 16;

/// The key under which this node seals.
#[derive(Clone)]
pub(crate) struct TokenKey([u8; 32]);

impl TokenKey {
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes with their seal after them.
    pub(crate) fn seal(&self, purpose: &str, mut bytes: Vec<u8>) -> Vec<u8> {
        let code = self.authenticator(purpose, &bytes).finalize().into_bytes();
        bytes.extend(code.into_iter().take(SEAL_BYTES));
        bytes
    }

    /// The bytes before the seal; `None` if this key did not seal them for this purpose.
    pub(crate) fn open<'bytes>(&self, purpose: &str, sealed: &'bytes [u8]) -> Option<&'bytes [u8]> {
        let (bytes, code) = sealed.split_at_checked(sealed.len().checked_sub(SEAL_BYTES)?)?;
        self.authenticator(purpose, bytes).verify_truncated_left(code).ok()?;
        Some(bytes)
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
