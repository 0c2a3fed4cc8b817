//! Sizes in bytes, with or without a unit.

use bytesize::ByteSize;

/// No payload of any use is smaller than this.
const SMALLEST_LIMIT: usize = 64 << 10;

pub(crate) fn size(text: &str) -> Result<usize, String> {
    let size = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    size.filter(|&bytes| bytes >= SMALLEST_LIMIT)
        .ok_or_else(|| "give a size such as 64MiB, 1GiB or 67108864, and at least 64KiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        for (text, bytes) in
            [("67108864", 64 << 20), ("64MiB", 64 << 20), ("64 MB", 64_000_000), ("1GiB", 1 << 30)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "0", "-1", "63KiB", "much", "64 apples", "99999999999999999999"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
