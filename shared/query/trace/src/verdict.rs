//! The verdicts on mail that arrived, in plain words.
//!
//! WorkMail logs what SES found
//! (<https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html>). `GRAY` is no suspicion: most
//! often it means that there was nothing to check.

use serde::Serialize;

/// What was found when a message arrived, in the log's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Verdicts {
    /// Spam filter.
    pub spam: Option<String>,
    /// Sender Policy Framework.
    pub spf: Option<String>,
    /// DomainKeys Identified Mail.
    pub dkim: Option<String>,
    /// Domain-based Message Authentication.
    pub dmarc: Option<String>,
    /// What was done, or what the sender's domain asks for, where DMARC fails: `NONE`, `QUARANTINE`, `REJECT`.
    pub dmarc_policy: Option<String>,
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictKind {
    /// Spam filter.
    Spam,
    /// Sender Policy Framework.
    Spf,
    /// DomainKeys Identified Mail.
    Dkim,
    /// Domain-based Message Authentication.
    Dmarc,
}

impl VerdictKind {
    /// What it is called: `SPF`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Spf => "SPF",
            Self::Dkim => "DKIM",
            Self::Dmarc => "DMARC",
        }
    }

    /// What a verdict says, as a sentence; nothing for a word that SES does not document.
    pub fn sentence(self, verdict: &str) -> Option<&'static str> {
        use VerdictKind::{Dkim, Dmarc, Spam, Spf};
        Some(match (self, verdict.to_ascii_uppercase().as_str()) {
            (Spam, "PASS") => "It is unlikely to be spam.",
            (Spam, "FAIL") => "It is likely to be spam.",
            (Spam, "GRAY") => "The spam filter is unsure.",
            (Spam, "PROCESSING_FAILED") => "It could not be checked for spam.",
            (Spf, "PASS") => "SPF allows the sending server.",
            (Spf, "FAIL") => "SPF does not allow the sending server; forwarding does this, too.",
            (Spf, "GRAY") => "SPF says nothing certain: there is none, or it is softfail or neutral.",
            (Spf, "PROCESSING_FAILED") => "SPF could not be checked.",
            (Dkim, "PASS") => "Its DKIM signature is valid, and of the sender's domain.",
            (Dkim, "FAIL") => "Its DKIM signature is invalid; mailing lists do this, too.",
            (Dkim, "GRAY") => "It has no DKIM signature, or one of another domain.",
            (Dkim, "PROCESSING_FAILED") => "DKIM could not be checked.",
            (Dmarc, "PASS") => "DMARC passed.",
            (Dmarc, "FAIL") => "DMARC failed: neither SPF nor DKIM vouches for the sender's domain.",
            (Dmarc, "GRAY") => "The sender's domain has no DMARC policy, or asks for nothing.",
            (Dmarc, "PROCESSING_FAILED") => "DMARC could not be checked.",
            _ => return None,
        })
    }
}

impl Verdicts {
    /// Fills what is not known yet.
    pub(crate) fn or(&mut self, other: &Self) {
        let fill = |mine: &mut Option<String>, other: &Option<String>| {
            if mine.is_none() {
                mine.clone_from(other);
            }
        };
        fill(&mut self.spam, &other.spam);
        fill(&mut self.spf, &other.spf);
        fill(&mut self.dkim, &other.dkim);
        fill(&mut self.dmarc, &other.dmarc);
        fill(&mut self.dmarc_policy, &other.dmarc_policy);
    }

    /// Kind and word of each verdict that was logged.
    pub fn iter(&self) -> impl Iterator<Item = (VerdictKind, &str)> {
        let all = [
            (VerdictKind::Spam, &self.spam),
            (VerdictKind::Spf, &self.spf),
            (VerdictKind::Dkim, &self.dkim),
            (VerdictKind::Dmarc, &self.dmarc),
        ];
        all.into_iter().filter_map(|(kind, word)| Some((kind, word.as_deref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_word_has_a_sentence_in_any_case() {
        for kind in [VerdictKind::Spam, VerdictKind::Spf, VerdictKind::Dkim, VerdictKind::Dmarc] {
            for word in ["PASS", "fail", "GRAY", "PROCESSING_FAILED"] {
                assert!(kind.sentence(word).is_some(), "{kind:?} {word}");
            }
            assert_eq!(kind.sentence("MAYBE"), None);
        }
    }
}
