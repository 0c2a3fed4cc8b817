//! Message-IDs: chosen by the sender, not always there, and not always unique
//! ([RFC 5322, 3.6.4](https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4)).

/// The longest that is taken for one: a header line.
const MAX_BYTES: usize = 998;

/// The text between the angle brackets, which a log may keep or not. Compared byte for byte, never in another case.
pub(crate) fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text).trim()
}

/// Whether a bare id is of the form `left@right`, and not masked. Others join nothing.
pub(crate) fn is_valid(bare: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>".contains(c))
    };
    let is_masked = bare.bytes().all(|byte| matches!(byte, b'*' | b'@' | b'.'));
    bare.len() <= MAX_BYTES
        && !is_masked
        && bare.rsplit_once('@').is_some_and(|(left, right)| is_part(left) && is_part(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_white_space_are_no_part_of_an_id() {
        for text in ["<a@b>", "a@b", " <a@b>\r\n", "< a@b >"] {
            assert_eq!(bare(text), "a@b");
        }
        assert_ne!(bare("<A@b>"), "a@b");
    }

    #[test]
    fn an_id_without_both_parts_joins_nothing() {
        for id in ["a@b", "20261120.1@mx", "=?x?=@y"] {
            assert!(is_valid(id), "{id}");
        }
        for id in ["", "a", "@b", "a@", "a b@c", "<a@b", "*******", "***@***", &"a@".repeat(600)] {
            assert!(!is_valid(id), "{id}");
        }
    }
}
