/**
 * The loops of the SAM template: what belongs to an entry of a list stands in it once, for all entries
 * (`Fn::ForEach`, of the transform `AWS::LanguageExtensions`).
 *
 * CDK knows no loops. So the stack is synthesised with one entry for each list, whose value is a reference to the
 * identifier of the loop, and what is made for it is put into the loop afterwards.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
 */
import { type CfnResource } from 'aws-cdk-lib';

import { onlyIf } from './conditions.ts';
import { EACH, type Entry, loopOf } from './parameters.ts';
import type { List } from './settings.ts';

export const TRANSFORM = 'AWS::LanguageExtensions';

/** The metadata of resources that stand for those of every entry of a list. */
const LOOP = 'mailtrail:loop';

/** Says that resources belong to an entry. */
export function ofEntry(
  { loop, present }: Pick<Entry, 'loop' | 'present'>,
  ...resources: CfnResource[]
): void {
  onlyIf(present, ...resources);
  if (loop) for (const each of resources) each.addMetadata(LOOP, loop);
}

interface Resource {
  Metadata?: Record<string, unknown>;
}

/** Resources by their ids, with those of entries in loops. */
export function intoLoops(resources: Record<string, Resource>): Record<string, unknown> {
  const inLoop = (resource: Resource) => resource.Metadata?.[LOOP] as List | undefined;
  const all = Object.entries(resources);
  const plain = all.filter(([, resource]) => !inLoop(resource));
  const lists = [...new Set(all.flatMap(([, resource]) => inLoop(resource) ?? []))];
  const loops = lists.map((list) => {
    const { identifier, inIds } = loopOf(list);
    const body = all
      .filter(([, resource]) => inLoop(resource) === list)
      .map(([id, resource]) => [id.replace(EACH, `${inIds}{${identifier}}`), ofLoop(resource, list)]);
    return [`Fn::ForEach::Each${identifier}`, [identifier, { Ref: list }, Object.fromEntries(body)]];
  });
  return Object.fromEntries([...plain, ...loops]);
}

function ofLoop({ Metadata, ...resource }: Resource, list: List): unknown {
  const { [LOOP]: _, ...kept } = Metadata ?? {};
  const metadata = Object.keys(kept).length > 0 ? { Metadata: kept } : {};
  return { ...(referring(resource, list) as object), ...metadata };
}

/** References to what else is in the loop, in the only form that is replaced: `Fn::Sub`, and there `${…}` alone. */
function referring(node: unknown, list: List): unknown {
  if (Array.isArray(node)) return node.map((each) => referring(each, list));
  if (node === null || typeof node !== 'object') return node;
  const [[key, value] = []] = Object.entries(node);
  const [id, attribute] = key === 'Fn::GetAtt' ? value : [value];
  if ((key === 'Ref' || key === 'Fn::GetAtt') && String(id).includes(EACH)) {
    const { identifier, inIds } = loopOf(list);
    if (inIds !== '$') throw new Error(`${id} cannot be referred to in a loop over ${list}`);
    const named = { 'Fn::Sub': String(id).replace(EACH, `\${${identifier}}`) };
    return { [key]: key === 'Ref' ? named : [named, attribute] };
  }
  return Object.fromEntries(
    Object.entries(node).map(([name, member]) => [name, referring(member, list)] as const),
  );
}
