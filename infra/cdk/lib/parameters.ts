/** The settings as parameters of a template, and the conditions over them. */
import { createHash } from 'node:crypto';

import { CfnCondition, CfnParameter, Fn, type ICfnConditionExpression, type Stack, Token } from 'aws-cdk-lib';

import { CLASSES, type Class } from './classes.ts';
import type { Presence } from './conditions.ts';
import {
  DEFINITIONS,
  DISTINCT,
  type Definition,
  type Group,
  type List,
  type Loop,
  type Name,
  type Settings,
} from './settings.ts';

/** An entry of a list; in a template with loops, the one that stands for all. */
export interface Entry {
  /** The list that it is of, where it stands for all entries. */
  readonly loop?: List;
  /** In ids of the template: made from the entry, wherever it stands in its list. */
  readonly id: string;
  readonly value: string;
  readonly present: CfnCondition | true;
}

/** In logical ids, what stands for the entry of a loop. */
export const EACH = 'EachEntry';

/** The parameters of a stack, and conditions over them. */
export class Parameters {
  private readonly stack: Stack;
  private readonly parameters = new Map<string, CfnParameter>();
  private readonly conditions = new Map<string, CfnCondition>();
  /** The entries of lists, where they stand in the template. */
  private readonly lists: Map<Name, string[]> | undefined;

  /** With loops, lists are parameters, too; without, their entries stand in the template. */
  constructor(stack: Stack, settings: Settings, loops: boolean, without: readonly Group[] = []) {
    this.stack = stack;
    const given = asText(settings);
    refuseTwice(DISTINCT, given);
    if (!loops) this.lists = given;
    // Without organizations, nothing reads what is about them.
    const ignored = loops || given.get('WorkMailOrganizations')?.length ? without : [...without, 'WorkMail'];
    const wanted = [...DEFINITIONS].filter(([, { group }]) => !ignored.includes(group));
    const declared = wanted.filter(([, { list }]) => loops || !list);
    for (const [name, definition] of wanted) {
      const values = given.get(name) ?? [];
      if (definition.list && !loops) values.forEach((value) => refuseWrongEntry(name, definition, value));
      else this.parameters.set(name, declare(stack, name, definition, values[0]));
    }
    stack.templateOptions.metadata = { 'AWS::CloudFormation::Interface': consoleGroups(declared) };
  }

  text(name: Name): string {
    return Token.asString(this.parameter(name).value);
  }

  number(name: Name): number {
    return Token.asNumber(this.parameter(name).value);
  }

  /** The condition that a parameter has this value. */
  is(name: Name, value: string): CfnCondition {
    return this.condition(`${name}Is${pascal(value)}`, Fn.conditionEquals(this.text(name), value));
  }

  /** The condition that a parameter is none of what stands for "nothing". */
  isSet(name: Name): CfnCondition {
    return this.condition(`Has${name}`, Fn.conditionNot(Fn.conditionEquals(this.text(name), nothing(name))));
  }

  /** The condition that events of a class are streamed. */
  streams(name: Class): CfnCondition {
    return this.is(`Stream${pascal(name)}` as Name, 'true');
  }

  /** The condition that events of any class are. */
  streamsAny(): CfnCondition {
    return this.condition('StreamsAnyClass', Fn.conditionOr(...CLASSES.map((name) => this.streams(name))));
  }

  /** The entries of a list as CloudFormation has them. */
  list(name: List): string[] {
    return this.parameter(name).valueAsList;
  }

  /** The entries of a list. */
  entries(name: List): Entry[] {
    const { identifier, prefix = '' } = loopOf(name);
    if (this.lists) {
      const values = this.lists.get(name) ?? [];
      return values.map((value) => ({ id: `${identifier}${idOf(value)}`, value, present: true }));
    }
    const value = `${prefix}${Token.asString({ Ref: identifier })}`;
    return [{ loop: name, id: `${identifier}${EACH}`, value, present: this.hasEntries(name) }];
  }

  /** Whether a list has any entry. */
  some(name: List): Presence {
    return this.lists ? (this.lists.get(name) ?? []).length > 0 : this.hasEntries(name);
  }

  /** Whether any of two lists has any entry. */
  someOf(id: string, one: List, other: List): Presence {
    if (this.lists) return this.some(one) || this.some(other);
    return this.condition(id, Fn.conditionOr(this.hasEntries(one), this.hasEntries(other)));
  }

  // An empty list has one entry, which is empty.
  private hasEntries(name: List): CfnCondition {
    const first = Fn.select(0, this.list(name));
    return this.condition(`Has${name}`, Fn.conditionNot(Fn.conditionEquals(first, '')));
  }

  /** A condition over conditions, made once. */
  condition(id: string, expression: ICfnConditionExpression): CfnCondition {
    const known = this.conditions.get(id);
    if (known) return known;
    const made = new CfnCondition(this.stack, id, { expression });
    this.conditions.set(id, made);
    return made;
  }

