/** IAM policy documents and ARNs. */
import { Aws, Fn } from 'aws-cdk-lib';

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

/** The statement that denies requests without TLS. */
export function denyWithoutTls(action: string, resources: unknown): object {
  return {
    Sid: 'OnlyTls',
    Effect: 'Deny',
    Principal: '*',
    Action: action,
    Resource: resources,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/** The trust policy of a role that a service may assume; with a source, only on behalf of that resource of this account. */
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
