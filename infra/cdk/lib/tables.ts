/**
 * The archive as tables: a Glue database, a table for each class, and the queries of infra/queries in a workgroup of
 * Athena that cannot read more than it is allowed to.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { Aws, CfnResource, Fn, type Stack } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as s3 from 'aws-cdk-lib/aws-s3';

import { CLASSES } from './classes.ts';
import { type Parameters, pascal } from './parameters.ts';
import { when } from './conditions.ts';
import { acknowledge } from './findings.ts';

const INFRA = join(import.meta.dirname, '..', '..');
const TABLES = join(INFRA, 'tables');
const QUERIES = join(INFRA, 'queries', 'athena');

/** A `TableInput` of Glue, generated from the record types. What differs from stack to stack stands in <angles>. */
export interface TableInput {
  readonly Name: string;
}

/** The database and its tables. */
export function createTables(stack: Stack, archive: s3.CfnBucket, parameters: Parameters): glue.CfnDatabase {
  const database = new glue.CfnDatabase(stack, 'Database', {
    catalogId: Aws.ACCOUNT_ID,
    databaseInput: { name: parameters.text('DatabaseName'), description: 'The archive of mailtrail' },
  });
  const blanks = {
    '<archive>': `s3://${archive.ref}/${parameters.text('ArchivePrefix')}`,
    '<accounts>': Fn.join(',', [
      Aws.ACCOUNT_ID,
      when(parameters.isSet('OtherAccounts'), parameters.text('OtherAccounts')),
    ]),
  };
  for (const name of CLASSES) {
    makeTable(stack, `${pascal(name)}Table`, database, filled(tableInput(`${name}.json`), blanks));
  }
  return database;
}

/** A table of the database. */
export function makeTable(
  stack: Stack,
  id: string,
  database: glue.CfnDatabase,
  table: TableInput,
): CfnResource {
  const properties = { CatalogId: Aws.ACCOUNT_ID, DatabaseName: database.ref, TableInput: table };
  return new CfnResource(stack, id, { type: 'AWS::Glue::Table', properties });
}

/** The definition of a table below infra/tables. */
export function tableInput(file: string): TableInput {
  return JSON.parse(readFileSync(join(TABLES, file), 'utf8')) as TableInput;
}

/** A definition with its blanks filled in. */
export function filled(table: TableInput, blanks: Record<string, string>): TableInput {
  const fill = (text: string) =>
    Object.entries(blanks).reduce((done, [blank, value]) => done.replaceAll(blank, () => value), text);
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return fill(node);
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
  };
  return walk(table) as TableInput;
}

/** The workgroup, and every query in it. The views are made by running theirs once. */
export function createQueries(stack: Stack, database: glue.CfnDatabase, parameters: Parameters): void {
  const group = new athena.CfnWorkGroup(stack, 'WorkGroup', {
    name: `mailtrail-${Aws.STACK_NAME}`,
    description: 'Questions to the archive of mailtrail',
    recursiveDeleteOption: true,
    workGroupConfiguration: {
      bytesScannedCutoffPerQuery: parameters.number('QueryScanLimit'),
      enforceWorkGroupConfiguration: true,
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      managedQueryResultsConfiguration: { enabled: true },
      publishCloudWatchMetricsEnabled: true,
    },
  });
  const managed = 'Athena keeps the results itself, for a day, and encrypts them';
  acknowledge(group, { 'AwsSolutions-ATH1': managed, CKV_AWS_159: managed });
  for (const file of queryFiles()) {
    const text = readFileSync(join(QUERIES, file), 'utf8');
    const name = basename(file, '.sql');
    new athena.CfnNamedQuery(stack, `${pascal(name)}Query`, {
      name: file.startsWith('views') ? `view ${name}` : name,
      description: (text.match(/^-- (.*)/)?.[1] ?? name).slice(0, 1024),
      database: database.ref,
      queryString: text,
      workGroup: group.ref,
    });
  }
}

/** The files of the queries, those that make views first. */
export function queryFiles(): string[] {
  const below = (folder: string) =>
    readdirSync(join(QUERIES, folder))
      .filter((file) => file.endsWith('.sql'))
      .sort();
  return [...below('views').map((file) => join('views', file)), ...below('.')];
}
