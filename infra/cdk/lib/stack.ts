/** The whole stack, from its settings. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { CfnOutput, CfnRule, Fn, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

import { eventAlarms, lagAlarm, lambdaAlarms, silenceAlarm } from './alarms.ts';
import { policyAudit } from './audit.ts';
import { archiveBucket, failuresBucket, streamBucket } from './buckets.ts';
import { createDashboard } from './dashboard.ts';
import { archiveMaintenance } from './maintenance.ts';
import {
  AUDIT_FUNCTION,
  type Code,
  type EventFunctionName,
  type MailtrailFunction,
  type FunctionContext,
  eventFunction,
} from './functions.ts';
import { deliveryAlarms, failuresAlarm, topicAlarm } from './handovers.ts';
import { Parameters, pascal } from './parameters.ts';
import { probeLogs } from './probe.ts';
import type { List, Settings } from './settings.ts';
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
import type { Presence } from './conditions.ts';
import { requireListed } from './upgrade.ts';
import { organizationLogs } from './workmail.ts';

/** What a stack is made of. */
export interface MailtrailProps extends StackProps {
  /** What is not set has its default. */
  readonly settings?: Settings;
  /** Where the packages of the functions are. */
  readonly code: Code;
  /** Whether lists are parameters of the template, which CloudFormation loops over, and not in the settings. */
  readonly loops?: boolean;
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
    { settings = {}, code, loops = false, withPolicyAudit, ...props }: MailtrailProps,
  ) {
    super(scope, id, { description: 'mailtrail: keeps what Amazon WorkMail and CloudTrail log', ...props });
    const audited = withPolicyAudit ?? existsSync(join(FUNCTIONS, AUDIT_FUNCTION));
    acknowledgeEmptyDefaults(this);
    const parameters = new Parameters(this, settings, loops, audited ? [] : ['Resource policies']);

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
    const streams = createStreams(this, streamBucket(this, parameters), database, topic, parameters);

    const readers = [mailReader(this, parameters), trailReader(this, parameters)];
    const queues = readers.map(({ queue }) => queue);
    const writer = writerOfStreams(this, queues, parameters);
    const functions = readers.map((reader) => createReader(this, context, reader, { streams, writer }));
    const filled = functions.map((called, at) => ({ called, queue: queues[at] as kinesis.CfnStream }));
    const maintenance = archiveMaintenance(this, context, filled);
    const audit = audited ? policyAudit(this, context) : undefined;
    failuresAlarm(this, context.failures, topic);
    topicAlarm(this, topic);
    createDashboard(this, functions, context, { maintenance, audit });
    rules(this, parameters);
    if (loops) acknowledgeLoops(this);
    if (loops) requireListed(this, parameters, ['LogGroups', 'CloudTrailLogGroups', 'WorkMailOrganizations']);
    outputs(this, context, functions, topic);
  }
}

/** A function that reads events, and what it reads. */
interface Reader {
  readonly name: EventFunctionName;
  readonly sources: Source[];
  /** Whether it has any. */
  readonly listens: Presence;
  readonly queue: kinesis.CfnStream;
}

function mailReader(stack: Stack, parameters: Parameters): Reader {
  const name = 'workmail-events';
  return {
    name,
    sources: [probeLogs(stack), ...given(parameters, 'LogGroups'), ...organizationLogs(stack, parameters)],
    listens: parameters.someOf('HasMail', 'LogGroups', 'WorkMailOrganizations'),
    queue: dataStream(stack, name, parameters),
  };
}

function trailReader(stack: Stack, parameters: Parameters): Reader {
  const name = 'cloudtrail-activity';
  return {
    name,
    sources: given(parameters, 'CloudTrailLogGroups'),
    listens: parameters.some('CloudTrailLogGroups'),
    queue: dataStream(stack, name, parameters),
  };
}

/** The function of a reader, its subscriptions, and its alarms. */
function createReader(
  stack: Stack,
  context: FunctionContext,
  { name, sources, listens, queue }: Reader,
  { streams, writer }: { streams: string; writer: iam.CfnRole },
): MailtrailFunction {
  const { parameters, failures, topic } = context;
  const more = [readStream(parameters, queue)];
  const called = eventFunction(stack, name, context, { streams, more });
  const permission = allowLogsToInvoke(stack, called);
  readFromStream(stack, called, queue, failures);
  for (const source of sources) {
    subscribe(stack, name, source, { called, permission, stream: queue, writer }, parameters);
    deliveryAlarms(stack, name, source, topic);
  }
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

/** What CDK finds in a template whose loops it does not know. cfn-lint looks at the template with them. */
function acknowledgeLoops(stack: Stack): void {
  for (const rule of ['F1020', 'W2001']) {
    const reason = 'the identifier of a loop is referred to, and the parameter that it runs over';
    Validations.of(stack).acknowledge({ id: `CloudFormation-Validate::${rule}`, reason });
  }
}

/** The log groups that a parameter names. */
function given(parameters: Parameters, name: List): Source[] {
  return parameters.entries(name).map(({ value, ...entry }) => ({ ...entry, logGroup: value }));
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
  const some = parameters.some('WorkMailOrganizations');
  if (some === false) return;
  const role = Fn.getAtt('workmailEmailEvents', 'Arn').toString();
  const known = output('WorkMailRoleArn', 'The role for `mailtrail workmail enable --logging-role`', role);
  if (some !== true) known.condition = some;
}
