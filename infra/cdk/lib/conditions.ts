/** Values and resources that depend on a condition of the template. */
import { Aws, type CfnCondition, type CfnResource, Fn, Token } from 'aws-cdk-lib';

/** Whether something is there: known now, or a condition that CloudFormation decides. */
export type Presence = CfnCondition | boolean;

/** A value where a condition holds, and nothing at all where it does not. */
export function when<Value>(condition: CfnCondition, value: Value): Value {
  return either(condition, value, Aws.NO_VALUE as Value);
}

/** One value where a condition holds, and another where it does not. */
export function either<Value>(condition: CfnCondition, value: Value, otherwise: Value): Value {
  const chosen: unknown = Fn.conditionIf(condition.logicalId, value, otherwise);
  if (typeof value === 'string') return Token.asString(chosen) as Value;
  if (typeof value === 'number') return Token.asNumber(chosen) as Value;
  return chosen as Value;
}

/** Puts resources under a condition; where they are there in any case, there is none. */
export function onlyIf(condition: CfnCondition | true, ...resources: CfnResource[]): void {
  if (condition === true) return;
  for (const each of resources) each.cfnOptions.condition = condition;
}
