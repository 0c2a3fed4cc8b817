/** Where `mailtrail doctor --probe` writes: what arrives from here in the archive shows that the way is open. */
import { Aws, type Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';

import { acknowledge } from './findings.ts';
import { PROBE_LOG_GROUPS } from './log-groups.ts';
import type { Source } from './subscriptions.ts';

/** As those of the stack that are subscribed: a log group is the time in which a gap can be repaired. */
const RETENTION_DAYS = 400;

/** The log group of probes. It is subscribed, and so lies outside of those of our own functions. */
export function probeLogs(stack: Stack): Source {
  const group = new logs.CfnLogGroup(stack, 'ProbeLogs', {
    logGroupName: `${PROBE_LOG_GROUPS}${Aws.STACK_NAME}`,
    retentionInDays: RETENTION_DAYS,
  });
  acknowledge(group, { CKV_AWS_158: 'CloudWatch Logs encrypts; a probe holds nothing of people' });
  return { id: 'Probe', logGroup: group.ref, present: true };
}
