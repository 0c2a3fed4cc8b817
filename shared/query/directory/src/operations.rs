//! Every operation of `WorkMail`: which are read for a snapshot, and why the others are not.
//!
//! <https://docs.aws.amazon.com/workmail/latest/APIReference/API_Operations.html>. A test holds the table against AWS's service
//! model.

/// What a snapshot is read by: the operation, and what it tells.
pub const READ: &[(&str, &str)] = &[
    ("DescribeEmailMonitoringConfiguration", "where email events go"),
    ("DescribeGroup", "whether a group is hidden from the address list"),
    ("DescribeIdentityProviderConfiguration", "how users sign in"),
    ("DescribeInboundDmarcSettings", "whether DMARC is enforced"),
    ("DescribeMailboxExportJob", "role, key and error of an export"),
    ("DescribeOrganization", "the organization"),
    ("DescribeResource", "whether a resource is hidden from the address list"),
    (
        "DescribeUser",
        "since when, and until when, a user has a mailbox; with --details, telephone, street and the like",
    ),
    ("GetDefaultRetentionPolicy", "after how long messages are deleted"),
    ("GetImpersonationRole", "the rules of an impersonation role"),
    ("GetMailDomain", "whether a domain is verified"),
    ("ListAccessControlRules", "the rules for sign-ins"),
    ("ListAliases", "the addresses of a user, group or resource"),
    ("ListAvailabilityConfigurations", "where free and busy times of a domain are asked for"),
    ("ListGroupMembers", "the members of a group"),
    ("ListGroups", "ids, names and addresses of groups"),
    ("ListImpersonationRoles", "ids and names of the roles by which programs act as users"),
    ("ListMailDomains", "the domains"),
    ("ListMailboxExportJobs", "exports of mailboxes of the last seven days"),
    ("ListMailboxPermissions", "who else may open a mailbox, or send in its name"),
    ("ListMobileDeviceAccessOverrides", "exceptions for devices of users"),
    ("ListMobileDeviceAccessRules", "the rules for devices"),
    ("ListOrganizations", "the organizations of an account in a Region"),
    ("ListPersonalAccessTokens", "ids, names and users of tokens"),
    ("ListResourceDelegates", "who answers for a resource"),
    ("ListResources", "ids, names and addresses of rooms and equipment"),
    ("ListUsers", "ids, names, addresses and states of users"),
];

/// What is not read: why, and the operations.
pub const NOT_READ: &[(&str, &[&str])] = &[
    (
        "another operation tells the same of all at once",
        &[
            "DescribeEntity",
            "GetMobileDeviceAccessOverride",
            "GetPersonalAccessTokenMetadata",
            "ListGroupsForEntity",
        ],
    ),
    ("it tells how full a mailbox is, not whose it is", &["GetMailboxDetails"]),
    (
        "it applies the rules, which are read, to a case",
        &["GetAccessControlEffect", "GetImpersonationRoleEffect", "GetMobileDeviceAccessEffect"],
    ),
    ("it tells the tags of an organization, which no log has", &["ListTagsForResource"]),
    ("it asks another server", &["TestAvailabilityConfiguration"]),
    ("it lets the caller act as users", &["AssumeImpersonationRole"]),
    (
        "it changes something",
        &[
            "AssociateDelegateToResource",
            "AssociateMemberToGroup",
            "CancelMailboxExportJob",
            "CreateAlias",
            "CreateAvailabilityConfiguration",
            "CreateGroup",
            "CreateIdentityCenterApplication",
            "CreateImpersonationRole",
            "CreateMobileDeviceAccessRule",
            "CreateOrganization",
            "CreateResource",
            "CreateUser",
            "DeleteAccessControlRule",
            "DeleteAlias",
            "DeleteAvailabilityConfiguration",
            "DeleteEmailMonitoringConfiguration",
            "DeleteGroup",
            "DeleteIdentityCenterApplication",
            "DeleteIdentityProviderConfiguration",
            "DeleteImpersonationRole",
            "DeleteMailboxPermissions",
            "DeleteMobileDeviceAccessOverride",
            "DeleteMobileDeviceAccessRule",
            "DeleteOrganization",
            "DeletePersonalAccessToken",
            "DeleteResource",
            "DeleteRetentionPolicy",
            "DeleteUser",
            "DeregisterFromWorkMail",
            "DeregisterMailDomain",
            "DisassociateDelegateFromResource",
            "DisassociateMemberFromGroup",
            "PutAccessControlRule",
            "PutEmailMonitoringConfiguration",
            "PutIdentityProviderConfiguration",
            "PutInboundDmarcSettings",
            "PutMailboxPermissions",
            "PutMobileDeviceAccessOverride",
            "PutRetentionPolicy",
            "RegisterMailDomain",
            "RegisterToWorkMail",
            "ResetPassword",
            "StartMailboxExportJob",
            "TagResource",
            "UntagResource",
            "UpdateAvailabilityConfiguration",
            "UpdateDefaultMailDomain",
            "UpdateGroup",
            "UpdateImpersonationRole",
            "UpdateMailboxQuota",
            "UpdateMobileDeviceAccessRule",
            "UpdatePrimaryEmailAddress",
            "UpdateResource",
            "UpdateUser",
        ],
    ),
];

/// The table of a page: what is read, and after it what is not, and why.
pub fn table() -> String {
    let read = READ.iter().map(|(operation, tells)| format!("| `{operation}` | {tells} |\n"));
    let read: String = read.collect();
    let names = |operations: &[&str]| {
        operations.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let others = NOT_READ.iter().map(|(why, operations)| format!("| {} | {why} |\n", names(operations)));
    let others: String = others.collect();
    format!("| operation | tells |\n|---|---|\n{read}\n| not called | because |\n|---|---|\n{others}")
}
