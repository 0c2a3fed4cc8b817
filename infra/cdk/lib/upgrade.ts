/**
 * Stacks from before lists were one parameter each: `LogGroup1`, `LogGroup2` and so on. An update that would forget what
 * these still name is refused, because it would drop subscriptions.
 */
import { CfnParameter, CfnRule, Fn, type Stack } from 'aws-cdk-lib';

import { type Parameters, loopOf } from './parameters.ts';
import type { List } from './settings.ts';

/** Declares the former parameters, each with the rule that its list has what it names. */
export function requireListed(stack: Stack, parameters: Parameters, lists: readonly List[]): void {
  for (const list of lists) {
    const { identifier, formerly, prefix } = loopOf(list);
    const former = Array.from({ length: formerly }, (_, index) => `${identifier}${index + 1}`);
    new CfnRule(stack, `${list}HaveWhatWasNumbered`, {
      assertions: former.map((name) => {
        const { valueAsString: value } = new CfnParameter(stack, name, {
          description: `An entry of ${list} before it was a list. Leave it empty.`,
          default: '',
        });
        const empty = Fn.conditionEquals(value, '');
        const listed = Fn.conditionContains(parameters.list(list), value);
        return {
          assert: prefix ? empty : Fn.conditionOr(empty, listed),
          assertDescription: prefix
            ? `${name} must be empty: ${list} takes its place; infra/README.md, "Upgrade", says how`
            : `${list} must contain what ${name} names, or its subscription would be dropped`,
        };
      }),
    });
  }
}
