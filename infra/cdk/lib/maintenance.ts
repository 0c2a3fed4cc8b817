/**
 * The function that compares the archive with the log groups, on a schedule, fills gaps where it may, and saves the
 * directories of WorkMail organizations.
 */
import { Fn, type Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';

import { CLASSES } from './classes.ts';
import { coverageAlarms, lambdaAlarms, silenceAlarmId } from './alarms.ts';
import {
  type FunctionContext,
  MAINTENANCE_FUNCTION,
  type MailtrailFunction,
  createFunction,
  interpretation,
  listing,
  objectsIn,
  wildcardsOf,
} from './functions.ts';
import { scheduleAlarms } from './handovers.ts';
import { either, when } from './conditions.ts';
import { allow, arn } from './iam.ts';
import { schedule } from './schedule.ts';
import { scaleOut } from './subscriptions.ts';

/** Where comparisons are kept. */
const COVERAGE = 'coverage';
/** What the archive has of the log groups. */
const RAW = 'raw';
/** The function whose silence rests when the organizations of WorkMail have ended. */
const OF_WORKMAIL = 'workmail-events';
/** How far the filling of gaps came. */
const PULL = 'pull';
/** Snapshots of who and what the ids of WorkMail organizations are. */
const DIRECTORY = 'directory';

/** What a directory is read by, but for the list of organizations: every call is about one of them. */
const OF_ORGANIZATION = [
  'DescribeEmailMonitoringConfiguration',
  'DescribeGroup',
  'DescribeIdentityProviderConfiguration',
  'DescribeInboundDmarcSettings',
  'DescribeMailboxExportJob',
  'DescribeOrganization',
  'DescribeResource',
  'DescribeUser',
  'GetDefaultRetentionPolicy',
  'GetImpersonationRole',
  'GetMailDomain',
  'ListAccessControlRules',
  'ListAliases',
  'ListAvailabilityConfigurations',
  'ListGroupMembers',
  'ListGroups',
  'ListImpersonationRoles',
  'ListMailDomains',
  'ListMailboxExportJobs',
  'ListMailboxPermissions',
  'ListMobileDeviceAccessOverrides',
  'ListMobileDeviceAccessRules',
  'ListPersonalAccessTokens',
  'ListResourceDelegates',
  'ListResources',
  'ListUsers',
];

/** What fills the archive: a function, or the data stream before it. */
export interface Reader {
  readonly called: MailtrailFunction;
  readonly queue: kinesis.CfnStream;
}

/** The function with its schedule. It deletes nothing, and writes nothing but new objects. */
export function archiveMaintenance(
  stack: Stack,
  context: FunctionContext,
  readers: readonly Reader[],
): MailtrailFunction {
  const { parameters, topic } = context;
  const on = parameters.is('Coverage', 'on');
  const fills = parameters.is('FillGaps', 'on');
  const saves = parameters.is('SaveDirectory', 'on');
  const key = parameters.isSet('KmsKeyArn');
  const logGroups = arn('logs', 'log-group:*');
  const of = (folders: readonly string[]) => folders.map((folder) => objectsIn(context, folder));
  const out = scaleOut(parameters);
  const destinations = readers.map(({ called, queue }) =>
    either(out, queue.attrArn, called.resource.attrArn),
  );
  const silence = stack.node.tryFindChild(silenceAlarmId(OF_WORKMAIL)) as cloudwatch.CfnAlarm | undefined;
  const speaks = silence?.cfnOptions.condition;
  const changes = ['cloudwatch:DisableAlarmActions', 'cloudwatch:EnableAlarmActions'];
  const rest = silence && speaks && when(speaks, { Sid: 'RestAlarm', ...allow(changes, silence.attrArn) });
  const maintenance = createFunction(stack, MAINTENANCE_FUNCTION, context, {
    description: 'Compares the archive with the log groups, and fills gaps where it may',
    statements: [
      { Sid: 'FindLogGroups', ...allow('logs:DescribeLogGroups', '*') },
      { Sid: 'FindFilters', ...allow('logs:DescribeSubscriptionFilters', logGroups) },
      {
        Sid: 'CountEvents',
        ...allow(['logs:FilterLogEvents', 'logs:GetQueryResults', 'logs:StartQuery'], logGroups),
      },
      { Sid: 'ReadMetrics', ...allow(['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'], '*') },
      { Sid: 'FindOrganizations', ...allow('workmail:ListOrganizations', '*') },
      { Sid: 'FindArchived', ...listing(context, [RAW, COVERAGE, DIRECTORY]) },
      { Sid: 'ReadArchived', ...allow('s3:GetObject', objectsIn(context, RAW)) },
      { Sid: 'KeepCoverage', ...allow(['s3:GetObject', 's3:PutObject'], objectsIn(context, COVERAGE)) },
      when(fills, { Sid: 'FindRecords', ...listing(context, [...CLASSES, PULL]) }),
      when(fills, { Sid: 'FillGaps', ...allow('s3:PutObject', of(['_about', RAW, ...CLASSES, PULL])) }),
      when(fills, { Sid: 'CompareFilled', ...allow('s3:GetObject', of(['_about', ...CLASSES, PULL])) }),
      when(saves, {
        Sid: 'ReadDirectory',
        ...allow(
          OF_ORGANIZATION.map((operation) => `workmail:${operation}`),
          arn('workmail', 'organization/*'),
        ),
      }),
      when(saves, {
        Sid: 'KeepSnapshots',
        ...allow(['s3:GetObject', 's3:PutObject'], objectsIn(context, DIRECTORY)),
      }),
      when(key, {
        Sid: 'ArchiveKey',
        ...allow(['kms:Decrypt', 'kms:GenerateDataKey'], parameters.text('KmsKeyArn')),
      }),
      ...(rest ? [rest] : []),
      { Sid: 'Announce', ...allow('sns:Publish', topic.ref) },
    ],
    environment: {
      ...interpretation(parameters),
      MAILTRAIL_COVERAGE_DESTINATIONS: Fn.join(',', destinations),
      MAILTRAIL_COVERAGE_DAYS: parameters.text('CoverageDays'),
      MAILTRAIL_FILL_GAPS: parameters.text('FillGaps'),
      MAILTRAIL_SAVE_DIRECTORY: parameters.text('SaveDirectory'),
      MAILTRAIL_SILENCE_ALARM: silence && speaks ? either(speaks, silence.ref, '') : '',
    },
    timeout: 900,
    memorySize: parameters.number('CoverageMemorySize'),
    condition: on,
    accepted: {
      ...wildcardsOf(
        ['_about', RAW, ...CLASSES, COVERAGE, DIRECTORY, PULL],
        'the names of objects are made from what is in them',
      ),
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:*]':
        'log groups of any name may be subscribed',
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:workmail:<AWS::Region>:<AWS::AccountId>:organization/*]':
        'the directories of all organizations of the account and Region are saved',
      'AwsSolutions-IAM5[Resource::*]':
        'lists of log groups, metrics and organizations belong to an account: IAM knows no resource of them',
    },
  });
  const expression = parameters.text('CoverageSchedule');
  const about = 'When the archive is compared with the log groups';
  schedule(stack, maintenance, { name: MAINTENANCE_FUNCTION, expression, about }, on);
  const alarms = [
    ...lambdaAlarms(stack, maintenance, topic),
    ...coverageAlarms(stack, maintenance, topic),
    ...scheduleAlarms(stack, MAINTENANCE_FUNCTION, topic),
  ];
  for (const alarm of alarms) alarm.cfnOptions.condition = on;
  return maintenance;
}
