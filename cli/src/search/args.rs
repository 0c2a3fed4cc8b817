//! The arguments of `mailtrail search`.

use clap::Args;
use mailtrail_config::{DecodedLimit, settings};
use mailtrail_filter_pattern::{FilterPattern, ParseError};

use crate::args::jobs;
use crate::reading::ReadArgs;

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// A filter pattern of CloudWatch Logs [default: matches every event]
    #[arg(long, value_name = "PATTERN", default_value = "", hide_default_value = true, value_parser = pattern,
          allow_hyphen_values = true)]
    pub(super) filter_pattern: FilterPattern,
    #[command(flatten)]
    pub(crate) reading: ReadArgs,
    /// Only events of this log group
    #[arg(long, value_name = "NAME")]
    pub(super) log_group: Option<String>,
    /// Sort by time: all matching events are kept in memory until the end
    #[arg(long)]
    pub(super) sort: bool,
    /// Print one JSON object a line: id, timestamp (ms since 1970), logGroup, logStream, message
    #[arg(long)]
    pub(super) json: bool,
    /// The number of objects to read at a time, up to 64
    #[arg(long, value_name = "N", default_value = "4",
          value_parser = jobs())]
    pub(super) jobs: usize,
    /// The largest decoded payload to search, such as 64MiB or 1GiB; larger ones are reported as unreadable
    #[arg(long, value_name = "SIZE", env = settings::DECODED_LIMIT.name, hide_env_values = true,
          default_value = DecodedLimit::DEFAULT_TEXT)]
    pub(super) decoded_limit: DecodedLimit,
}

fn pattern(text: &str) -> Result<FilterPattern, String> {
    FilterPattern::parse(text).map_err(|error| show(text, &error))
}

/// The error with the pattern on one line, and a caret under the position.
fn show(text: &str, error: &ParseError) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("{error}\n\n  {line}\n{:>column$}", '^', column = error.position() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_the_character_that_is_wrong() {
        let said = pattern("{ $.errorCode EXISTS }").unwrap_err();
        let [.., line, caret] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
        assert_eq!(line, "  { $.errorCode EXISTS }");
        assert_eq!(caret.find('^'), line.find("EXISTS"));
    }

    #[test]
    fn a_pattern_of_several_lines_is_shown_in_one() {
        let said = pattern("{ $.a = 1\n&& }").unwrap_err();
        let [.., line, caret] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
        assert_eq!(line, "  { $.a = 1 && }");
        assert_eq!(caret.find('^'), line.find('}'));
    }
}
