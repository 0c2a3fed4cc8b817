/** The settings as parameters of a template, and the conditions over them. */
import { CfnCondition, CfnParameter, Fn, type ICfnConditionExpression, type Stack, Token } from 'aws-cdk-lib';

import { CLASSES, type Class } from './classes.ts';
import {
  DEFINITIONS,
  DISTINCT,
  type Definition,
  type Group,
  type List,
  type Name,
  type Settings,
} from './settings.ts';

/** An entry of a list: its place, its value, and the condition that it is there. */
export interface Entry {
  readonly slot: number;
  /** The name of its parameter. */
  readonly id: string;
  readonly value: string;
  readonly present: CfnCondition;
}

/** The parameters of a stack, and conditions over them. */
export class Parameters {
  private readonly stack: Stack;
  private readonly parameters = new Map<string, CfnParameter>();
  private readonly conditions = new Map<string, CfnCondition>();

  constructor(stack: Stack, settings: Settings, without: readonly Group[] = []) {
    this.stack = stack;
    const given = asText(settings);
    DISTINCT.forEach((lists) => refuseTwice(lists, given));
    const declared = [...DEFINITIONS].filter(([, { group }]) => !without.includes(group));
    for (const [name, definition] of declared) {
      const values = given.get(name) ?? [];
      const ids = parameterNames(name, definition);
      if (values.length > ids.length)
        throw new Error(`${uncapitalize(name)} has ${values.length} entries; ${ids.length} are possible`);
      ids.forEach((id, index) => this.parameters.set(id, declare(stack, id, definition, values[index])));
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

  /** The entries of a list, in their slots. */
  entries(name: List): Entry[] {
    const definition = DEFINITIONS.get(name) as Definition;
    return parameterNames(name, definition).map((id, index) => {
      const value = this.parameter(id).valueAsString;
      return {
        slot: index + 1,
        id,
        value,
        present: this.condition(`Has${id}`, Fn.conditionNot(Fn.conditionEquals(value, ''))),
      };
    });
  }

  /** The condition that a list has any entry. */
  some(name: List): CfnCondition {
    return this.condition(`Has${name}`, Fn.conditionOr(...this.entries(name).map((entry) => entry.present)));
  }

  /** A condition over conditions, made once. */
  condition(id: string, expression: ICfnConditionExpression): CfnCondition {
    const known = this.conditions.get(id);
    if (known) return known;
    const made = new CfnCondition(this.stack, id, { expression });
    this.conditions.set(id, made);
    return made;
  }

  both(one: CfnCondition, other: CfnCondition): CfnCondition {
    return this.condition(`${one.node.id}And${other.node.id}`, Fn.conditionAnd(one, other));
  }

  private parameter(name: string): CfnParameter {
    const parameter = this.parameters.get(name);
    if (!parameter) throw new Error(`${name} is not declared`);
    return parameter;
  }
}

/** The parameters of a definition: one, or as many as a list has slots. */
function parameterNames(name: Name, { slots }: Definition): string[] {
  if (slots === undefined) return [name];
  return Array.from({ length: slots }, (_, index) => `${name.replace(/s$/, '')}${index + 1}`);
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
    const isList = DEFINITIONS.get(name)?.slots !== undefined;
    text.set(name, isList ? entries : [entries.join(SEPARATED_BY_SPACES.includes(name) ? ' ' : ',')]);
  }
  return text;
}

/** Says at synthesis what the rules of the template say at deployment. */
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
    type: definition.bounds ? 'Number' : 'String',
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

/** The value that stands for "nothing". */
function nothing(name: Name): string {
  const { bounds } = DEFINITIONS.get(name) as Definition;
  return bounds ? '0' : '';
}

function consoleGroups(declared: [Name, Definition][]): object {
  const headings = [...new Set(declared.map(([, { group }]) => group))];
  const below = (heading: Group) =>
    declared
      .filter(([, { group }]) => group === heading)
      .flatMap(([name, definition]) => parameterNames(name, definition));
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
