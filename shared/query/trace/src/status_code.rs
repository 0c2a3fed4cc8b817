//! Enhanced mail system status codes in plain words.
//!
//! `class.subject.detail` ([RFC 3463](https://www.rfc-editor.org/rfc/rfc3463), with the
//! [registry](https://www.iana.org/assignments/smtp-enhanced-status-codes/) that RFC 5248 opened).

use std::borrow::Cow;

/// An enhanced status code, such as `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusCode {
    class: u8,
    subject: u16,
    detail: u16,
}

impl StatusCode {
    /// A code that is the whole text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let class = match parts.next()? {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            _ => return None,
        };
        let mut number = || {
            let digits = parts.next()?;
            let is_number =
                (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            let is_canonical = digits == "0" || !digits.starts_with('0');
            (is_number && is_canonical).then(|| digits.parse::<u16>().ok()).flatten()
        };
        let code = Self { class, subject: number()?, detail: number()? };
        parts.next().is_none().then_some(code)
    }

    /// The first code among the words of an answer such as `550 5.1.1 user unknown`, as it stands there.
    pub fn find(answer: &str) -> Option<&str> {
        let is_edge = |c: char| c.is_whitespace() || "()[]<>#,;:".contains(c);
        answer.split(is_edge).find(|word| Self::parse(word).is_some())
    }

    /// What the code says, as a sentence; where the registry has no such detail, what its subject says.
    ///
    /// ```
    /// let code = mailtrail_trace::StatusCode::parse("4.2.2").unwrap();
    /// assert_eq!(code.sentence(), "The mailbox is full. The sender tries again.");
    /// ```
    pub fn sentence(self) -> Cow<'static, str> {
        let text = self.detail_text().or_else(|| self.subject_text());
        match (text, self.class) {
            (Some(text), 4) => Cow::Owned(format!("{text} The sender tries again.")),
            (Some(text), _) => Cow::Borrowed(text),
            (None, 2) => Cow::Borrowed("It succeeded."),
            (None, 4) => Cow::Borrowed("It failed for now. The sender tries again."),
            (None, _) => Cow::Borrowed("It failed permanently."),
        }
    }

    /// What usually helps, as a sentence; nothing where that depends on what the other side says.
    pub fn advice(self) -> Option<&'static str> {
        Some(match (self.class, self.subject, self.detail) {
            (2, ..) => return None,
            (_, 1, 1 | 3 | 4) => {
                "Check the address: a typing error is the usual cause; ask the recipient in another way."
            }
            (_, 1, 2 | 10) => {
                "Check the domain after the @: whether it exists, and whether it has an MX record."
            }
            (_, 1, 6) => "Ask the recipient for the new address.",
            (_, 1, 7 | 8) => "Check the sender's address, and that its domain has an MX record.",
            (_, 2, 1) => "Ask the recipient's administrator to switch the mailbox on again.",
            (_, 2, 2) => "The recipient, or its administrator, must make room; then send it again.",
            (_, 2, 3) | (_, 3, 4) => "Send the attachment in another way, such as a link.",
            (4, ..) => "Wait: it is tried again for up to five days.",
            (_, 4, 4) => "Ask the recipient's administrator to check the MX records of the domain.",
            (_, 4, 6) => "Look for forwarding rules that point at each other.",
            (_, 4, 7) => "Send it again; if that fails too, ask the recipient's administrator.",
            (_, 5, 3) => "Send it to fewer recipients at a time.",
            (_, 7, 1) => {
                "Check whether your domain or its servers are on a block list, and SPF, DKIM and DMARC of the domain."
            }
            (_, 7, 2) => "Ask the owner of the list for the right to write to it.",
            (_, 7, 20..=22) => "Switch DKIM on for the sender's domain, and check its records in DNS.",
            (_, 7, 23 | 24) => {
                "Check that the SPF record of the sender's domain includes the servers that send."
            }
            (_, 7, 26) => "Check SPF, DKIM and DMARC of the sender's domain.",
            (_, 7, 28) => "Send less at a time, and check whether an account sends what it should not.",
            _ => return None,
        })
    }

    fn detail_text(self) -> Option<&'static str> {
        Some(match (self.class, self.subject, self.detail) {
            (2, 1, 5) => "The address is valid.",
            (2, 1, 9) => "It was passed to a system that does not report.",
            (2, 3, 6) => "Its priority was changed.",
            (2, ..) => return None,
            (_, 0, _) => "The other side gave no reason.",
            (_, 1, 1) => "There is no such mailbox in that domain.",
            (_, 1, 2) => "The domain does not exist, or takes no mail.",
            (_, 1, 3) => "The address is written wrongly.",
            (_, 1, 4) => "The address fits several recipients.",
            (_, 1, 6) => "The mailbox has moved, and left no new address.",
            (_, 1, 7) => "The sender's address is written wrongly.",
            (_, 1, 8) => "The sender's domain does not exist, or takes no replies.",
            (_, 1, 10) => "The domain says that it takes no mail at all (null MX).",
            (_, 2, 1) => "The mailbox is switched off.",
            (_, 2, 2) => "The mailbox is full.",
            (_, 2, 3) => "The message is larger than this mailbox takes.",
            (_, 2, 4) => "The mailing list could not be expanded.",
            (_, 3, 1) => "The disk of the receiving system is full.",
            (_, 3, 2) => "The receiving system takes no mail at the moment.",
            (_, 3, 3) => "The receiving system lacks a feature that the message needs.",
            (_, 3, 4) => "The message is too big for the receiving system.",
            (_, 3, 5) => "The receiving system is set up wrongly.",
            (_, 4, 1) => "The receiving server did not answer.",
            (_, 4, 2) => "The connection broke.",
            (_, 4, 3) => "DNS or a directory did not answer.",
            (_, 4, 4) => "No route to the receiving system was found.",
            (_, 4, 5) => "The receiving system is overloaded.",
            (_, 4, 6) => "The message went in a circle.",
            (_, 4, 7) => "It took too long, and the sender gave up.",
            (_, 5, 1) => "The servers did not understand each other: invalid command.",
            (_, 5, 2) => "The servers did not understand each other: syntax error.",
            (_, 5, 3) => "The message has too many recipients.",
            (_, 5, 4) => "The servers did not understand each other: invalid arguments.",
            (_, 5, 5) => "The servers did not understand each other: wrong version.",
            (_, 5, 6) => "The servers did not understand each other: authentication data is too long.",
            (_, 6, 1) => "The receiving system does not support this type of content.",
            (_, 6, 2) => "The content needs a conversion that is forbidden.",
            (_, 6, 3) => "The content needs a conversion that is impossible.",
            (_, 6, 4) => "The content can be converted only with loss.",
            (_, 6, 5) => "The conversion of the content failed.",
            (_, 6, 6) => "The content of the message is not available.",
            (_, 6, 7..=10) => "The receiving system does not support addresses in other scripts.",
            (_, 7, detail) => return security_text(detail),
            _ => return None,
        })
    }

    fn subject_text(self) -> Option<&'static str> {
        if self.class == 2 {
            return None;
        }
        Some(match self.subject {
            1 => "Something is wrong with the address.",
            2 => "Something is wrong with the mailbox.",
            3 => "Something is wrong with the receiving system.",
            4 => "Something is wrong with the network.",
            5 => "The servers did not understand each other.",
            6 => "The content could not be handled.",
            7 => "It was refused for a reason of policy that the other side does not tell.",
            _ => return None,
        })
    }
}

