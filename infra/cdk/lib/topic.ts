/** The topic for alarms and for notifications of watched events. */
import { Aws, type Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';

import type { Parameters } from './parameters.ts';
import { acknowledge } from './findings.ts';
import { arn, denyWithoutTls, policy } from './iam.ts';

export function createTopic(stack: Stack, parameters: Parameters): sns.CfnTopic {
  const topic = new sns.CfnTopic(stack, 'Topic', { displayName: 'mailtrail' });
  acknowledge(topic, {
    CKV_AWS_26: 'with a key whose policy forgets CloudWatch, alarms would be lost without a word',
  });
  new sns.CfnTopicPolicy(stack, 'TopicPolicy', {
    topics: [topic.ref],
    policyDocument: policy(
      {
        Sid: 'AlarmsOfThisAccount',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topic.ref,
        Condition: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': arn('cloudwatch', 'alarm:*') },
        },
      },
      denyWithoutTls('sns:Publish', topic.ref),
    ),
  });
  const mail = new sns.CfnSubscription(stack, 'AlarmMail', {
    topicArn: topic.ref,
    protocol: 'email',
    endpoint: parameters.text('AlarmEmail'),
  });
  mail.cfnOptions.condition = parameters.isSet('AlarmEmail');
  return topic;
}
