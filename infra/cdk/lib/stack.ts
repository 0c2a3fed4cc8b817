/** The whole stack, from its settings. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { CfnOutput, CfnRule, Fn, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

import { deliveryAlarms, functionAlarms, lagAlarm, silenceAlarm } from './alarms.ts';
import { policyAudit } from './audit.ts';
import { archiveBucket, failuresBucket, streamBucket } from './buckets.ts';
import { makeDashboard } from './dashboard.ts';
import { AUDIT_FUNCTION, type Code, type MailtrailFunction, type Surroundings, eventFunction } from './functions.ts';
import { type List, Parameters, type Settings, pascal } from './parameters.ts';
import { type Source, dataStream, letLogsInvoke, readFromStream, readStream, subscribe, writerOfStreams } from './subscriptions.ts';
import { makeStreams, streamSetting } from './streams.ts';
import { makeQueries, makeTables } from './tables.ts';
import { makeTopic } from './topic.ts';
import { either } from './words.ts';
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
  constructor(scope: Construct, id: string, { settings = {}, code, withPolicyAudit, ...props }: MailtrailProps) {
    super(scope, id, { description: 'mailtrail: keeps what Amazon WorkMail and CloudTrail log', ...props });
    const audited = withPolicyAudit ?? existsSync(join(FUNCTIONS, AUDIT_FUNCTION));
    acceptEmptyDefaults(this);
    const parameters = new Parameters(this, settings, audited ? [] : ['Resource policies']);
    rules(this, parameters);

    const archive = archiveBucket(this, parameters);
    const topic = makeTopic(this, parameters);
    const around: Surroundings = { parameters, archive, failures: failuresBucket(this, parameters), topic, code };
    const database = makeTables(this, archive, parameters);
    makeQueries(this, database, parameters);
    makeStreams(this, streamBucket(this, parameters), database, parameters);

    const organizations = organizationLogs(this, parameters);
    const mails: Source[] = [...given(parameters, 'LogGroups'), ...organizations];
    const trails = given(parameters, 'CloudTrailLogGroups');
    const tenants = [
      parameters.text('OrganizationsOfLogGroups'),
      ...organizations.map((each) => either(each.present, `${each.logGroup}=${each.organization}`, '')),
    ];

    const streams = streamSetting(this, parameters);
    const anyMail = parameters.condition('HasMail', Fn.conditionOr(parameters.some('LogGroups'), parameters.some('WorkMailOrganizations')));
    const readers = [
      { name: 'workmail-events', sources: mails, organizations: Fn.join(',', tenants), listens: anyMail },
      { name: 'cloudtrail-activity', sources: trails, organizations: '', listens: parameters.some('CloudTrailLogGroups') },
    ] as const;
    const queues = readers.map(({ name }) => dataStream(this, name, parameters));
    const writer = writerOfStreams(this, queues, parameters);
    const functions: MailtrailFunction[] = [];
    readers.forEach(({ name, sources, organizations, listens }, index) => {
      const stream = queues[index] as (typeof queues)[number];
      const called = eventFunction(this, name, around, { streams, organizations, more: [readStream(parameters, stream)] });
      const permission = letLogsInvoke(this, called);
      readFromStream(this, called, stream, around.failures);
      for (const source of sources) subscribe(this, source, { called, permission, stream, writer }, parameters);
      silenceAlarm(this, called, listens, parameters, topic);
      lagAlarm(this, called, parameters, topic);
      functionAlarms(this, called, topic);
      functions.push(called);
    });
    if (audited) policyAudit(this, around);
    deliveryAlarms(this, topic);
    makeDashboard(this, functions);
    outputs(this, around, functions, topic);
  }
}

/** What CDK's own validation finds where it takes an empty default for a value. Conditions see to each of them. */
function acceptEmptyDefaults(stack: Stack): void {
  for (const rule of ['E2529', 'F3017', 'W1030', 'W1035']) {
    const reason = 'an empty parameter is one that is not set, and then what would read it is not made';
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

/** What no pattern of a single parameter can say. */
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
        assert: Fn.conditionNot(Fn.conditionEquals(parameters.text('KmsKeyArn'), parameters.text('FailuresKmsKeyArn'))),
        assertDescription: "FailuresKmsKeyArn must be another key than KmsKeyArn: what stops the archive must not stop it, too",
      },
    ],
  });
}

function outputs(stack: Stack, { parameters, archive, failures }: Surroundings, functions: MailtrailFunction[], topic: sns.CfnTopic): void {
  const say = (id: string, description: string, value: string) => new CfnOutput(stack, id, { description, value });
  say('Archive', 'The archive, for the commands of mailtrail', `s3://${archive.ref}/${parameters.text('ArchivePrefix')}`);
  say('Failures', 'The bucket of failed invocations', failures.ref);
  say('TopicArn', 'The topic of alarms and watched events', topic.ref);
  for (const { name, resource } of functions) say(`${pascal(name)}Name`, `The function ${name}`, resource.ref);
  const known = say('WorkMailRoleArn', 'The role for `mailtrail workmail enable`', Fn.getAtt('workmailEmailEvents', 'Arn').toString());
  known.condition = parameters.some('WorkMailOrganizations');
}