/// Subject 7: security and policy.
fn security_text(detail: u16) -> Option<&'static str> {
    Some(match detail {
        1 => "The sender or the message was not accepted (policy, block list, spam).",
        2 => "The sender may not write to this list.",
        3 => "The security of the message needs a conversion that is impossible.",
        4 => "The receiving system lacks a security feature that the message needs.",
        5 => "A cryptographic operation failed.",
        6 => "A cryptographic algorithm is not supported.",
        7 => "The message was changed on its way.",
        8 => "The user name or the password is wrong.",
        9 => "The way of signing in is too weak.",
        10 => "The connection must be encrypted.",
        11 => "The way of signing in needs an encrypted connection.",
        12 => "A new password is needed.",
        13 => "The account is switched off.",
        14 => "A relationship of trust is required.",
        15 => "The priority of the message is too low.",
        16 => "The message is too big for its priority.",
        17 => "The mailbox has a new owner.",
        18 => "The domain has a new owner.",
        19 => "Whether the owner has changed could not be checked.",
        20 => "No DKIM signature passed.",
        21 => "No DKIM signature is acceptable.",
        22 => "No DKIM signature is of the author's domain.",
        23 => "SPF says that the sending server is not allowed.",
        24 => "SPF could not be checked.",
        25 => "The sending server's address has no reverse name.",
        26 => "Several authentication checks failed (usually DMARC).",
        27 => "The sender's domain takes no mail (null MX).",
        28 => "Too much mail comes from there.",
        29 => "ARC could not be validated.",
        30 => "The connection does not offer what REQUIRETLS asks for.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_three_numbers_without_leading_zeros() {
        for text in ["2.0.0", "4.1.1", "5.7.26", " 5.999.999 "] {
            assert!(StatusCode::parse(text).is_some(), "{text}");
        }
        for text in ["", "550", "5.1", "5.1.1.1", "3.1.1", "5.01.1", "5.1.1234", "5.a.1", "5..1", "+5.1.1"] {
            assert!(StatusCode::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_code_is_found_among_the_words_of_an_answer() {
        assert_eq!(StatusCode::find("550 5.1.1 user unknown"), Some("5.1.1"));
        assert_eq!(StatusCode::find("smtp; 552-5.2.2 (#5.2.2) full"), Some("5.2.2"));
        assert_eq!(StatusCode::find("refused by 192.0.2.1, 5.1.1.9"), None);
        assert_eq!(StatusCode::find("loop"), None);
    }

    #[test]
    fn what_usually_helps_fits_the_cause() {
        let advice = |text| StatusCode::parse(text).unwrap().advice().unwrap_or_default();
        assert!(advice("5.1.1").starts_with("Check the address"));
        assert!(advice("4.4.1").starts_with("Wait") && advice("4.2.2").contains("make room"));
        assert_eq!((advice("2.1.5"), advice("5.7.0")), ("", ""));
    }

    #[test]
    fn an_unknown_detail_says_what_its_subject_says() {
        let sentence = |text| StatusCode::parse(text).unwrap().sentence();
        assert_eq!(sentence("5.1.99"), "Something is wrong with the address.");
        assert_eq!(
            sentence("5.7.99"),
            "It was refused for a reason of policy that the other side does not tell."
        );
        assert_eq!(sentence("5.9.1"), "It failed permanently.");
        assert_eq!(sentence("4.4.1"), "The receiving server did not answer. The sender tries again.");
        assert_eq!(sentence("2.9.9"), "It succeeded.");
        assert_eq!(sentence("2.1.5"), "The address is valid.");
    }
}
