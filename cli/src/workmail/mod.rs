//! `mailtrail workmail`: shows and changes the email event logging of `WorkMail` organizations, and closes those that end.
//!
//! `status` changes nothing. `enable` and `disable` read first, print the calls that they would make, ask for
//! confirmation, and then make them. Calls that would change nothing are left out, so that the commands can be run again.

mod archived;
mod args;
mod call;
mod enable;
pub(crate) mod help;
mod leftover;
pub(crate) mod organizations;
mod retire;
mod status;
mod to_do;

use anyhow::Context;
use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use serde::Serialize;
use serde_json::json;

pub(crate) use args::WorkmailArgs;
use args::{DisableArgs, EnableArgs, WorkmailCommand};
use call::Call;
use leftover::Leftover;
use organizations::Organization;

use crate::confirm::confirm;
use crate::output::{self, Exit, Output, SUCCESS, WARNING, paint, plain};

/// The result of `enable` and `disable`: the object of `--json`.
#[derive(Debug, Serialize)]
struct Outcome<'a> {
    organization: &'a str,
    alias: &'a str,
    /// Whether the calls were made.
    done: bool,
    calls: Vec<serde_json::Value>,
    notes: &'a [String],
    left_over: &'a [Leftover],
}

impl<'a> Outcome<'a> {
    fn new(organization: &'a Organization, calls: &[Call], done: bool) -> Self {
        let call = |call: &Call| json!({"operation": call.operation(), "parameters": call.parameters()});
        let calls = calls.iter().map(call).collect();
        let Organization { id, alias } = organization;
        Self { organization: id, alias, done, calls, notes: &[], left_over: &[] }
    }
}

pub(crate) async fn run(args: WorkmailArgs) -> anyhow::Result<Exit> {
    match args.command {
        WorkmailCommand::Status(args) => status::run(&args).await,
        WorkmailCommand::Enable(args) => enable(&args).await,
        WorkmailCommand::Disable(args) => disable(&args).await,
        WorkmailCommand::Retire(args) => Box::pin(retire::run(&args)).await,
    }
}

async fn enable(args: &EnableArgs) -> anyhow::Result<Exit> {
    let change = &args.change;
    let account = change.account.open().await?;
    let client = Client::new(&account.config);
    let organization = organizations::find(&account, &client, &change.organization).await?;
    let plan = enable::plan(&account, &client, &organization, args).await?;
    let output = Output::for_text(change.json);
    for warning in &plan.warnings {
        output::note(&format!("{} {}", paint(WARNING, "!"), plain(warning)));
    }
    let done = !change.dry_run && !plan.calls.is_empty();
    if done {
        Output::Stderr.write(&call_list(&plan.calls, &organization))?;
        confirm(
            change.yes,
            &format!("Make these calls in account {}, Region {}?", account.id, account.region),
        )?;
        for call in &plan.calls {
            call.send(&account, &client).await?;
            output::note(&format!("  {} {}", paint(SUCCESS, "✓"), call.operation()));
        }
        let (mark, alias) = (paint(SUCCESS, "✓"), plain(&organization.alias));
        output
            .write(&format!("{mark} email events of {alias} are logged to {}\n", plain(&plan.log_group)))?;
    } else {
        output.write(&call_list(&plan.calls, &organization))?;
    }
    if change.json {
        let outcome = Outcome::new(&organization, &plan.calls, done);
        output::json(&Outcome { notes: &plan.warnings, ..outcome })?;
    }
    Ok(if plan.warnings.is_empty() { Exit::Done } else { Exit::NeedsAttention })
}

async fn disable(args: &DisableArgs) -> anyhow::Result<Exit> {
    let change = &args.change;
    let account = change.account.open().await?;
    let client = Client::new(&account.config);
    let organization = organizations::find(&account, &client, &change.organization).await?;
    let events = organizations::email_events(&account, &client, &organization.id, Deadline::NEVER).await;
    let events = events.with_context(|| organizations::failed_to_read(&organization.id))?;
    let leftovers = leftover::leftovers(&account, &client, &organization, events.as_ref()).await;
    let calls: Vec<Call> =
        events.iter().map(|_| Call::Disable { organization: organization.id.clone() }).collect();
    let output = Output::for_text(change.json);
    let done = !change.dry_run && !calls.is_empty();
    if done {
        Output::Stderr.write(&call_list(&calls, &organization))?;
        let alias = plain(&organization.alias);
        let question = format!(
            "Stop logging email events of {alias} in account {}? They cannot be recovered later.",
            account.id
        );
        confirm(change.yes, &question)?;
        for call in &calls {
            call.send(&account, &client).await?;
        }
        output.write(&format!("{} email events of {alias} are no longer logged\n", paint(SUCCESS, "✓")))?;
    } else {
        output.write(&call_list(&calls, &organization))?;
    }
    for leftover in &leftovers {
        output.write(&format!("  {} remaining: {}\n", paint(WARNING, "!"), plain(&leftover.what)))?;
        if let Some(remove) = &leftover.remove {
            output.write(&format!("    {}\n", plain(remove)))?;
        }
    }
    if change.json {
        output::json(&Outcome { left_over: &leftovers, ..Outcome::new(&organization, &calls, done) })?;
    }
    Ok(if leftovers.is_empty() { Exit::Done } else { Exit::NeedsAttention })
}

/// One call a line: the operation, and its parameters as JSON.
fn call_list(calls: &[Call], organization: &Organization) -> String {
    if calls.is_empty() {
        return format!("{}: nothing to do\n", plain(&organization.alias));
    }
    let line = |call: &Call| format!("{} {}\n", call.operation(), plain(&call.parameters().to_string()));
    calls.iter().map(line).collect()
}
