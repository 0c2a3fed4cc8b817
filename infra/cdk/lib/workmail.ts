/**
 * The logging of WorkMail organizations: a log group for email events with the role that may write there, and V2
 * deliveries of the five audit logs.
 *
 * Audit logs go to groups below /aws/vendedlogs/ from the start: one statement of the resource policy covers them all,
 * and it does not grow. Email events are switched on by `mailtrail workmail enable`: CloudFormation cannot.
 */
import { Aws, type CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';

import { AUDIT_LOGS, auditLogsGroup, emailEventsGroup } from './log-groups.ts';
import { type Entry, type Parameters, pascal } from './parameters.ts';
import type { Source } from './subscriptions.ts';
import { when } from './conditions.ts';
import { acknowledge } from './findings.ts';
import { allow, arn, policy, trust } from './iam.ts';

/** The log group of an organization's email events. */
export interface EmailSource extends Source {
  /** Email events do not say which one they are of. */
  readonly organization: string;
  readonly made: logs.CfnLogGroup;
}

/** The log groups of every organization, each made here. */
export function organizationLogs(
  stack: Stack,
  parameters: Parameters,
): { emails: EmailSource[]; audits: Source[] } {
  const organizations = parameters.entries('WorkMailOrganizations');
  const emails = organizations.map((each) => emailEvents(stack, each, parameters));
  roleOfEmailEvents(stack, emails, parameters);
  const granted = resourcePolicy(stack, parameters);
  const audits = organizations.flatMap((each) => auditLogs(stack, each, granted, parameters));
  return { emails, audits };
}

function emailEvents(stack: Stack, { slot, value, present }: Entry, parameters: Parameters): EmailSource {
  const id = `EmailEvents${slot}`;
  const group = logGroup(stack, id, emailEventsGroup(value), present, parameters);
  return { id, logGroup: group.ref, present, made: group, organization: value };
}

/**
 * WorkMail assumes this role to write email events. A caller with only WorkMailFullAccess may only pass a
 * role whose name contains `workmail`; the name is formed from the stack's and from this id.
 */
function roleOfEmailEvents(stack: Stack, groups: EmailSource[], parameters: Parameters): void {
  const arns = groups.map((group) => when(group.present, Fn.getAtt(group.made.logicalId, 'Arn')));
  const role = new iam.CfnRole(stack, 'workmailEmailEvents', {
    description: 'Lets WorkMail write email events',
    assumeRolePolicyDocument: trust('events.workmail.amazonaws.com', arn('workmail', 'organization/*')),
    policies: [
      {
        policyName: 'write',
        policyDocument: policy(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arns)),
      },
    ],
  });
  role.cfnOptions.condition = parameters.some('WorkMailOrganizations');
}

function auditLogs(
  stack: Stack,
  { slot, value, present }: Entry,
  granted: logs.CfnResourcePolicy,
  parameters: Parameters,
): Source[] {
  const wanted = parameters.both(present, parameters.is('WorkMailAuditLogs', 'true'));
  return Object.entries(AUDIT_LOGS).map(([name, logType]) => {
    const id = `${pascal(name)}Logs${slot}`;
    const group = logGroup(stack, id, auditLogsGroup(value, name), wanted, parameters);
    const delivery = deliver(stack, id, `workmail-${value}-${name}`, value, logType, group, wanted);
    delivery.addResourceDependency(granted);
    return { id, logGroup: group.ref, present: wanted };
  });
}

/** Source, destination and delivery: one of each. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html */
function deliver(
  stack: Stack,
  id: string,
  name: string,
  organization: string,
  logType: string,
  group: logs.CfnLogGroup,
  wanted: CfnCondition,
): logs.CfnDelivery {
  const source = new logs.CfnDeliverySource(stack, `${id}Source`, {
    name,
    logType,
    resourceArn: arn('workmail', 'organization/').concat(organization),
  });
  const destination = new logs.CfnDeliveryDestination(stack, `${id}Destination`, {
    name,
    destinationResourceArn: arn('logs', `log-group:\${${group.logicalId}}`),
    deliveryDestinationType: 'CWL',
    outputFormat: 'json',
  });
  const delivery = new logs.CfnDelivery(stack, `${id}Delivery`, {
    deliverySourceName: name,
    deliveryDestinationArn: destination.attrArn,
  });
  delivery.addResourceDependency(source);
  for (const each of [source, destination, delivery]) each.cfnOptions.condition = wanted;
  return delivery;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html */
function resourcePolicy(stack: Stack, parameters: Parameters): logs.CfnResourcePolicy {
  const document = policy({
    Sid: 'VendedLogs',
    Effect: 'Allow',
    Principal: { Service: 'delivery.logs.amazonaws.com' },
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource:
      'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/vendedlogs/*:log-stream:*',
    Condition: {
      StringEquals: { 'aws:SourceAccount': '${AWS::AccountId}' },
      ArnLike: { 'aws:SourceArn': 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*' },
    },
  });
  const granted = new logs.CfnResourcePolicy(stack, 'VendedLogsPolicy', {
    policyName: `${Aws.STACK_NAME}-vendedlogs`,
    policyDocument: Fn.sub(JSON.stringify(document)),
  });
  granted.cfnOptions.condition = parameters.both(
    parameters.some('WorkMailOrganizations'),
    parameters.is('WorkMailAuditLogs', 'true'),
  );
  return granted;
}

function logGroup(
  stack: Stack,
  id: string,
  name: string,
  present: CfnCondition,
  parameters: Parameters,
): logs.CfnLogGroup {
  const group = new logs.CfnLogGroup(stack, id, {
    logGroupName: name,
    retentionInDays: parameters.number('WorkMailLogRetentionDays'),
  });
  group.cfnOptions.condition = present;
  acknowledge(group, {
    CKV_AWS_158: 'CloudWatch Logs encrypts; what is kept for long is in the archive, under its key',
  });
  return group;
}
