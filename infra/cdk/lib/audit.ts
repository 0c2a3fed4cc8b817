/** The function that looks at resource policies, on a schedule. */
import { Aws, Fn, type Stack } from 'aws-cdk-lib';

import { lambdaAlarms, policyAlarms } from './alarms.ts';
import {
  AUDIT_FUNCTION,
  type MailtrailFunction,
  type FunctionContext,
  createFunction,
  wildcardsOf,
} from './functions.ts';
import { scheduleAlarms } from './handovers.ts';
import type { Parameters } from './parameters.ts';
import { when } from './conditions.ts';
import { allow } from './iam.ts';
import { schedule } from './schedule.ts';

/** What a report reads. */
const READS = [
  'logs:DescribeDeliveries',
  'logs:DescribeDeliveryDestinations',
  'logs:DescribeDeliverySources',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
];

/** Things of this account, in any Region that is audited. */
const ofAnyRegion = (service: string, resource: string) =>
  `arn:${Aws.PARTITION}:${service}:*:${Aws.ACCOUNT_ID}:${resource}`;
const LOG_GROUPS = ofAnyRegion('logs', 'log-group:*');
const FUNCTIONS_OF_FILTERS = ofAnyRegion('lambda', 'function:*');

/** The function with its schedule. Its role follows its mode: `report` changes nothing. */
export function policyAudit(stack: Stack, context: FunctionContext): MailtrailFunction {
  const { parameters, archive, topic } = context;
  const on = parameters.condition('HasPolicyAudit', Fn.conditionNot(parameters.is('PolicyMode', 'off')));
  const folder = `${archive.attrArn}/${parameters.text('ArchivePrefix')}/policy-audit`;
  const audit = createFunction(stack, AUDIT_FUNCTION, context, {
    description: 'Watches the size of the resource policies of CloudWatch Logs',
    statements: [
      { Sid: 'Look', ...allow(READS, '*') },
      { Sid: 'LookAtTags', ...allow('logs:ListTagsForResource', LOG_GROUPS) },
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
      ...asking(parameters),
      ...changes(parameters),
    ],
    environment: {
      MAILTRAIL_POLICY_MODE: parameters.text('PolicyMode'),
      MAILTRAIL_POLICY_REGIONS: parameters.text('PolicyRegions'),
      MAILTRAIL_POLICY_ROLES: parameters.text('PolicyRoles'),
      MAILTRAIL_POLICY_SHARE: parameters.text('PolicyShare'),
      MAILTRAIL_POLICY_DAYS: parameters.text('PolicyDays'),
      MAILTRAIL_POLICY_SOFT_LIMIT: parameters.text('PolicySoftLimit'),
      MAILTRAIL_POLICY_HARD_LIMIT: parameters.text('PolicyHardLimit'),
      MAILTRAIL_POLICY_LOG_GROUPS: parameters.text('PolicyLogGroups'),
      MAILTRAIL_POLICY_NAMES: parameters.text('PolicyNames'),
      MAILTRAIL_POLICY_V1_SERVICES: parameters.text('PolicyV1Services'),
    },
    timeout: 900,
    reservedConcurrency: when(
      parameters.isSet('PolicyReservedConcurrency'),
      parameters.number('PolicyReservedConcurrency'),
    ),
    condition: on,
    accepted: {
      ...wildcardsOf(['policy-audit'], 'reports are named after their day'),
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:*:<AWS::AccountId>:log-group:*]':
        'logs may be delivered to log groups of any name, in every Region that is audited',
      'AwsSolutions-IAM5[Resource::*]':
        'resource policies belong to an account, and lists of a service to no resource: neither has an ARN',
    },
  });
  const expression = parameters.text('PolicySchedule');
  const about = 'When the resource policies are looked at';
  schedule(stack, audit, { name: AUDIT_FUNCTION, expression, about }, on);
  const alarms = [
    ...lambdaAlarms(stack, audit, topic),
    ...policyAlarms(stack, audit, parameters, topic),
    ...scheduleAlarms(stack, AUDIT_FUNCTION, topic),
  ];
  for (const alarm of alarms) alarm.cfnOptions.condition = on;
  return audit;
}

