/** The functions: each with a log group, a role of exactly what it calls, and a place for what it could not do. */
import { Aws, type CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';

import { CLASSES } from './classes.ts';
import { type Parameters, pascal } from './parameters.ts';
import { OWN_LOG_GROUPS } from './log-groups.ts';
import { when } from './conditions.ts';
import { acknowledge } from './findings.ts';
import { allow, arn, policy, trust } from './iam.ts';

/** What every function is created with. */
export interface FunctionContext {
  readonly parameters: Parameters;
  readonly archive: s3.CfnBucket;
  readonly failures: s3.CfnBucket;
  readonly topic: sns.CfnTopic;
  /** Where the packages are. */
  readonly code: Code;
}

/** Where the package of a function is. */
export type Code = (stack: Stack, name: FunctionName) => lambda.CfnFunction.CodeProperty;

/** The functions that read events. */
export const EVENT_FUNCTIONS = ['workmail-events', 'cloudtrail-activity'] as const;
export const AUDIT_FUNCTION = 'policy-audit';
export const MAINTENANCE_FUNCTION = 'archive-maintenance';
const FUNCTIONS: readonly FunctionName[] = [...EVENT_FUNCTIONS, AUDIT_FUNCTION, MAINTENANCE_FUNCTION];
export type EventFunctionName = (typeof EVENT_FUNCTIONS)[number];
export type FunctionName = EventFunctionName | typeof AUDIT_FUNCTION | typeof MAINTENANCE_FUNCTION;

/** A function and what belongs to it. */
export interface MailtrailFunction {
  readonly name: FunctionName;
  readonly resource: lambda.CfnFunction;
  readonly role: iam.CfnRole;
  readonly logGroup: logs.CfnLogGroup;
  readonly asynchronous: lambda.CfnEventInvokeConfig;
}

/** What differs between the functions. */
export interface FunctionSettings {
  readonly description: string;
  readonly statements: object[];
  readonly environment: Record<string, string>;
  readonly timeout: number;
  /** In MB: that of all functions, if nothing else is said. */
  readonly memorySize?: number;
  readonly reservedConcurrency?: number;
  readonly condition?: CfnCondition;
  /** Findings about its role that stand, and why. */
  readonly accepted: Record<string, string>;
}

const DESCRIPTIONS: Record<EventFunctionName, string> = {
  'workmail-events': 'Archives and streams the events of log groups',
  'cloudtrail-activity': 'Archives and streams the records of CloudTrail, and watches identities',
};

/** A function that reads events. */
export function eventFunction(
  stack: Stack,
  name: EventFunctionName,
  context: FunctionContext,
  settings: { streams: string; more: object[] },
): MailtrailFunction {
  const { parameters, topic } = context;
  const concurrency = parameters.isSet('ReservedConcurrency');
  return createFunction(stack, name, context, {
    description: DESCRIPTIONS[name],
    statements: [
      ...archiveStatements(context),
      ...streamStatements(context),
      publishStatement(parameters, topic),
      ...settings.more,
    ],
    environment: {
      MAILTRAIL_STREAMS: settings.streams,
      ...interpretation(parameters),
      MAILTRAIL_WATCHES: parameters.text('Watches'),
    },
    timeout: 60,
    reservedConcurrency: when(concurrency, parameters.number('ReservedConcurrency')),
    accepted: wildcardsOf([...WRITTEN, DIRECTORY], 'the names of objects are made from what is in them'),
  });
}

/** What events mean: the same for every function that makes records of them. */
export function interpretation(parameters: Parameters): Record<string, string> {
  return {
    MAILTRAIL_INTERNAL_DOMAINS: parameters.text('InternalDomains'),
    MAILTRAIL_ORGANIZATIONS: parameters.text('OrganizationsOfLogGroups'),
    MAILTRAIL_SOURCES: parameters.text('SourcesOfLogGroups'),
    MAILTRAIL_COLUMNS: parameters.text('ColumnsOfLogGroups'),
  };
}

/** Creates a function, its log group, its role and its on-failure destination. */
export function createFunction(
  stack: Stack,
  name: FunctionName,
  context: FunctionContext,
  settings: FunctionSettings,
): MailtrailFunction {
  const { parameters, failures, topic } = context;
  const id = pascal(name);
  const logGroup = new logs.CfnLogGroup(stack, `${id}Logs`, {
    logGroupName: ownLogGroup(name),
    retentionInDays: parameters.number('LogRetentionDays'),
  });
  acknowledge(logGroup, {
    CKV_AWS_158: 'the lines hold counts and names of objects, never what an event says',
  });
  const role = new iam.CfnRole(stack, `${id}Role`, {
    description: `What ${name} of mailtrail may do`,
    assumeRolePolicyDocument: trust('lambda.amazonaws.com'),
    policies: [
      {
        policyName: name,
        policyDocument: policy(
          {
            Sid: 'OwnLogs',
            ...allow(['logs:CreateLogStream', 'logs:PutLogEvents'], Fn.getAtt(logGroup.logicalId, 'Arn')),
          },
          ...settings.statements,
          ...failureStatements(context),
        ),
      },
    ],
  });
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::<FailuresBucket.Arn>/aws/lambda/*]': 'Lambda names the objects',
    ...settings.accepted,
  });
  const resource = new lambda.CfnFunction(stack, `${id}Function`, {
    description: settings.description,
    runtime: 'provided.al2023',
    handler: 'bootstrap',
    architectures: [parameters.text('Architecture')],
    code: context.code(stack, name),
    role: role.attrArn,
    memorySize: settings.memorySize ?? parameters.number('MemorySize'),
    timeout: settings.timeout,
    ...(settings.reservedConcurrency !== undefined && {
      reservedConcurrentExecutions: settings.reservedConcurrency,
    }),
    // Above INFO, so that Lambda's own lines about an invocation cannot feed a loop.
    loggingConfig: { logFormat: 'JSON', logGroup: logGroup.ref, systemLogLevel: 'WARN' },
    environment: {
      variables: {
        MAILTRAIL_ARCHIVE: `s3://${context.archive.ref}/${parameters.text('ArchivePrefix')}`,
        MAILTRAIL_ARCHIVE_OWNER: Aws.ACCOUNT_ID,
        MAILTRAIL_ARCHIVE_KMS_KEY: parameters.text('KmsKeyArn'),
        MAILTRAIL_TOPIC: topic.ref,
        MAILTRAIL_OWN_LOG_GROUPS: Fn.join(',', FUNCTIONS.map(ownLogGroup)),
        MAILTRAIL_LOG: parameters.text('LogLevel'),
        ...settings.environment,
      },
    },
  });
  acknowledge(resource, {
    W3002: 'the SAM template names a local package, which `sam` uploads',
    CKV_AWS_115: 'a limit is a parameter: events must not wait for one by default',
    CKV_AWS_116:
      'what fails goes to a bucket, which keeps the whole event; a queue holds a quarter of its size',
    CKV_AWS_117: 'it only calls AWS, and accepts no connections',
    CKV_AWS_173: 'the variables hold names, no secret',
  });
  const asynchronous = new lambda.CfnEventInvokeConfig(stack, `${id}OnFailure`, {
    functionName: resource.ref,
    qualifier: '$LATEST',
    maximumRetryAttempts: 2,
    maximumEventAgeInSeconds: 21600,
    destinationConfig: { onFailure: { destination: failures.attrArn } },
  });
  const all = { name, resource, role, logGroup, asynchronous };
  if (settings.condition) {
    for (const each of [resource, role, logGroup, asynchronous])
      each.cfnOptions.condition = settings.condition;
  }
  return all;
}

/** The log group of a function: below a name that cannot be subscribed. */
export function ownLogGroup(name: FunctionName): string {
  return `${OWN_LOG_GROUPS}${Aws.STACK_NAME}/${name}`;
}

/** Folders of the archive that are written. What exists in them is compared with what would be written. */
const WRITTEN = ['_about', 'raw', 'quarantine', ...CLASSES];
/** Who and what ids are: snapshots of WorkMail's directories. */
const DIRECTORY = 'directory';

/** The findings about wildcards below folders of the archive. */
export function wildcardsOf(folders: readonly string[], reason: string): Record<string, string> {
  const finding = (folder: string) =>
    `AwsSolutions-IAM5[Resource::<ArchiveBucket.Arn>/<ArchivePrefix>/${folder}/*]`;
  return Object.fromEntries(folders.map((folder) => [finding(folder), reason]));
}

/** The objects in a folder of the archive. */
export function objectsIn({ parameters, archive }: FunctionContext, folder: string): string {
  return `${archive.attrArn}/${parameters.text('ArchivePrefix')}/${folder}/*`;
}

/** The keys in folders of the archive, to be listed. */
export function listing({ parameters, archive }: FunctionContext, folders: readonly string[]): object {
  const below = folders.map((folder) => `${parameters.text('ArchivePrefix')}/${folder}/*`);
  return allow('s3:ListBucket', archive.attrArn, { StringLike: { 's3:prefix': below } });
}

function archiveStatements(context: FunctionContext): object[] {
  const { parameters } = context;
  const key = parameters.isSet('KmsKeyArn');
  const watching = parameters.isSet('Watches');
  return [
    {
      Sid: 'WriteArchive',
      ...allow(
        's3:PutObject',
        WRITTEN.map((folder) => objectsIn(context, folder)),
      ),
    },
    {
      Sid: 'CompareWithArchive',
      ...allow(
        's3:GetObject',
        WRITTEN.map((folder) => objectsIn(context, folder)),
      ),
    },
    when(watching, { Sid: 'ReadWatchList', ...allow('s3:GetObject', objectsIn(context, 'config')) }),
    // Watched users are named in the list, and most events have the id alone.
    when(watching, { Sid: 'FindNames', ...listing(context, [DIRECTORY]) }),
    when(watching, { Sid: 'ReadNames', ...allow('s3:GetObject', objectsIn(context, DIRECTORY)) }),
    when(key, {
      Sid: 'ArchiveKey',
      ...allow(['kms:Decrypt', 'kms:GenerateDataKey'], parameters.text('KmsKeyArn')),
    }),
  ];
}

/** Only tagged streams may be written to: IAM enforces the rule that the code follows. Tags may be read of any stream. */
function streamStatements(context: FunctionContext): object[] {
  const { parameters } = context;
  const streams = arn('firehose', 'deliverystream/*');
  const tagged = { StringEquals: { 'aws:ResourceTag/LogDeliveryEnabled': 'true' } };
  const some = hasStreams(parameters);
  return [
    when(some, { Sid: 'TaggedStreams', ...allow('firehose:PutRecordBatch', streams, tagged) }),
    when(some, {
      Sid: 'KeepUndelivered',
      ...allow(['s3:GetObject', 's3:PutObject'], objectsIn(context, 'undelivered')),
    }),
    when(some, { Sid: 'AskForTags', ...allow('firehose:ListTagsForDeliveryStream', streams) }),
  ];
}

/** The condition that events are streamed at all. */
export function hasStreams(parameters: Parameters): CfnCondition {
  const any = Fn.conditionOr(parameters.streamsAny(), parameters.isSet('OtherStreams'));
  return parameters.condition('HasStreams', any);
}

function publishStatement(parameters: Parameters, topic: sns.CfnTopic): object {
  return when(parameters.isSet('Watches'), { Sid: 'Announce', ...allow('sns:Publish', topic.ref) });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function failureStatements({ parameters, failures }: FunctionContext): object[] {
  const key = parameters.isSet('FailuresKmsKeyArn');
  return [
    { Sid: 'KeepFailures', ...allow('s3:PutObject', `${failures.attrArn}/aws/lambda/*`) },
    { Sid: 'FindFailures', ...allow('s3:ListBucket', failures.attrArn) },
    when(key, { Sid: 'FailuresKey', ...allow('kms:GenerateDataKey', parameters.text('FailuresKmsKeyArn')) }),
  ];
}
