/** The bucket policy of the archive, evaluated: what it denies, and that it lets our own writers through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Resource, deployed, read } from './deployed.ts';

const PRUNING = 'arn:aws:iam::111122223333:role/prune';

/** A request: its action, the key it is about, and the keys of its context; a key that is absent is not set. */
interface Request {
  readonly action: string;
  readonly key: string;
  readonly context: Record<string, string>;
}

const matches = (pattern: string, text: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(text);

const OPERATORS: Record<string, (wanted: string, found: string | undefined) => boolean> = {
  Null: (wanted, found) => (found === undefined) === (wanted === 'true'),
  Bool: (wanted, found) => found === wanted,
  ArnNotEquals: (wanted, found) => found !== wanted,
};

/** The statements of the archive's bucket policy that deny a request. */
function denials(parameters: Record<string, string>, { action, key, context }: Request): string[] {
  const { Properties } = deployed(parameters).get('ArchiveBucketPolicy') as Resource;
  const keyOf = (arn: any) => (arn['Fn::Join']?.[1].slice(1).join('') ?? '').replace(/^\//, '');
  const list = (value: any) => [value ?? []].flat();
  const covers = (resources: any) => list(resources).some((arn) => matches(keyOf(arn), key));
  return Properties.PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Deny')
    .filter(({ Action }: any) => list(Action).some((each) => matches(each, action)))
    .filter(({ Resource, NotResource }: any) => (NotResource ? !covers(NotResource) : covers(Resource)))
    .filter(({ Condition = {} }: any) =>
      Object.entries(Condition).every(([operator, keys]: any) => {
        const holds = OPERATORS[operator];
        if (!holds) throw new Error(`no operator ${operator}`);
        return Object.entries(keys).every(([name, wanted]: any) => holds(wanted, context[name]));
      }),
    )
    .map(({ Sid }: any) => Sid);
}

const put = (key: string, context: Record<string, string> = {}): Request => ({
  action: 's3:PutObject',
  key,
  context: {
    'aws:SecureTransport': 'true',
    'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/writer',
    's3:ObjectCreationOperation': 'true',
    ...context,
  },
});
const ONCE = { 's3:if-none-match': '*' };

test('what mailtrail writes is let through, wherever it lies', () => {
  const layout = [
    'raw',
    'email_activity',
    'quarantine',
    'undelivered',
    'redrive/undelivered/stream=mail',
    'policy-audit',
    'coverage',
    'pull',
    '_about',
    'config/mapping',
  ];
  for (const folder of layout) assert.deepEqual(denials({}, put(`mailtrail/${folder}/a`, ONCE)), []);
  // The one place that writes to S3, by which all of them go.
  const source = read('shared', 'archive', 'store', 'src', 's3', 'put.rs');
  assert.match(source, /\.put_object\(\)[^;]*\.if_none_match\("\*"\)/s);
  assert.equal(source.match(/\.put_object\(\)|create_multipart_upload|copy_object/g)?.length, 1);
});

test('a write that could replace something is denied, administrators and uploads in parts included', () => {
  for (const key of ['mailtrail/raw/a', 'mailtrail/_about/a', 'elsewhere/a', 'mailtrail/config-old/a'])
    assert.deepEqual(denials({}, put(key)), ['WriteOnce'], key);
  assert.deepEqual(denials({}, put('mailtrail/config/mapping/a.json')), ['WriteMappingsOnce']);
  assert.deepEqual(
    denials({ PruningRoleArn: PRUNING }, put('mailtrail/raw/a', { 'aws:PrincipalArn': PRUNING })),
    ['WriteOnce'],
  );
  // A part has no such header; what completes the upload is held to it.
  assert.deepEqual(denials({}, put('mailtrail/raw/a', { 's3:ObjectCreationOperation': 'false' })), []);
});

test("log delivery and the operator's watch list are excepted", () => {
  assert.deepEqual(denials({}, put('AWSLogs/111122223333/WorkMailLogs/a.gz')), []);
  assert.deepEqual(denials({}, put('mailtrail/config/watches.json')), []);
  assert.deepEqual(denials({ ArchivePrefix: 'a/b' }, put('a/b/config/watches.json')), []);
  assert.deepEqual(denials({ ArchivePrefix: 'a/b' }, put('mailtrail/config/watches.json')), ['WriteOnce']);
});

test('nothing is deleted but by the role that a setting names', () => {
  for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion']) {
    for (const key of ['mailtrail/raw/a', 'mailtrail/config/watches.json', 'AWSLogs/a']) {
      const request = (role: string): Request => ({ ...put(key, { 'aws:PrincipalArn': role }), action });
      assert.deepEqual(denials({}, request(PRUNING)), ['DeleteNothing']);
      assert.deepEqual(denials({ PruningRoleArn: PRUNING }, request(PRUNING)), []);
      assert.deepEqual(denials({ PruningRoleArn: PRUNING }, request(`${PRUNING}-other`)), ['DeleteNothing']);
    }
  }
});

test('without TLS nothing is let through', () => {
  const plain = put('mailtrail/raw/a', { ...ONCE, 'aws:SecureTransport': 'false' });
  assert.deepEqual(denials({}, plain), ['OnlyTls']);
});
