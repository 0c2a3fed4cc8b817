/**
 * The alarms about what is handed over, where nothing of ours runs that could say what became of it: from CloudWatch Logs
 * to the functions, from a stream to its bucket, from the topic to its subscribers, from a schedule to its function, and
 * from Lambda to the bucket of failures. What Lambda itself counts is among the alarms of a function.
 */
import { type CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';

import { type Alarm, common, insight, sum } from './alarms.ts';
import type { EventFunctionName } from './functions.ts';
import { ofEntry } from './loops.ts';
import { pascal } from './parameters.ts';
import { SCHEDULE_GROUPS, type ScheduledFunction } from './schedule.ts';
import { type Source, filterName } from './subscriptions.ts';

const A_DAY = 86_400;
/** Seconds: streams write every five minutes. */
const HALF_AN_HOUR = 1800;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
const OF_FILTERS: readonly Alarm[] = [
  {
    metric: 'DeliveryErrors',
    about: 'CloudWatch Logs could not hand events over. Is the permission of the function there?',
  },
  {
    metric: 'DeliveryThrottling',
    about: 'CloudWatch Logs was told to wait. It tries for 24 hours, and then drops the events.',
  },
];

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/scheduler-monitoring.html */
const OF_SCHEDULES: readonly Alarm[] = [
  {
    metric: 'TargetErrorCount',
    about: 'The schedule could not invoke the function. It tries again for a day.',
  },
  { metric: 'InvocationDroppedCount', about: 'The schedule gave an invocation up.' },
];

/** What CloudWatch Logs could not hand over of a log group. Which kind of destination it names, the query need not know. */
export function deliveryAlarms(
  stack: Stack,
  reader: EventFunctionName,
  source: Source,
  topic: sns.CfnTopic,
): void {
  const filter = filterName(reader, source.logGroup);
  for (const each of OF_FILTERS) {
    const query = `SELECT SUM(${each.metric}) FROM SCHEMA("AWS/Logs", DestinationType, FilterName, LogGroupName) WHERE FilterName = '\${filter}'`;
    const alarm = insight(stack, `${source.id}${each.metric}Alarm`, topic, each, Fn.sub(query, { filter }));
    ofEntry(source, alarm);
  }
}

/**
 * What a stream of this stack did not convert or deliver.
 *
 * https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
 */
export function streamAlarms(
  stack: Stack,
  id: string,
  stream: firehose.CfnDeliveryStream,
  wanted: CfnCondition,
  topic: sns.CfnTopic,
): void {
  const dimensions = [{ name: 'DeliveryStreamName', value: stream.ref }];
  const alarm = (name: string, each: Alarm) =>
    sum(stack, `${id}${name}Alarm`, topic, each, 'AWS/Firehose', dimensions);
  const unconverted = alarm('FailedConversion', {
    metric: 'FailedConversion.Records',
    about: 'A stream could not convert events to Parquet. They are in its bucket, below errors/.',
  });
  const late = alarm('DataFreshness', {
    metric: 'DeliveryToS3.DataFreshness',
    about: 'An event has been in a stream for half an hour. After a day, Firehose drops it.',
    most: HALF_AN_HOUR,
  });
  const refused = new cloudwatch.CfnAlarm(stack, `${id}DeliveryToS3Alarm`, {
    ...common(
      'A stream could not write to its bucket. It tries for a day, and then drops the events.',
      topic,
    ),
    // The share of attempts that succeeded.
    comparisonOperator: 'LessThanThreshold',
    threshold: 1,
    namespace: 'AWS/Firehose',
    metricName: 'DeliveryToS3.Success',
    dimensions,
    statistic: 'Average',
    period: 300,
  });
  for (const each of [unconverted, late, refused]) each.cfnOptions.condition = wanted;
}

/**
 * Failed invocations that wait to be taken in. S3 counts once a day; that an invocation failed is an alarm at once.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
 */
export function failuresAlarm(stack: Stack, failures: s3.CfnBucket, topic: sns.CfnTopic): void {
  new cloudwatch.CfnAlarm(stack, 'FailuresAlarm', {
    ...common('The bucket of failed invocations is not empty: what is in it is not in the archive.', topic),
    threshold: 0,
    treatMissingData: 'ignore',
    namespace: 'AWS/S3',
    metricName: 'NumberOfObjects',
    dimensions: [
      { name: 'BucketName', value: failures.ref },
      { name: 'StorageType', value: 'AllStorageTypes' },
    ],
    statistic: 'Maximum',
    period: A_DAY,
  });
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
export function topicAlarm(stack: Stack, topic: sns.CfnTopic): void {
  const about = 'The topic could not notify a subscriber.';
  const dimensions = [{ name: 'TopicName', value: topic.attrTopicName }];
  sum(
    stack,
    'UnnotifiedAlarm',
    topic,
    { metric: 'NumberOfNotificationsFailed', about },
    'AWS/SNS',
    dimensions,
  );
}

/** What the schedule of a function could not invoke. */
export function scheduleAlarms(
  stack: Stack,
  name: ScheduledFunction,
  topic: sns.CfnTopic,
): cloudwatch.CfnAlarm[] {
  const dimensions = [{ name: 'ScheduleGroup', value: SCHEDULE_GROUPS[name] }];
  return OF_SCHEDULES.map((each) =>
    sum(stack, `${pascal(name)}${each.metric}Alarm`, topic, each, 'AWS/Scheduler', dimensions),
  );
}
