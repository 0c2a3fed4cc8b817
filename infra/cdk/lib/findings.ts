/** Findings of linters that are acknowledged. */
import { type CfnResource, Validations } from 'aws-cdk-lib';

/** Acknowledges findings of cdk-nag (`AwsSolutions-…`), CDK itself, checkov (`CKV…`) or cfn-lint (`W3002`), with reasons. */
export function acknowledge(resource: CfnResource, reasons: Record<string, string>): void {
  const skip = [];
  const ignored = [];
  for (const [id, reason] of Object.entries(reasons)) {
    if (id.startsWith('CKV')) skip.push({ id, comment: reason });
    else if (/^[EWI][0-9]{4}$/.test(id)) ignored.push(id);
    else Validations.of(resource).acknowledge({ id, reason });
  }
  if (skip.length > 0) resource.addMetadata('checkov', { skip });
  if (ignored.length > 0) resource.addMetadata('cfn-lint', { config: { ignore_checks: ignored } });
}
