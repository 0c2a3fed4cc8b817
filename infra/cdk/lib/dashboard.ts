/** One page that shows whether everything that comes in is kept. */
import { Aws, type CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

import { NAMESPACE } from './alarms.ts';
import type { FunctionContext, MailtrailFunction } from './functions.ts';
import { either } from './conditions.ts';
import { SCHEDULE_GROUPS, type ScheduledFunction } from './schedule.ts';

const WIDTH = 12;
const HEIGHT = 6;

/** Seconds. */
const FIVE_MINUTES = 300;
const HOUR = 3600;
const DAY = 86_400;
/** Days. */
const A_YEAR = 365;

interface Widget {
  readonly title: string;
  readonly metrics: unknown[][];
  /** What is shown of a period: the sum, if nothing else is said. */
  readonly stat?: 'Average' | 'Maximum' | 'Minimum';
  /** Seconds: five minutes, if nothing else is said. */
  readonly period?: number;
  /** The highest value that is shown. */
  readonly top?: number;
}

/** The page; what is about a scheduled function stands on it where there is one. */
export function createDashboard(
  stack: Stack,
  functions: MailtrailFunction[],
  context: Pick<FunctionContext, 'failures' | 'topic'>,
  { maintenance, audit }: { maintenance: MailtrailFunction; audit?: MailtrailFunction },
): void {
  const body = (widgets: Widget[]) => stack.toJsonString({ widgets: widgets.map(place) });
  const all = [...functions.flatMap(ofFunction), ...ofAll(functions), ...ofHandovers(context)];
  const audited = (widgets: Widget[]) => {
    const on = audit?.resource.cfnOptions.condition;
    return audit && on
      ? either(on, body([...widgets, ...ofScheduled(audit), ...ofPolicies(audit)]), body(widgets))
      : body(widgets);
  };
  const covered = maintenance.resource.cfnOptions.condition as CfnCondition;
  new cloudwatch.CfnDashboard(stack, 'Dashboard', {
    // Dashboards belong to an account, not to a Region.
    dashboardName: `mailtrail-${Aws.STACK_NAME}-${Aws.REGION}`,
    dashboardBody: either(
      covered,
      audited([...all, ...ofCoverage(maintenance), ...ofScheduled(maintenance)]),
      audited(all),
    ),
  });
}

function ofFunction({ name, resource }: MailtrailFunction): Widget[] {
  const own = (metric: string) => [NAMESPACE, metric, 'function', resource.ref];
  const lambda = (metric: string, stat: string) => [
    'AWS/Lambda',
    metric,
    'FunctionName',
    resource.ref,
    { stat },
  ];
  return [
    { title: `${name}: events`, metrics: ['events', 'archived', 'already', 'refused'].map(own) },
    {
      title: `${name}: payloads`,
      metrics: ['received', 'control', 'quarantined', 'failed', 'imbalance'].map(own),
    },
    {
      title: `${name}: lag, in milliseconds`,
      metrics: [
        lambda('AsyncEventAge', 'Maximum'),
        lambda('IteratorAge', 'Maximum'),
        lambda('Duration', 'p99'),
      ],
    },
    {
      title: `${name}: invocations`,
      metrics: [lambda('Invocations', 'Sum'), lambda('Errors', 'Sum'), lambda('Throttles', 'Sum')],
    },
    {
      title: `${name}: given up by Lambda`,
      metrics: [lambda('AsyncEventsDropped', 'Sum'), lambda('DestinationDeliveryFailures', 'Sum')],
    },
  ];
}

function ofAll(functions: MailtrailFunction[]): Widget[] {
  const found = (metric: string, by: string) =>
    functions.map((each) => search(each, metric, [by], { stat: 'Sum', period: FIVE_MINUTES }));
  const classes = found('classified', 'class');
  const streams = ['delivered', 'gated', 'filtered', 'undelivered'].flatMap((metric) =>
    found(metric, 'stream'),
  );
  const watches = ['watched', 'announced', 'unannounced'].flatMap((metric) => found(metric, 'watch'));
  return [
    { title: 'events by class', metrics: classes },
    { title: 'streams', metrics: streams },
    { title: 'watched events', metrics: watches },
  ];
}

/** What nothing of ours counts: what became of events where they were handed over. */
function ofHandovers({ failures, topic }: Pick<FunctionContext, 'failures' | 'topic'>): Widget[] {
  const every = (schema: string, search: string, stat: string, label: string) => [
    { expression: `SEARCH('{${schema}} ${search}', '${stat}', ${FIVE_MINUTES})`, label },
  ];
  // Names of filters begin with it.
  const filters = (metric: string) =>
    every(
      'AWS/Logs,DestinationType,FilterName,LogGroupName',
      `MetricName="${metric}" mailtrail`,
      'Sum',
      `${metric} \${PROP('Dim.LogGroupName')}`,
    );
  const streams = (metric: string, stat: string) =>
    every(
      'AWS/Firehose,DeliveryStreamName',
      `MetricName="${metric}"`,
      stat,
      "${PROP('Dim.DeliveryStreamName')}",
    );
  return [
    {
      title: 'not handed over by CloudWatch Logs',
      metrics: ['DeliveryErrors', 'DeliveryThrottling'].map(filters),
    },
    { title: 'Firehose: not converted to Parquet', metrics: [streams('FailedConversion.Records', 'Sum')] },
    {
      title: 'Firehose: share of successful writes to S3',
      metrics: [streams('DeliveryToS3.Success', 'Average')],
      stat: 'Average',
    },
    {
      title: 'Firehose: age of the oldest event, in seconds',
      metrics: [streams('DeliveryToS3.DataFreshness', 'Maximum')],
      stat: 'Maximum',
    },
    {
      title: 'notifications of the topic',
      metrics: ['NumberOfNotificationsDelivered', 'NumberOfNotificationsFailed'].map((metric) => [
        'AWS/SNS',
        metric,
        'TopicName',
        topic.attrTopicName,
      ]),
    },
    {
      title: 'failed invocations that are kept',
      metrics: [['AWS/S3', 'NumberOfObjects', 'BucketName', failures.ref, 'StorageType', 'AllStorageTypes']],
      stat: 'Maximum',
      period: DAY,
    },
  ];
}

/** What became of the invocations of a scheduled function. */
function ofScheduled({ name, resource }: MailtrailFunction): Widget[] {
  const lambda = (metric: string) => ['AWS/Lambda', metric, 'FunctionName', resource.ref];
  const group = SCHEDULE_GROUPS[name as ScheduledFunction];
  const scheduled = (metric: string) => ['AWS/Scheduler', metric, 'ScheduleGroup', group];
  return [
    {
      title: `${name}: invocations`,
      metrics: [
        'Invocations',
        'Errors',
        'Throttles',
        'AsyncEventsDropped',
        'DestinationDeliveryFailures',
      ].map(lambda),
    },
    {
      title: `${name}: waiting, in milliseconds`,
      metrics: [lambda('AsyncEventAge')],
      stat: 'Maximum',
    },
    {
      title: `${name}: not invoked by its schedule`,
      metrics: ['TargetErrorCount', 'InvocationDroppedCount'].map(scheduled),
    },
  ];
}

/** What the archive has of the log groups. It is compared once a day or so. */
function ofCoverage({ resource }: MailtrailFunction): Widget[] {
  const widget = (title: string, metrics: string[]): Widget => ({
    title: `coverage: ${title}`,
    metrics: metrics.map((metric) => [NAMESPACE, metric, 'function', resource.ref]),
    stat: 'Maximum',
    period: HOUR,
  });
  return [
    widget('days with a gap, silent, and not compared', [
      'gap_days',
      'silent_days',
      'coverage_failed',
      'unchecked_days',
    ]),
    widget('events that are missing, and that were filled in', ['missing_events', 'filled_events']),
    widget('directories that were not saved, or not whole', ['directory_failed']),
  ];
}

/** The resource policies of every account and Region that is looked at. They are measured once a day or so. */
function ofPolicies(audit: MailtrailFunction): Widget[] {
  const widget = (title: string, stat: 'Maximum' | 'Minimum', metrics: string[]): Widget => ({
    title: `resource policies: ${title}`,
    metrics: metrics.map((metric) => search(audit, metric, ['account', 'region'], { stat, period: HOUR })),
    stat,
    period: HOUR,
  });
  return [
    widget('share of the limits, in percent', 'Maximum', ['soft_share', 'hard_share']),
    // Where nothing grows it is more days than anybody wants to see.
    { ...widget('days to the limit', 'Minimum', ['days_to_limit']), top: A_YEAR },
    widget('how many, and entries of no log group', 'Maximum', ['policies', 'dead_entries']),
  ];
}

/** A metric with dimensions besides the function, whatever values they have. A line is named after the values. */
function search(
  { resource }: MailtrailFunction,
  metric: string,
  by: string[],
  { stat, period }: { stat: string; period: number },
): unknown[] {
  const schema = [NAMESPACE, 'function', ...by].join(',');
  const expression = Fn.join('', [
    `SEARCH('{${schema}} MetricName="${metric}" function="`,
    resource.ref,
    `"', '${stat}', ${period})`,
  ]);
  const values = by.map((name) => `\${PROP('Dim.${name}')}`);
  return [{ expression, label: [metric, ...values].join(' ') }];
}

function place({ title, metrics, stat, period, top }: Widget, index: number): object {
  return {
    type: 'metric',
    x: (index % 2) * WIDTH,
    y: Math.floor(index / 2) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: {
      title,
      metrics,
      stat: stat ?? 'Sum',
      period: period ?? FIVE_MINUTES,
      region: Aws.REGION,
      view: 'timeSeries',
      ...(top && { yAxis: { left: { min: 0, max: top } } }),
    },
  };
}
