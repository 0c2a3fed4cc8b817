/** Small words that the other modules are written with. */
import { Aws, type CfnCondition, type CfnResource, Fn, Token, Validations } from 'aws-cdk-lib';

/** A value where a condition holds, and nothing at all where it does not. */
export function when<Value>(condition: CfnCondition, value: Value): Value {
  return either(condition, value, Aws.NO_VALUE as Value);
}

/** One value where a condition holds, and another where it does not. */
export function either<Value>(condition: CfnCondition, value: Value, otherwise: Value): Value {
  const chosen: unknown = Fn.conditionIf(condition.logicalId, value, otherwise);
  if (typeof value === 'string') return Token.asString(chosen) as Value;
  if (typeof value === 'number') return Token.asNumber(chosen) as Value;
  return chosen as Value;
}

/** A statement that allows actions. */
export function allow(actions: string | string[], resources: unknown, condition?: object): object {
  return {
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(condition && { Condition: condition }),
  };
}

/** Policy statements as a document. */
export function policy(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

/** The statement that refuses whoever comes without TLS. */
export function onlyTls(action: string, resources: unknown): object {
  return {
    Sid: 'OnlyTls',
    Effect: 'Deny',
    Principal: '*',
    Action: action,
    Resource: resources,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/** Lets a service of this account take on a role, and no other account by way of that service. */
export function trust(service: string, source?: string): object {
  return policy({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    ...(source && {
      Condition: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: { 'aws:SourceArn': source },
      },
    }),
  });
}

/** An ARN of this account and Region. The resource may name parameters and resources: `log-group:${Id}`. */
export function arn(service: string, resource: string): string {
  return Fn.sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
}

/** Says why a finding of cdk-nag (`AwsSolutions-…`), CDK itself, checkov (`CKV…`) or cfn-lint (`W3002`) stands. */
export function accept(resource: CfnResource, reasons: Record<string, string>): void {
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
