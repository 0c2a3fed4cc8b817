/** The buckets: private, over TLS only, versioned, and left in place when the stack is removed. */
import { Aws, CfnDeletionPolicy, type CfnResource, type Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';

import type { Parameters } from './parameters.ts';
import { either, when } from './conditions.ts';
import { acknowledge } from './findings.ts';
import { arn, denyWithoutTls, policy } from './iam.ts';

/** Below this size an object is dearer in another storage class than it was. Nearly all objects are smaller. */
const SMALLEST_TRANSITION = 128 * 1024;

/** The archive: nothing in it is ever changed, and nothing of mailtrail deletes in it. */
export function archiveBucket(stack: Stack, parameters: Parameters): s3.CfnBucket {
  const locked = parameters.isSet('ObjectLockDays');
  const infrequent = parameters.isSet('InfrequentAccessDays');
  const bucket = new s3.CfnBucket(stack, 'ArchiveBucket', {
    ...common(parameters, 'KmsKeyArn'),
    objectLockEnabled: when(locked, true),
    objectLockConfiguration: when(locked, {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: parameters.number('ObjectLockDays') } },
    } as s3.CfnBucket.ObjectLockConfigurationProperty),
    lifecycleConfiguration: {
      rules: [
        abandonedUploads,
        when(infrequent, {
          Id: 'LargeObjectsOnly',
          Status: 'Enabled',
          ObjectSizeGreaterThan: String(SMALLEST_TRANSITION),
          Transitions: [
            { StorageClass: 'STANDARD_IA', TransitionInDays: parameters.number('InfrequentAccessDays') },
          ],
        } as unknown as s3.CfnBucket.RuleProperty),
      ],
    },
  });
  keep(bucket);
  acceptBucket(bucket);
  const vended = parameters.is('VendedLogsToBucket', 'true');
  const delivered = vendedLogs(bucket).map((statement) => when(vended, statement));
  bucketPolicy(stack, 'ArchiveBucketPolicy', bucket, [...writtenOnce(bucket, parameters), ...delivered]);
  return bucket;
}

/**
 * Where Lambda puts what a function could not do. It shares nothing with the archive, neither bucket nor key:
 * whatever stops the archive does not stop it, too.
 */
export function failuresBucket(stack: Stack, parameters: Parameters): s3.CfnBucket {
  const bucket = new s3.CfnBucket(stack, 'FailuresBucket', {
    ...common(parameters, 'FailuresKmsKeyArn'),
    // What was deleted is gone after a week, or the bucket would never count as empty.
    lifecycleConfiguration: { rules: [abandonedUploads, deletedObjects, deleteMarkers] },
  });
  keep(bucket);
  acceptBucket(bucket);
  bucketPolicy(stack, 'FailuresBucketPolicy', bucket, []);
  return bucket;
}

/** What the streams of this stack write: a copy, in Parquet. */
export function streamBucket(stack: Stack, parameters: Parameters): s3.CfnBucket {
  const bucket = new s3.CfnBucket(stack, 'StreamBucket', {
    ...common(parameters, 'KmsKeyArn'),
    lifecycleConfiguration: { rules: [abandonedUploads] },
  });
  keep(bucket);
  acceptBucket(bucket);
  const attached = bucketPolicy(stack, 'StreamBucketPolicy', bucket, []);
  bucket.cfnOptions.condition = attached.cfnOptions.condition = parameters.streamsAny();
  return bucket;
}

const abandonedUploads: s3.CfnBucket.RuleProperty = {
  id: 'AbandonedUploads',
  status: 'Enabled',
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
};

const deletedObjects: s3.CfnBucket.RuleProperty = {
  id: 'DeletedObjects',
  status: 'Enabled',
  noncurrentVersionExpiration: { noncurrentDays: 7 },
};

const deleteMarkers: s3.CfnBucket.RuleProperty = {
  id: 'DeleteMarkers',
  status: 'Enabled',
  expiredObjectDeleteMarker: true,
};

function common(parameters: Parameters, key: 'KmsKeyArn' | 'FailuresKmsKeyArn') {
  return {
    bucketEncryption: {
      serverSideEncryptionConfiguration: [
        either(
          parameters.isSet(key),
          encryption({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: parameters.text(key) }, true),
          encryption({ SSEAlgorithm: 'AES256' }, false),
        ),
      ],
    },
    ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
    publicAccessBlockConfiguration: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    versioningConfiguration: { status: 'Enabled' },
  };
}