  both(one: CfnCondition | true, other: CfnCondition): CfnCondition {
    if (one === true) return other;
    return this.condition(`${one.node.id}And${other.node.id}`, Fn.conditionAnd(one, other));
  }

  private parameter(name: string): CfnParameter {
    const parameter = this.parameters.get(name);
    if (!parameter) throw new Error(`${name} is not declared`);
    return parameter;
  }
}

/** How the entries of a list are looped over. */
export function loopOf(name: List): Loop {
  return DEFINITIONS.get(name)?.list as Loop;
}

/** A value in ids of the template. Its digest keeps apart what differs only in what ids cannot have. */
function idOf(value: string): string {
  return `${pascal(value)}${createHash('sha256').update(value).digest('hex').slice(0, 8)}`;
}

/** Settings whose entries are separated by spaces; those of all others are by commas. */
const SEPARATED_BY_SPACES: Name[] = ['ColumnsOfLogGroups', 'OtherStreams'];

/** What is given, as values of parameters. */
function asText(settings: Settings): Map<Name, string[]> {
  const text = new Map<Name, string[]>();
  for (const [key, value] of Object.entries(settings)) {
    const name = [...DEFINITIONS.keys()].find((each) => uncapitalize(each) === key);
    if (!name) throw new Error(`there is no setting ${key}`);
    const entries = [value].flat().map(String);
    if (new Set(entries).size < entries.length)
      throw new Error(`${key} names something twice: ${entries.join(', ')}`);
    const isList = DEFINITIONS.get(name)?.list !== undefined;
    text.set(name, isList ? entries : [entries.join(SEPARATED_BY_SPACES.includes(name) ? ' ' : ',')]);
  }
  return text;
}

/** No log group may have two readers. */
function refuseTwice(lists: readonly List[], given: Map<Name, string[]>): void {
  const entries = lists.flatMap((name) => given.get(name) ?? []);
  const again = entries.find((entry, index) => entries.indexOf(entry) < index);
  if (again !== undefined) throw new Error(`${lists.map(uncapitalize).join(' and ')} name ${again} twice`);
}

function declare(
  stack: Stack,
  name: string,
  definition: Definition,
  given: string | undefined,
): CfnParameter {
  if (given !== undefined) refuseWrong(name, definition, given);
  return new CfnParameter(stack, name, {
    type: definition.list ? 'CommaDelimitedList' : definition.bounds ? 'Number' : 'String',
    description: definition.about,
    default: given ?? definition.default,
    ...(definition.values && { allowedValues: [...definition.values] }),
    ...(definition.bounds && { minValue: definition.bounds[0], maxValue: definition.bounds[1] }),
    ...(definition.pattern && { allowedPattern: `^(${definition.pattern})$` }),
    ...(definition.pattern && { constraintDescription: `must be ${definition.allowed}` }),
  });
}

/** Says at synthesis what CloudFormation would say at deployment. */
function refuseWrong(name: string, definition: Definition, value: string): void {
  const { values, bounds, pattern } = definition;
  const refuse = (allowed: string) => {
    throw new Error(`${uncapitalize(name)} is \`${value}\`, which is not allowed; set it to ${allowed}`);
  };
  if (values && !values.includes(value)) refuse(values.join(', '));
  if (pattern && !new RegExp(`^(${pattern})$`).test(value)) refuse(definition.allowed ?? pattern);
  if (bounds && !(/^[0-9]+$/.test(value) && bounds[0] <= Number(value) && Number(value) <= bounds[1])) {
    refuse(`a number from ${bounds[0]} to ${bounds[1]}`);
  }
}

/** Says the same of an entry of a list, which in CDK has its prefix, too. */
function refuseWrongEntry(name: Name, definition: Definition, value: string): void {
  const prefix = definition.list?.prefix ?? '';
  const allowed = `${uncapitalize(name)} names \`${value}\`, which is not allowed; its entries begin with \`${prefix}\``;
  if (!value.startsWith(prefix)) throw new Error(allowed);
  refuseWrong(name, definition, value.slice(prefix.length));
}

/** The value that stands for "nothing". */
function nothing(name: Name): string {
  const { bounds } = DEFINITIONS.get(name) as Definition;
  return bounds ? '0' : '';
}

function consoleGroups(declared: [Name, Definition][]): object {
  const headings = [...new Set(declared.map(([, { group }]) => group))];
  const below = (heading: Group) =>
    declared.filter(([, { group }]) => group === heading).map(([name]) => name);
  return {
    ParameterGroups: headings.map((heading) => ({
      Label: { default: heading },
      Parameters: below(heading),
    })),
  };
}

/** `workmail-events` and `email_activity` as `WorkmailEvents` and `EmailActivity`. */
export function pascal(text: string): string {
  return text
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function uncapitalize(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
