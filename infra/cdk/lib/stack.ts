/** The whole stack, from its settings. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { type CfnCondition, CfnOutput, CfnRule, Fn, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

import { deliveryAlarms, eventAlarms, lagAlarm, lambdaAlarms, silenceAlarm } from './alarms.ts';
import { policyAudit } from './audit.ts';
import { archiveBucket, failuresBucket, streamBucket } from './buckets.ts';
import { createDashboard } from './dashboard.ts';
import {
  AUDIT_FUNCTION,
  type Code,
  type EventFunctionName,
  type MailtrailFunction,
  type FunctionContext,
  eventFunction,
} from './functions.ts';
import { Parameters, pascal } from './parameters.ts';
import { DISTINCT, type List, type Settings } from './settings.ts';
import {
  type Source,
  dataStream,
  allowLogsToInvoke,
  readFromStream,
  readStream,
  subscribe,
  writerOfStreams,
} from './subscriptions.ts';
import { createStreams } from './streams.ts';
import { createQueries, createTables } from './tables.ts';
import { createTopic } from './topic.ts';
import { either } from './conditions.ts';
import { organizationLogs } from './workmail.ts';

/** What a stack is made of. */
export interface MailtrailProps extends StackProps {
  /** What is not set has its default. */
  readonly settings?: Settings;
  /** Where the packages of the functions are. */
  readonly code: Code;
  /** Whether the function that looks at resource policies is among them. */
  readonly withPolicyAudit?: boolean;
}

const FUNCTIONS = join(import.meta.dirname, '..', '..', '..', 'functions');

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const EARLIEST_INFREQUENT = 30;

/** mailtrail in one account and Region. */
export class MailtrailStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { settings = {}, code, withPolicyAudit, ...props }: MailtrailProps,
  ) {
    super(scope, id, { description: 'mailtrail: keeps what Amazon WorkMail and CloudTrail log', ...props });
    const audited = withPolicyAudit ?? existsSync(join(FUNCTIONS, AUDIT_FUNCTION));
    acknowledgeEmptyDefaults(this);
    const parameters = new Parameters(this, settings, audited ? [] : ['Resource policies']);

    const archive = archiveBucket(this, parameters);
    const topic = createTopic(this, parameters);
    const context: FunctionContext = {
      parameters,
      archive,
      failures: failuresBucket(this, parameters),
      topic,
      code,
    };
    const database = createTables(this, archive, parameters);
    createQueries(this, database, parameters);
    const streams = createStreams(this, streamBucket(this, parameters), database, parameters);

    const readers = [mailReader(this, parameters), trailReader(this, parameters)];
    const queues = readers.map(({ queue }) => queue);
    const writer = writerOfStreams(this, queues, parameters);
    const functions = readers.map((reader) => createReader(this, context, reader, { streams, writer }));
    const audit = audited ? policyAudit(this, context) : undefined;
    deliveryAlarms(this, topic);
    createDashboard(this, functions, audit);
    rules(this, parameters);
    outputs(this, context, functions, topic);
  }
}

/** A function that reads events, and what it reads. */
interface Reader {
  readonly name: EventFunctionName;
  readonly sources: Source[];
  /** Whether it has any. */
  readonly listens: CfnCondition;
  /** `MAILTRAIL_ORGANIZATIONS`. */
  readonly organizations: string;
  readonly queue: kinesis.CfnStream;
}

function mailReader(stack: Stack, parameters: Parameters): Reader {
  const name = 'workmail-events';
  const { emails, audits } = organizationLogs(stack, parameters);
  const tenants = emails.map((each) => either(each.present, `${each.logGroup}=${each.organization}`, ''));
  const any = Fn.conditionOr(parameters.some('LogGroups'), parameters.some('WorkMailOrganizations'));
  return {
    name,
    sources: [...given(parameters, 'LogGroups'), ...emails, ...audits],
    listens: parameters.condition('HasMail', any),
    organizations: Fn.join(',', [parameters.text('OrganizationsOfLogGroups'), ...tenants]),
    queue: dataStream(stack, name, parameters),
  };
}

function trailReader(stack: Stack, parameters: Parameters): Reader {
  const name = 'cloudtrail-activity';
  return {
    name,
    sources: given(parameters, 'CloudTrailLogGroups'),
    listens: parameters.some('CloudTrailLogGroups'),
    organizations: '',
    queue: dataStream(stack, name, parameters),
  };
}

