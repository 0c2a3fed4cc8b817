//! `mailtrail permissions`: prints the permissions that deliver the logs of a service.
//!
//! Makes no calls to AWS. The documents go to stdout, remarks about them to stderr.

mod args;
pub(crate) mod help;
mod print;

use anyhow::Error;
use mailtrail_permissions::{Catalogue, Documents, Setup, cloudformation, commands};

use args::Format;
pub(crate) use args::PermissionsArgs;

use crate::output::{self, Exit, Output, json_line, json_lines};

pub(crate) fn run(args: &PermissionsArgs) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::embedded()?;
    if args.list {
        let text = if args.json { json_lines(catalogue.services())? } else { print::table(&catalogue) };
        Output::Stdout.write(&text)?;
        return Ok(Exit::Done);
    }
    if let Some(policy) = args.of_command() {
        let documents =
            Documents { caller_policy: Some(policy.map_err(Error::msg)?), ..Documents::default() };
        let json =
            if args.json { json_line(&documents)? } else { serde_json::to_string_pretty(&documents)? + "\n" };
        Output::Stdout.write(&json)?;
        return Ok(Exit::Done);
    }
    let setup = args.setup(&catalogue).map_err(Error::msg)?;
    let documents = Documents::of(&setup);
    if documents.is_empty() {
        output::note(&print::no_documents(setup.service()));
        return Ok(Exit::NeedsAttention);
    }
    Output::Stdout.write(&(render(args, &setup, &documents)?.trim_end().to_owned() + "\n"))?;
    for note in print::notes(&setup, &documents, args.format) {
        output::note(&note);
    }
    Ok(Exit::Done)
}

fn render(args: &PermissionsArgs, setup: &Setup<'_>, documents: &Documents) -> serde_json::Result<String> {
    match args.format {
        _ if args.json => serde_json::to_string(documents),
        Format::Json => serde_json::to_string_pretty(documents),
        Format::Cloudformation => cloudformation(setup, documents),
        Format::Cli => commands(setup, documents),
    }
}
