/** One page that shows whether everything that comes in is kept. */
import { Aws, Fn, type Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

import { NAMESPACE } from './alarms.ts';
import type { MailtrailFunction } from './functions.ts';
import { filterName } from './subscriptions.ts';

const WIDTH = 12;
const HEIGHT = 6;

interface Widget {
  readonly title: string;
  readonly metrics: unknown[][];
}

export function makeDashboard(stack: Stack, functions: MailtrailFunction[]): void {
  const widgets = [...functions.flatMap(ofFunction), ...ofAll(functions)].map(place);
  new cloudwatch.CfnDashboard(stack, 'Dashboard', {
    dashboardName: `mailtrail-${Aws.STACK_NAME}`,
    dashboardBody: stack.toJsonString({ widgets }),
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
  ];
}

function ofAll(functions: MailtrailFunction[]): Widget[] {
  const found = (metric: string, by: string) =>
    functions.map(({ resource }) => [
      {
        expression: Fn.join('', [
          `SEARCH('{${NAMESPACE},function,${by}} MetricName="${metric}" function="`,
          resource.ref,
          `"', 'Sum', 300)`,
        ]),
        label: metric,
      },
    ]);
  const streams = ['delivered', 'gated', 'filtered', 'undelivered'].flatMap((metric) =>
    found(metric, 'stream'),
  );
  const watches = ['watched', 'announced', 'unannounced'].flatMap((metric) => found(metric, 'watch'));
  const handed = ['DeliveryErrors', 'DeliveryThrottling'].map((metric) => [
    {
      expression: Fn.join('', [
        `SEARCH('{AWS/Logs,DestinationType,FilterName,LogGroupName} MetricName="${metric}" FilterName="`,
        filterName(),
        `"', 'Sum', 300)`,
      ]),
      label: metric,
    },
  ]);
  return [
    { title: 'streams', metrics: streams },
    { title: 'watched events', metrics: watches },
    { title: 'not handed over by CloudWatch Logs', metrics: handed },
  ];
}

function place({ title, metrics }: Widget, index: number): object {
  return {
    type: 'metric',
    x: (index % 2) * WIDTH,
    y: Math.floor(index / 2) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: { title, metrics, stat: 'Sum', period: 300, region: Aws.REGION, view: 'timeSeries' },
  };
}