// Inside a condition the properties bear CloudFormation's names.
function encryption(byDefault: object, bucketKey: boolean): s3.CfnBucket.ServerSideEncryptionRuleProperty {
  const rule = { ServerSideEncryptionByDefault: byDefault, ...(bucketKey && { BucketKeyEnabled: true }) };
  return rule as unknown as s3.CfnBucket.ServerSideEncryptionRuleProperty;
}

function bucketPolicy(stack: Stack, id: string, bucket: s3.CfnBucket, more: object[]): s3.CfnBucketPolicy {
  const statements = [denyWithoutTls('s3:*', [bucket.attrArn, `${bucket.attrArn}/*`]), ...more];
  return new s3.CfnBucketPolicy(stack, id, { bucket: bucket.ref, policyDocument: policy(...statements) });
}

/**
 * Denies, to the account's administrators too, to write what is there already, and to delete. All that mailtrail writes,
 * it writes with `If-None-Match`. Log delivery does not, nor does an operator who changes the watch list.
 *
 * Parts of an upload carry no such header (`s3:ObjectCreationOperation` is false); what completes it does. Rules of
 * lifecycles are not among what is denied: CloudFormation writes those of this template.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function writtenOnce(bucket: s3.CfnBucket, parameters: Parameters): object[] {
  const within = (path: string) => `${bucket.attrArn}/${path}`;
  const config = `${parameters.text('ArchivePrefix')}/config`;
  const pruning = parameters.isSet('PruningRoleArn');
  const deny = { Effect: 'Deny', Principal: '*' };
  const unconditional = {
    Null: { 's3:if-none-match': 'true' },
    Bool: { 's3:ObjectCreationOperation': 'true' },
  };
  return [
    {
      Sid: 'WriteOnce',
      ...deny,
      Action: 's3:PutObject',
      NotResource: [within('AWSLogs/*'), within(`${config}/*`)],
      Condition: unconditional,
    },
    {
      Sid: 'WriteMappingsOnce',
      ...deny,
      Action: 's3:PutObject',
      Resource: within(`${config}/mapping/*`),
      Condition: unconditional,
    },
    {
      Sid: 'DeleteNothing',
      ...deny,
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      Resource: within('*'),
      Condition: when(pruning, { ArnNotEquals: { 'aws:PrincipalArn': parameters.text('PruningRoleArn') } }),
    },
  ];
}

/**
 * Log delivery looks at the bucket before it writes there. The page of V2 has no statement for that, but counts on it in
 * a note: without `s3:ListBucket` in it CloudTrail fills with AccessDenied. `mailtrail permissions` prints the same two
 * statements, and `mailtrail doctor` looks for them.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
 */
function vendedLogs(bucket: s3.CfnBucket): object[] {
  const letIn = (equal: object) => ({
    Effect: 'Allow',
    Principal: { Service: 'delivery.logs.amazonaws.com' },
    Condition: {
      StringEquals: { ...equal, 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': arn('logs', 'delivery-source:*') },
    },
  });
  return [
    {
      Sid: 'AWSLogDeliveryAclCheck',
      ...letIn({}),
      Action: ['s3:GetBucketAcl', 's3:ListBucket'],
      Resource: bucket.attrArn,
    },
    {
      Sid: 'AWSLogDeliveryWrite',
      ...letIn({ 's3:x-amz-acl': 'bucket-owner-full-control' }),
      Action: 's3:PutObject',
      Resource: `${bucket.attrArn}/AWSLogs/${Aws.ACCOUNT_ID}/*`,
    },
  ];
}

/** Whatever is in it outlives the stack. */
export function keep(resource: CfnResource): void {
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
}

function acceptBucket(bucket: s3.CfnBucket): void {
  const log =
    'who read or wrote what is in the data events of CloudTrail; an access log would need a bucket of its own';
  acknowledge(bucket, {
    'AwsSolutions-S1': log,
    CKV_AWS_18: log,
    CKV_AWS_144: 'a copy in another Region is left to operators who need one',
    CKV_AWS_145: 'a KMS key is a parameter',
    CKV2_AWS_62: 'nothing reacts to new objects',
  });
}
