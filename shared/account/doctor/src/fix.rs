//! What to do about a finding: commands that can be pasted, and words where no command does it.
//!
//! Every value in a command is a name that others chose, and of a snapshot file any text at all: it is written with
//! [`word`], so that it stays one argument.

use std::borrow::Cow;

use mailtrail_plain_text::shell_word;

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fix {
    /// What to do, in words; empty where the commands say it all.
    pub advice: String,
    /// Commands for a POSIX shell, in this order, each on one line.
    pub commands: Vec<String>,
}

impl Fix {
    /// Commands that need words.
    pub(crate) fn steps(advice: impl Into<String>, commands: impl IntoIterator<Item = String>) -> Self {
        Self { advice: advice.into(), commands: commands.into_iter().collect() }
    }

    /// Words alone, which may begin with a name.
    pub(crate) fn advice(advice: impl Into<String>) -> Self {
        Self { advice: advice.into(), commands: Vec::new() }
    }

    /// All of it on one line: the words, else the commands, each after the success of the one before.
    pub fn line(&self) -> Cow<'_, str> {
        if self.advice.is_empty() { Cow::from(self.commands.join(" && ")) } else { Cow::from(&self.advice) }
    }
}

/// Text that begins with the name of a program is a command.
impl From<String> for Fix {
    fn from(text: String) -> Self {
        if ["aws ", "mailtrail "].iter().any(|program| text.starts_with(program)) {
            Self { advice: String::new(), commands: vec![text] }
        } else {
            Self::advice(text)
        }
    }
}

impl From<&str> for Fix {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A word for the shell, quoted where it needs to be. A control character, which no name of AWS has, becomes U+FFFD: a
/// command is one line, and does nothing to a terminal.
pub(crate) fn word(text: &str) -> String {
    shell_word(&text.replace(char::is_control, "\u{fffd}")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_from_words() {
        assert_eq!(Fix::from("aws s3 ls").commands, ["aws s3 ls"]);
        assert_eq!(Fix::from("mailtrail doctor").line(), "mailtrail doctor");
        assert_eq!(Fix::from("send a message").advice, "send a message");
        assert_eq!(Fix::advice("aws a is a name").advice, "aws a is a name");
        let both = Fix::steps("replace it:", ["aws a".to_owned(), "aws b".to_owned()]);
        assert_eq!((both.line().as_ref(), both.commands.len()), ("replace it:", 2));
        assert_eq!(Fix::steps("", both.commands).line(), "aws a && aws b");
    }

    #[test]
    fn a_word_is_one_word_and_one_line() {
        assert_eq!(word("x; rm -rf ~"), "'x; rm -rf ~'");
        assert_eq!(word("a\nb\u{1b}[2J"), "'a\u{fffd}b\u{fffd}[2J'");
    }
}
