/** What belongs to an entry of a list belongs to it wherever it stands: an update touches what changed, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { App, BootstraplessSynthesizer } from 'aws-cdk-lib';

import type { Settings } from '../lib/settings.ts';
import { MailtrailStack } from '../lib/stack.ts';
import { ORGANIZATION, type Resource, deployed, refused, resourcesOf } from './deployed.ts';

const OTHER = 'f'.repeat(32);
const FILTER = 'AWS::Logs::SubscriptionFilter';

/** The resources of a stack that was set in CDK. */
function synthesised(settings: Settings): Map<string, Resource> {
  const app = new App({ analyticsReporting: false });
  const stack = new MailtrailStack(app, 'example', {
    settings,
    synthesizer: new BootstraplessSynthesizer(),
    code: (_, name) => ({ s3Bucket: 'example-packages', s3Key: name }),
  });
  return new Map(Object.entries(app.synth().getStackByName(stack.stackName).template.Resources));
}

type Lists = { groups?: string[]; trails?: string[]; organizations?: string[] };

const DOORS: Record<string, (lists: Lists) => Map<string, Resource>> = {
  SAM: ({ groups = [], trails = [], organizations = [] }) =>
    deployed({
      LogGroups: groups.join(','),
      CloudTrailLogGroups: trails.join(','),
      WorkMailOrganizations: organizations.join(','),
    }),
  CDK: ({ groups = [], trails = [], organizations = [] }) =>
    synthesised({
      logGroups: groups,
      cloudTrailLogGroups: trails,
      workMailOrganizations: organizations.map((id) => `m-${id}`),
    }),
};

/** The resources that differ between two deployments: created, deleted or changed. */
function touched(before: Map<string, Resource>, after: Map<string, Resource>): string[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  const text = (resource: Resource | undefined) => JSON.stringify(resource);
  return ids.filter((id) => text(before.get(id)) !== text(after.get(id)));
}

/** The subscription filters of entries, by their ids: that of the log group of probes is in every stack. */
const filtersById = (resources: Map<string, Resource>) =>
  [...resources].filter(([id, { Type }]) => Type === FILTER && id !== 'ProbeFilter');

const filters = (resources: Map<string, Resource>) =>
  filtersById(resources).map(([, { Properties }]) => Properties);

for (const [door, make] of Object.entries(DOORS)) {
  test(`${door}: the order of a list, and what is beside an entry in it, means nothing`, () => {
    const ways: [Lists, Lists, RegExp | undefined][] = [
      [{ groups: ['/a', '/b'] }, { groups: ['/b', '/a'] }, undefined],
      [{ groups: ['/a', '/b', '/c'] }, { groups: ['/b', '/c'] }, /^LogGroupA?a?[0-9a-f]*(Filter|Delivery)/],
      [{ groups: ['/b'] }, { groups: ['/a', '/b'] }, /^LogGroupA?a?[0-9a-f]*(Filter|Delivery)/],
      [{ groups: ['/a', '/b', '/c', '/d'] }, { groups: ['/d', '/a'] }, /^LogGroup[BCbc]/],
      [{ trails: ['/a', '/b'] }, { trails: ['/b'] }, /^CloudTrailLogGroup[Aa]/],
      [{ organizations: [ORGANIZATION, OTHER] }, { organizations: [OTHER, ORGANIZATION] }, undefined],
      [{ organizations: [ORGANIZATION, OTHER] }, { organizations: [OTHER] }, /WorkMailOrganization(M)?0123/],
    ];
    for (const [before, after, expected] of ways) {
      const changed = touched(make(before), make(after));
      const wrong = changed.filter((id) => !expected?.test(id));
      assert.deepEqual(wrong, [], `${JSON.stringify(before)} → ${JSON.stringify(after)}`);
      assert.equal(changed.length > 0, expected !== undefined);
    }
  });

  test(`${door}: a filter has a name of its own, and asks where events came from`, () => {
    const all = filters(make({ groups: ['/a', '/b'], trails: ['/c'], organizations: [ORGANIZATION, OTHER] }));
    assert.equal(all.length, 2 + 1 + 2 * 6);
    const names = new Set(all.map(({ FilterName }) => JSON.stringify(FilterName)));
    assert.equal(names.size, all.length);
    for (const { EmitSystemFields } of all)
      assert.deepEqual(EmitSystemFields, ['@aws.account', '@aws.region', '@source.log']);
  });
}

test('a log group that moves from one list to the other has another filter, of another name and id', () => {
  for (const make of Object.values(DOORS)) {
    const filterOf = (lists: Lists) =>
      filtersById(make(lists)).map(([id, its]) => [id, its.Properties] as const);
    const [[id, { FilterName: name }] = ['', {}]] = filterOf({ groups: ['/a'] });
    const [[other, { FilterName: another }] = ['', {}]] = filterOf({ trails: ['/a'] });
    assert.ok(id && other && id !== other);
    assert.notDeepEqual(name, another, 'deleting the old filter would delete the new one');
  }
});

test('names that only differ in what an id cannot have are told apart by CDK, and refused by SAM', () => {
  const groups = ['/a-b', '/ab'];
  assert.equal(filters(DOORS.CDK!({ groups })).length, 2);
  assert.throws(() => resourcesOf({ LogGroups: groups.join(',') }), /there are two of LogGroupabFilter/);
});

test('an entry that is not allowed is refused', () => {
  const wrong: [Settings, RegExp][] = [
    [{ logGroups: ['/mailtrail/example/workmail-events'] }, /logGroups is .* which is not allowed/],
    [{ logGroups: ['/mailtrail-probe/example'] }, /logGroups is .* which is not allowed/],
    [{ logGroups: ['/a', '/a'] }, /twice/],
    [{ logGroups: ['/a'], cloudTrailLogGroups: ['/a'] }, /name \/a twice/],
    [{ workMailOrganizations: [ORGANIZATION] }, /begin with `m-`/],
    [{ workMailOrganizations: ['m-1'] }, /not allowed/],
  ];
  for (const [settings, message] of wrong) assert.throws(() => synthesised(settings), message);
  assert.deepEqual(refused({ LogGroups: `/a,${'x'.repeat(200)}` }), []);
  for (const parameters of [
    { LogGroups: '/a,/mailtrail/example/workmail-events' },
    { LogGroups: 'x'.repeat(201) },
    { WorkMailOrganizations: `m-${ORGANIZATION}` },
  ] as Record<string, string>[])
    assert.equal(refused(parameters).length, 1, JSON.stringify(parameters));
});

test('an update that would forget what the numbered parameters named is refused', () => {
  const former = { LogGroup1: '/a', LogGroup3: '/c', CloudTrailLogGroup2: '/t' };
  assert.equal(refused(former).length, 3);
  assert.equal(refused({ ...former, LogGroups: '/a,/c' }).length, 1);
  assert.deepEqual(refused({ ...former, LogGroups: '/c,/a', CloudTrailLogGroups: '/t' }), []);
  assert.match(refused({ WorkMailOrganization2: `m-${ORGANIZATION}` }).join(), /"Upgrade", says how/);
});
