//! Keys keep the order of what they are made of, and no two things have one key.
use proptest::prelude::*;

use super::*;

/// Parts of one kind of key, as a reader of lists would make it.
type Parts = (i64, String, u64, [u8; 4], Vec<u8>);

fn key((signed, text, number, fixed, bytes): &Parts) -> Vec<u8> {
    KeyWriter::new().i64(*signed).text(text).inverted_u64(*number).fixed(fixed).bytes(bytes).finish()
}

fn parts() -> impl Strategy<Value = Parts> {
    let signed = prop_oneof![any::<i64>(), -2_i64..3];
    let number = prop_oneof![any::<u64>(), 0_u64..3];
    let fixed = prop::array::uniform4(0_u8..3);
    // Short alphabets, so that keys share beginnings and zero bytes meet ends.
    let bytes = prop::collection::vec(prop_oneof![Just(0), Just(1), Just(0xFF)], 0..4);
    (signed, "[\\x00\\x01a\u{7f}é]{0,3}", number, fixed, bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn bytes_of_keys_sort_as_their_parts(left in parts(), right in parts()) {
        let by_parts = left.0.cmp(&right.0)
            .then_with(|| left.1.cmp(&right.1))
            .then_with(|| right.2.cmp(&left.2))
            .then_with(|| left.3.cmp(&right.3))
            .then_with(|| left.4.cmp(&right.4));

        prop_assert_eq!(key(&left).cmp(&key(&right)), by_parts);
    }

    #[test]
    fn parts_of_a_key_are_read_back(parts in parts()) {
        let key = key(&parts);
        let mut reader = KeyReader::new(&key);

        prop_assert_eq!(reader.i64(), Some(parts.0));
        prop_assert_eq!(reader.text(), Some(parts.1));
        prop_assert_eq!(reader.inverted_u64(), Some(parts.2));
        prop_assert_eq!(reader.fixed::<4>(), Some(parts.3));
        prop_assert_eq!(reader.bytes(), Some(parts.4));
        prop_assert!(reader.is_done());
    }

    #[test]
    fn small_and_inverted_numbers_sort_as_they_should(left: (i32, u32, i64), right: (i32, u32, i64)) {
        let key = |(signed, number, long): (i32, u32, i64)| {
            KeyWriter::new().inverted_i32(signed).u32(number).inverted_i64(long).finish()
        };
        let by_parts = right.0.cmp(&left.0).then(left.1.cmp(&right.1)).then(right.2.cmp(&left.2));

        prop_assert_eq!(key(left).cmp(&key(right)), by_parts);
        let bytes = KeyWriter::new().i32(left.0).inverted_u32(left.1).u8(7).inverted_i64(left.2).finish();
        let mut reader = KeyReader::new(&bytes);
        prop_assert_eq!((reader.i32(), reader.inverted_u32()), (Some(left.0), Some(left.1)));
        prop_assert_eq!((reader.u8(), reader.inverted_i64()), (Some(7), Some(left.2)));
    }

    #[test]
    fn any_bytes_are_taken_apart_without_panic(bytes: Vec<u8>) {
        let mut reader = KeyReader::new(&bytes);

        while reader.bytes().is_some() && !reader.is_done() {}
        prop_assert!(reader.text().is_none() || bytes.len() >= 2);
    }
}
