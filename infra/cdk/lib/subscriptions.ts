/**
 * How events get from log groups to functions.
 *
 * Standard: a subscription filter invokes the function. Scale-out: the filter writes to a Kinesis data stream, which
 * the function reads. Nothing is filtered out on the way: an empty pattern matches everything.
 */
import { Aws, type CfnCondition, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';

import { keep } from './buckets.ts';
import type { EventFunctionName, MailtrailFunction } from './functions.ts';
import { ofEntry } from './loops.ts';
import { type Entry, type Parameters, pascal } from './parameters.ts';
import { either, when } from './conditions.ts';
import { acknowledge } from './findings.ts';
import { allow, arn, policy, trust } from './iam.ts';

/**
 * The name of a log group's subscription filter: another for each stack, function and log group. When a log group moves
 * from one function to the other, the new filter is created before the old one is deleted, which goes by its name.
 */
export const filterName = (reader: EventFunctionName, logGroup: string) =>
  `mailtrail-${Aws.STACK_NAME}-${reader}-${logGroup}`;

/**
 * What events bring with them: a log group that others are centralised in holds events of many accounts, Regions and
 * log groups. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
 */
export const SYSTEM_FIELDS = ['@aws.account', '@aws.region', '@source.log'];

/** A log group that is subscribed. */
export interface Source extends Pick<Entry, 'loop' | 'present'> {
  /** In ids of the template. */
  readonly id: string;
  readonly logGroup: string;
}

/** The data stream in front of a function, in the scale-out profile. */
export function dataStream(stack: Stack, name: EventFunctionName, parameters: Parameters): kinesis.CfnStream {
  const stream = new kinesis.CfnStream(stack, `${pascal(name)}Queue`, {
    streamModeDetails: { streamMode: 'ON_DEMAND' },
    // A failure of a weekend loses nothing.
    retentionPeriodHours: 72,
    streamEncryption: { encryptionType: 'KMS', keyId: 'alias/aws/kinesis' },
  });
  stream.cfnOptions.condition = scaleOut(parameters);
  // Records that have not been read yet must outlive a change of the profile.
  keep(stream);
  acknowledge(stream, {
    CKV_AWS_185: 'the stream is a passage; its records lie in the archive under its key',
  });
  return stream;
}

/** What a function may do with the stream that it reads. */
export function readStream(parameters: Parameters, stream: kinesis.CfnStream): object {
  const actions = [
    'kinesis:DescribeStream',
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
  ];
  return when(scaleOut(parameters), { Sid: 'ReadQueue', ...allow(actions, stream.attrArn) });
}

/**
 * One permission for all log groups: one for each would fill the function's policy, which has 20 KB. It stands in both
 * profiles, so that nothing is lost on the way from one to the other.
 */
export function allowLogsToInvoke(stack: Stack, called: MailtrailFunction): lambda.CfnPermission {
  return new lambda.CfnPermission(stack, `${pascal(called.name)}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: called.resource.ref,
    principal: 'logs.amazonaws.com',
    sourceAccount: Aws.ACCOUNT_ID,
    sourceArn: arn('logs', 'log-group:*'),
  });
}

/** Maps the stream to the function; batches that fail go to the bucket of failures. */
export function readFromStream(
  stack: Stack,
  reader: MailtrailFunction,
  stream: kinesis.CfnStream,
  failures: s3.CfnBucket,
): void {
  const mapping = new lambda.CfnEventSourceMapping(stack, `${pascal(reader.name)}Reading`, {
    functionName: reader.resource.ref,
    eventSourceArn: stream.attrArn,
    startingPosition: 'TRIM_HORIZON',
    batchSize: 100,
    maximumBatchingWindowInSeconds: 5,
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: 10,
    functionResponseTypes: ['ReportBatchItemFailures'],
    destinationConfig: { onFailure: { destination: failures.attrArn } },
  });
  mapping.cfnOptions.condition = stream.cfnOptions.condition as CfnCondition;
}

/** Lets CloudWatch Logs write to the data streams. */
export function writerOfStreams(
  stack: Stack,
  streams: kinesis.CfnStream[],
  parameters: Parameters,
): iam.CfnRole {
  const role = new iam.CfnRole(stack, 'QueueWriterRole', {
    description: 'Lets CloudWatch Logs write to the data streams of mailtrail',
    assumeRolePolicyDocument: trust('logs.amazonaws.com', arn('logs', '*')),
    policies: [
      {
        policyName: 'write',
        policyDocument: policy(
          allow(
            'kinesis:PutRecord',
            streams.map((stream) => stream.attrArn),
          ),
        ),
      },
    ],
  });
  role.cfnOptions.condition = scaleOut(parameters);
  return role;
}

/** A subscription filter on a log group. */
export function subscribe(
  stack: Stack,
  reader: EventFunctionName,
  source: Source,
  to: {
    called: MailtrailFunction;
    permission: lambda.CfnPermission;
    stream: kinesis.CfnStream;
    writer: iam.CfnRole;
  },
  parameters: Parameters,
): logs.CfnSubscriptionFilter {
  const out = scaleOut(parameters);
  const filter = new logs.CfnSubscriptionFilter(stack, `${source.id}Filter`, {
    filterName: filterName(reader, source.logGroup),
    filterPattern: '',
    logGroupName: source.logGroup,
    emitSystemFields: SYSTEM_FIELDS,
    destinationArn: either(out, to.stream.attrArn, to.called.resource.attrArn),
    roleArn: when(out, to.writer.attrArn),
    distribution: when(out, 'Random'),
  });
  ofEntry(source, filter);
  filter.addResourceDependency(to.permission);
  return filter;
}

/** The condition of the scale-out profile. */
export function scaleOut(parameters: Parameters): CfnCondition {
  return parameters.is('Profile', 'scale-out');
}
