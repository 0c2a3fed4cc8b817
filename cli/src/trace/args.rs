//! The arguments of `mailtrail trace`.

use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use mailtrail_clock::{Time, parse_duration};
use mailtrail_config::settings;
use mailtrail_trace::{Direction, Query, RecipientStatus};

use crate::args::jobs;
use crate::output::Zone;
use crate::reading::{ArchivesArgs, RangeArgs};

#[derive(Debug, Args)]
pub(crate) struct TraceArgs {
    /// A message of the last list by its number: shows its journey. Or an address: as --participant
    #[arg(value_name = "N|ADDRESS")]
    pub(super) what: Option<What>,
    #[command(flatten)]
    pub(super) archives: ArchivesArgs,
    #[command(flatten)]
    pub(super) times: RangeArgs,
    /// How many objects to work on at a time, up to 64 [default: the processors; 64 in S3]
    #[arg(long, value_name = "N", value_parser = jobs())]
    pub(super) jobs: Option<usize>,
    #[command(flatten)]
    pub(super) filter: FilterArgs,
    #[command(flatten)]
    pub(super) interpretation: InterpretationArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which messages: all that is given must hold")]
pub(super) struct FilterArgs {
    /// From this address, or sent on its behalf: an address, a part of one, or a domain
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// To this address, or sent on to it by a rule
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// From or to this address
    #[arg(long, value_name = "ADDRESS")]
    participant: Option<String>,
    /// A part of the subject
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// The Message-ID, with < > or without
    #[arg(long, value_name = "ID")]
    message_id: Option<String>,
    /// The trace id of a leg
    #[arg(long, value_name = "ID")]
    trace_id: Option<String>,
    /// What became of it for one of the recipients
    #[arg(long, value_name = "STATUS", value_parser = status())]
    status: Option<RecipientStatus>,
    /// The direction, seen from the organization
    #[arg(long, value_name = "DIRECTION", value_parser = direction())]
    direction: Option<Direction>,
    /// Copies for the journal, too
    #[arg(long)]
    pub(super) journal: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Interpretation of events")]
pub(super) struct InterpretationArgs {
    /// How far apart the legs of one message may begin, as in 12h or 5d
    #[arg(long, value_name = "DURATION", default_value = "5d", value_parser = parse_duration)]
    pub(super) window: Duration,
    /// A mail domain of yours: mail between such domains is internal; may be repeated
    #[arg(long = "internal-domain", value_name = "DOMAIN", env = settings::INTERNAL_DOMAINS.name,
          hide_env_values = true, value_delimiter = ',')]
    pub(super) internal_domains: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How to show it")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct OutputArgs {
    /// The journey of each message instead of a line
    #[arg(long, conflicts_with_all = ["csv", "count", "group_by"])]
    pub(super) detail: bool,
    /// Only the latest N messages [default: 100 in the list, all in --json and --csv]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) limit: Option<u32>,
    /// One JSON object for each message, one per line
    #[arg(long)]
    pub(super) json: bool,
    /// CSV with a header line, a row for each recipient; a cell that a spreadsheet would read as a formula starts with a '
    #[arg(long, conflicts_with = "json")]
    pub(super) csv: bool,
    /// Only how many messages there are
    #[arg(long, conflicts_with_all = ["csv", "group_by", "limit"])]
    pub(super) count: bool,
    /// How many messages and recipients there are of each
    #[arg(long, value_name = "WHAT", conflicts_with = "limit")]
    pub(super) group_by: Option<GroupBy>,
    /// The time zone of times: Europe/Berlin, UTC, local [default: local on a terminal, else UTC; --json is in UTC]
    #[arg(long, value_name = "ZONE", conflicts_with = "json")]
    pub(super) tz: Option<Zone>,
}

/// What messages are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GroupBy {
    /// What became of it for a recipient
    Status,
    /// The address that it is from
    Sender,
    /// The domain of that address
    Domain,
    /// The address that it is to
    Recipient,
    /// The day of its first event
    Day,
}

/// What the argument without a name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A message of the last list.
    Number(usize),
    Address(String),
    MessageId(String),
}

impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with('<') && text.ends_with('>') {
            return Ok(Self::MessageId(text.to_owned()));
        }
        if text.contains('@') {
            return Ok(Self::Address(text.to_owned()));
        }
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| is_number && *number > 0);
        number.map(Self::Number).ok_or_else(|| {
            "expected the number of a message in the last list, or an address; a part of one goes to \
             --participant, words of the subject to --subject"
                .to_owned()
        })
    }
}

fn status() -> impl TypedValueParser<Value = RecipientStatus> {
    let find = |text: String| RecipientStatus::ALL.into_iter().find(|status| status.as_str() == text);
    PossibleValuesParser::new(RecipientStatus::ALL.map(RecipientStatus::as_str))
        .try_map(move |text| find(text).ok_or("unknown status"))
}

fn direction() -> impl TypedValueParser<Value = Direction> {
    const ALL: [Direction; 5] =
        [Direction::Inbound, Direction::Outbound, Direction::Internal, Direction::Mixed, Direction::Unknown];
    let find = |text: String| ALL.into_iter().find(|direction| direction.as_str() == text);
    PossibleValuesParser::new(ALL.map(Direction::as_str))
        .try_map(move |text| find(text).ok_or("unknown direction"))
}

impl TraceArgs {
    /// Fills in what follows from the clock, and checks what one argument says about another.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        match &self.what {
            Some(What::Address(_)) if self.filter.participant.is_some() => {
                return Err("an address as well as --participant: give one of them".to_owned());
            }
            Some(What::MessageId(_)) if self.filter.message_id.is_some() => {
                return Err("a Message-ID as well as --message-id: give one of them".to_owned());
            }
            Some(What::Number(_))
                if self.output.csv || self.output.count || self.output.group_by.is_some() =>
            {
                return Err(
                    "a number shows the journey of one message: --csv, --count and --group-by are of lists"
                        .to_owned(),
                );
            }
            _ => {}
        }
        let texts = [
            ("--from", &self.filter.from),
            ("--to", &self.filter.to),
            ("--participant", &self.filter.participant),
            ("--subject", &self.filter.subject),
            ("--message-id", &self.filter.message_id),
            ("--trace-id", &self.filter.trace_id),
        ];
        if let Some((option, _)) =
            texts.into_iter().find(|(_, text)| text.as_ref().is_some_and(|text| text.trim().is_empty()))
        {
            return Err(format!("{option} has no value, and would find everything"));
        }
        self.archives.check()?;
        self.times.complete(now)
    }

    /// What is asked.
    pub(super) fn query(&self) -> Query {
        let filter = &self.filter;
        let (address, id) = match &self.what {
            Some(What::Address(address)) => (Some(address.clone()), None),
            Some(What::MessageId(id)) => (None, Some(id.clone())),
            Some(What::Number(_)) | None => (None, None),
        };
        Query {
            from: filter.from.clone(),
            to: filter.to.clone(),
            participant: filter.participant.clone().or(address),
            subject: filter.subject.clone(),
            message_id: filter.message_id.clone().or(id),
            trace_id: filter.trace_id.clone(),
            status: filter.status,
            direction: filter.direction,
        }
    }
}
