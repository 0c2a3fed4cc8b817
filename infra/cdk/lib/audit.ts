/** The function that looks at resource policies, on a schedule. */
import { Aws, type CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';

import { lambdaAlarms } from './alarms.ts';
import {
  AUDIT_FUNCTION,
  type MailtrailFunction,
  type Surroundings,
  makeFunction,
  wildcardsOf,
} from './functions.ts';
import type { Parameters } from './parameters.ts';
import { accept, allow, arn, policy, trust, when } from './words.ts';

/** What a report reads. */
const READS = [
  'logs:DescribeDeliveries',
  'logs:DescribeDeliveryDestinations',
  'logs:DescribeDeliverySources',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
];

/** The function with its schedule. Its role follows its mode: `report` changes nothing. */
export function policyAudit(stack: Stack, around: Surroundings): MailtrailFunction {
  const { parameters, archive, topic } = around;
  const on = parameters.condition('HasPolicyAudit', Fn.conditionNot(parameters.is('PolicyMode', 'off')));
  const folder = `${archive.attrArn}/${parameters.text('ArchivePrefix')}/policy-audit`;
  const audit = makeFunction(stack, AUDIT_FUNCTION, around, {
    about: 'Watches the size of the resource policies of CloudWatch Logs',
    statements: [
      { Sid: 'Look', ...allow(READS, '*') },
      { Sid: 'KeepReports', ...allow(['s3:GetObject', 's3:PutObject'], `${folder}/*`) },
      {
        Sid: 'FindReports',
        ...allow('s3:ListBucket', archive.attrArn, {
          StringLike: { 's3:prefix': `${parameters.text('ArchivePrefix')}/policy-audit/*` },
        }),
      },
      when(parameters.isSet('KmsKeyArn'), {
        Sid: 'ArchiveKey',
        ...allow(['kms:Decrypt', 'kms:GenerateDataKey'], parameters.text('KmsKeyArn')),
      }),
      { Sid: 'Announce', ...allow('sns:Publish', topic.ref) },
      when(parameters.isSet('PolicyRoles'), {
        Sid: 'OtherAccounts',
        ...allow('sts:AssumeRole', Fn.split(',', parameters.text('PolicyRoles'))),
      }),
      ...changes(parameters),
    ],
    environment: {
      MAILTRAIL_POLICY_MODE: parameters.text('PolicyMode'),
      MAILTRAIL_POLICY_REGIONS: parameters.text('PolicyRegions'),
      MAILTRAIL_POLICY_ROLES: parameters.text('PolicyRoles'),
      MAILTRAIL_POLICY_SHARE: parameters.text('PolicyShare'),
      MAILTRAIL_POLICY_DAYS: parameters.text('PolicyDays'),
    },
    timeout: 900,
    reservedConcurrency: 1,
    condition: on,
    accepted: {
      ...wildcardsOf(['policy-audit'], 'reports are named after their day'),
      'AwsSolutions-IAM5[Resource::*]':
        'resource policies belong to an account, and the lists of a service to nobody: neither has an ARN',
    },
  });
  schedule(stack, audit, on, parameters);
  for (const alarm of lambdaAlarms(stack, audit, topic)) alarm.cfnOptions.condition = on;
  return audit;
}

/** What `shrink` and `move` may do besides. Resource policies are things of the account: they have no ARN. */
function changes(parameters: Parameters): object[] {
  const move = parameters.is('PolicyMode', 'move');
  const change = parameters.condition(
    'PolicyModeChanges',
    Fn.conditionOr(parameters.is('PolicyMode', 'shrink'), move),
  );
  const groups = `arn:${Aws.PARTITION}:logs:*:${Aws.ACCOUNT_ID}:log-group:/aws/vendedlogs/*`;
  const deliveries = ['delivery', 'delivery-source', 'delivery-destination'].map(
    (kind) => `arn:${Aws.PARTITION}:logs:*:${Aws.ACCOUNT_ID}:${kind}:*`,
  );
  return [
    when(change, { Sid: 'Shrink', ...allow(['logs:DeleteResourcePolicy', 'logs:PutResourcePolicy'], '*') }),
    when(move, {
      Sid: 'MakeLogGroups',
      ...allow(['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:TagResource'], groups),
    }),
    when(move, {
      Sid: 'MoveDeliveries',
      ...allow(['logs:GetDeliveryDestination', 'logs:PutDeliveryDestination'], deliveries),
    }),
  ];
}

function schedule(stack: Stack, audit: MailtrailFunction, on: CfnCondition, parameters: Parameters): void {
  const role = new iam.CfnRole(stack, 'PolicyAuditScheduleRole', {
    description: 'Lets the schedule of mailtrail invoke its function',
    assumeRolePolicyDocument: trust('scheduler.amazonaws.com', arn('scheduler', 'schedule-group/default')),
    policies: [
      {
        policyName: 'invoke',
        policyDocument: policy(allow('lambda:InvokeFunction', audit.resource.attrArn)),
      },
    ],
  });
  const timer = new scheduler.CfnSchedule(stack, 'PolicyAuditSchedule', {
    description: 'When the resource policies are looked at',
    scheduleExpression: parameters.text('PolicySchedule'),
    flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
    target: { arn: audit.resource.attrArn, roleArn: role.attrArn, input: '{}' },
  });
  accept(timer, { CKV_AWS_297: 'the schedule holds no data' });
  for (const each of [role, timer]) each.cfnOptions.condition = on;
}
