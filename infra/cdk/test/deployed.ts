/** What CloudFormation would make of the template with these parameters: conditions decided, nothing looked up. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { samTemplate, synthesise } from '../lib/sam.ts';

export { samTemplate };

export interface Resource {
  readonly Type: string;
  readonly Properties: any;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
}

export interface Rule {
  readonly RuleCondition?: unknown;
  readonly Assertions: { readonly Assert: unknown; readonly AssertDescription: string }[];
}

export interface Template {
  readonly Parameters: Record<
    string,
    { Type: string; Default: string; AllowedPattern?: string; ConstraintDescription?: string }
  >;
  readonly Conditions: Record<string, unknown>;
  readonly Rules: Record<string, Rule>;
  readonly Resources: Record<string, (Resource & { Condition?: string }) | Loop>;
}

/** Identifier, reference to the list, and what there is for each of its entries. */
type Loop = [string, { Ref: string }, Record<string, Resource & { Condition?: string }>];

/** Where the project lies. */
export const PROJECT = join(import.meta.dirname, '..', '..', '..');

/** One log group for each of the functions that are sent events. */
export const SOURCES = {
  LogGroups: '/aws/workmail/emailevents/example',
  CloudTrailLogGroups: '/cloudtrail/example',
};

/** An organization, as the template takes it: without its `m-`. */
export const ORGANIZATION = '0123456789abcdef0123456789abcdef';

/** The function that looks at resource policies besides. */
export const AUDITED = { PolicyMode: 'report' };

/** The text of a file of the project. */
export const read = (...path: string[]) => readFileSync(join(PROJECT, ...path), 'utf8');

/** The template with the function that looks at resource policies. */
export const template = synthesise({ withPolicyAudit: true }) as unknown as Template;

/** Why CloudFormation would refuse these parameters: what their patterns and the rules say. */
export function refused(parameters: Record<string, string>): string[] {
  const resolve = resolver(parameters);
  const wrong = Object.entries(parameters).filter(([name, value]) => {
    const { AllowedPattern = '', Type } = template.Parameters[name] ?? {};
    const values = Type === 'CommaDelimitedList' ? value.split(',') : [value];
    return !values.every((each) => new RegExp(AllowedPattern).test(each));
  });
  const asked = Object.values(template.Rules).filter(
    ({ RuleCondition }) => !RuleCondition || resolve.decide(RuleCondition),
  );
  const failed = asked.flatMap((rule) => rule.Assertions).filter(({ Assert }) => !resolve.decide(Assert));
  return [
    ...wrong.map(([name]) => `${name} ${template.Parameters[name]?.ConstraintDescription}`),
    ...failed.map(({ AssertDescription }) => AssertDescription),
  ];
}

/** The resources that there are with these parameters. */
export function deployed(parameters: Record<string, string> = {}): Map<string, Resource> {
  const resolve = resolver(parameters);
  const made = Object.entries(resourcesOf(parameters)).filter(
    ([, { Condition }]) => !Condition || resolve.condition(Condition),
  );
  return new Map(made.map(([id, resource]) => [id, resolve.value(resource) as Resource]));
}

/** The resources of the template, whether there or not, with its loops run over what the parameters name. */
export function resourcesOf(parameters: Record<string, string>) {
  const resources: Record<string, Resource & { Condition?: string }> = {};
  for (const [id, its] of Object.entries(template.Resources)) {
    const made = Array.isArray(its) ? Object.entries(run(its, parameters)) : [[id, its] as const];
    for (const [name, resource] of made) {
      if (name in resources) throw new Error(`there are two of ${name}`);
      resources[name] = resource;
    }
  }
  return resources;
}

/** What a loop makes. Two entries that only differ in what an id cannot have are refused, as CloudFormation does. */
function run([identifier, list, body]: Loop, parameters: Record<string, string>) {
  const made: Loop[2] = {};
  for (const entry of (parameters[list.Ref] ?? '').split(',')) {
    for (const [key, resource] of Object.entries(body)) {
      const inIds = entry.replaceAll(/[^a-zA-Z0-9]/g, '');
      const id = key.replace(`&{${identifier}}`, inIds).replace(`\${${identifier}}`, entry);
      if (!/^[a-zA-Z0-9]{1,255}$/.test(id)) throw new Error(`${id} is not a logical id`);
      if (id in made) throw new Error(`there are two of ${id}`);
      made[id] = replaced(resource, identifier, entry) as Resource;
    }
  }
  return made;
}

