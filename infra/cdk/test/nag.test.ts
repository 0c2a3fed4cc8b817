/** No finding of cdk-nag is left without a reason beside what it is about. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

import { MailtrailStack } from '../lib/stack.ts';

test('cdk-nag finds nothing, with every function', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'mailtrail-'));
  try {
    const app = new App({ outdir });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    new MailtrailStack(app, 'example', {
      withPolicyAudit: true,
      code: (_, name) => ({ s3Bucket: 'example-packages', s3Key: name }),
    });
    assert.doesNotThrow(() => app.synth());
  } finally {
    rmSync(outdir, { recursive: true });
  }
});
