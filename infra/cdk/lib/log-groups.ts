/** The log groups of the stack, by their names. */

/** The log groups of our own functions lie below this name, and nothing below it can be subscribed: no loops. */
export const OWN_LOG_GROUPS = '/mailtrail/';

/** The log groups of probes, which stacks subscribe themselves. `mailtrail doctor --probe` finds them by this name. */
export const PROBE_LOG_GROUPS = '/mailtrail-probe/';

/** The kinds of audit logs. https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-audit-logging.html */
export const AUDIT_LOGS = {
  'access-control': 'ACCESS_CONTROL_LOGS',
  authentication: 'AUTHENTICATION_LOGS',
  availability: 'WORKMAIL_AVAILABILITY_PROVIDER_LOGS',
  'mailbox-access': 'WORKMAIL_MAILBOX_ACCESS_LOGS',
  tokens: 'WORKMAIL_PERSONAL_ACCESS_TOKEN_LOGS',
} as const;

/** Where an organization's email events go. */
export const emailEventsGroup = (organization: string) => `/workmail/${organization}/email-events`;

/** Where its audit logs of a kind go. */
export const auditLogsGroup = (organization: string, kind: string) =>
  `/aws/vendedlogs/workmail/${organization}/${kind}`;
