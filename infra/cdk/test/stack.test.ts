/** What the template promises: least privilege, no loops, nothing lost. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { type Resource, actions, deployed, ofType, samTemplate, statements, template } from './deployed.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..');
const ORGANIZATION = 'm-0123456789abcdef0123456789abcdef';
const SOURCES = {
  LogGroup1: '/aws/workmail/emailevents/example',
  CloudTrailLogGroup1: '/cloudtrail/example',
};
const AUDITED = { PolicyMode: 'report' };

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
const read = (...path: string[]) => readFileSync(join(PROJECT, ...path), 'utf8');

test('the SAM template is what CDK synthesises', () => {
  assert.equal(read('infra', 'sam', 'template.yaml'), samTemplate(), 'run `npm run sam` in infra/cdk');
});

test('every function runs as it is measured to run', () => {
  const functions = ofType(deployed(AUDITED), 'AWS::Lambda::Function');
  assert.equal(functions.length, 3);
  for (const { Properties: its } of functions) {
    assert.equal(its.Runtime, 'provided.al2023');
    assert.deepEqual(its.Architectures, ['arm64']);
    assert.equal(its.MemorySize, '128');
    assert.equal(its.LoggingConfig.LogFormat, 'JSON');
    assert.equal(its.LoggingConfig.SystemLogLevel, 'WARN');
  }
});

test('every variable of the functions is one that they read', () => {
  const known = new Set(
    [...read('functions', 'SETTINGS.md').matchAll(/^### `(.+)`$/gm)].map(([, name]) => name),
  );
  const set = ofType(usual, 'AWS::Lambda::Function').flatMap(({ Properties }) =>
    Object.keys(Properties.Environment.Variables),
  );
  assert.deepEqual(
    set.filter((name) => !known.has(name)),
    [],
  );
});

test('the functions know the log groups of each other, and none of them can be subscribed', () => {
  const groups = ofType(deployed(AUDITED), 'AWS::Logs::LogGroup').map(({ Properties }) =>
    JSON.stringify(Properties.LogGroupName),
  );
  const pattern = new RegExp(template.Parameters.LogGroup1?.AllowedPattern ?? '');
  assert.equal(groups.length, 3);
  for (const { Properties } of ofType(usual, 'AWS::Lambda::Function')) {
    const own = JSON.stringify(Properties.Environment.Variables.MAILTRAIL_OWN_LOG_GROUPS);
    for (const name of ['workmail-events', 'cloudtrail-activity', 'policy-audit']) {
      assert.ok(own.includes(`/${name}`), own);
      assert.doesNotMatch(`/mailtrail/example/${name}`, pattern);
    }
  }
});

test('without a reserved concurrency none is set, and the audit never runs twice at once', () => {
  const concurrency = (parameters: Record<string, string>) =>
    ofType(deployed(parameters), 'AWS::Lambda::Function').map(
      ({ Properties }) => Properties.ReservedConcurrentExecutions,
    );
  assert.deepEqual(concurrency(AUDITED), [undefined, undefined, 1]);
  assert.deepEqual(concurrency({ ...AUDITED, ReservedConcurrency: '5' }), ['5', '5', 1]);
});

test('what fails is kept in a bucket of its own, with a key of its own', () => {
  for (const { Properties } of ofType(deployed(AUDITED), 'AWS::Lambda::EventInvokeConfig')) {
    assert.deepEqual(Properties.DestinationConfig.OnFailure.Destination, {
      'Fn::GetAtt': ['FailuresBucket', 'Arn'],
    });
  }
  assert.ok('FailuresHaveAKeyOfTheirOwn' in template.Rules);
});

// Least privilege

test('a function writes to its folders of the archive alone', () => {
  const [write] = statements(usual.get('WorkmailEventsRole')).filter(({ Sid }) => Sid === 'WriteArchive');
  const folders = write.Resource.map(
    (arn: any) => arn['Fn::Join'][1].join('').match(/mailtrail\/(.*)\/\*$/)?.[1],
  );
  assert.equal(write.Action, 's3:PutObject');
  assert.deepEqual(folders.sort(), [
    '_about',
    'api_activity',
    'authentication',
    'base_event',
    'email_activity',
    'entity_management',
    'quarantine',
    'raw',
  ]);
});

test('without streams, keys and watches a function may do nothing about them', () => {
  assert.deepEqual(actions(usual.get('WorkmailEventsRole')), [
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    's3:PutObject',
  ]);
});

test('whoever watches may read the list and tell of it', () => {
  const all = statements(deployed({ Watches: 'config/watches.json' }).get('CloudtrailActivityRole'));
  const named = all.map(({ Sid }) => Sid);
  assert.ok(named.includes('ReadWatchList') && named.includes('Announce'));
});

test('a stream is written to by its tag alone, and asked for it without', () => {
  const ways: Record<string, string>[] = [
    { StreamEmailActivity: 'true' },
    { OtherStreams: 'firehose:example' },
  ];
  for (const parameters of ways) {
    const all = statements(deployed(parameters).get('WorkmailEventsRole'));
    const [write] = all.filter(({ Action }) => Action === 'firehose:PutRecordBatch');
    const [ask] = all.filter(({ Action }) => Action === 'firehose:ListTagsForDeliveryStream');
    assert.deepEqual(write.Condition, { StringEquals: { 'aws:ResourceTag/LogDeliveryEnabled': 'true' } });
    assert.equal(ask.Condition, undefined);
  }
});

test('the audit of `report` changes nothing', () => {
  const changing = (mode: string) =>
    actions(deployed({ PolicyMode: mode }).get('PolicyAuditRole')).filter((action) =>
      /^logs:(Put|Delete|Create|Tag)/.test(action),
    );
  const own = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  assert.deepEqual(changing('report'), own);
  assert.deepEqual(changing('shrink'), [
    'logs:CreateLogStream',
    'logs:DeleteResourcePolicy',
    'logs:PutLogEvents',
    'logs:PutResourcePolicy',
  ]);
  assert.ok(changing('move').includes('logs:PutDeliveryDestination'));
});

test('every service that is let in is let in for this account alone', () => {
  const everything = deployed({
    ...SOURCES,
    ...AUDITED,
    WorkMailOrganization1: ORGANIZATION,
    StreamEmailActivity: 'true',
    Profile: 'scale-out',
    VendedLogsToBucket: 'true',
  });
  const documents = [...everything.values()].flatMap(({ Properties: its }) => [
    its.AssumeRolePolicyDocument,
    its.PolicyDocument,
  ]);
  const parsed = documents
    .filter(Boolean)
    .map((document) => ('Fn::Sub' in document ? JSON.parse(document['Fn::Sub']) : document));
  const letIn = parsed.flatMap(({ Statement }) => Statement).filter(({ Principal }) => Principal?.Service);
  const services = new Set(letIn.map(({ Principal }) => Principal.Service));
  assert.deepEqual([...services].sort(), [
    'cloudwatch.amazonaws.com',
    'delivery.logs.amazonaws.com',
    'events.workmail.amazonaws.com',
    'firehose.amazonaws.com',
    'lambda.amazonaws.com',
    'logs.amazonaws.com',
    'scheduler.amazonaws.com',
  ]);
  // Lambda takes on the role of a function without saying for which.
  for (const { Principal, Condition } of letIn.filter(
    ({ Principal }) => Principal.Service !== 'lambda.amazonaws.com',
  )) {
    assert.ok(Condition.StringEquals['aws:SourceAccount'], Principal.Service);
    assert.ok(Condition.ArnLike['aws:SourceArn'], Principal.Service);
  }
});

test('one permission lets all log groups of the account invoke a function', () => {
  const permissions = ofType(deployed({ ...SOURCES, LogGroup2: '/other' }), 'AWS::Lambda::Permission');
  assert.equal(permissions.length, 2);
  for (const { Properties: its } of permissions) {
    assert.equal(its.Principal, 'logs.amazonaws.com');
    assert.deepEqual(its.SourceAccount, { Ref: 'AWS::AccountId' });
    assert.match(its.SourceArn['Fn::Sub'], /:log-group:\*$/);
  }
});

// Buckets

test('every bucket is private, versioned, over TLS only, and outlives the stack', () => {
  const resources = deployed({ StreamEmailActivity: 'true' });
  const buckets = ofType(resources, 'AWS::S3::Bucket');
  assert.equal(buckets.length, 3);
  for (const bucket of buckets) {
    assert.deepEqual([...new Set(Object.values(bucket.Properties.PublicAccessBlockConfiguration))], [true]);
    assert.equal(bucket.Properties.VersioningConfiguration.Status, 'Enabled');
    assert.equal(bucket.DeletionPolicy, 'RetainExceptOnCreate');
  }
  const policies = ofType(resources, 'AWS::S3::BucketPolicy').map(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
  assert.deepEqual(
    policies.map(([first]) => first.Condition),
    Array(3).fill({ Bool: { 'aws:SecureTransport': 'false' } }),
  );
  assert.deepEqual(
    policies.map((statements) => statements.length),
    [1, 1, 1],
    'log delivery is let in uninvited',
  );
});

test('the archive is encrypted and locked as it is set, and nothing small is moved', () => {
  const archive = (parameters: Record<string, string>) =>
    (deployed(parameters).get('ArchiveBucket') as Resource).Properties;
  const plain = archive({});
  assert.equal(plain.ObjectLockEnabled, undefined);
  assert.equal(plain.LifecycleConfiguration.Rules.length, 1);
  const strict = archive({
    KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/example',
    ObjectLockDays: '90',
    InfrequentAccessDays: '60',
  });
  assert.deepEqual(strict.BucketEncryption.ServerSideEncryptionConfiguration[0], {
    ServerSideEncryptionByDefault: {
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: 'arn:aws:kms:eu-west-1:111122223333:key/example',
    },
    BucketKeyEnabled: true,
  });
  assert.deepEqual(strict.ObjectLockConfiguration.Rule.DefaultRetention, { Mode: 'GOVERNANCE', Days: '90' });
  assert.equal(Number(strict.LifecycleConfiguration.Rules[1].ObjectSizeGreaterThan), 128 * 1024);
});

// What is read

test('the standard profile invokes the functions', () => {
  const filters = ofType(usual, 'AWS::Logs::SubscriptionFilter').map(({ Properties }) => Properties);
  assert.deepEqual(
    filters.map(({ LogGroupName, FilterPattern, DestinationArn }) => [
      LogGroupName,
      FilterPattern,
      DestinationArn,
    ]),
    [
      ['/aws/workmail/emailevents/example', '', { 'Fn::GetAtt': ['WorkmailEventsFunction', 'Arn'] }],
      ['/cloudtrail/example', '', { 'Fn::GetAtt': ['CloudtrailActivityFunction', 'Arn'] }],
    ],
  );
  assert.equal(ofType(usual, 'AWS::Kinesis::Stream').length, 0);
});

test('the scale-out profile goes by data streams, whose failures are found and kept', () => {
  const resources = deployed({ ...SOURCES, Profile: 'scale-out' });
  for (const { Properties: its } of ofType(resources, 'AWS::Logs::SubscriptionFilter')) {
    assert.match(its.DestinationArn['Fn::GetAtt'][0], /Queue$/);
    assert.deepEqual(its.RoleArn, { 'Fn::GetAtt': ['QueueWriterRole', 'Arn'] });
  }
  const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping');
  assert.equal(mappings.length, 2);
  for (const { Properties: its } of mappings) {
    assert.deepEqual(its.FunctionResponseTypes, ['ReportBatchItemFailures']);
    assert.equal(its.BisectBatchOnFunctionError, true);
    assert.deepEqual(its.DestinationConfig.OnFailure.Destination, {
      'Fn::GetAtt': ['FailuresBucket', 'Arn'],
    });
  }
});

test('an organization gets its role, and five audit logs below /aws/vendedlogs/', () => {
  const resources = deployed({ WorkMailOrganization1: ORGANIZATION });
  const names = ofType(resources, 'AWS::Logs::LogGroup').map(({ Properties }) => Properties.LogGroupName);
  const vended = names.filter(
    (name) => typeof name === 'string' && name.startsWith(`/aws/vendedlogs/workmail/${ORGANIZATION}/`),
  );
  assert.equal(vended.length, 5);
  for (const kind of ['Source', 'Destination', '']) {
    assert.equal(ofType(resources, `AWS::Logs::Delivery${kind}`).length, 5);
  }
  for (const { Properties } of ofType(resources, 'AWS::Logs::DeliverySource')) {
    assert.match(Properties.Name, /^[\w-]{1,60}$/);
  }
  assert.equal(ofType(resources, 'AWS::Logs::SubscriptionFilter').length, 6);
  assert.ok(
    resources.has('workmailEmailEvents'),
    'the name of the role is made of this id, and needs `workmail` in it',
  );
  assert.equal(
    ofType(
      deployed({ WorkMailOrganization1: ORGANIZATION, WorkMailAuditLogs: 'false' }),
      'AWS::Logs::Delivery',
    ).length,
    0,
  );
});

test('every stream of this stack has the tag, a schema, and its class alone', () => {
  const resources = deployed({ StreamEmailActivity: 'true', StreamAuthentication: 'true' });
  const streams = ofType(resources, 'AWS::KinesisFirehose::DeliveryStream');
  assert.equal(streams.length, 2);
  for (const { Properties: its } of streams) {
    assert.deepEqual(its.Tags, [{ Key: 'LogDeliveryEnabled', Value: 'true' }]);
    assert.ok(its.ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration.Enabled);
  }
  const setting = JSON.stringify(
    resources.get('WorkmailEventsFunction')?.Properties.Environment.Variables.MAILTRAIL_STREAMS,
  );
  assert.match(setting, /EmailActivityStream.*\?classes=email_activity/);
});

// Watching

test('every metric of an alarm is one that the functions report, with its dimensions', () => {
  const reports = read('shared', 'telemetry', 'src', 'report.rs');
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

test('a query names every dimension of its metric, or it finds nothing', () => {
  const declared = [
    ...read('shared', 'telemetry', 'src', 'report.rs').matchAll(
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

test('the dashboard shows the events by class, and the resource policies where they are looked at', () => {
  const titles = (parameters: Record<string, string>) =>
    dashboard(parameters).map(({ properties }) => properties.title);
  const policies = (parameters: Record<string, string>) =>
    titles(parameters).filter((title) => title.startsWith('resource policies: '));
  assert.ok(titles({}).includes('events by class'));
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
  const alarms = Object.entries(template.Resources).filter(
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
  for (const name of ['WorkmailEvents', 'CloudtrailActivity', 'PolicyAudit'])
    assert.deepEqual(metrics(name), all);
});

test('silence is an alarm where there is something to hear', () => {
  const silent = (parameters: Record<string, string>) =>
    [...deployed(parameters).keys()].filter((id) => id.endsWith('SilenceAlarm'));
  assert.deepEqual(silent({}), []);
  assert.deepEqual(silent({ LogGroup1: '/example' }), ['WorkmailEventsSilenceAlarm']);
  assert.deepEqual(silent({ ...SOURCES, SilenceHours: '0' }), []);
});

test('every query of infra/queries is in the workgroup, whose queries have a limit', () => {
  const folder = join(PROJECT, 'infra', 'queries', 'athena');
  const files = readdirSync(folder, { recursive: true }).filter((file) => String(file).endsWith('.sql'));
  assert.equal(ofType(usual, 'AWS::Athena::NamedQuery').length, files.length);
  const [group] = ofType(usual, 'AWS::Athena::WorkGroup');
  assert.ok(group?.Properties.WorkGroupConfiguration.BytesScannedCutoffPerQuery);
  assert.equal(group?.Properties.WorkGroupConfiguration.EnforceWorkGroupConfiguration, true);
});

test('the template stays within what CloudFormation takes', () => {
  assert.ok(Object.keys(template.Resources).length < 500);
  assert.ok(Object.keys(template.Parameters).length <= 200);
  assert.ok(Buffer.byteLength(JSON.stringify(template)) < 1_000_000);
});
