/** Values that depend on a condition of the template. */
import { Aws, type CfnCondition, Fn, Token } from 'aws-cdk-lib';

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
