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
import { ofEntry } from './loops.ts';
import { type Entry, type Parameters, pascal } from './parameters.ts';
import type { Source } from './subscriptions.ts';
import { onlyIf } from './conditions.ts';
import { acknowledge } from './findings.ts';
import { allow, arn, policy, trust } from './iam.ts';

/** The log groups of every organization, each made here. */
export function organizationLogs(stack: Stack, parameters: Parameters): Source[] {
  const some = parameters.some('WorkMailOrganizations');
  if (some === false) return [];
  const organizations = parameters.entries('WorkMailOrganizations');
  const role = roleOfEmailEvents(stack, some);
  const granted = resourcePolicy(stack, some, parameters);
  return organizations.flatMap((each) => [
    emailEvents(stack, each, role, parameters),
    ...auditLogs(stack, each, granted, parameters),
  ]);
}

/** The log group of an organization's email events, which its role may write to. */
function emailEvents(stack: Stack, entry: Entry, role: iam.CfnRole, parameters: Parameters): Source {
  const id = `EmailEvents${entry.id}`;
  const group = logGroup(stack, id, emailEventsGroup(entry.value), entry, parameters);
  const arn = Fn.getAtt(group.logicalId, 'Arn');
  const write = new iam.CfnPolicy(stack, `${id}Policy`, {
    policyName: `write-${entry.value}`,
    policyDocument: policy(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arn)),
    roles: [role.ref],
  });
  ofEntry(entry, write);
  return { ...entry, id, logGroup: group.ref };
}

/**
 * WorkMail assumes this role to write email events. A caller with only WorkMailFullAccess may only pass a
 * role whose name contains `workmail`; the name is formed from the stack's and from this id.
 */
function roleOfEmailEvents(stack: Stack, some: CfnCondition | true): iam.CfnRole {
  const role = new iam.CfnRole(stack, 'workmailEmailEvents', {
    description: 'Lets WorkMail write email events',
    assumeRolePolicyDocument: trust('events.workmail.amazonaws.com', arn('workmail', 'organization/*')),
  });
  onlyIf(some, role);
  return role;
}

function auditLogs(
  stack: Stack,
  entry: Entry,
  granted: logs.CfnResourcePolicy,
  parameters: Parameters,
): Source[] {
  const wanted = {
    ...entry,
    present: parameters.both(entry.present, parameters.is('WorkMailAuditLogs', 'true')),
  };
  return Object.entries(AUDIT_LOGS).map(([name, logType]) => {
    const id = `${pascal(name)}Logs${entry.id}`;
    const group = logGroup(stack, id, auditLogsGroup(entry.value, name), wanted, parameters);
    const delivery = deliver(stack, id, `workmail-${entry.value}-${name}`, logType, group, wanted);
    delivery.addResourceDependency(granted);
    return { ...wanted, id, logGroup: group.ref };
  });
}

/** Source, destination and delivery: one of each. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html */
function deliver(
  stack: Stack,
  id: string,
  name: string,
  logType: string,
  group: logs.CfnLogGroup,
  wanted: Entry,
): logs.CfnDelivery {
  const source = new logs.CfnDeliverySource(stack, `${id}Source`, {
    name,
    logType,
    resourceArn: arn('workmail', 'organization/').concat(wanted.value),
  });
  const destination = new logs.CfnDeliveryDestination(stack, `${id}Destination`, {
    name,
    destinationResourceArn: arn('logs', 'log-group:').concat(group.ref),
    deliveryDestinationType: 'CWL',
    outputFormat: 'json',
  });
  const delivery = new logs.CfnDelivery(stack, `${id}Delivery`, {
    // A reference, so that the source is there before: loops know no other way to say so.
    deliverySourceName: source.ref,
    deliveryDestinationArn: destination.attrArn,
  });
  ofEntry(wanted, source, destination, delivery);
  return delivery;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html */
function resourcePolicy(
  stack: Stack,
  some: CfnCondition | true,
  parameters: Parameters,
): logs.CfnResourcePolicy {
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
  granted.cfnOptions.condition = parameters.both(some, parameters.is('WorkMailAuditLogs', 'true'));
  return granted;
}

function logGroup(
  stack: Stack,
  id: string,
  name: string,
  entry: Pick<Entry, 'loop' | 'present'>,
  parameters: Parameters,
): logs.CfnLogGroup {
  const group = new logs.CfnLogGroup(stack, id, {
    logGroupName: name,
    retentionInDays: parameters.number('WorkMailLogRetentionDays'),
  });
  ofEntry(entry, group);
  acknowledge(group, {
    CKV_AWS_158: 'CloudWatch Logs encrypts; what is kept for long is in the archive, under its key',
  });
  return group;
}
