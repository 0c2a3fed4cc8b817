//! Addresses as mail systems write them, and the form in which two of them are compared.
//!
//! A log has display names, comments, quoted local parts, domains in other scripts, the null sender, names without a
//! domain, and the asterisks of a data protection policy
//! ([RFC 5322](https://www.rfc-editor.org/rfc/rfc5322#section-3.4),
//! [RFC 6531](https://www.rfc-editor.org/rfc/rfc6531), [UTS 46](https://www.unicode.org/reports/tr46/)). The local part is
//! case-sensitive by RFC 5321; no mail system in practice tells two mailboxes apart by it, WorkMail included.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::header_text;

/// An address, and the display name beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mailbox {
    /// The address.
    pub address: Address,
    /// The display name, where there is one.
    pub name: Option<String>,
}

/// An address without display name, quotes that mean nothing, and angle brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    text: String,
    key: String,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// A local part and a domain.
    Full,
    /// `<>`: the sender of bounces.
    Null,
    /// Asterisks of a data protection policy. Equal ones need not be equal addresses.
    Masked,
    /// Text without an address, such as `MAILER-DAEMON`.
    Other,
}

impl Mailbox {
    /// What stands in an address field; nothing where it is empty.
    ///
    /// ```
    /// let mailbox = mailtrail_trace::Mailbox::parse("\"Lima, Ana\" <Ana@Example.COM>").unwrap();
    /// assert_eq!(mailbox.address.as_str(), "Ana@example.com");
    /// assert_eq!(mailbox.address.key(), "ana@example.com");
    /// assert_eq!(mailbox.name.as_deref(), Some("Lima, Ana"));
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let Some((before, inside)) = last_brackets(text) else {
            return Some(Self { address: Address::parse(text), name: None });
        };
        let name = header_text::decoded(&unquoted(before.trim()));
        let name = Some(name).filter(|name| !name.is_empty());
        Some(Self { address: Address::parse(inside), name })
    }
}

impl Address {
    /// An address without display name; text that has none stays as it is.
    pub fn parse(text: &str) -> Self {
        let text = without_comments(text);
        let text = text.trim();
        if text.is_empty() {
            return Self { text: "<>".into(), key: "<>".into(), form: Form::Null };
        }
        if is_masked(text) {
            return Self { text: text.into(), key: text.into(), form: Form::Masked };
        }
        let route_end = text.starts_with('@').then(|| text.find(':')).flatten();
        let text = route_end.map_or(text, |end| &text[end + 1..]);
        match full(text) {
            Some((local, domain)) => {
                let key = format!("{}@{}", folded(&local), ascii_domain(domain));
                let text = format!("{local}@{}", domain.trim_end_matches('.').to_lowercase());
                Self { text, key, form: Form::Full }
            }
            None => Self { text: text.into(), key: folded(text), form: Form::Other },
        }
    }

    /// As it is shown: bare, the domain in lower case.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As it is compared: lower case, composed characters, the domain in ASCII.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether a data protection policy has hidden it.
    pub fn is_masked(&self) -> bool {
        self.form == Form::Masked
    }

    /// The domain in ASCII and lower case, as it is compared; nothing where there is no address.
    pub fn domain(&self) -> Option<&str> {
        let (_, domain) = self.key.rsplit_once('@').filter(|_| self.form == Form::Full)?;
        Some(domain)
    }

    /// Whether it names someone, so that an equal one is the same: an address, or the null sender.
    pub fn is_identity(&self) -> bool {
        matches!(self.form, Form::Full | Form::Null)
    }
}

/// A part of an address as people type it, in every form in which [`Address::key`] may have it.
pub(crate) fn needles(part: &str) -> Vec<String> {
    let part = part.trim();
    let bare = last_brackets(part).map_or(part, |(_, inside)| inside);
    let address = Address::parse(bare);
    let mut needles = vec![folded(bare), address.key];
    if !bare.is_ascii() {
        let (local, domain) = bare.rsplit_once('@').map_or(("", bare), |(local, domain)| (local, domain));
        let at = if bare.contains('@') { "@" } else { "" };
        needles.push(format!("{}{at}{}", folded(local), ascii_domain(domain)));
    }
    needles.retain(|needle| !needle.is_empty() && needle != "<>");
    needles.sort();
    needles.dedup();
    needles
}

/// Lower case and composed characters (NFC), for comparisons.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(&text.to_lowercase()).into_owned()
}

/// The domain in ASCII (A-labels), without a dot at its end; a literal such as `[192.0.2.1]` as text.
fn ascii_domain(domain: &str) -> String {
    let domain = domain.trim_end_matches('.');
    if domain.starts_with('[') {
        return domain.to_ascii_lowercase();
    }
    idna::domain_to_ascii(domain).unwrap_or_else(|_| folded(domain))
}

/// The text before the last angle brackets outside quotes and comments, and the text in them.
fn last_brackets(text: &str) -> Option<(&str, &str)> {
    let (mut start, mut last) = (None, None);
    for (at, character) in unquoted_characters(text) {
        match character {
            '<' => start = Some(at),
            '>' => last = start.take().map(|start| (start, at)).or(last),
            _ => {}
        }
    }
    let (start, end) = last.or_else(|| {
        // Where a quote has no end, the brackets count all the same.
        let start = text.rfind('<')?;
        Some((start, start + text[start..].find('>')?))
    })?;
    Some((&text[..start], &text[start + 1..end]))
}

