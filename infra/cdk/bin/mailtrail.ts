/** The CDK door: `npx cdk deploy`. The settings are its context, or stand in an app of your own. */
import { join } from 'node:path';

import { App, Validations } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { AwsSolutionsChecks } from 'cdk-nag';

import type { Settings } from '../lib/settings.ts';
import { MailtrailStack } from '../lib/stack.ts';

/** Where `cargo xtask package` puts the functions. */
const PACKAGES = join(import.meta.dirname, '..', '..', 'packages');

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

// In cdk.json it is an object, on the command line the JSON of one.
const given: Settings | string = app.node.tryGetContext('settings') ?? {};
const settings: Settings = typeof given === 'string' ? JSON.parse(given) : given;
const packages: string = app.node.tryGetContext('packages') ?? PACKAGES;
new MailtrailStack(app, 'mailtrail', {
  settings,
  code: (stack, name) => {
    const uploaded = new Asset(stack, `${name}-package`, { path: join(packages, `${name}.zip`) });
    return { s3Bucket: uploaded.s3BucketName, s3Key: uploaded.s3ObjectKey };
  },
});
