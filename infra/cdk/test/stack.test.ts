/** What the template promises: least privilege, no loops, nothing lost. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import {
  AUDITED,
  ORGANIZATION,
  PROJECT,
  type Resource,
  SOURCES,
  actions,
  deployed,
  ofType,
  read,
  resourcesOf,
  samTemplate,
  statements,
  template,
} from './deployed.ts';

const usual = deployed(SOURCES);

test('the SAM template is what CDK synthesises', () => {
  assert.equal(read('infra', 'sam', 'template.yaml'), samTemplate(), 'run `npm run sam` in infra/cdk');
});

test('every function runs as it is measured to run', () => {
  const functions = [...deployed(AUDITED)].filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  assert.equal(functions.length, 4);
  for (const [id, { Properties: its }] of functions) {
    assert.equal(its.Runtime, 'provided.al2023');
    assert.deepEqual(its.Architectures, ['arm64']);
    assert.equal(its.MemorySize, id === 'ArchiveMaintenanceFunction' ? '1024' : '128');
    assert.equal(its.LoggingConfig.LogFormat, 'JSON');
    assert.equal(its.LoggingConfig.SystemLogLevel, 'WARN');
  }
});

test('the functions know the log groups of each other, and none of them can be subscribed', () => {
  const groups = ofType(deployed(AUDITED), 'AWS::Logs::LogGroup')
    .map(({ Properties }) => JSON.stringify(Properties.LogGroupName))
    .filter((name) => !name.includes('/mailtrail-probe/'));
  const pattern = new RegExp(template.Parameters.LogGroups?.AllowedPattern ?? '');
  assert.equal(groups.length, 4);
  for (const { Properties } of ofType(usual, 'AWS::Lambda::Function')) {
    const own = JSON.stringify(Properties.Environment.Variables.MAILTRAIL_OWN_LOG_GROUPS);
    for (const name of ['workmail-events', 'cloudtrail-activity', 'policy-audit', 'archive-maintenance']) {
      assert.ok(own.includes(`/${name}`), own);
      assert.doesNotMatch(`/mailtrail/example/${name}`, pattern);
    }
  }
});

test('without a reserved concurrency none is set: an account may have none to give', () => {
  const concurrency = (parameters: Record<string, string>) =>
    ofType(deployed(parameters), 'AWS::Lambda::Function').map(
      ({ Properties }) => Properties.ReservedConcurrentExecutions,
    );
  const none = undefined;
  assert.deepEqual(concurrency(AUDITED), [none, none, none, none]);
  assert.deepEqual(concurrency({ ...AUDITED, ReservedConcurrency: '5' }), ['5', '5', none, none]);
  assert.deepEqual(concurrency({ ...AUDITED, PolicyReservedConcurrency: '1' }), [none, none, none, '1']);
});

test('what fails is kept in a bucket of its own, with a key of its own', () => {
  for (const { Properties } of ofType(deployed(AUDITED), 'AWS::Lambda::EventInvokeConfig')) {
    assert.deepEqual(Properties.DestinationConfig.OnFailure.Destination, {
      'Fn::GetAtt': ['FailuresBucket', 'Arn'],
    });
  }
  assert.ok('FailuresHaveAKeyOfTheirOwn' in template.Rules);
});

/** Names that an account has once, in whatever Region. */
const GLOBAL_NAMES: Record<string, string[]> = {
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
  'AWS::IAM::Group': ['GroupName'],
  'AWS::IAM::InstanceProfile': ['InstanceProfileName'],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName'],
  'AWS::IAM::Role': ['RoleName'],
  'AWS::IAM::User': ['UserName'],
  'AWS::S3::Bucket': ['BucketName'],
};

test('a name that is global has the Region in it: a second Region can have a stack of the same name', () => {
  const named = Object.values(resourcesOf(SOURCES)).flatMap(({ Type, Properties }) =>
    (GLOBAL_NAMES[Type] ?? []).map((property) => Properties?.[property]).filter(Boolean),
  );
  assert.equal(named.length, 1);
  for (const name of named) assert.match(JSON.stringify(name), /"Ref":"AWS::Region"/);
});