/// The characters outside quoted strings and comments, with their positions.
fn unquoted_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut is_quoted, mut depth, mut is_escaped) = (false, 0_usize, false);
    text.char_indices().filter(move |&(_, character)| {
        if std::mem::take(&mut is_escaped) {
            return false;
        }
        match character {
            '\\' if is_quoted || depth > 0 => is_escaped = true,
            '"' if depth == 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ => return !is_quoted && depth == 0,
        }
        false
    })
}

fn without_comments(text: &str) -> String {
    if !text.contains('(') {
        return text.to_owned();
    }
    let (mut kept, mut depth, mut is_quoted) = (String::new(), 0_usize, false);
    for character in text.chars() {
        match character {
            '"' if depth == 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            kept.push(character);
        }
    }
    kept
}

/// The whole of it, or its local part.
fn is_masked(text: &str) -> bool {
    let local = text.rsplit_once('@').map_or(text, |(local, _)| local);
    let is_mask = |text: &str| text.len() > 1 && text.bytes().all(|byte| byte == b'*');
    is_mask(local) || (!text.contains('@') && text.contains("**"))
}

/// Local part, without quotes that it does not need, and domain.
fn full(text: &str) -> Option<(String, &str)> {
    let (local, domain) = text.rsplit_once('@')?;
    let is_literal = domain.starts_with('[') && domain.ends_with(']');
    if domain.is_empty() || !(is_literal || domain.chars().all(is_plain)) {
        return None;
    }
    if let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let content = unescaped(quoted);
        let needs_quotes = content.is_empty() || !content.chars().all(is_plain);
        return Some((if needs_quotes { format!("\"{quoted}\"") } else { content }, domain));
    }
    (!local.is_empty() && local.chars().all(is_plain)).then(|| (local.to_owned(), domain))
}

/// What needs no quotes.
fn is_plain(character: char) -> bool {
    !(character.is_whitespace() || character.is_control() || "()<>[]:;@\\,\"".contains(character))
}

fn unquoted(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or_else(|| name.to_owned(), unescaped)
}

fn unescaped(quoted: &str) -> String {
    let (mut text, mut is_escaped) = (String::new(), false);
    for character in quoted.chars() {
        if character == '\\' && !is_escaped {
            is_escaped = true;
        } else {
            text.push(character);
            is_escaped = false;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, String, Option<String>) {
        let Mailbox { address, name } = Mailbox::parse(text).unwrap();
        (address.text, address.key, name)
    }

    #[test]
    fn every_form_of_an_address_has_one_key() {
        for text in [
            "ana@example.com",
            " <ANA@Example.COM> ",
            "Ana Lima <ana@example.com.>",
            "\"Lima, <Ana>\" <ana@EXAMPLE.com>",
            "\"ana\"@example.com",
            "ana@example.com (Ana at work)",
            "<@relay.example.net,@b.example.net:ana@example.com>",
            "\"unclosed <ana@example.com>",
        ] {
            assert_eq!(parsed(text).1, "ana@example.com", "{text}");
        }
        assert_ne!(parsed("ana+lists@example.com").1, "ana@example.com");
        assert_ne!(parsed("a.na@example.com").1, "ana@example.com");
    }

    #[test]
    fn a_domain_in_another_script_is_compared_in_ascii_and_shown_as_written() {
        let (text, key, _) = parsed("Jürgen@BÜCHER.example.com");
        assert_eq!((&*text, &*key), ("Jürgen@bücher.example.com", "jürgen@xn--bcher-kva.example.com"));
        assert_eq!(parsed("jürgen@xn--bcher-kva.example.com").1, key);
        // The same letter, composed of two characters.
        assert_eq!(parsed("ju\u{308}rgen@bücher.example.com").1, key);
        assert_eq!(parsed("用户@例子.example.net").1, "用户@xn--fsqu00a.example.net");
    }

    #[test]
    fn quotes_stay_where_they_are_needed() {
        assert_eq!(parsed("\"a b\"@example.org").0, "\"a b\"@example.org");
        assert_eq!(parsed("\"a@b\"@example.org").1, "\"a@b\"@example.org");
        assert_eq!(parsed("ops@[192.0.2.25]").0, "ops@[192.0.2.25]");
    }

    #[test]
    fn what_is_not_an_address_names_no_one() {
        for (text, form) in [
            ("<>", Form::Null),
            ("***************", Form::Masked),
            ("Ana <*****>", Form::Masked),
            ("*****@example.com", Form::Masked),
            ("MAILER-DAEMON", Form::Other),
            ("undisclosed-recipients:;", Form::Other),
            ("a@example.com, b@example.com", Form::Other),
            ("root@localhost", Form::Full),
        ] {
            assert_eq!(Mailbox::parse(text).unwrap().address.form, form, "{text}");
        }
        assert_eq!(Mailbox::parse(" "), None);
    }

    #[test]
    fn a_part_is_found_in_every_form_of_it() {
        let key = parsed("Jürgen@bücher.example.com").1;
        for part in
            ["jürgen", "BÜCHER.example.com", "Jürgen@bücher.example.com", "xn--bcher-kva", "EXAMPLE.COM"]
        {
            assert!(needles(part).iter().any(|needle| key.contains(needle.as_str())), "{part}");
        }
    }
}
