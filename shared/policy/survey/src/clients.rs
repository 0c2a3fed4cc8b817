//! Clients for one account and Region: our own, or one that a role lets us into.

use aws_config::{Region, SdkConfig};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::Arn;

use crate::answers::expect;
use crate::calls::{CallError, Calls};

/// The name of the sessions that we open in other accounts.
const SESSION: &str = "mailtrail-policy-audit";

/// An account in one Region, ready to be asked.
#[derive(Debug)]
pub struct Account {
    /// 12 digits.
    pub id: String,
    /// The ARN of the principal as which we ask: a user, or a session of a role.
    pub caller: String,
    /// `eu-west-1`
    pub region: String,
    /// The ARN of the role that was assumed to get there, if one was.
    pub role: Option<String>,
    /// The client of CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// What else is needed is made of this.
    pub config: SdkConfig,
    /// Paces the calls.
    pub calls: Calls,
}

/// Why an account cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// No credentials, or none that are accepted.
    #[error("failed to read the account of the credentials: {0}{advice}", advice = advice(.0))]
    WhoAmI(CallError),
    /// The role in the other account does not let us in.
    #[error(
        "failed to assume the role {role}: {error}; check its trust policy, and that the caller may call sts:AssumeRole"
    )]
    Role {
        /// The role.
        role: String,
        /// Why.
        error: CallError,
    },
    /// The answer lacks what it must have.
    #[error("the answer of {0} has no {1}")]
    Incomplete(&'static str, &'static str),
}

/// What to do about a failed call, where its cause is known.
fn advice(error: &CallError) -> String {
    error.failure.advice().map(|advice| format!("; {advice}")).unwrap_or_default()
}

impl Account {
    /// The account of `config`, or the one that `role` (an ARN) opens, in a Region.
    ///
    /// # Errors
    /// When it cannot be told which account it is, or the role cannot be assumed.
    pub async fn open(
        config: &SdkConfig,
        region: &str,
        role: Option<&str>,
        deadline: Deadline,
    ) -> Result<Self, AccountError> {
        let mut config = config.to_builder().region(Region::new(region.to_owned())).build();
        if let Some(role) = role {
            let credentials = assume(&config, role, deadline).await?;
            config = config.to_builder().credentials_provider(credentials).build();
        }
        let sts = aws_sdk_sts::Client::new(&config);
        let calls = Calls::to(&config);
        let me = calls.run("GetCallerIdentity", deadline, || sts.get_caller_identity().send()).await;
        let me = me.map_err(AccountError::WhoAmI)?;
        let said = |part: Option<&str>, name| {
            part.map(str::to_owned).ok_or(AccountError::Incomplete("GetCallerIdentity", name))
        };
        let (id, caller) = (said(me.account(), "account")?, said(me.arn(), "ARN")?);
        // The account of a role is known beforehand, and the caller is of the account that is told.
        let of_role = role.and_then(|role| Arn::parse(role).ok()?.account_id());
        let of_caller = Arn::parse(&caller).ok().and_then(|arn| arn.account_id());
        let operation = "GetCallerIdentity";
        expect(operation, "account", of_role.unwrap_or(&id), Some(&id)).map_err(AccountError::WhoAmI)?;
        expect(operation, "account", &id, of_caller).map_err(AccountError::WhoAmI)?;
        let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
        let (region, role) = (region.to_owned(), role.map(str::to_owned));
        Ok(Self { id, caller, region, role, logs, config, calls })
    }
}

async fn assume(
    config: &SdkConfig,
    role: &str,
    deadline: Deadline,
) -> Result<aws_sdk_sts::config::SharedCredentialsProvider, AccountError> {
    let sts = aws_sdk_sts::Client::new(config);
    let assumed = Calls::to(config)
        .run("AssumeRole", deadline, || sts.assume_role().role_arn(role).role_session_name(SESSION).send())
        .await
        .map_err(|error| AccountError::Role { role: role.to_owned(), error })?;
    let key = assumed.credentials().ok_or(AccountError::Incomplete("AssumeRole", "credentials"))?;
    let credentials = aws_sdk_sts::config::Credentials::new(
        key.access_key_id(),
        key.secret_access_key(),
        Some(key.session_token().to_owned()),
        (*key.expiration()).try_into().ok(),
        SESSION,
    );
    Ok(aws_sdk_sts::config::SharedCredentialsProvider::new(credentials))
}
