/**
 * The archive as tables: a Glue database, a table for each class, and the queries of infra/queries in a workgroup of
 * Athena that cannot read more than it is allowed to.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { Aws, CfnResource, Fn, type Stack } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as s3 from 'aws-cdk-lib/aws-s3';

import { CLASSES, type Class } from './classes.ts';
import { type Parameters, pascal } from './parameters.ts';
import { accept } from './words.ts';

const INFRA = join(import.meta.dirname, '..', '..');
const TABLES = join(INFRA, 'tables');
const QUERIES = join(INFRA, 'queries', 'athena');

/** A Glue column. */
export interface Column {
  readonly Name: string;
  readonly Type: string;
}

/** A `TableInput` of Glue, generated from the record types. */
interface TableInput {
  readonly Name: string;
  readonly StorageDescriptor: { readonly Columns: readonly Column[] };
  readonly Parameters: Record<string, string>;
}

/** The database and its tables. */
export function makeTables(stack: Stack, archive: s3.CfnBucket, parameters: Parameters): glue.CfnDatabase {
  const database = new glue.CfnDatabase(stack, 'Database', {
    catalogId: Aws.ACCOUNT_ID,
    databaseInput: { name: databaseName(), description: 'The archive of mailtrail' },
  });
  const root = `s3://${archive.ref}/${parameters.text('ArchivePrefix')}`;
  for (const name of CLASSES) {
    const table = new CfnResource(stack, `${pascal(name)}Table`, {
      type: 'AWS::Glue::Table',
      properties: { CatalogId: Aws.ACCOUNT_ID, DatabaseName: databaseName(), TableInput: located(tableInput(name), `${root}/${name}`) },
    });
    table.addResourceDependency(database);
  }
  return database;
}

/** The name of the database: what Athena takes without quotes is made of letters, digits and underscores. */
export function databaseName(): string {
  return Fn.join('_', Fn.split('-', `mailtrail-${Aws.STACK_NAME}`));
}

/** The columns of a class. */
export function columns(name: Class): readonly Column[] {
  return tableInput(name).StorageDescriptor.Columns;
}

/** The workgroup, and every query in it. The views are made by running theirs once. */
export function makeQueries(stack: Stack, parameters: Parameters): void {
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
  accept(group, { 'AwsSolutions-ATH1': managed, CKV_AWS_159: managed });
  for (const file of queryFiles()) {
    const text = readFileSync(join(QUERIES, file), 'utf8');
    const name = basename(file, '.sql');
    new athena.CfnNamedQuery(stack, `${pascal(name)}Query`, {
      name: file.startsWith('views') ? `view ${name}` : name,
      description: (text.match(/^-- (.*)/)?.[1] ?? name).slice(0, 1024),
      database: databaseName(),
      queryString: text,
      workGroup: group.ref,
    });
  }
}

/** The files of the queries, those that make views first. */
export function queryFiles(): string[] {
  const below = (folder: string) =>
    readdirSync(join(QUERIES, folder)).filter((file) => file.endsWith('.sql')).sort();
  return [...below('views').map((file) => join('views', file)), ...below('.')];
}

function tableInput(name: Class): TableInput {
  const file = join(TABLES, `${name}.json`);
  if (!existsSync(file)) return placeholder(name);
  return JSON.parse(readFileSync(file, 'utf8')) as TableInput;
}

/** The same table, where this stack has it. */
function located(table: TableInput, location: string): object {
  const projected = `${location}/region=\${region}/accountId=\${accountid}/eventDay=\${eventday}/`;
  return {
    ...table,
    StorageDescriptor: { ...table.StorageDescriptor, Location: `${location}/` },
    Parameters: { ...table.Parameters, 'storage.location.template': projected },
  };
}

/** Until the tables are generated: the head that every record begins with. */
function placeholder(name: Class): TableInput {
  const type = 'string';
  const table = {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: ['region', 'accountid', 'eventday'].map((key) => ({ Name: key, Type: type })),
    Parameters: {
      classification: 'json',
      'projection.enabled': 'true',
      'projection.region.type': 'injected',
      'projection.accountid.type': 'injected',
      'projection.eventday.type': 'date',
      'projection.eventday.format': 'yyyyMMdd',
      'projection.eventday.range': '20260101,NOW+1DAY',
    },
    StorageDescriptor: {
      Columns: [
        { Name: 'class_uid', Type: 'int' },
        { Name: 'time', Type: 'bigint' },
        { Name: 'time_dt', Type: type },
      ],
      InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
    },
  };
  return table;
}
