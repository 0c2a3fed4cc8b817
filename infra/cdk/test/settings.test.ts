/**
 * The template and the functions agree on the settings: what a function reads, its default and its bounds are decided
 * in `shared/settings/config`, of which `functions/SETTINGS.md` is the page.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFINITIONS } from '../lib/settings.ts';
import { AUDITED, SOURCES, deployed, read } from './deployed.ts';

interface Setting {
  /** The default, where it is a value; elsewhere, the page has it in words. */
  readonly default?: string;
  /** The least and the greatest value of a number. */
  readonly bounds?: readonly [number, number];
}

/** The settings of a chapter of the page, by name. */
function settingsOf(chapter: string): Map<string, Setting> {
  const text = read('functions', 'SETTINGS.md').split(`\n## ${chapter}\n`)[1]?.split('\n## ')[0] ?? '';
  const sections = text.split('\n### ').slice(1);
  return new Map(
    sections.map((section) => {
      const name = section.match(/^`(.+)`/)?.[1] ?? '';
      const value = section.match(/^\* Default: `([^`\n]+)`$/m)?.[1];
      const [, from, to] = section.match(/^\* Allowed: an integer from (\d+) to (\d+)/m) ?? [];
      const least = from ?? section.match(/^\* Allowed: an integer of at least (\d+)/m)?.[1];
      const bounds = least ? ([Number(least), to ? Number(to) : Infinity] as const) : undefined;
      return [name, { default: value, bounds }];
    }),
  );
}

const PIPELINE = settingsOf('workmail-events and cloudtrail-activity');
const POLICY_AUDIT = settingsOf('policy-audit');
const MAINTENANCE = settingsOf('archive-maintenance');

/** What the audit reads of the other chapter. */
const SHARED = [
  'MAILTRAIL_ARCHIVE',
  'MAILTRAIL_ARCHIVE_OWNER',
  'MAILTRAIL_ARCHIVE_KMS_KEY',
  'MAILTRAIL_TOPIC',
  'MAILTRAIL_OWN_LOG_GROUPS',
  'MAILTRAIL_LOG',
];

/** What the maintenance reads of it, besides: what events mean. */
const INTERPRETATION = [
  'MAILTRAIL_INTERNAL_DOMAINS',
  'MAILTRAIL_ORGANIZATIONS',
  'MAILTRAIL_SOURCES',
  'MAILTRAIL_COLUMNS',
];

/** Settings that are not parameters of the template, and why. */
const DERIVED: Record<string, string> = {
  MAILTRAIL_DECODED_LIMIT: 'a quarter of the memory, which is a parameter',
  MAILTRAIL_KINESIS_FAILURES: "the stack's event source mappings report batch item failures",
  MAILTRAIL_TAG_CACHE_SECONDS: 'the default suits the quota of Firehose, whatever the stack',
};

/** Where the template decides otherwise than the function on purpose. */
const OWN_DEFAULT: Record<string, string> = {
  MAILTRAIL_POLICY_MODE: 'without the parameter `PolicyMode`, there is no audit at all',
};

function variablesOf(id: string): Record<string, unknown> {
  return deployed({ ...SOURCES, ...AUDITED }).get(id)?.Properties.Environment.Variables ?? {};
}

test('every setting is set by the template, or derived, and the template sets nothing else', () => {
  const settable = [...PIPELINE.keys()].filter((name) => !(name in DERIVED)).sort();
  assert.equal(settable.length + Object.keys(DERIVED).length, PIPELINE.size);
  for (const id of ['WorkmailEventsFunction', 'CloudtrailActivityFunction']) {
    assert.deepEqual(Object.keys(variablesOf(id)).sort(), settable, id);
  }
  const audit = [...SHARED, ...POLICY_AUDIT.keys()].sort();
  assert.deepEqual(Object.keys(variablesOf('PolicyAuditFunction')).sort(), audit);
  const maintenance = [...SHARED, ...INTERPRETATION, ...MAINTENANCE.keys()].sort();
  assert.deepEqual(Object.keys(variablesOf('ArchiveMaintenanceFunction')).sort(), maintenance);
});

test('a parameter has the default of the setting that it is for', () => {
  const stated = new Map(
    [...PIPELINE, ...POLICY_AUDIT, ...MAINTENANCE].filter(([, { default: value }]) => value),
  );
  assert.ok(stated.has('MAILTRAIL_LOG') && stated.has('MAILTRAIL_POLICY_SHARE'));
  assert.ok(stated.has('MAILTRAIL_COVERAGE_DAYS') && stated.has('MAILTRAIL_FILL_GAPS'));
  for (const id of ['WorkmailEventsFunction', 'PolicyAuditFunction', 'ArchiveMaintenanceFunction']) {
    for (const [name, value] of Object.entries(variablesOf(id))) {
      const setting = stated.get(name);
      if (!setting || name in OWN_DEFAULT) continue;
      // An empty variable counts as not set.
      assert.ok(value === '' || value === setting.default, `${name}: ${value}, not ${setting.default}`);
    }
  }
});

test('a number of the template is one that the function accepts', () => {
  const bounded = [...POLICY_AUDIT, ...MAINTENANCE].filter(([, { bounds }]) => bounds);
  assert.equal(bounded.length, 6);
  for (const [name, { bounds }] of bounded) {
    const words = name.replace('MAILTRAIL_', '').toLowerCase().split('_');
    const parameter = words.map((word) => (word[0] ?? '').toUpperCase() + word.slice(1)).join('');
    const [least, greatest] = bounds ?? [0, 0];
    const [from, to] = [...DEFINITIONS].find(([key]) => key === parameter)?.[1].bounds ?? [-1, -1];
    assert.ok(
      least <= from && to <= greatest,
      `${parameter}: ${from} to ${to}, not within ${least} to ${greatest}`,
    );
  }
});