/** Replaces an identifier where CloudFormation does: in `Ref`, and in the text of `Fn::Sub`. */
function replaced(node: any, identifier: string, entry: string): any {
  if (Array.isArray(node)) return node.map((each) => replaced(each, identifier, entry));
  if (node === null || typeof node !== 'object') return node;
  if (node.Ref === identifier) return entry;
  const members = Object.entries(node).map(([key, its]) => {
    const text = key === 'Fn::Sub' && typeof its === 'string';
    return [
      key,
      text ? its.replaceAll(`\${${identifier}}`, entry) : replaced(its, identifier, entry),
    ] as const;
  });
  const its = Object.fromEntries(members);
  const plain = (value: any) => (value?.['Fn::Sub']?.includes?.('${') === false ? value['Fn::Sub'] : value);
  if ('Ref' in its) return { Ref: plain(its.Ref) };
  if ('Fn::GetAtt' in its) return { 'Fn::GetAtt': its['Fn::GetAtt'].map(plain) };
  return its;
}

const LISTS = new Set(['LogGroups', 'CloudTrailLogGroups', 'WorkMailOrganizations']);

const NOTHING = Symbol('AWS::NoValue');

function resolver(parameters: Record<string, string>) {
  for (const name of Object.keys(parameters)) {
    if (!(name in template.Parameters)) throw new Error(`there is no parameter ${name}`);
  }
  const ref = (name: string) => parameters[name] ?? template.Parameters[name]?.Default;

  function condition(name: string): boolean {
    return decide(template.Conditions[name]);
  }

  const entries = (list: any): string[] => (Array.isArray(list) ? list : String(ref(list.Ref)).split(','));

  function decide(expression: any): boolean {
    const [[kind, its]] = Object.entries(expression) as [[string, any]];
    switch (kind) {
      case 'Condition':
        return condition(its);
      case 'Fn::Not':
        return !decide(its[0]);
      case 'Fn::And':
        return its.every(decide);
      case 'Fn::Or':
        return its.some(decide);
      case 'Fn::Contains':
        return entries(its[0]).includes(String(value(its[1])));
      case 'Fn::Equals':
        return String(value(its[0])) === String(value(its[1]));
      default:
        throw new Error(`no condition: ${kind}`);
    }
  }

  function value(node: any): unknown {
    if (Array.isArray(node)) return node.map(value).filter((each) => each !== NOTHING);
    if (node === null || typeof node !== 'object') return node;
    if ('Ref' in node) return node.Ref === 'AWS::NoValue' ? NOTHING : (ref(node.Ref) ?? node);
    if ('Fn::If' in node) {
      const [name, one, other] = node['Fn::If'];
      return value(condition(name) ? one : other);
    }
    if ('Fn::Select' in node && LISTS.has(node['Fn::Select'][1]?.Ref)) {
      return entries(node['Fn::Select'][1])[node['Fn::Select'][0]];
    }
    if ('Fn::Join' in node) {
      const parts = value(node['Fn::Join'][1]);
      // What is joined may be a list that only CloudFormation knows.
      if (!Array.isArray(parts)) return { 'Fn::Join': [node['Fn::Join'][0], parts] };
      if (parts.every((part) => typeof part === 'string' || typeof part === 'number'))
        return parts.join(node['Fn::Join'][0]);
      return { 'Fn::Join': [node['Fn::Join'][0], parts] };
    }
    const members = Object.entries(node).map(([key, member]) => [key, value(member)] as const);
    return Object.fromEntries(members.filter(([, member]) => member !== NOTHING));
  }

  return { condition, decide, value };
}

/** The resources of a type. */
export function ofType(resources: Map<string, Resource>, type: string): Resource[] {
  return [...resources.values()].filter((resource) => resource.Type === type);
}

/** The statements of a role, in one list. */
export function statements(role: Resource | undefined): any[] {
  if (!role) throw new Error('there is no such role');
  return role.Properties.Policies.flatMap((policy: any) => policy.PolicyDocument.Statement);
}

/** Every action that a role allows. */
export function actions(role: Resource | undefined): string[] {
  return statements(role)
    .flatMap((statement) => statement.Action)
    .sort();
}
