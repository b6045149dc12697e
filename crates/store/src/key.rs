//! Keys that sort, byte by byte, as what they are made of.
//!
//! Comes in: numbers, texts, fixed bytes, one after another. Goes out: bytes.
//! Guarantees: for two keys made of the same kinds of parts, the order of the bytes is the order of the parts, and different parts give different
//! bytes. Numbers are big-endian (signed ones with the sign bit turned over, inverted ones as their complement); a text ends with `00 00`, a zero
//! byte inside it is `00 FF`, so that no text is the beginning of another.

/// Makes a key, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyWriter {
    bytes: Vec<u8>,
}

impl KeyWriter {
    /// An empty key.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Adds a byte.
    #[must_use]
    pub fn u8(mut self, value: u8) -> Self {
        self.bytes.push(value);
        self
    }

    /// Adds a number, lower first.
    #[must_use]
    pub fn u32(self, value: u32) -> Self {
        self.fixed(&value.to_be_bytes())
    }

    /// Adds a number, lower first.
    #[must_use]
    pub fn u64(self, value: u64) -> Self {
        self.fixed(&value.to_be_bytes())
    }

    /// Adds a number, higher first.
    #[must_use]
    pub fn inverted_u32(self, value: u32) -> Self {
        self.u32(!value)
    }

    /// Adds a number, higher first.
    #[must_use]
    pub fn inverted_u64(self, value: u64) -> Self {
        self.u64(!value)
    }

    /// Adds a signed number, lower first.
    #[must_use]
    pub fn i32(self, value: i32) -> Self {
        self.u32(value.cast_unsigned() ^ (1 << 31))
    }

    /// Adds a signed number, lower first.
    #[must_use]
    pub fn i64(self, value: i64) -> Self {
        self.u64(value.cast_unsigned() ^ (1 << 63))
    }

    /// Adds a signed number, higher first.
    #[must_use]
    pub fn inverted_i32(self, value: i32) -> Self {
        self.i32(!value)
    }

    /// Adds a signed number, higher first.
    #[must_use]
    pub fn inverted_i64(self, value: i64) -> Self {
        self.i64(!value)
    }

    /// Adds a text of any length, in the order of its bytes.
    #[must_use]
    pub fn text(self, value: &str) -> Self {
        self.bytes(value.as_bytes())
    }

    /// Adds bytes of any length, in their order.
    #[must_use]
    pub fn bytes(mut self, value: &[u8]) -> Self {
        for &byte in value {
            self.bytes.push(byte);
            if byte == 0 {
                self.bytes.push(0xFF);
            }
        }
        self.bytes.extend([0, 0]);
        self
    }

    /// Adds bytes whose count is the same in every key of this kind (ids, hashes).
    #[must_use]
    pub fn fixed(mut self, value: &[u8]) -> Self {
        self.bytes.extend(value);
        self
    }

    /// The key.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Takes a key apart again. Each call gives `None` where the key does not hold such a part.
#[derive(Clone, Copy, Debug)]
pub struct KeyReader<'a> {
    rest: &'a [u8],
}

impl<'a> KeyReader<'a> {
    /// Starts at the first part.
    #[must_use]
    pub const fn new(key: &'a [u8]) -> Self {
        Self { rest: key }
    }

    /// Takes a byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.fixed::<1>().map(u8::from_be_bytes)
    }

    /// Takes a number.
    pub fn u32(&mut self) -> Option<u32> {
        self.fixed().map(u32::from_be_bytes)
    }

    /// Takes a number.
    pub fn u64(&mut self) -> Option<u64> {
        self.fixed().map(u64::from_be_bytes)
    }

    /// Takes a number that was added inverted.
    pub fn inverted_u32(&mut self) -> Option<u32> {
        self.u32().map(|value| !value)
    }

    /// Takes a number that was added inverted.
    pub fn inverted_u64(&mut self) -> Option<u64> {
        self.u64().map(|value| !value)
    }

    /// Takes a signed number.
    pub fn i32(&mut self) -> Option<i32> {
        self.u32().map(|value| (value ^ (1 << 31)).cast_signed())
    }

    /// Takes a signed number.
    pub fn i64(&mut self) -> Option<i64> {
        self.u64().map(|value| (value ^ (1 << 63)).cast_signed())
    }

    /// Takes a signed number that was added inverted.
    pub fn inverted_i32(&mut self) -> Option<i32> {
        self.i32().map(|value| !value)
    }

    /// Takes a signed number that was added inverted.
    pub fn inverted_i64(&mut self) -> Option<i64> {
        self.i64().map(|value| !value)
    }

    /// Takes a text.
    pub fn text(&mut self) -> Option<String> {
        let mut ahead = *self;
        let text = String::from_utf8(ahead.bytes()?).ok()?;
        *self = ahead;
        Some(text)
    }

    /// Takes bytes of any length.
    pub fn bytes(&mut self) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        let mut rest = self.rest;
        loop {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            if byte == 0 {
                let (&second, after) = rest.split_first()?;
                rest = after;
                match second {
                    0 => break,
                    0xFF => {}
                    _ => return None,
                }
            }
            value.push(byte);
        }
        self.rest = rest;
        Some(value)
    }

    /// Takes as many bytes as the array holds.
    pub fn fixed<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        let (part, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*part)
    }

    /// What is left.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// True if nothing is left.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
}

#[cfg(test)]
mod tests;
