/** The SAM door: the same stack with its default settings, as a template that `sam build` and `sam deploy` take. */
import { App, BootstraplessSynthesizer } from 'aws-cdk-lib';
import { stringify } from 'yaml';

import type { FunctionName } from './functions.ts';
import { TRANSFORM, intoLoops } from './loops.ts';
import { MailtrailStack } from './stack.ts';

/** CDK's metadata about itself, which a SAM template does not need. */
const CDK_METADATA = /^(aws:cdk|cdk_nag)/;

const HEAD = `# Made from infra/cdk: change it there, and run \`npm run sam\` in that folder.
#
# sam build && sam deploy --guided
`;

/** The text of the template. */
export function samTemplate(options: { withPolicyAudit?: boolean } = {}): string {
  const yaml = stringify(synthesise(options), { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' });
  // A bare = has a meaning of its own in YAML 1.1, which the writer does not know.
  return HEAD + yaml.replaceAll(/^( *- )=$/gm, "$1'='");
}

/** The template as an object. */
export function synthesise(options: { withPolicyAudit?: boolean } = {}): Record<string, unknown> {
  const app = new App({ analyticsReporting: false });
  const stack = new MailtrailStack(app, 'mailtrail', {
    synthesizer: new BootstraplessSynthesizer(),
    loops: true,
    // sam build and sam deploy put the package where Lambda finds it.
    code: (_, name) => packageOf(name),
    ...options,
  });
  const template = app.synth().getStackByName(stack.stackName).template as Template;
  for (const resource of Object.values(template.Resources)) tidy(resource);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Transform: TRANSFORM,
    ...template,
    Resources: intoLoops(template.Resources),
  };
}

interface Template {
  readonly Resources: Record<string, Resource>;
}

interface Resource {
  Metadata?: Record<string, unknown>;
  readonly Type: string;
  readonly Properties: { Code?: { S3Key: string } | string };
}

function tidy(resource: Resource): void {
  if (resource.Metadata) {
    const kept = Object.entries(resource.Metadata).filter(([key]) => !CDK_METADATA.test(key));
    if (kept.length > 0) resource.Metadata = Object.fromEntries(kept);
    else delete resource.Metadata;
  }
  // CloudFormation knows no path of this machine; sam replaces it.
  const code = resource.Properties.Code;
  if (resource.Type === 'AWS::Lambda::Function' && typeof code === 'object')
    resource.Properties.Code = code.S3Key;
}

function packageOf(name: FunctionName) {
  return { s3Bucket: 'replaced', s3Key: `../packages/${name}.zip` };
}
