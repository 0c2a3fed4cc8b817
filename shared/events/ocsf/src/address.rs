//! E-mail addresses as OCSF accepts them (`email_t`): ASCII, a local part, a domain with a dot.
//!
//! What mail systems put where an address belongs is more than that: display names, `<>`,
//! `MAILER-DAEMON`, `root@localhost`, addresses in other scripts, asterisks of a data-protection policy.

/// Whether OCSF's `email_t` accepts the text.
pub fn is_email_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let Some((label, rest)) = domain.split_once('.') else { return false };
    !local.is_empty()
        && local.bytes().all(is_local)
        && !label.is_empty()
        && label.bytes().all(is_label)
        && !rest.is_empty()
        && rest.bytes().all(|byte| is_label(byte) || byte == b'.')
}

/// The address in a mailbox such as `Ana <ana@example.com>`, or the text itself where it is one.
pub fn mailbox_address(mailbox: &str) -> Option<&str> {
    let text = mailbox.trim();
    if is_email_address(text) {
        return Some(text);
    }
    let (_, after) = text.rsplit_once('<')?;
    let (address, rest) = after.split_once('>')?;
    let address = address.trim();
    (rest.trim().is_empty() && is_email_address(address)).then_some(address)
}

/// The schema's class for the local part; its `+-/` is a range, so the comma is in it.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+,-./=?^_`{|}~".contains(&byte)
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_addresses_with_a_dotted_domain_are_addresses() {
        for good in ["ana@example.com", "a.b+c@mail.example.org", "o'hara@example-1.net"] {
            assert!(is_email_address(good), "{good}");
        }
        let bad = [
            "",
            "<>",
            "MAILER-DAEMON",
            "root@localhost",
            "ana@@example.com",
            "ana@.com",
            "ana@example.",
            "Ana <ana@example.com>",
            "ana@exämple.com",
            "änä@example.com",
            "*****",
            "a b@example.com",
        ];
        for text in bad {
            assert!(!is_email_address(text), "{text}");
        }
    }

    #[test]
    fn the_address_is_taken_out_of_a_mailbox() {
        assert_eq!(mailbox_address("Ana Lima <ana@example.com>"), Some("ana@example.com"));
        assert_eq!(mailbox_address("\"Lima, <Ana>\" < ana@example.com > "), Some("ana@example.com"));
        assert_eq!(mailbox_address(" ana@example.com "), Some("ana@example.com"));
        assert_eq!(mailbox_address("<>"), None);
        assert_eq!(mailbox_address("Ana <root@localhost>"), None);
        assert_eq!(mailbox_address("<ana@example.com> and more"), None);
    }
}
