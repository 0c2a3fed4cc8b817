/** The schedule of a function: when it is invoked, by a role that may do nothing else. */
import { Aws, type CfnCondition, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';

import { acknowledge } from './findings.ts';
import { AUDIT_FUNCTION, MAINTENANCE_FUNCTION, type MailtrailFunction } from './functions.ts';
import { allow, arn, policy, trust } from './iam.ts';
import { pascal } from './parameters.ts';

/** A function that is invoked on a schedule. */
export type ScheduledFunction = typeof AUDIT_FUNCTION | typeof MAINTENANCE_FUNCTION;

/** The groups of schedules: metrics are of a group, not of a schedule, so each function has its own. */
export const SCHEDULE_GROUPS: Record<ScheduledFunction, string> = {
  [AUDIT_FUNCTION]: `mailtrail-${Aws.STACK_NAME}`,
  [MAINTENANCE_FUNCTION]: `mailtrail-${Aws.STACK_NAME}-coverage`,
};

/** Invokes a function when an expression says so. */
export function schedule(
  stack: Stack,
  called: MailtrailFunction,
  { name, expression, about }: { name: ScheduledFunction; expression: string; about: string },
  on: CfnCondition,
): void {
  const id = pascal(name);
  const groupName = SCHEDULE_GROUPS[name];
  const role = new iam.CfnRole(stack, `${id}ScheduleRole`, {
    description: 'Lets the schedule of mailtrail invoke its function',
    assumeRolePolicyDocument: trust(
      'scheduler.amazonaws.com',
      arn('scheduler', 'schedule-group/').concat(groupName),
    ),
    policies: [
      {
        policyName: 'invoke',
        policyDocument: policy(allow('lambda:InvokeFunction', called.resource.attrArn)),
      },
    ],
  });
  const group = new scheduler.CfnScheduleGroup(stack, `${id}ScheduleGroup`, { name: groupName });
  const timer = new scheduler.CfnSchedule(stack, `${id}Schedule`, {
    description: about,
    groupName: group.ref,
    scheduleExpression: expression,
    flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
    target: { arn: called.resource.attrArn, roleArn: role.attrArn, input: '{}' },
  });
  acknowledge(timer, { CKV_AWS_297: 'the schedule holds no data' });
  for (const each of [role, group, timer]) each.cfnOptions.condition = on;
}