/** The function of a reader, its subscriptions, and its alarms. */
function createReader(
  stack: Stack,
  context: FunctionContext,
  { name, sources, listens, organizations, queue }: Reader,
  { streams, writer }: { streams: string; writer: iam.CfnRole },
): MailtrailFunction {
  const { parameters, failures, topic } = context;
  const more = [readStream(parameters, queue)];
  const called = eventFunction(stack, name, context, { streams, organizations, more });
  const permission = allowLogsToInvoke(stack, called);
  readFromStream(stack, called, queue, failures);
  for (const source of sources)
    subscribe(stack, source, { called, permission, stream: queue, writer }, parameters);
  lambdaAlarms(stack, called, topic);
  eventAlarms(stack, called, topic);
  lagAlarm(stack, called, parameters, topic);
  silenceAlarm(stack, called, listens, parameters, topic);
  return called;
}

/** What CDK's own validation finds where it takes an empty default for a value. Conditions handle each of them. */
function acknowledgeEmptyDefaults(stack: Stack): void {
  for (const rule of ['E2529', 'F3017', 'W1030', 'W1035']) {
    const reason = 'an empty parameter is one that is not set, and then nothing that reads it is created';
    Validations.of(stack).acknowledge({ id: `CloudFormation-Validate::${rule}`, reason });
  }
}

/** The log groups that a parameter names. */
function given(parameters: Parameters, name: List): Source[] {
  return parameters.entries(name).map(({ slot, value, present }) => ({
    id: `${name.replace(/s$/, '')}${slot}`,
    logGroup: value,
    present,
  }));
}

/** Rules that no pattern of a single parameter can express. */
function rules(stack: Stack, parameters: Parameters): void {
  const tooSoon = Array.from({ length: EARLIEST_INFREQUENT - 1 }, (_, day) => String(day + 1));
  new CfnRule(stack, 'InfrequentAccessIsNotTooSoon', {
    assertions: [
      {
        assert: Fn.conditionNot(Fn.conditionContains(tooSoon, parameters.text('InfrequentAccessDays'))),
        assertDescription: `InfrequentAccessDays must be 0, or ${EARLIEST_INFREQUENT} and more: S3 moves nothing sooner`,
      },
    ],
  });
  new CfnRule(stack, 'FailuresHaveAKeyOfTheirOwn', {
    ruleCondition: Fn.conditionNot(Fn.conditionEquals(parameters.text('KmsKeyArn'), '')),
    assertions: [
      {
        assert: Fn.conditionNot(
          Fn.conditionEquals(parameters.text('KmsKeyArn'), parameters.text('FailuresKmsKeyArn')),
        ),
        assertDescription:
          'FailuresKmsKeyArn must be another key than KmsKeyArn: what stops the archive must not stop it, too',
      },
    ],
  });
  for (const lists of DISTINCT) requireDistinct(stack, parameters, lists);
}

/** No two slots may have the same value: the names of their resources would clash in the middle of a deployment. */
function requireDistinct(stack: Stack, parameters: Parameters, lists: readonly List[]): void {
  const entries = lists.flatMap((name) => parameters.entries(name));
  const pairs = entries.flatMap((one, index) => entries.slice(0, index).map((other) => ({ one, other })));
  new CfnRule(stack, `${lists.join('And')}Differ`, {
    assertions: pairs.map(({ one, other }) => ({
      assert: Fn.conditionOr(
        Fn.conditionEquals(one.value, ''),
        Fn.conditionNot(Fn.conditionEquals(one.value, other.value)),
      ),
      assertDescription: `${one.id} must be another than ${other.id}`,
    })),
  });
}

function outputs(
  stack: Stack,
  { parameters, archive, failures }: FunctionContext,
  functions: MailtrailFunction[],
  topic: sns.CfnTopic,
): void {
  const output = (id: string, description: string, value: string) =>
    new CfnOutput(stack, id, { description, value });
  output(
    'Archive',
    'The archive, for the commands of mailtrail',
    `s3://${archive.ref}/${parameters.text('ArchivePrefix')}`,
  );
  output('Failures', 'The bucket of failed invocations', failures.ref);
  output('TopicArn', 'The topic of alarms and watched events', topic.ref);
  for (const { name, resource } of functions)
    output(`${pascal(name)}Name`, `The function ${name}`, resource.ref);
  const known = output(
    'WorkMailRoleArn',
    'The role for `mailtrail workmail enable`',
    Fn.getAtt('workmailEmailEvents', 'Arn').toString(),
  );
  known.condition = parameters.some('WorkMailOrganizations');
}
