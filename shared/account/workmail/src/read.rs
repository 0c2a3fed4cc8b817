//! One organization, from its lists to what each of its entities is.

use std::time::Duration;

use aws_sdk_workmail::Client;
use mailtrail_aws_client::{Deadline, Pace};
use mailtrail_aws_types::InvalidIdentifier;
use mailtrail_clock::Time;
use mailtrail_directory::{Organization, Snapshot};
use mailtrail_policy_survey::{Account, CallError};
use thiserror::Error;

use crate::session::Session;
use crate::{OrganizationSummary, Progress, entities};

/// The most calls of a second in a Region. `WorkMail` publishes no rates, and other programs live from the same.
pub const CALLS_PER_SECOND: u32 = 5;

/// What a stand-in answers in a second, about.
const STAND_IN: u32 = 200;

/// What is read, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Telephone, street and the like of users, too.
    pub details: bool,
    /// When reading must have ended: an organization that takes longer is not begun.
    pub deadline: Deadline,
}

/// Why there is no snapshot.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The organization is not there, or not any more.
    #[error(
        "the organization `{organization}` went away while it was read, and no snapshot is saved: {error}"
    )]
    Gone {
        /// Its id.
        organization: String,
        /// What the call was answered.
        error: CallError,
    },
    /// No further call would be answered.
    #[error("failed to read the organization `{organization}`, and no snapshot is saved: {error}")]
    Stopped {
        /// Its id.
        organization: String,
        /// What the call was answered.
        error: CallError,
    },
    /// It takes longer than there is time.
    #[error(
        "the organization `{organization}` has {entities} users, groups and resources, which takes about {minutes} minutes to read: more than this run has"
    )]
    NoTime {
        /// Its id.
        organization: String,
        /// How many users, groups and resources it has.
        entities: usize,
        /// How long it takes.
        minutes: u64,
    },
    /// `WorkMail` or the caller names it in another form than documented.
    #[error(transparent)]
    Identifier(#[from] InvalidIdentifier),
}

/// How long so many calls take at the least. A stand-in has no rates.
pub fn duration(calls: u64, account: &Account) -> Duration {
    let rate = if account.calls.are_to_a_stand_in() { STAND_IN } else { CALLS_PER_SECOND };
    Duration::from_secs(calls / u64::from(rate))
}

/// The pace of all calls in a Region.
pub fn pace(account: &Account) -> Pace {
    Pace::new((!account.calls.are_to_a_stand_in()).then_some(f64::from(CALLS_PER_SECOND)))
}

/// Reads an organization. `pace` is shared by all organizations of the account and Region. The snapshot is sorted.
///
/// # Errors
/// When there is no whole snapshot. Calls that are refused are no error: they are in the snapshot.
pub async fn read(
    account: &Account,
    organization: &OrganizationSummary,
    pace: &Pace,
    options: Options,
    progress: &Progress,
    taken: Time,
) -> Result<Snapshot, ReadError> {
    let client = Client::new(&account.config);
    let session = Session {
        account,
        client: &client,
        organization: &organization.id,
        pace,
        deadline: options.deadline,
        progress,
        refused: std::sync::Mutex::default(),
    };
    let mut snapshot = Snapshot::new(of_summary(account, organization)?, taken);
    snapshot.details = options.details;
    let (users, groups, resources) =
        (session.users().await?, session.groups().await?, session.resources().await?);
    let length = |list: Option<usize>| list.unwrap_or_default();
    let of_users = length(users.as_ref().map(Vec::len));
    let others = length(groups.as_ref().map(Vec::len)) + length(resources.as_ref().map(Vec::len));
    let calls = entities::calls(of_users, others);
    if duration(calls, account) > options.deadline.remaining() {
        return Err(ReadError::NoTime {
            organization: organization.id.clone(),
            entities: of_users + others,
            minutes: duration(calls, account).as_secs().div_ceil(60),
        });
    }
    session.read_lists(&mut snapshot).await?;
    progress.expect(calls);
    snapshot.users = session.read_users(users, options.details).await?;
    snapshot.groups = session.read_groups(groups).await?;
    snapshot.resources = session.read_resources(resources).await?;
    let refused = session.refused.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    snapshot.refused = refused.into_iter().collect();
    Ok(snapshot.sorted())
}

/// What is known without asking.
fn of_summary(account: &Account, summary: &OrganizationSummary) -> Result<Organization, InvalidIdentifier> {
    Ok(Organization {
        id: summary.id.parse()?,
        account: account.id.parse()?,
        region: account.region.parse()?,
        alias: Some(summary.alias.clone()).filter(|alias| !alias.is_empty()),
        state: None,
        error: None,
        default_domain: None,
        directory_type: None,
        directory_id: None,
        arn: None,
        migration_admin: None,
        interoperability: None,
        completed: None,
        dmarc_enforced: None,
    })
}