/** Asks services with V1 log delivery where they deliver to. ARNs of API Gateway name no account. */
function asking(parameters: Parameters): object[] {
  const asked = parameters.is('PolicyV1Services', 'on');
  const api = (path: string) => `arn:${Aws.PARTITION}:apigateway:*::${path}`;
  const statements = [
    { Sid: 'FindStateMachines', ...allow('states:ListStateMachines', '*') },
    {
      Sid: 'AskStateMachines',
      ...allow('states:DescribeStateMachine', ofAnyRegion('states', 'stateMachine:*')),
    },
    { Sid: 'AskApis', ...allow('apigateway:GET', [api('/apis'), api('/apis/*/stages')]) },
  ];
  return statements.map((statement) => when(asked, statement));
}

/** What `move` reads besides: of these, IAM knows no resource. */
const READS_OF_ACCOUNT = [
  'logs:DescribeAccountPolicies',
  'logs:DescribeQueryDefinitions',
  'logs:ListLogAnomalyDetectors',
  'logs:ListSyslogConfigurations',
];
/** What a log group has, that the one in its place must have too. */
const READS_OF_LOG_GROUP = [
  'logs:DescribeIndexPolicies',
  'logs:DescribeMetricFilters',
  'logs:DescribeSubscriptionFilters',
  'logs:GetDataProtectionPolicy',
  'logs:GetTransformer',
];
/** How that one is made, and how to see whether events arrive in it. */
const WRITES_OF_LOG_GROUP = [
  'logs:CreateLogGroup',
  'logs:DescribeLogStreams',
  'logs:PutBearerTokenAuthentication',
  'logs:PutDataProtectionPolicy',
  'logs:PutIndexPolicy',
  'logs:PutLogGroupDeletionProtection',
  'logs:PutMetricFilter',
  'logs:PutRetentionPolicy',
  'logs:PutSubscriptionFilter',
  'logs:PutTransformer',
];
/** The tag of every log group that mailtrail made. */
const MADE_BY = 'aws:ResourceTag/mailtrail:made-by';

/** What `shrink` and `move` may do besides. Resource policies are things of the account: they have no ARN. */
function changes(parameters: Parameters): object[] {
  const move = parameters.is('PolicyMode', 'move');
  const change = parameters.condition(
    'PolicyModeChanges',
    Fn.conditionOr(parameters.is('PolicyMode', 'shrink'), move),
  );
  const policies = ['logs:DeleteResourcePolicy', 'logs:PutResourcePolicy'];
  const made = ofAnyRegion('logs', 'log-group:/aws/vendedlogs/*');
  const destinations = ['logs:GetDeliveryDestination', 'logs:PutDeliveryDestination'];
  const toLogs = (key: string) => ({ StringEquals: { [key]: 'logs.amazonaws.com' } });
  const moving = [
    { Sid: 'LookAround', ...allow(READS_OF_ACCOUNT, '*') },
    { Sid: 'ReadLogGroups', ...allow(READS_OF_LOG_GROUP, LOG_GROUPS) },
    { Sid: 'MakeLogGroups', ...allow(WRITES_OF_LOG_GROUP, made) },
    // For data protection that reports what it found, as the old log group does already.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/data-protection-policy-permissions.html
    { Sid: 'TellOfFindings', ...allow('logs:CreateLogDelivery', '*') },
    { Sid: 'TakeBackOwn', ...allow('logs:DeleteLogGroup', made, { Null: { [MADE_BY]: 'false' } }) },
    { Sid: 'MarkLogGroups', ...allow('logs:TagResource', LOG_GROUPS) },
    { Sid: 'Repoint', ...allow(destinations, ofAnyRegion('logs', 'delivery-destination:*')) },
    { Sid: 'ReadDeliveries', ...allow('logs:GetDelivery', ofAnyRegion('logs', 'delivery:*')) },
    {
      Sid: 'LetLogsInvoke',
      ...allow('lambda:AddPermission', FUNCTIONS_OF_FILTERS, toLogs('lambda:Principal')),
    },
    {
      Sid: 'TakeBackPermission',
      ...allow(['lambda:GetPolicy', 'lambda:RemovePermission'], FUNCTIONS_OF_FILTERS),
    },
    {
      Sid: 'RolesOfFilters',
      ...allow(
        'iam:PassRole',
        `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/*`,
        toLogs('iam:PassedToService'),
      ),
    },
  ];
  return [
    when(change, { Sid: 'Shrink', ...allow(policies, '*') }),
    ...moving.map((statement) => when(move, statement)),
  ];
}
