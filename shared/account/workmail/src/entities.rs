//! What calls of their own tell of users, groups and resources.

use aws_sdk_workmail::operation::describe_group::DescribeGroupOutput;
use aws_sdk_workmail::operation::describe_resource::DescribeResourceOutput;
use aws_sdk_workmail::operation::describe_user::DescribeUserOutput;
use futures_util::{StreamExt, TryStreamExt, stream};
use mailtrail_directory::{Group, Listed, Permission, Resource, User};

use crate::ReadError;
use crate::answer;
use crate::lists::PAGE;
use crate::session::Session;

/// Entities that are read side by side: the pace is kept where an answer takes up to two seconds.
const AT_ONCE: usize = 10;
/// Calls of a user: description, addresses, permissions.
const OF_USER: usize = 3;
/// Calls of a group or resource: also members, or delegates.
const OF_OTHERS: usize = 4;
const ENABLED: &str = "ENABLED";

/// How many calls these take, if no list has a second page.
pub(crate) fn calls(users: usize, others: usize) -> u64 {
    u64::try_from(users * OF_USER + others * OF_OTHERS).unwrap_or(u64::MAX)
}

fn is_in_use(state: Option<&str>) -> bool {
    state == Some(ENABLED)
}

impl Session<'_> {
    pub(crate) async fn read_users(
        &self,
        users: Listed<User>,
        details: bool,
    ) -> Result<Listed<User>, ReadError> {
        let Some(users) = users else { return Ok(None) };
        let read = stream::iter(users).map(|user| self.user(user, details)).buffered(AT_ONCE);
        Ok(Some(read.try_collect().await?))
    }

    pub(crate) async fn read_groups(&self, groups: Listed<Group>) -> Result<Listed<Group>, ReadError> {
        let Some(groups) = groups else { return Ok(None) };
        let read = stream::iter(groups).map(|group| self.group(group)).buffered(AT_ONCE);
        Ok(Some(read.try_collect().await?))
    }

    pub(crate) async fn read_resources(
        &self,
        resources: Listed<Resource>,
    ) -> Result<Listed<Resource>, ReadError> {
        let Some(resources) = resources else { return Ok(None) };
        let read = stream::iter(resources).map(|resource| self.resource(resource)).buffered(AT_ONCE);
        Ok(Some(read.try_collect().await?))
    }

    async fn user(&self, user: User, details: bool) -> Result<User, ReadError> {
        let (client, organization, id) = (self.client, self.organization, user.id.clone());
        let in_use = is_in_use(user.state.as_deref());
        let ask = || client.describe_user().organization_id(organization).user_id(&id).send();
        let described = self.describe("DescribeUser", &id, in_use, ask, DescribeUserOutput::user_id).await?;
        let of = described.as_ref().filter(|_| details).map(answer::details);
        let said = of.map(|all| {
            let said = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
            said.collect()
        });
        Ok(User {
            mailbox: described.as_ref().map(answer::mailbox),
            aliases: self.aliases(&id, in_use).await?,
            permissions: self.permissions(&id, in_use).await?,
            details: said,
            ..user
        })
    }

    async fn group(&self, group: Group) -> Result<Group, ReadError> {
        let (client, organization, id) = (self.client, self.organization, group.id.clone());
        let in_use = is_in_use(group.state.as_deref());
        let ask = || client.describe_group().organization_id(organization).group_id(&id).send();
        let described =
            self.describe("DescribeGroup", &id, in_use, ask, DescribeGroupOutput::group_id).await?;
        let ask = |token| {
            let call = client.list_group_members().organization_id(organization).group_id(&id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let members = self.list_of_entity("ListGroupMembers", in_use, ask, |answer| {
            (answer.members().iter().map(answer::member).collect(), answer.next_token)
        });
        Ok(Group {
            hidden: described.map(|it| it.hidden_from_global_address_list()),
            members: members.await?,
            aliases: self.aliases(&id, in_use).await?,
            permissions: self.permissions(&id, in_use).await?,
            ..group
        })
    }

    async fn resource(&self, resource: Resource) -> Result<Resource, ReadError> {
        let (client, organization, id) = (self.client, self.organization, resource.id.clone());
        let in_use = is_in_use(resource.state.as_deref());
        let ask = || client.describe_resource().organization_id(organization).resource_id(&id).send();
        let described =
            self.describe("DescribeResource", &id, in_use, ask, DescribeResourceOutput::resource_id).await?;
        let ask = |token| {
            let call = client.list_resource_delegates().organization_id(organization).resource_id(&id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let delegates = self.list_of_entity("ListResourceDelegates", in_use, ask, |answer| {
            (answer.delegates().iter().map(answer::delegate).collect(), answer.next_token)
        });
        Ok(Resource {
            hidden: described.map(|it| it.hidden_from_global_address_list()),
            delegates: delegates.await?,
            aliases: self.aliases(&id, in_use).await?,
            permissions: self.permissions(&id, in_use).await?,
            ..resource
        })
    }

    async fn aliases(&self, id: &str, in_use: bool) -> Result<Listed<String>, ReadError> {
        let ask = |token| {
            let call = self.client.list_aliases().organization_id(self.organization).entity_id(id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let aliases = self.list_of_entity("ListAliases", in_use, ask, |answer| {
            (answer.aliases().to_vec(), answer.next_token)
        });
        aliases.await
    }

    async fn permissions(&self, id: &str, in_use: bool) -> Result<Listed<Permission>, ReadError> {
        let ask = |token| {
            let call =
                self.client.list_mailbox_permissions().organization_id(self.organization).entity_id(id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let permissions = self.list_of_entity("ListMailboxPermissions", in_use, ask, |answer| {
            (answer.permissions().iter().map(answer::permission).collect(), answer.next_token)
        });
        permissions.await
    }
}
