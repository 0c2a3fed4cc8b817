//! WorkMail organizations and their email event logging.

use aws_sdk_workmail::Client;
use mailtrail_doctor::{EmailEvents, Organization, Part};

use super::reader::Reader;
use crate::workmail::organizations;

impl Reader<'_> {
    /// The organizations that are not deleted; only those given on the command line, if any.
    pub(super) async fn organizations(&self, named: &[String]) -> Part<Vec<Organization>> {
        let client = Client::new(&self.account.config);
        let listed =
            self.part("workmail", "*", organizations::list(self.account, &client, self.deadline)).await;
        let (at, listed) = match listed {
            Part::Seen { at, value } => (at, value),
            Part::NotSeen { reason } => return Part::NotSeen { reason },
        };
        let is_it = |name: &String, it: &organizations::Organization| it.id == *name || it.alias == *name;
        let mut value = Vec::new();
        for organization in listed {
            if named.is_empty() || named.iter().any(|name| is_it(name, &organization)) {
                let email_events = self.email_events(&client, &organization.id).await;
                value.push(Organization { id: organization.id, alias: organization.alias, email_events });
            }
        }
        Part::Seen { at, value }
    }

    async fn email_events(&self, client: &Client, id: &str) -> Part<Option<EmailEvents>> {
        let read = organizations::email_events(self.account, client, id, self.deadline);
        self.part("workmail", id, async {
            let found = read.await?;
            Ok(found
                .map(|found| EmailEvents { log_group_arn: found.log_group_arn, role_arn: found.role_arn }))
        })
        .await
    }
}
