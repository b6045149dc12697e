//! Which trace a record belongs to, as the 25 bytes of a W3C trace context.
//!
//! Never: is part of a record. It is lost without harm.

/// A span of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceContext {
    /// The trace; not all zero.
    pub trace_id: [u8; 16],
    /// The span; not all zero.
    pub span_id: [u8; 8],
    /// W3C trace flags; bit 0: sampled.
    pub flags: u8,
}

impl TraceContext {
    /// Bytes of its binary form.
    pub const BYTES: usize = 25;

    /// Trace id, span id, flags.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (trace, rest) = bytes.split_at_mut(16);
        trace.copy_from_slice(&self.trace_id);
        let (span, flags) = rest.split_at_mut(8);
        span.copy_from_slice(&self.span_id);
        flags.fill(self.flags);
        bytes
    }

    /// Reads the binary form; `None` if it has another length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (trace_id, rest) = bytes.split_first_chunk()?;
        let (span_id, rest) = rest.split_first_chunk()?;
        let [flags] = rest else { return None };
        Some(Self { trace_id: *trace_id, span_id: *span_id, flags: *flags })
    }

    /// Whether the trace is recorded.
    #[must_use]
    pub const fn is_sampled(self) -> bool {
        self.flags & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_back() {
        let trace = TraceContext { trace_id: [7; 16], span_id: [9; 8], flags: 1 };

        assert_eq!(TraceContext::from_bytes(&trace.to_bytes()), Some(trace));
        assert_eq!(TraceContext::from_bytes(&[0; 24]), None);
        assert_eq!(TraceContext::from_bytes(&[0; 26]), None);
    }
}