test('every log group of a stack keeps events for 400 days', () => {
  const all = deployed({ ...AUDITED, StreamEmailActivity: 'true', WorkMailOrganizations: ORGANIZATION });
  const groups = ofType(all, 'AWS::Logs::LogGroup');
  // Of each function, of streams and of probes, and of the organization.
  assert.deepEqual(
    groups.map(({ Properties }) => String(Properties.RetentionInDays)),
    Array(4 + 1 + 1 + 6).fill('400'),
  );
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

test('a function with watches may read the list and announce matches', () => {
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

test('services with V1 log delivery are asked only where a setting says so', () => {
  const asking = (parameters: Record<string, string>) =>
    actions(deployed({ ...AUDITED, ...parameters }).get('PolicyAuditRole')).filter((action) =>
      /^(states|apigateway):/.test(action),
    );
  assert.deepEqual(asking({}), []);
  assert.deepEqual(asking({ PolicyV1Services: 'on' }), [
    'apigateway:GET',
    'states:DescribeStateMachine',
    'states:ListStateMachines',
  ]);
});

test('the maintenance reads what it compares, deletes nothing, and writes events only where it fills gaps', () => {
  const may = (parameters: Record<string, string>) =>
    actions(deployed(parameters).get('ArchiveMaintenanceRole')).filter((action) => !action.startsWith('s3:'));
  const compares = [
    'cloudwatch:GetMetricData',
    'cloudwatch:ListMetrics',
    'logs:CreateLogStream',
    'logs:DescribeLogGroups',
    'logs:DescribeSubscriptionFilters',
    'logs:FilterLogEvents',
    'logs:GetQueryResults',
    'logs:PutLogEvents',
    'logs:StartQuery',
    'sns:Publish',
    'workmail:ListOrganizations',
  ];
  const rests = ['cloudwatch:DisableAlarmActions', 'cloudwatch:EnableAlarmActions'];
  assert.deepEqual(may({}), compares);
  const others = may({ SaveDirectory: 'on' }).filter((action: string) => !compares.includes(action));
  assert.ok(
    others.length > 20 && others.every((action: string) => /^workmail:(Describe|Get|List)/.test(action)),
  );
  assert.deepEqual(may(SOURCES), [...rests, ...compares]);
  assert.deepEqual(may({ FillGaps: 'on' }), compares);
  const writes = (parameters: Record<string, string>) =>
    statements(deployed(parameters).get('ArchiveMaintenanceRole'))
      .filter(({ Action, Sid }) => [Action].flat().includes('s3:PutObject') && Sid !== 'KeepFailures')
      .flatMap(({ Resource: its }) => its)
      .map((arn: any) => arn['Fn::Join'][1].join('').match(/mailtrail\/(.*)\/\*$/)?.[1]);
  assert.deepEqual(writes({}), ['coverage']);
  assert.deepEqual(writes({ SaveDirectory: 'on' }), ['coverage', 'directory']);
  assert.ok(writes({ FillGaps: 'on' }).includes('raw') && writes({ FillGaps: 'on' }).includes('pull'));
  const all = actions(deployed({ FillGaps: 'on' }).get('ArchiveMaintenanceRole'));
  assert.ok(!all.some((action) => /Delete|\*/.test(action)));
});

test('without coverage, nothing of it is there', () => {
  const without = deployed({ ...SOURCES, Coverage: 'off' });
  assert.deepEqual(
    [...without.keys()].filter((id) => /^(ArchiveMaintenance|Coverage)/.test(id)),
    [],
  );
});

test('what is compared is what fills the archive, by functions or by data streams', () => {
  const destinations = (parameters: Record<string, string>) =>
    JSON.stringify(
      deployed(parameters).get('ArchiveMaintenanceFunction')?.Properties.Environment.Variables
        .MAILTRAIL_COVERAGE_DESTINATIONS,
    ).match(/\w+(Function|Queue)/g);
  assert.deepEqual(destinations({}), ['WorkmailEventsFunction', 'CloudtrailActivityFunction']);
  assert.deepEqual(destinations({ Profile: 'scale-out' }), [
    'WorkmailEventsQueue',
    'CloudtrailActivityQueue',
  ]);
});

test('every service that is let in is let in for this account alone', () => {
  const everything = deployed({
    ...SOURCES,
    ...AUDITED,
    WorkMailOrganizations: ORGANIZATION,
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
  // Lambda assumes the role of a function without saying for which.
  for (const { Principal, Condition } of letIn.filter(
    ({ Principal }) => Principal.Service !== 'lambda.amazonaws.com',
  )) {
    assert.ok(Condition.StringEquals['aws:SourceAccount'], Principal.Service);
    assert.ok(Condition.ArnLike['aws:SourceArn'], Principal.Service);
  }
});

test('one permission lets all log groups of the account invoke a function', () => {
  const permissions = ofType(
    deployed({ ...SOURCES, LogGroups: '/example,/other' }),
    'AWS::Lambda::Permission',
  );
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
    [4, 1, 1],
    'log delivery is let in uninvited',
  );
});

test('log delivery that is invited looks at the archive before it writes there, below AWSLogs/', () => {
  const archive = deployed({ VendedLogsToBucket: 'true' }).get('ArchiveBucketPolicy') as Resource;
  const [look, write] = archive.Properties.PolicyDocument.Statement.slice(-2);
  const bucket = { 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] };
  assert.equal(look.Sid, 'AWSLogDeliveryAclCheck');
  assert.deepEqual([look.Action, look.Resource], [['s3:GetBucketAcl', 's3:ListBucket'], bucket]);
  assert.equal(write.Action, 's3:PutObject');
  assert.match(JSON.stringify(write.Resource), /AWSLogs/);
  assert.equal(write.Condition.StringEquals['s3:x-amz-acl'], 'bucket-owner-full-control');
  assert.deepEqual(look.Principal, write.Principal);
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
      [{ Ref: 'ProbeLogs' }, '', { 'Fn::GetAtt': ['WorkmailEventsFunction', 'Arn'] }],
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
  const resources = deployed({ WorkMailOrganizations: ORGANIZATION });
  const names = ofType(resources, 'AWS::Logs::LogGroup').map(({ Properties }) => Properties.LogGroupName);
  const vended = names.filter(
    (name) => typeof name === 'string' && name.startsWith(`/aws/vendedlogs/workmail/m-${ORGANIZATION}/`),
  );
  assert.equal(vended.length, 5);
  for (const kind of ['Source', 'Destination', '']) {
    assert.equal(ofType(resources, `AWS::Logs::Delivery${kind}`).length, 5);
  }
  for (const { Properties } of ofType(resources, 'AWS::Logs::DeliverySource')) {
    assert.match(Properties.Name, /^[\w-]{1,60}$/);
  }
  // And that of the log group of probes.
  assert.equal(ofType(resources, 'AWS::Logs::SubscriptionFilter').length, 6 + 1);
  assert.ok(
    resources.has('workmailEmailEvents'),
    'the name of the role is made of this id, and needs `workmail` in it',
  );
  assert.equal(
    ofType(
      deployed({ WorkMailOrganizations: ORGANIZATION, WorkMailAuditLogs: 'false' }),
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

// Queries, and the template as a whole

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
