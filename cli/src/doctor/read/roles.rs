//! Roles of IAM.

use aws_sdk_iam::Client;
use mailtrail_doctor::{Part, Role};
use percent_encoding::percent_decode_str;

use super::reader::Reader;

const MISSING: [&str; 2] = ["NoSuchEntity", "NoSuchEntityException"];

impl Reader<'_> {
    /// Reads one role. IAM returns the trust policy percent-encoded.
    pub(super) async fn role(&self, name: &str) -> Part<Option<Role>> {
        let client = Client::new(&self.account.config);
        let read =
            self.account.calls.run("GetRole", self.deadline, || client.get_role().role_name(name).send());
        match self.part_if_exists("iam", name, &MISSING, read).await {
            Part::Seen { at, value } => {
                let role = value.and_then(|answer| answer.role);
                let value = role.map(|role| {
                    let trust = role.assume_role_policy_document.unwrap_or_default();
                    Role { trust: percent_decode_str(&trust).decode_utf8_lossy().into_owned() }
                });
                Part::Seen { at, value }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        }
    }
}
