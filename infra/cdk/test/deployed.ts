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
    { Default: string; AllowedPattern?: string; ConstraintDescription?: string }
  >;
  readonly Conditions: Record<string, unknown>;
  readonly Rules: Record<string, Rule>;
  readonly Resources: Record<string, Resource & { Condition?: string }>;
}

/** Where the project lies. */
export const PROJECT = join(import.meta.dirname, '..', '..', '..');

/** One log group for each of the functions that are sent events. */
export const SOURCES = {
  LogGroup1: '/aws/workmail/emailevents/example',
  CloudTrailLogGroup1: '/cloudtrail/example',
};

/** The function that looks at resource policies besides. */
export const AUDITED = { PolicyMode: 'report' };

/** The text of a file of the project. */
export const read = (...path: string[]) => readFileSync(join(PROJECT, ...path), 'utf8');

/** The template with the function that looks at resource policies. */
export const template = synthesise({ withPolicyAudit: true }) as unknown as Template;

/** Why CloudFormation would refuse these parameters: what their patterns and the rules say. */
export function refused(parameters: Record<string, string>): string[] {
  const resolve = resolver(parameters);
  const wrong = Object.entries(parameters).filter(
    ([name, value]) => !new RegExp(template.Parameters[name]?.AllowedPattern ?? '').test(value),
  );
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
  const made = Object.entries(template.Resources).filter(
    ([, { Condition }]) => !Condition || resolve.condition(Condition),
  );
  return new Map(made.map(([id, resource]) => [id, resolve.value(resource) as Resource]));
}

const NOTHING = Symbol('AWS::NoValue');

function resolver(parameters: Record<string, string>) {
  for (const name of Object.keys(parameters)) {
    if (!(name in template.Parameters)) throw new Error(`there is no parameter ${name}`);
  }
  const ref = (name: string) => parameters[name] ?? template.Parameters[name]?.Default;

  function condition(name: string): boolean {
    return decide(template.Conditions[name]);
  }

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
        return its[0].includes(String(value(its[1])));
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
