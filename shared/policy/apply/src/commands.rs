//! The commands by which people go on: complete, so that they can be pasted.

use std::fmt::Write;

use mailtrail_plain_text::shell_word;

use crate::error::{ApplyError, Next};

/// What the commands have to be called with, to work in the same account and archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commands {
    account: String,
    archive: String,
}

impl Commands {
    /// With the options that say which account and Region, and those that say which archive: names and values.
    pub fn new(account: &[(&str, &str)], archive: &[(&str, &str)]) -> Self {
        Self { account: option_words(account), archive: option_words(archive) }
    }

    /// One of them.
    pub fn line(&self, next: Next<'_>) -> String {
        let Self { account, archive } = self;
        match next {
            // The id of a journal is the name of a folder, which others may have chosen.
            Next::Resume(journal) => {
                format!("mailtrail policy apply --resume {}{archive}{account}", shell_word(journal))
            }
            Next::RollBack(journal) => {
                format!("mailtrail policy rollback {}{archive}{account}", shell_word(journal))
            }
            Next::Plan => format!("mailtrail policy plan --output plan.json{account}"),
        }
    }

    /// Those by which people can go on after an error, in the order in which they are best tried.
    pub fn of(&self, error: &ApplyError) -> Vec<String> {
        error.next().into_iter().map(|next| self.line(next)).collect()
    }

    /// What went wrong, with the commands by which people can go on.
    pub fn advise(&self, error: &ApplyError) -> String {
        error.next().into_iter().fold(error.to_string(), |text, next| {
            let what = match next {
                Next::Resume(_) => "resume it with",
                Next::RollBack(_) => "roll it back with",
                Next::Plan => "create a plan with",
            };
            format!("{text}; {what}: {}", self.line(next))
        })
    }
}

/// Options with their values, each with a space in front.
pub fn option_words(given: &[(&str, &str)]) -> String {
    given.iter().fold(String::new(), |mut line, (name, value)| {
        // A `String` takes every write.
        let _infallible = write!(line, " {name} {}", shell_word(value));
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::JournalError;

    #[test]
    fn a_command_has_all_that_it_has_to_be_called_with_each_a_word_of_the_shell() {
        let commands = Commands::new(&[("--region", "eu-west-1")], &[("--archive", "my archive")]);
        let error = ApplyError::Journal(JournalError::InUse("J".to_owned()));
        let said = commands.advise(&error);
        for line in [
            "resume it with: mailtrail policy apply --resume J --archive 'my archive' --region eu-west-1",
            "roll it back with: mailtrail policy rollback J --archive 'my archive' --region eu-west-1",
        ] {
            assert!(said.contains(line), "{said}");
        }
        assert_eq!(commands.line(Next::Plan), "mailtrail policy plan --output plan.json --region eu-west-1");
    }
}
