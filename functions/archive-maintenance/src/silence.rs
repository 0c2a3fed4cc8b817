//! The alarm about silence, which rests when nothing is to be expected any more.

use aws_sdk_cloudwatch::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::{Account, CallError};

/// Whether an alarm acts.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlarmActions {
    Disabled,
    Enabled,
}

impl AlarmActions {
    /// Sets it for an alarm. To do so again changes nothing.
    ///
    /// # Errors
    /// When CloudWatch does not do it.
    pub(crate) async fn set(
        self,
        account: &Account,
        alarm: &str,
        deadline: Deadline,
    ) -> Result<(), CallError> {
        let client = Client::new(&account.config);
        let calls = &account.calls;
        match self {
            Self::Disabled => {
                let call = || client.disable_alarm_actions().alarm_names(alarm).send();
                calls.run("DisableAlarmActions", deadline, call).await.map(drop)
            }
            Self::Enabled => {
                let call = || client.enable_alarm_actions().alarm_names(alarm).send();
                calls.run("EnableAlarmActions", deadline, call).await.map(drop)
            }
        }
    }
}
