/**
 * Firehose streams to Parquet: one for each class that is asked for, because a stream has one schema.
 *
 * Each carries the tag that lets events in. Take the tag off, and the stream gets nothing more.
 */
import { type CfnCondition, CfnResource, Aws, Fn, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';

import { CLASSES, type Class } from './classes.ts';
import { type Parameters, pascal } from './parameters.ts';
import { columns, databaseName } from './tables.ts';
import { accept, allow, arn, either, policy, trust, when } from './words.ts';

/** The streams of this stack, and those that are there already, as `MAILTRAIL_STREAMS` takes them. */
export function streamSetting(stack: Stack, parameters: Parameters): string {
  const own = CLASSES.map((name) => {
    const stream = stack.node.findChild(`${pascal(name)}Stream`) as firehose.CfnDeliveryStream;
    return either(wanted(parameters, name), `firehose:${stream.ref}?classes=${name}`, '');
  });
  return Fn.join(' ', [...own, parameters.text('OtherStreams')]);
}

/** Makes the streams, and all that they need. */
export function makeStreams(stack: Stack, bucket: s3.CfnBucket, database: CfnResource, parameters: Parameters): void {
  const logGroup = new logs.CfnLogGroup(stack, 'StreamLogs', {
    logGroupName: `/mailtrail/${Aws.STACK_NAME}/streams`,
    retentionInDays: parameters.number('LogRetentionDays'),
  });
  accept(logGroup, { CKV_AWS_158: 'the lines hold errors of deliveries, never what an event says' });
  const role = roleOfStreams(stack, bucket, logGroup, parameters);
  logGroup.cfnOptions.condition = role.cfnOptions.condition = parameters.streamsAny();
  for (const name of CLASSES) {
    const table = parquetTable(stack, name, bucket, database, parameters);
    const stream = makeStream(stack, name, { bucket, logGroup, role }, parameters);
    stream.addResourceDependency(table);
  }
}

function wanted(parameters: Parameters, name: Class): CfnCondition {
  return parameters.streams(name);
}

function makeStream(
  stack: Stack,
  name: Class,
  { bucket, logGroup, role }: { bucket: s3.CfnBucket; logGroup: logs.CfnLogGroup; role: iam.CfnRole },
  parameters: Parameters,
): firehose.CfnDeliveryStream {
  const errors = new logs.CfnLogStream(stack, `${pascal(name)}StreamErrors`, { logGroupName: logGroup.ref, logStreamName: name });
  const stream = new firehose.CfnDeliveryStream(stack, `${pascal(name)}Stream`, {
    deliveryStreamType: 'DirectPut',
    deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
    tags: [{ key: 'LogDeliveryEnabled', value: 'true' }],
    extendedS3DestinationConfiguration: {
      bucketArn: bucket.attrArn,
      roleArn: role.attrArn,
      prefix: `${name}/eventday=!{timestamp:yyyyMMdd}/`,
      errorOutputPrefix: `errors/${name}/!{firehose:error-output-type}/eventday=!{timestamp:yyyyMMdd}/`,
      // Conversion to Parquet wants at least 64 MiB, and compresses by itself.
      bufferingHints: { intervalInSeconds: 300, sizeInMBs: 128 },
      compressionFormat: 'UNCOMPRESSED',
      cloudWatchLoggingOptions: { enabled: true, logGroupName: logGroup.ref, logStreamName: errors.ref },
      dataFormatConversionConfiguration: {
        enabled: true,
        inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
        outputFormatConfiguration: { serializer: { parquetSerDe: { compression: 'SNAPPY' } } },
        schemaConfiguration: {
          catalogId: Aws.ACCOUNT_ID,
          databaseName: databaseName(),
          region: Aws.REGION,
          roleArn: role.attrArn,
          tableName: streamed(name),
          versionId: 'LATEST',
        },
      },
    },
  });
  stream.cfnOptions.condition = errors.cfnOptions.condition = wanted(parameters, name);
  accept(stream, { CKV_AWS_241: 'the stream is a passage; what it writes is under the key of the archive' });
  return stream;
}

function roleOfStreams(stack: Stack, bucket: s3.CfnBucket, logGroup: logs.CfnLogGroup, parameters: Parameters): iam.CfnRole {
  const tables = CLASSES.map((name) => arn('glue', `table/`).concat(databaseName(), '/', streamed(name)));
  const role = new iam.CfnRole(stack, 'StreamRole', {
    description: 'What the Firehose streams of mailtrail may do',
    assumeRolePolicyDocument: trust('firehose.amazonaws.com', arn('firehose', 'deliverystream/*')),
    policies: [
      {
        policyName: 'deliver',
        policyDocument: policy(
          { Sid: 'Bucket', ...allow(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], bucket.attrArn) },
          { Sid: 'Objects', ...allow(['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'], `${bucket.attrArn}/*`) },
          { Sid: 'Schema', ...allow(['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'], [
            arn('glue', 'catalog'),
            arn('glue', 'database/').concat(databaseName()),
            ...tables,
          ]) },
          { Sid: 'Errors', ...allow('logs:PutLogEvents', Fn.getAtt(logGroup.logicalId, 'Arn')) },
          when(parameters.isSet('KmsKeyArn'), {
            Sid: 'Key', ...allow(['kms:Decrypt', 'kms:GenerateDataKey'], parameters.text('KmsKeyArn')),
          }),
        ),
      },
    ],
  });
  accept(role, {
    'AwsSolutions-IAM5': 'the rule fails at names that are put together; wildcards are the keys that Firehose makes in a bucket of its own',
  });
  return role;
}

/** The schema of a stream, and the table over what it has written. */
function parquetTable(stack: Stack, name: Class, bucket: s3.CfnBucket, database: CfnResource, parameters: Parameters): CfnResource {
  const location = `s3://${bucket.ref}/${name}/`;
  const table = new CfnResource(stack, `${pascal(name)}StreamTable`, {
    type: 'AWS::Glue::Table',
    properties: {
      CatalogId: Aws.ACCOUNT_ID,
      DatabaseName: databaseName(),
      TableInput: {
        Name: streamed(name),
        Description: `What the stream of ${name} has written`,
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: [{ Name: 'eventday', Type: 'string' }],
        Parameters: {
          classification: 'parquet',
          'projection.enabled': 'true',
          'projection.eventday.type': 'date',
          'projection.eventday.format': 'yyyyMMdd',
          'projection.eventday.range': '20260101,NOW+1DAY',
          'storage.location.template': `${location}eventday=\${eventday}/`,
        },
        StorageDescriptor: {
          Columns: columns(name),
          Location: location,
          InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
          SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    },
  });
  table.cfnOptions.condition = wanted(parameters, name);
  table.addResourceDependency(database);
  return table;
}

function streamed(name: Class): string {
  return `${name}_stream`;
}
