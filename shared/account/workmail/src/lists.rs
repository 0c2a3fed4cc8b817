//! What a call tells of the organization as a whole.

use aws_sdk_workmail::types::{
    EntityState, ListGroupsFilters, ListResourcesFilters, ListUsersFilters, PersonalAccessTokenConfiguration,
};
use mailtrail_directory::{
    Domain, EmailMonitoring, ExportJob, Group, IdentityProvider, ImpersonationRole, Listed, Organization,
    Resource, Snapshot, User,
};
use mailtrail_policy_survey::answers::expect;

use crate::ReadError;
use crate::answer::{self, time, word};
use crate::session::Session;

/// The most entries of a page.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_ListUsers.html>
pub(crate) const PAGE: i32 = 100;

/// Whether deleted entities are asked for: whether a list without this filter has them is documented nowhere.
const STATES: [Option<EntityState>; 2] = [None, Some(EntityState::Deleted)];

impl Session<'_> {
    /// Everything but users, groups and resources.
    pub(crate) async fn read_lists(&self, snapshot: &mut Snapshot) -> Result<(), ReadError> {
        self.organization(&mut snapshot.organization).await?;
        snapshot.domains = self.domains().await?;
        snapshot.impersonation_roles = self.impersonation_roles().await?;
        let (client, id) = (self.client, self.organization);
        let rules = self
            .call("ListAccessControlRules", || client.list_access_control_rules().organization_id(id).send());
        let rules = rules.await?;
        snapshot.access_control_rules =
            rules.map(|it| it.rules().iter().map(answer::access_control_rule).collect());
        let rules = self.call("ListMobileDeviceAccessRules", || {
            client.list_mobile_device_access_rules().organization_id(id).send()
        });
        let rules = rules.await?;
        snapshot.mobile_device_rules =
            rules.map(|it| it.rules().iter().map(answer::mobile_device_rule).collect());
        self.read_settings(snapshot).await?;
        snapshot.export_jobs = self.export_jobs().await?;
        let ask = |token| {
            let call = client.list_mobile_device_access_overrides().organization_id(id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let overrides = self.list("ListMobileDeviceAccessOverrides", ask, |answer| {
            let overrides = answer.overrides().iter().map(answer::mobile_device_override).collect();
            (overrides, answer.next_token)
        });
        snapshot.mobile_device_overrides = overrides.await?;
        let ask = |token| {
            let call = client.list_personal_access_tokens().organization_id(id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let tokens = self.list("ListPersonalAccessTokens", ask, |answer| {
            let tokens = answer.personal_access_token_summaries().iter().map(answer::token).collect();
            (tokens, answer.next_token)
        });
        snapshot.personal_access_tokens = tokens.await?;
        Ok(())
    }

    async fn read_settings(&self, snapshot: &mut Snapshot) -> Result<(), ReadError> {
        let (client, id) = (self.client, self.organization);
        let ask = |token| {
            let call = client.list_availability_configurations().organization_id(id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let configurations = self.list("ListAvailabilityConfigurations", ask, |answer| {
            let configurations =
                answer.availability_configurations().iter().map(answer::availability).collect();
            (configurations, answer.next_token)
        });
        snapshot.availability_configurations = configurations.await?;
        let policies = self.call_for_one("GetDefaultRetentionPolicy", || {
            client.get_default_retention_policy().organization_id(id).send()
        });
        let policies = policies.await?;
        snapshot.retention_policies =
            policies.map(|found| found.iter().map(answer::retention_policy).collect());
        let monitoring = self.call_for_one("DescribeEmailMonitoringConfiguration", || {
            client.describe_email_monitoring_configuration().organization_id(id).send()
        });
        let monitoring = monitoring.await?.map(|found| {
            let found = found.into_iter().filter_map(|it| {
                let (log_group, role) = (it.log_group_arn.filter(|arn| !arn.is_empty())?, it.role_arn);
                Some(EmailMonitoring { log_group, role })
            });
            found.collect()
        });
        snapshot.email_monitoring = monitoring;
        let providers = self.call_for_one("DescribeIdentityProviderConfiguration", || {
            client.describe_identity_provider_configuration().organization_id(id).send()
        });
        let providers = providers.await?;
        snapshot.identity_providers = providers.map(|found| {
            let found = found.into_iter().map(|it| {
                let center = it.identity_center_configuration();
                let token = it.personal_access_token_configuration();
                IdentityProvider {
                    authentication_mode: word(it.authentication_mode()),
                    instance: center.map(|it| it.instance_arn().to_owned()),
                    application: center.map(|it| it.application_arn().to_owned()),
                    token_status: token.map(|it| it.status().as_str().to_owned()),
                    token_lifetime_days: token.and_then(PersonalAccessTokenConfiguration::lifetime_in_days),
                }
            });
            found.collect()
        });
        Ok(())
    }

    async fn organization(&self, organization: &mut Organization) -> Result<(), ReadError> {
        let (client, id) = (self.client, self.organization);
        let found =
            self.call("DescribeOrganization", || client.describe_organization().organization_id(id).send());
        if let Some(it) = found.await?
            && self
                .settle(expect("DescribeOrganization", "organization", id, it.organization_id()))?
                .is_some()
        {
            organization.alias = it.alias.or(organization.alias.take());
            organization.state = it.state;
            organization.error = it.error_message;
            organization.default_domain = it.default_mail_domain;
            organization.directory_type = it.directory_type;
            organization.directory_id = it.directory_id;
            organization.arn = it.arn;
            organization.migration_admin = it.migration_admin;
            organization.interoperability = Some(it.interoperability_enabled);
            organization.completed = time(it.completed_date.as_ref());
        }
        let dmarc = self.call("DescribeInboundDmarcSettings", || {
            client.describe_inbound_dmarc_settings().organization_id(id).send()
        });
        organization.dmarc_enforced = dmarc.await?.map(|it| it.enforced());
        Ok(())
    }

    async fn domains(&self) -> Result<Listed<Domain>, ReadError> {
        let (client, id) = (self.client, self.organization);
        let ask = |token| {
            let call = client.list_mail_domains().organization_id(id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let listed = self.list("ListMailDomains", ask, |answer| {
            let domain = |it: &aws_sdk_workmail::types::MailDomainSummary| Domain {
                name: it.domain_name.clone().unwrap_or_default(),
                default: Some(it.default_domain()),
                ..Domain::default()
            };
            (answer.mail_domains().iter().map(domain).collect(), answer.next_token)
        });
        let Some(mut domains) = listed.await? else { return Ok(None) };
        for domain in &mut domains {
            let name = &domain.name;
            let ask = || client.get_mail_domain().organization_id(id).domain_name(name).send();
            if let Some(found) = self.call("GetMailDomain", ask).await? {
                domain.test = Some(found.is_test_domain());
                domain.ownership = word(found.ownership_verification_status());
                domain.dkim = word(found.dkim_verification_status());
            }
        }
        Ok(Some(domains))
    }

    async fn impersonation_roles(&self) -> Result<Listed<ImpersonationRole>, ReadError> {
        let (client, id) = (self.client, self.organization);
        let ask = |token| {
            let call = client.list_impersonation_roles().organization_id(id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let listed = self.list("ListImpersonationRoles", ask, |answer| {
            (answer.roles().iter().map(answer::impersonation_role).collect(), answer.next_token)
        });
        let Some(mut roles) = listed.await? else { return Ok(None) };
        for role in &mut roles {
            let of = &role.id;
            let ask = || client.get_impersonation_role().organization_id(id).impersonation_role_id(of).send();
            if let Some(found) = self.call("GetImpersonationRole", ask).await? {
                role.rules = Some(found.rules().iter().map(answer::impersonation_rule).collect());
                role.description = found.description;
            }
        }
        Ok(Some(roles))
    }

    async fn export_jobs(&self) -> Result<Listed<ExportJob>, ReadError> {
        let (client, id) = (self.client, self.organization);
        let ask = |token| {
            let call = client.list_mailbox_export_jobs().organization_id(id);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let listed = self.list("ListMailboxExportJobs", ask, |answer| {
            (answer.jobs().iter().map(answer::export_job).collect(), answer.next_token)
        });
        let Some(mut jobs) = listed.await? else { return Ok(None) };
        for job in &mut jobs {
            let ask = || client.describe_mailbox_export_job().organization_id(id).job_id(&job.id).send();
            if let Some(found) = self.call("DescribeMailboxExportJob", ask).await? {
                answer::describe_job(job, &found);
            }
        }
        Ok(Some(jobs))
    }

    pub(crate) async fn users(&self) -> Result<Listed<User>, ReadError> {
        let (client, id) = (self.client, self.organization);
        let mut users = Vec::new();
        for filter in STATES {
            let filters = filter.clone().map(|state| ListUsersFilters::builder().state(state).build());
            let ask = |token| {
                let call = client.list_users().organization_id(id).set_filters(filters.clone());
                call.max_results(PAGE).set_next_token(token).send()
            };
            let listed = self.list("ListUsers", ask, |answer| {
                (answer.users().iter().map(answer::user).collect(), answer.next_token)
            });
            match (listed.await?, filter) {
                (Some(listed), _) => users.extend(listed),
                (None, None) => return Ok(None),
                // Without the filter, the others were read.
                (None, Some(_)) => {}
            }
        }
        Ok(Some(once(users, |user| &user.id)))
    }

    pub(crate) async fn groups(&self) -> Result<Listed<Group>, ReadError> {
        let (client, id) = (self.client, self.organization);
        let mut groups = Vec::new();
        for filter in STATES {
            let filters = filter.clone().map(|state| ListGroupsFilters::builder().state(state).build());
            let ask = |token| {
                let call = client.list_groups().organization_id(id).set_filters(filters.clone());
                call.max_results(PAGE).set_next_token(token).send()
            };
            let listed = self.list("ListGroups", ask, |answer| {
                (answer.groups().iter().map(answer::group).collect(), answer.next_token)
            });
            match (listed.await?, filter) {
                (Some(listed), _) => groups.extend(listed),
                (None, None) => return Ok(None),
                // Without the filter, the others were read.
                (None, Some(_)) => {}
            }
        }
        Ok(Some(once(groups, |group| &group.id)))
    }

    pub(crate) async fn resources(&self) -> Result<Listed<Resource>, ReadError> {
        let (client, id) = (self.client, self.organization);
        let mut resources = Vec::new();
        for filter in STATES {
            let filters = filter.clone().map(|state| ListResourcesFilters::builder().state(state).build());
            let ask = |token| {
                let call = client.list_resources().organization_id(id).set_filters(filters.clone());
                call.max_results(PAGE).set_next_token(token).send()
            };
            let listed = self.list("ListResources", ask, |answer| {
                (answer.resources().iter().map(answer::resource).collect(), answer.next_token)
            });
            match (listed.await?, filter) {
                (Some(listed), _) => resources.extend(listed),
                (None, None) => return Ok(None),
                // Without the filter, the others were read.
                (None, Some(_)) => {}
            }
        }
        Ok(Some(once(resources, |resource| &resource.id)))
    }
}

/// Each entity once: a page may repeat one of the page before, and both lists may have deleted ones.
fn once<T>(mut entities: Vec<T>, id: impl Fn(&T) -> &str) -> Vec<T> {
    entities.sort_by(|one, other| id(one).cmp(id(other)));
    entities.dedup_by(|one, other| id(one) == id(other));
    entities
}
