/** The alarms: each notifies the topic, and the README says what to do about it. */
import { Fn, type Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';

import type { MailtrailFunction } from './functions.ts';
import { type Parameters, pascal } from './parameters.ts';
import type { Presence } from './conditions.ts';
import { scaleOut } from './subscriptions.ts';

/** The namespace of the functions' own metrics. */
export const NAMESPACE = 'mailtrail';

const FIVE_MINUTES = 300;
const HOUR = 3600;
/** An hour, in milliseconds. After six, Lambda gives an event up. */
const OLD = HOUR * 1000;

export interface Alarm {
  readonly metric: string;
  readonly about: string;
  /** The sum of five minutes must stay at zero, unless the highest value has a bound. */
  readonly most?: number;
}

/** An alarm about resource policies, over all accounts and Regions that are looked at. */
interface PolicyAlarm {
  readonly id: string;
  readonly metric: string;
  readonly about: string;
  /** Which of the values of an hour counts, and what it is held against. */
  readonly statistic: 'MAX' | 'MIN' | 'SUM';
  readonly comparison: string;
  readonly threshold: (parameters: Parameters) => number;
}

/** What Lambda counts. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
const OF_LAMBDA: readonly Alarm[] = [
  {
    metric: 'Errors',
    about: 'Invocations failed. Lambda tries them again, and then keeps them in the bucket for failures.',
  },
  {
    metric: 'Throttles',
    about: 'Invocations had to wait: the account, or the reserved concurrency, is too small.',
  },
  {
    metric: 'AsyncEventAge',
    about: 'An event has waited for an hour. After six, Lambda gives it up.',
    most: OLD,
  },
  { metric: 'AsyncEventsDropped', about: 'Lambda gave events up. They are in the bucket for failures.' },
  {
    metric: 'DestinationDeliveryFailures',
    about: 'What failed could not be kept in the bucket for failures either.',
  },
];

/** What the functions count, with themselves as the only dimension. */
const OF_EACH_FUNCTION: readonly Alarm[] = [
  {
    metric: 'failed',
    about: 'A ledger could not be closed: the archive did not take everything. It is tried again.',
  },
  { metric: 'imbalance', about: 'A ledger does not balance: this is an error in mailtrail.' },
  {
    metric: 'quarantined',
    about: 'A payload could not be read. It is kept in the archive, below quarantine/.',
  },
  {
    metric: 'wrong_settings',
    about: 'A setting is wrong and was left out. The log line says which, and what is allowed.',
  },
];

/** Metrics with a second dimension, whose values are not known at deployment. */
const OF_MANY: readonly (Alarm & { readonly by: string })[] = [
  {
    metric: 'undelivered',
    by: 'stream',
    about: 'A stream did not take events. They are kept in the archive, below undelivered/.',
  },
  { metric: 'unannounced', by: 'watch', about: 'Watched events were seen, and could not be told of.' },
];

/** What the audit of resource policies measures, for each account and Region. */
const OF_POLICIES: readonly PolicyAlarm[] = [
  {
    id: 'PolicyShareAlarm',
    metric: 'soft_share',
    about: 'A resource policy is too full: log deliveries that want another entry will fail.',
    statistic: 'MAX',
    comparison: 'GreaterThanOrEqualToThreshold',
    threshold: (parameters) => parameters.number('PolicyShare'),
  },
  {
    id: 'PolicyDaysAlarm',
    metric: 'days_to_limit',
    about: 'A resource policy grows so fast that it will soon be full.',
    statistic: 'MIN',
    comparison: 'LessThanOrEqualToThreshold',
    threshold: (parameters) => parameters.number('PolicyDays'),
  },
  {
    id: 'PolicyAuditFailedAlarm',
    metric: 'audit_failed',
    about: 'The resource policies of an account could not be looked at in a Region.',
    statistic: 'SUM',
    comparison: 'GreaterThanThreshold',
    threshold: () => 0,
  },
];

/** What the comparison of the archive with the log groups measures, over all log groups and days that it looks at. */
const OF_COVERAGE: readonly (Required<Alarm> & { readonly id: string })[] = [
  {
    id: 'CoverageGapAlarm',
    metric: 'gap_days',
    about: 'The archive lacks events that a log group has: they are lost when its retention is over.',
    most: 0,
  },
  {
    id: 'CoverageSilentAlarm',
    metric: 'silent_days',
    about: "WorkMail's metrics count what was not logged on a day: is the logging on?",
    most: 0,
  },
  {
    id: 'CoverageUncheckedAlarm',
    metric: 'unchecked_days',
    about: 'A day that ended days ago was not compared yet: runs end before they come to it, or fail.',
    most: 2,
  },
  {
    id: 'CoverageFailedAlarm',
    metric: 'coverage_failed',
    about: 'The archive could not be compared with a log group: the log line says why.',
    most: 0,
  },
  {
    id: 'DirectoryFailedAlarm',
    metric: 'directory_failed',
    about: 'The directory of a WorkMail organization was not saved, or not whole: the log line says why.',
    most: 0,
  },
];

/** The alarms of every function, on Lambda's own metrics. */
export function lambdaAlarms(
  stack: Stack,
  { name, resource }: MailtrailFunction,
  topic: sns.CfnTopic,
): cloudwatch.CfnAlarm[] {
  const dimensions = [{ name: 'FunctionName', value: resource.ref }];
  return OF_LAMBDA.map((each) =>
    sum(stack, `${pascal(name)}${each.metric}Alarm`, topic, each, 'AWS/Lambda', dimensions),
  );
}

/** The alarms of a function that reads events, on the metrics that it reports. */
export function eventAlarms(stack: Stack, { name, resource }: MailtrailFunction, topic: sns.CfnTopic): void {
  const id = pascal(name);
  for (const each of OF_EACH_FUNCTION) {
    sum(stack, `${id}${pascal(each.metric)}Alarm`, topic, each, NAMESPACE, [
      { name: 'function', value: resource.ref },
    ]);
  }
  for (const each of OF_MANY) {
    const query = `SELECT SUM(${each.metric}) FROM SCHEMA(${NAMESPACE}, "function", ${each.by}) WHERE "function" = '\${name}'`;
    insight(stack, `${id}${pascal(each.metric)}Alarm`, topic, each, Fn.sub(query, { name: resource.ref }));
  }
}

/**
 * The alarms about resource policies. They are measured once a day or so: in between there is nothing, and an alarm
 * stays what the last audit made it. So it does where an audit could not measure what the alarm is about: what it could
 * not see has an alarm of its own. A query of an alarm sees three hours, and an audit takes a quarter of one at most. If
 * it goes over the full hour, what it measured last decides; what it measured first has been told by then.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
 */
export function policyAlarms(
  stack: Stack,
  { resource }: MailtrailFunction,
  parameters: Parameters,
  topic: sns.CfnTopic,
): cloudwatch.CfnAlarm[] {
  return OF_POLICIES.map(({ id, metric, about, statistic, comparison, threshold }) => {
    const query = `SELECT ${statistic}(${metric}) FROM SCHEMA(${NAMESPACE}, "function", "account", "region") WHERE "function" = '\${name}'`;
    const expression = Fn.sub(query, { name: resource.ref });
    return new cloudwatch.CfnAlarm(stack, id, {
      ...common(about, topic),
      comparisonOperator: comparison,
      threshold: threshold(parameters),
      treatMissingData: 'ignore',
      metrics: [{ id: 'worst', expression, period: HOUR, returnData: true }],
    });
  });
}

/** The alarms about coverage. Between two runs nothing is measured, and nothing has become better. */
export function coverageAlarms(
  stack: Stack,
  { resource }: MailtrailFunction,
  topic: sns.CfnTopic,
): cloudwatch.CfnAlarm[] {
  return OF_COVERAGE.map(
    ({ id, metric, about, most }) =>
      new cloudwatch.CfnAlarm(stack, id, {
        ...common(about, topic),
        threshold: most,
        treatMissingData: 'ignore',
        namespace: NAMESPACE,
        metricName: metric,
        dimensions: [{ name: 'function', value: resource.ref }],
        statistic: 'Maximum',
        period: HOUR,
      }),
  );
}

/** The logical id of the alarm about the silence of a function. */
export function silenceAlarmId(name: string): string {
  return `${pascal(name)}SilenceAlarm`;
}

/** Silence: log groups that should speak and do not, or a filter that was removed. */
export function silenceAlarm(
  stack: Stack,
  called: MailtrailFunction,
  listens: Presence,
  parameters: Parameters,
  topic: sns.CfnTopic,
): void {
  if (listens === false) return;
  const hours = parameters.number('SilenceHours');
  const alarm = new cloudwatch.CfnAlarm(stack, silenceAlarmId(called.name), {
    alarmDescription:
      'No event has come for hours: is the logging on, and are the subscription filters there?',
    namespace: NAMESPACE,
    metricName: 'events',
    dimensions: [{ name: 'function', value: called.resource.ref }],
    statistic: 'Sum',
    period: HOUR,
    evaluationPeriods: hours,
    datapointsToAlarm: hours,
    comparisonOperator: 'LessThanThreshold',
    threshold: 1,
    treatMissingData: 'breaching',
    alarmActions: [topic.ref],
    okActions: [topic.ref],
  });
  alarm.cfnOptions.condition = parameters.both(listens, parameters.isSet('SilenceHours'));
}

/** How far a function is behind its data stream, in the scale-out profile. */
export function lagAlarm(
  stack: Stack,
  { name, resource }: MailtrailFunction,
  parameters: Parameters,
  topic: sns.CfnTopic,
): void {
  const about = 'The function is an hour behind its data stream, which forgets after three days.';
  const dimensions = [{ name: 'FunctionName', value: resource.ref }];
  const alarm = sum(
    stack,
    `${pascal(name)}IteratorAgeAlarm`,
    topic,
    { metric: 'IteratorAge', about, most: OLD },
    'AWS/Lambda',
    dimensions,
  );
  alarm.cfnOptions.condition = scaleOut(parameters);
}

/** An alarm on the sum of five minutes, or on the highest value where it has a bound. */
export function sum(
  stack: Stack,
  id: string,
  topic: sns.CfnTopic,
  { metric, about, most }: Alarm,
  namespace: string,
  dimensions: cloudwatch.CfnAlarm.DimensionProperty[],
): cloudwatch.CfnAlarm {
  return new cloudwatch.CfnAlarm(stack, id, {
    ...common(about, topic),
    threshold: most ?? 0,
    namespace,
    metricName: metric,
    dimensions,
    statistic: most === undefined ? 'Sum' : 'Maximum',
    period: FIVE_MINUTES,
  });
}

/** An alarm on a query, where a metric alone would have to name every dimension. */
export function insight(
  stack: Stack,
  id: string,
  topic: sns.CfnTopic,
  { about }: Alarm,
  expression: string,
): cloudwatch.CfnAlarm {
  return new cloudwatch.CfnAlarm(stack, id, {
    ...common(about, topic),
    threshold: 0,
    metrics: [{ id: 'sum', expression, period: FIVE_MINUTES, returnData: true }],
  });
}

/** What alarms have in common. */
export function common(about: string, topic: sns.CfnTopic) {
  return {
    alarmDescription: about,
    evaluationPeriods: 1,
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
    alarmActions: [topic.ref],
  };
}
