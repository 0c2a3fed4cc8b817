/** What is set wrongly is refused at synthesis, and by the same rules at deployment. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { App } from 'aws-cdk-lib';

import { DEFINITIONS, type Settings } from '../lib/settings.ts';
import { MailtrailStack } from '../lib/stack.ts';
import { deployed, ofType, refused as refusedAtDeployment, template } from './deployed.ts';

const ORGANIZATION = 'm-0123456789abcdef0123456789abcdef';

function synthesise(settings: Settings): MailtrailStack {
  return new MailtrailStack(new App(), 'example', {
    settings,
    withPolicyAudit: true,
    code: (_, name) => ({ s3Bucket: 'example-packages', s3Key: name }),
  });
}

const refused: [Settings, RegExp][] = [
  [
    { logGroups: ['/mailtrail/example/workmail-events'] },
    /logGroup1 is `\/mailtrail\/example\/workmail-events`.*none of mailtrail's own/,
  ],
  [
    { cloudTrailLogGroups: ['/aws/lambda/mailtrail-workmail-events'] },
    /cloudTrailLogGroup1.*none of mailtrail's own/,
  ],
  [{ logGroups: ['/aws/with space'] }, /logGroup1 is `\/aws\/with space`/],
  [{ logGroups: ['/a', '/b', '/a'] }, /logGroups names something twice/],
  [
    { logGroups: ['/a'], cloudTrailLogGroups: ['/b', '/a'] },
    /logGroups and cloudTrailLogGroups name \/a twice/,
  ],
  [{ workMailOrganizations: [ORGANIZATION, ORGANIZATION] }, /workMailOrganizations names something twice/],
  [{ logGroups: [`/workmail/${ORGANIZATION}/email-events`] }, /logGroup1 is .*none of mailtrail's own/],
  [
    { logGroups: Array.from({ length: 9 }, (_, index) => `/group/${index}`) },
    /logGroups has 9 entries; 8 are possible/,
  ],
  [{ workMailOrganizations: ['example'] }, /workMailOrganization1 is `example`.*32 hex digits/],
  [{ internalDomains: ['example.com', 'nonsense'] }, /internalDomains is `example.com,nonsense`.*domains/],
  [{ kmsKeyArn: 'alias/aws/s3' }, /kmsKeyArn is `alias\/aws\/s3`.*ARN of a key/],
  [{ archivePrefix: '/mailtrail/' }, /archivePrefix/],
  [{ otherStreams: ['s3://example'] }, /otherStreams is `s3:\/\/example`.*firehose:/],
  [{ profile: 'standart' }, /profile is `standart`.*standard, scale-out/],
  [{ policyMode: 'delete' }, /policyMode is `delete`.*off, report, shrink, move/],
  [{ memorySize: 64 }, /memorySize is `64`.*128 to 10240/],
  [{ silenceHours: 2.5 }, /silenceHours is `2.5`/],
  [{ logRetentionDays: 42 }, /logRetentionDays is `42`/],
  [{ alarmEmail: 'nobody' }, /alarmEmail is `nobody`.*mail address/],
  [{ watches: 'watches.json' }, /watches is `watches.json`.*config/],
  [{ policyNames: ['/mail/audit=/mail/new'] }, /policyNames is .*<log group>=\/aws\/vendedlogs/],
  [{ policyRegions: ['europe'] }, /policyRegions is `europe`/],
  [{ logGroup: '/a' } as Settings, /there is no setting logGroup/],
];

for (const [settings, message] of refused) {
  test(`${JSON.stringify(settings).slice(0, 80)} is refused`, () => {
    assert.throws(() => synthesise(settings), message);
  });
}

test('what is allowed becomes the default of its parameter', () => {
  const stack = synthesise({
    logGroups: ['/aws/workmail/emailevents/example', 'workmail-monitoring'],
    workMailOrganizations: [ORGANIZATION],
    organizationsOfLogGroups: [`/aws/workmail/emailevents/example=${ORGANIZATION}`],
    internalDomains: ['example.com', 'mail.example.org'],
    otherStreams: ['firehose:mail?classes=email_activity', 'firehose:everything'],
    streamEmailActivity: true,
    silenceHours: 0,
    watches: '{"watches":[]}',
  });
  const parameters =
    stack.node.root.node.findChild('example') && (stack as any)._toCloudFormation().Parameters;
  const defaults = Object.fromEntries(
    Object.entries(parameters).map(([name, { Default }]: any) => [name, Default]),
  );
  assert.equal(defaults.LogGroup2, 'workmail-monitoring');
  assert.equal(defaults.LogGroup3, '');
  assert.equal(defaults.InternalDomains, 'example.com,mail.example.org');
  assert.equal(defaults.OtherStreams, 'firehose:mail?classes=email_activity firehose:everything');
  assert.equal(defaults.StreamEmailActivity, 'true');
  assert.equal(defaults.SilenceHours, '0');
});

test('what is named twice is refused at deployment, in every pair of slots', () => {
  const groups = Object.keys(template.Parameters).filter((name) =>
    /^(CloudTrail)?LogGroup[0-9]+$/.test(name),
  );
  const organizations = Object.keys(template.Parameters).filter((name) => /^WorkMailOrganization/.test(name));
  assert.deepEqual([groups.length, organizations.length], [11, 3]);
  for (const [slots, value] of [
    [groups, '/aws/workmail/example'],
    [organizations, ORGANIZATION],
  ] as const) {
    slots.forEach((one, index) => {
      assert.deepEqual(refusedAtDeployment({ [one]: value }), []);
      for (const other of slots.slice(0, index)) {
        const said = refusedAtDeployment({ [one]: value, [other]: value });
        assert.deepEqual(said, [`${one} must be another than ${other}`]);
      }
    });
  }
});

test('policies are looked at in the Regions of every partition', () => {
  const regions =
    'eu-west-1,cn-north-1,us-gov-east-1,eusc-de-east-1,us-iso-east-1,us-isob-east-1,eu-isoe-west-1,us-isof-south-1';
  assert.deepEqual(refusedAtDeployment({ PolicyRegions: regions }), []);
});

test('log groups that the stack makes for an organization cannot be given besides, and others can', () => {
  const resources = deployed({ WorkMailOrganization1: ORGANIZATION });
  const made = ofType(resources, 'AWS::Logs::LogGroup')
    .map(({ Properties }) => Properties.LogGroupName)
    .filter((name) => typeof name === 'string' && name.includes(ORGANIZATION));
  assert.equal(made.length, 6);
  for (const name of made) {
    for (const slot of ['LogGroup1', 'CloudTrailLogGroup1']) {
      assert.match(refusedAtDeployment({ [slot]: name }).join(), /none of mailtrail's own/);
    }
  }
  for (const name of [`/aws/vendedlogs/workmail/${ORGANIZATION}/of-our-own`, '/workmail/example']) {
    assert.deepEqual(refusedAtDeployment({ LogGroup1: name }), []);
  }
});

test('every default is allowed', () => {
  for (const [name, { AllowedPattern, Default }] of Object.entries(template.Parameters)) {
    if (AllowedPattern) assert.match(String(Default), new RegExp(AllowedPattern), name);
  }
});

test('every parameter says what it decides, and every pattern what is allowed', () => {
  for (const [name, { about, pattern, allowed }] of DEFINITIONS) {
    assert.ok(about.endsWith('.'), name);
    assert.equal(pattern === undefined, allowed === undefined, name);
  }
});
