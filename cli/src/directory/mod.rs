//! `mailtrail directory`: saves, shows and compares who and what the ids of WorkMail organizations are.

mod args;
mod diff;
pub(crate) mod help;
mod progress;
mod save;
mod show;
mod table;
mod times;

use args::What;
pub(crate) use args::{DirectoryArgs, SaveArgs};
pub(crate) use save::run as save;

use crate::output::{self, Exit, WARNING, paint, plain};

pub(crate) async fn run(args: DirectoryArgs) -> anyhow::Result<Exit> {
    match args.what {
        What::Save(args) => save(&args).await,
        What::Show(args) => show::run(&args).await,
        What::Diff(args) => diff::run(&args).await,
    }
}

/// Says on stderr what needs attention.
fn warn(text: &str) {
    output::note(&format!("{} {}", paint(WARNING, "!"), plain(text)));
}
