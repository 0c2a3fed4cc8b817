/** What the template watches: alarms, the dashboard, and what the README says about them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  AUDITED,
  ORGANIZATION,
  type Resource,
  SOURCES,
  deployed,
  ofType,
  read,
  resourcesOf,
} from './deployed.ts';

const usual = deployed(SOURCES);

/** The queries of alarms. */
const queries = (resources: Map<string, Resource>): string[] =>
  ofType(resources, 'AWS::CloudWatch::Alarm')
    .flatMap(({ Properties }) => Properties.Metrics ?? [])
    .map(({ Expression }) => Expression['Fn::Sub'][0]);

/** The widgets of the dashboard; what only CloudFormation knows is a word in them. */
const dashboard = (parameters: Record<string, string>): any[] => {
  const body = deployed(parameters).get('Dashboard')?.Properties.DashboardBody['Fn::Join'][1];
  return JSON.parse(body.map((part: unknown) => (typeof part === 'string' ? part : 'example')).join(''))
    .widgets;
};

test('every metric of an alarm is one that the functions report, with its dimensions', () => {
  const reports = read('shared', 'foundation', 'telemetry', 'src', 'report.rs');
  const reported = new Set([...reports.matchAll(/\("(\w+)", Unit::/g)].map(([, name]) => name));
  const alarms = ofType(usual, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
  const own = alarms.filter(({ Namespace }) => Namespace === 'mailtrail');
  for (const { MetricName, Dimensions } of own) {
    assert.ok(reported.has(MetricName), MetricName);
    assert.deepEqual(
      Dimensions.map(({ Name }: any) => Name),
      ['function'],
    );
  }
  const asked = queries(usual).filter((query) => query.includes('SCHEMA(mailtrail'));
  for (const query of asked)
    assert.ok(reported.has(query.match(/(?:SUM|MAX|MIN)\((\w+)\)/)?.[1] ?? ''), query);
  assert.ok(own.length >= 8 && asked.length === 4);
});

test('a full policy, one that soon will be, and an audit that failed are alarms where there is an audit', () => {
  const ids = ['PolicyShareAlarm', 'PolicyDaysAlarm', 'PolicyAuditFailedAlarm'];
  assert.ok(!ids.some((id) => usual.has(id)));
  const resources = deployed({ ...AUDITED, PolicyShare: '70', PolicyDays: '30' });
  const held = ids.map((id) => {
    const its = (resources.get(id) as Resource).Properties;
    // Between two audits there is nothing to see, and nothing has become better.
    assert.equal(its.TreatMissingData, 'ignore');
    assert.deepEqual(its.AlarmActions, [{ Ref: 'Topic' }]);
    return [
      its.Metrics[0].Expression['Fn::Sub'][0].match(/\w+\(\w+\)/)[0],
      its.ComparisonOperator,
      its.Threshold,
    ];
  });
  assert.deepEqual(held, [
    ['MAX(soft_share)', 'GreaterThanOrEqualToThreshold', '70'],
    ['MIN(days_to_limit)', 'LessThanOrEqualToThreshold', '30'],
    ['SUM(audit_failed)', 'GreaterThanThreshold', 0],
  ]);
});

test('gaps, silent days, and days that could not be compared are alarms until a run says otherwise', () => {
  const ids = [
    'CoverageGapAlarm',
    'CoverageSilentAlarm',
    'CoverageUncheckedAlarm',
    'CoverageFailedAlarm',
    'DirectoryFailedAlarm',
  ];
  const held = ids.map((id) => {
    const its = (usual.get(id) as Resource).Properties;
    assert.equal(its.TreatMissingData, 'ignore');
    assert.deepEqual(its.AlarmActions, [{ Ref: 'Topic' }]);
    assert.deepEqual([its.Statistic, its.ComparisonOperator], ['Maximum', 'GreaterThanThreshold']);
    return [its.MetricName, its.Threshold];
  });
  assert.deepEqual(held, [
    ['gap_days', 0],
    ['silent_days', 0],
    ['unchecked_days', 2],
    ['coverage_failed', 0],
    ['directory_failed', 0],
  ]);
  assert.ok(!ids.some((id) => deployed({ Coverage: 'off' }).has(id)));
});

test('a query names every dimension of its metric, or it finds nothing', () => {
  const declared = [
    ...read('shared', 'foundation', 'telemetry', 'src', 'report.rs').matchAll(
      /METRICS: &'static.*?&\[(.*?)\];.*?DIMENSIONS: &'static \[&'static str\] = &\[(.*?)\]/gs,
    ),
  ];
  const words = (text: string | undefined) =>
    [...(text ?? '').matchAll(/"?(\w+)"?/g)].map(([, word]) => word);
  const dimensionsOf = new Map(
    declared.flatMap(([, metrics, dimensions]) =>
      [...(metrics ?? '').matchAll(/\("(\w+)", Unit::/g)].map(
        ([, metric]) => [metric, words(dimensions)] as const,
      ),
    ),
  );
  const asked = [
    ...queries(deployed(AUDITED)).map((query) => query.match(/\((\w+)\) FROM SCHEMA\(mailtrail, (.*?)\)/)),
    ...dashboard(AUDITED)
      .flatMap(({ properties }) => properties.metrics.flat())
      .map(({ expression }: any) =>
        expression?.match(/SEARCH\('\{mailtrail,(?<by>.*?)\} MetricName="(?<metric>\w+)"/),
      ),
  ].filter(Boolean);
  for (const found of asked) {
    const [metric, by] = found.groups ? [found.groups.metric, found.groups.by] : [found[1], found[2]];
    assert.deepEqual(words(by), dimensionsOf.get(metric), metric);
  }
  assert.ok(asked.length >= 20);
});

test('the dashboard shows events by class, and coverage and resource policies where they are looked at', () => {
  const titles = (parameters: Record<string, string>) =>
    dashboard(parameters).map(({ properties }) => properties.title);
  const policies = (parameters: Record<string, string>) =>
    titles(parameters).filter((title) => title.startsWith('resource policies: '));
  assert.ok(titles({}).includes('events by class'));
  const coverage = (parameters: Record<string, string>) =>
    titles(parameters).filter((title) => title.startsWith('coverage: ')).length;
  assert.deepEqual([coverage({}), coverage({ Coverage: 'off' })], [3, 0]);
  assert.deepEqual(policies({}), []);
  assert.deepEqual(policies(AUDITED), [
    'resource policies: share of the limits, in percent',
    'resource policies: days to the limit',
    'resource policies: how many, and entries of no log group',
  ]);
});

test('the README says of every alarm what to do', () => {
  const section = read('infra', 'README.md').match(/^## Operate$(.*?)^## /ms)?.[1] ?? '';
  const named = [...section.matchAll(/`(…?)(\w+Alarm)`/g)].map(([, any, name]) => ({
    any,
    name: name ?? '',
  }));
  const told = (id: string) => named.some(({ any, name }) => (any ? id.endsWith(name) : id === name));
  const alarms = Object.entries(resourcesOf({ ...SOURCES, WorkMailOrganizations: ORGANIZATION })).filter(
    ([, { Type }]) => Type === 'AWS::CloudWatch::Alarm',
  );
  assert.deepEqual(
    alarms.map(([id]) => id).filter((id) => !told(id)),
    [],
  );
});

test('whatever Lambda says of a function is an alarm, of the audit too', () => {
  const metrics = (id: string) =>
    [...deployed(AUDITED)]
      .filter(([name]) => name.startsWith(id) && name.endsWith('Alarm'))
      .map(([, { Properties }]) => Properties)
      .filter(({ Namespace }) => Namespace === 'AWS/Lambda')
      .map(({ MetricName }) => MetricName);
  const all = ['Errors', 'Throttles', 'AsyncEventAge', 'AsyncEventsDropped', 'DestinationDeliveryFailures'];
  for (const name of ['WorkmailEvents', 'CloudtrailActivity', 'PolicyAudit', 'ArchiveMaintenance'])
    assert.deepEqual(metrics(name), all);
});

/**
 * The metrics of AWS that alarms are on: their dimensions, all of them, and the statistics that mean something, as AWS's
 * pages define them. An alarm on a metric, a dimension or a statistic that does not exist is never raised.
 */
const OF_AWS: Record<string, { page: string; dimensions: string[]; metrics: Record<string, string[]> }> = {
  'AWS/Firehose': {
    page: 'https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html',
    dimensions: ['DeliveryStreamName'],
    metrics: {
      // Seconds, of the oldest record.
      'DeliveryToS3.DataFreshness': ['Maximum'],
      // Successful puts over all puts.
      'DeliveryToS3.Success': ['Average', 'Minimum'],
      'FailedConversion.Records': ['Sum'],
    },
  },
  'AWS/Logs': {
    page: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html',
    dimensions: ['DestinationType', 'FilterName', 'LogGroupName'],
    metrics: { DeliveryErrors: ['Sum'], DeliveryThrottling: ['Sum'] },
  },
  'AWS/Lambda': {
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html',
    dimensions: ['FunctionName'],
    metrics: {
      // Milliseconds, of the oldest event of a period.
      AsyncEventAge: ['Maximum'],
      AsyncEventsDropped: ['Sum'],
      DestinationDeliveryFailures: ['Sum'],
      Errors: ['Sum'],
      IteratorAge: ['Maximum'],
      Throttles: ['Sum'],
    },
  },
  'AWS/S3': {
    page: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html',
    dimensions: ['BucketName', 'StorageType'],
    metrics: { NumberOfObjects: ['Average', 'Maximum'] },
  },
  'AWS/SNS': {
    page: 'https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html',
    dimensions: ['TopicName'],
    metrics: { NumberOfNotificationsFailed: ['Sum'] },
  },
  'AWS/Scheduler': {
    page: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html',
    dimensions: ['ScheduleGroup'],
    metrics: { InvocationDroppedCount: ['Sum'], TargetErrorCount: ['Sum'] },
  },
};
/** The statistic that a function of Metrics Insights computes. */
const STATISTICS: Record<string, string> = { SUM: 'Sum', MAX: 'Maximum', MIN: 'Minimum', AVG: 'Average' };

test('every alarm on a metric of AWS is on one that there is, with its dimensions and a statistic that it has', () => {
  const parameters = { ...SOURCES, ...AUDITED, StreamEmailActivity: 'true', Profile: 'scale-out' };
  const alarms = ofType(deployed(parameters), 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
  const direct = alarms
    .filter(({ Namespace }) => Namespace?.startsWith('AWS/'))
    .map(({ Namespace, MetricName, Dimensions, Statistic }) => ({
      namespace: Namespace,
      metric: MetricName,
      dimensions: Dimensions.map(({ Name }: any) => Name),
      statistic: Statistic,
    }));
  const asked = alarms
    .flatMap(({ Metrics }) => Metrics ?? [])
    .map(({ Expression }) => Expression['Fn::Sub'][0])
    .filter((query) => query.includes('SCHEMA("AWS/'))
    .map((query) => {
      const parts = query.match(/^SELECT (\w+)\((\w+)\) FROM SCHEMA\("(AWS\/\w+)", ([\w, ]+)\) WHERE /);
      assert.ok(parts, query);
      const [, computed, metric, namespace, dimensions] = parts;
      return { namespace, metric, dimensions: dimensions.split(', '), statistic: STATISTICS[computed] };
    });
  const used = new Set<string>();
  for (const { namespace, metric, dimensions, statistic } of [...direct, ...asked]) {
    const known = OF_AWS[namespace];
    assert.ok(known, namespace);
    assert.ok(known.metrics[metric]?.includes(statistic), `${namespace} ${metric} ${statistic}`);
    assert.deepEqual(dimensions.toSorted(), known.dimensions, `${namespace} ${metric}`);
    used.add(`${namespace} ${metric}`);
  }
  const all = Object.entries(OF_AWS).flatMap(([namespace, { metrics }]) =>
    Object.keys(metrics).map((metric) => `${namespace} ${metric}`),
  );
  assert.deepEqual([...used].sort(), all.sort());
});

/** Whatever takes events or news from us: its alarms, its panels, and what the README has in the row of its panels. */
const HANDOVERS: { from: string; alarms: RegExp[]; panels: RegExp[] }[] = [
  {
    from: 'from CloudWatch Logs to a function or data stream',
    alarms: [/^LogGroup.*DeliveryErrorsAlarm$/, /^LogGroup.*DeliveryThrottlingAlarm$/],
    panels: [/^not handed over by CloudWatch Logs$/],
  },
  {
    from: 'from Lambda to a function, and what it gives up to the bucket for failures',
    alarms: ['WorkmailEvents', 'CloudtrailActivity', 'PolicyAudit', 'ArchiveMaintenance'].flatMap((id) =>
      ['AsyncEventAge', 'AsyncEventsDropped', 'DestinationDeliveryFailures'].map(
        (metric) => new RegExp(`^${id}${metric}Alarm$`),
      ),
    ),
    panels: [
      /^workmail-events: lag/,
      /^workmail-events: given up by Lambda$/,
      /^cloudtrail-activity: given up by Lambda$/,
      /^policy-audit: invocations$/,
      /^policy-audit: waiting, in milliseconds$/,
      /^archive-maintenance: invocations$/,
      /^archive-maintenance: waiting, in milliseconds$/,
    ],
  },
  {
    from: 'what waits in the bucket for failures',
    alarms: [/^FailuresAlarm$/],
    panels: [/^failed invocations that are kept$/],
  },
  {
    from: 'from Firehose to Parquet and S3',
    alarms: [
      /^EmailActivityStreamFailedConversionAlarm$/,
      /^EmailActivityStreamDeliveryToS3Alarm$/,
      /^EmailActivityStreamDataFreshnessAlarm$/,
    ],
    panels: [/^Firehose: not converted/, /^Firehose: share of successful/, /^Firehose: age of the oldest/],
  },
  {
    from: 'from the topic to subscribers',
    alarms: [/^UnnotifiedAlarm$/],
    panels: [/^notifications of the topic$/],
  },
  {
    from: 'from the schedule to `policy-audit`',
    alarms: [/^PolicyAuditTargetErrorCountAlarm$/, /^PolicyAuditInvocationDroppedCountAlarm$/],
    panels: [/^policy-audit: not invoked by its schedule$/],
  },
  {
    from: 'from the schedule to `archive-maintenance`',
    alarms: [/^ArchiveMaintenanceTargetErrorCountAlarm$/, /^ArchiveMaintenanceInvocationDroppedCountAlarm$/],
    panels: [/^archive-maintenance: not invoked by its schedule$/],
  },
];

test('everything that is handed over has alarms, panels, and rows in the README', () => {
  const parameters = { ...SOURCES, ...AUDITED, StreamEmailActivity: 'true' };
  const made = [...deployed(parameters)].filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  const titles = dashboard(parameters).map(({ properties }) => properties.title as string);
  const rows = new Map(
    [...read('infra', 'README.md').matchAll(/^\| (from .*?|what waits .*?) \| (.*) \|$/gm)].map(
      ([, from, panels]) => [from, panels] as const,
    ),
  );
  assert.deepEqual([...rows.keys()].sort(), HANDOVERS.map(({ from }) => from).sort());
  for (const { from, alarms, panels } of HANDOVERS) {
    for (const alarm of alarms) {
      const [its] = made.filter(([id]) => alarm.test(id));
      assert.deepEqual(its?.[1].Properties.AlarmActions, [{ Ref: 'Topic' }], `${from}: ${alarm}`);
    }
    for (const panel of panels) {
      const title = titles.find((each) => panel.test(each)) ?? '';
      const named = title.replace(/^(workmail-events|cloudtrail-activity):/, 'FUNCTION:');
      assert.ok(title && rows.get(from)?.includes(`*${named}*`), `${from}: ${panel}`);
    }
  }
});

test('silence is an alarm where there is something to hear', () => {
  const silent = (parameters: Record<string, string>) =>
    [...deployed(parameters).keys()].filter((id) => id.endsWith('SilenceAlarm'));
  assert.deepEqual(silent({}), []);
  assert.deepEqual(silent({ LogGroups: '/example' }), ['WorkmailEventsSilenceAlarm']);
  assert.deepEqual(silent({ ...SOURCES, SilenceHours: '0' }), []);
});
