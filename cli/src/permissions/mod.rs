//! `mailtrail permissions`: what must be allowed for the logs of a service to arrive.
//!
//! Nothing is asked of AWS and nothing is changed. stdout is what was asked for and can be piped on; what one
//! should know besides goes to stderr.

mod args;
mod print;

use anyhow::Error;
use mailtrail_permissions::{Catalogue, Documents, Setup, cloudformation, commands};

use args::Format;
pub(crate) use args::PermissionsArgs;

use crate::output::{self, Exit, LOOK, Words, paint};

pub(crate) fn run(args: &PermissionsArgs) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::embedded()?;
    if args.list {
        let text = if args.json { print::lines(&catalogue)? } else { print::table(&catalogue) };
        Words::Stdout.say(&text)?;
        return Ok(Exit::Done);
    }
    let setup = args.setup(&catalogue).map_err(Error::msg)?;
    let documents = Documents::of(&setup);
    if documents.is_empty() {
        output::note(&print::nothing(setup.service()));
        return Ok(Exit::NeedsALook);
    }
    let text = if args.json {
        serde_json::to_string(&documents)?
    } else {
        rendered(&setup, &documents, args.format)?
    };
    Words::Stdout.say(&(text.trim_end().to_owned() + "\n"))?;
    if args.format != Format::Cli {
        for note in print::notes(setup.service()) {
            output::note(&note);
        }
    }
    if args.format == Format::Cloudformation && documents.key_policy.is_some() {
        output::note(
            "a template cannot change the policy of a key that is there: see key_policy of --format json",
        );
    }
    if let Some(examples) = print::examples(setup.examples()) {
        output::note(&format!("{} {examples}", paint(LOOK, "!")));
    }
    Ok(Exit::Done)
}

fn rendered(setup: &Setup<'_>, documents: &Documents, format: Format) -> serde_json::Result<String> {
    Ok(match format {
        Format::Json => serde_json::to_string_pretty(documents)?,
        Format::Cloudformation => cloudformation(setup, documents)?,
        Format::Cli => commands(setup, documents)?,
    })
}
