/**
 * Firehose streams to Parquet: one for each class that is asked for, because a stream has one schema.
 *
 * Each carries the tag that lets events in. Take the tag off, and the stream gets nothing more.
 */
import { Aws, type CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';

import { CLASSES, type Class } from './classes.ts';
import { streamAlarms } from './handovers.ts';
import { type Parameters, pascal } from './parameters.ts';
import { OWN_LOG_GROUPS } from './log-groups.ts';
import { type TableInput, filled, makeTable, tableInput } from './tables.ts';
import { either, when } from './conditions.ts';
import { acknowledge } from './findings.ts';
import { allow, arn, policy, trust } from './iam.ts';

/**
 * Makes the streams, and all that they need. Returns them, and those that are there already, as `MAILTRAIL_STREAMS`
 * takes them.
 */
export function createStreams(
  stack: Stack,
  bucket: s3.CfnBucket,
  database: glue.CfnDatabase,
  topic: sns.CfnTopic,
  parameters: Parameters,
): string {
  const logGroup = new logs.CfnLogGroup(stack, 'StreamLogs', {
    logGroupName: `${OWN_LOG_GROUPS}${Aws.STACK_NAME}/streams`,
    retentionInDays: parameters.number('LogRetentionDays'),
  });
  acknowledge(logGroup, { CKV_AWS_158: 'the lines hold errors of deliveries, never what an event says' });
  const role = roleOfStreams(stack, bucket, logGroup, parameters);
  logGroup.cfnOptions.condition = role.cfnOptions.condition = parameters.streamsAny();
  const own = CLASSES.map((name) => {
    const wanted = parameters.streams(name);
    const schema = filled(tableInput(`parquet/${name}.json`), { '<parquet>': `s3://${bucket.ref}` });
    const table = makeTable(stack, `${pascal(name)}StreamTable`, database, schema);
    const stream = makeStream(stack, name, { bucket, logGroup, role, schema, wanted }, parameters);
    table.cfnOptions.condition = wanted;
    streamAlarms(stack, `${pascal(name)}Stream`, stream, wanted, topic);
    stream.addResourceDependency(table);
    return either(wanted, `firehose:${stream.ref}?classes=${name}`, '');
  });
  return Fn.join(' ', [...own, parameters.text('OtherStreams')]);
}

/** What a stream of a class needs. */
interface Needs {
  readonly bucket: s3.CfnBucket;
  readonly logGroup: logs.CfnLogGroup;
  readonly role: iam.CfnRole;
  readonly schema: TableInput;
  readonly wanted: CfnCondition;
}

function makeStream(
  stack: Stack,
  name: Class,
  { bucket, logGroup, role, schema, wanted }: Needs,
  parameters: Parameters,
): firehose.CfnDeliveryStream {
  const errors = new logs.CfnLogStream(stack, `${pascal(name)}StreamErrors`, {
    logGroupName: logGroup.ref,
    logStreamName: name,
  });
  const stream = new firehose.CfnDeliveryStream(stack, `${pascal(name)}Stream`, {
    deliveryStreamType: 'DirectPut',
    deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
    tags: [{ key: 'LogDeliveryEnabled', value: 'true' }],
    extendedS3DestinationConfiguration: {
      bucketArn: bucket.attrArn,
      roleArn: role.attrArn,
      prefix: `${name}/arrivalDay=!{timestamp:yyyyMMdd}/`,
      errorOutputPrefix: `errors/${name}/!{firehose:error-output-type}/arrivalDay=!{timestamp:yyyyMMdd}/`,
      // Conversion to Parquet wants at least 64 MiB, and compresses by itself.
      bufferingHints: { intervalInSeconds: 300, sizeInMBs: 128 },
      compressionFormat: 'UNCOMPRESSED',
      cloudWatchLoggingOptions: { enabled: true, logGroupName: logGroup.ref, logStreamName: errors.ref },
      dataFormatConversionConfiguration: {
        enabled: true,
        // Without it, the keys of `unmapped` lose their capitals.
        inputFormatConfiguration: { deserializer: { openXJsonSerDe: { caseInsensitive: false } } },
        outputFormatConfiguration: { serializer: { parquetSerDe: { compression: 'SNAPPY' } } },
        schemaConfiguration: {
          catalogId: Aws.ACCOUNT_ID,
          databaseName: parameters.text('DatabaseName'),
          region: Aws.REGION,
          roleArn: role.attrArn,
          tableName: schema.Name,
          versionId: 'LATEST',
        },
      },
    },
  });
  stream.cfnOptions.condition = errors.cfnOptions.condition = wanted;
  acknowledge(stream, {
    CKV_AWS_241: 'the stream is a passage; what it writes is under the key of the archive',
  });
  return stream;
}

function roleOfStreams(
  stack: Stack,
  bucket: s3.CfnBucket,
  logGroup: logs.CfnLogGroup,
  parameters: Parameters,
): iam.CfnRole {
  const tables = CLASSES.map((name) =>
    arn('glue', `table/\${DatabaseName}/${tableInput(`parquet/${name}.json`).Name}`),
  );
  const role = new iam.CfnRole(stack, 'StreamRole', {
    description: 'What the Firehose streams of mailtrail may do',
    assumeRolePolicyDocument: trust('firehose.amazonaws.com', arn('firehose', 'deliverystream/*')),
    policies: [
      {
        policyName: 'deliver',
        policyDocument: policy(
          {
            Sid: 'Bucket',
            ...allow(
              ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
              bucket.attrArn,
            ),
          },
          {
            Sid: 'Objects',
            ...allow(['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'], `${bucket.attrArn}/*`),
          },
          {
            Sid: 'Schema',
            ...allow(
              ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
              [arn('glue', 'catalog'), arn('glue', 'database/${DatabaseName}'), ...tables],
            ),
          },
          { Sid: 'Errors', ...allow('logs:PutLogEvents', Fn.getAtt(logGroup.logicalId, 'Arn')) },
          when(parameters.isSet('KmsKeyArn'), {
            Sid: 'Key',
            ...allow(['kms:Decrypt', 'kms:GenerateDataKey'], parameters.text('KmsKeyArn')),
          }),
        ),
      },
    ],
  });
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::<StreamBucket.Arn>/*]': 'Firehose names the objects, in a bucket of its own',
  });
  return role;
}
