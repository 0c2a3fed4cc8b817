//! `mailtrail permissions`: what must be allowed for the logs of a service to arrive.
//!
//! Nothing is asked of AWS and nothing is changed. stdout is what was asked for and can be piped on; what one
//! should know besides goes to stderr.

mod args;
pub(crate) mod help;
mod print;

use anyhow::Error;
use mailtrail_permissions::{Catalogue, Documents, Setup, cloudformation, commands};

use args::Format;
pub(crate) use args::PermissionsArgs;

use crate::output::{self, Exit, Output};

pub(crate) fn run(args: &PermissionsArgs) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::embedded()?;
    if args.list {
        let text = if args.json { print::lines(&catalogue)? } else { print::table(&catalogue) };
        Output::Stdout.write(&text)?;
        return Ok(Exit::Done);
    }
    let setup = args.setup(&catalogue).map_err(Error::msg)?;
    let documents = Documents::of(&setup);
    if documents.is_empty() {
        output::note(&print::nothing(setup.service()));
        return Ok(Exit::NeedsALook);
    }
    Output::Stdout.write(&(rendered(args, &setup, &documents)?.trim_end().to_owned() + "\n"))?;
    for note in print::notes(&setup, &documents, args.format) {
        output::note(&note);
    }
    Ok(Exit::Done)
}

fn rendered(args: &PermissionsArgs, setup: &Setup<'_>, documents: &Documents) -> serde_json::Result<String> {
    match args.format {
        _ if args.json => serde_json::to_string(documents),
        Format::Json => serde_json::to_string_pretty(documents),
        Format::Cloudformation => cloudformation(setup, documents),
        Format::Cli => commands(setup, documents),
    }
}
