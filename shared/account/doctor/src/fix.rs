//! What to do about a finding: commands that can be pasted, and words where no command does it.

use std::borrow::Cow;

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
            Self { advice: text, commands: Vec::new() }
        }
    }
}

impl From<&str> for Fix {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A word for the shell, quoted where it needs to be: names of filters and documents may hold any character.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    shell_words::quote(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_from_words() {
        assert_eq!(Fix::from("aws s3 ls").commands, ["aws s3 ls"]);
        assert_eq!(Fix::from("mailtrail doctor").line(), "mailtrail doctor");
        assert_eq!(Fix::from("send a message").advice, "send a message");
        let both = Fix::steps("replace it:", ["aws a".to_owned(), "aws b".to_owned()]);
        assert_eq!((both.line().as_ref(), both.commands.len()), ("replace it:", 2));
        assert_eq!(Fix::steps("", both.commands).line(), "aws a && aws b");
    }

    #[test]
    fn no_name_can_add_a_command() {
        assert_eq!(word("mail trail'; rm -rf ~"), r"'mail trail'\''; rm -rf ~'");
        assert_eq!(word("mailtrail"), "mailtrail");
    }
}
