/**
 * Every setting of the stack: its default, what is allowed, and what it decides.
 *
 * Each is a parameter of the template. What is set in CDK becomes the parameter's default, and is checked against
 * the same pattern at synthesis that CloudFormation checks it against at deployment. So CDK and SAM deploy the same stack.
 *
 * What belongs to an entry of a list is named after the entry, never after its place: an update touches what changed and
 * nothing else. In CDK the entries stand in the template; the SAM template has a parameter, and a loop over it
 * (`Fn::ForEach`).
 */
import type { Class } from './classes.ts';
import {
  AUDIT_LOGS,
  OWN_LOG_GROUPS,
  PROBE_LOG_GROUPS,
  auditLogsGroup,
  emailEventsGroup,
} from './log-groups.ts';

/** What a parameter may be. */
export interface Definition {
  readonly about: string;
  readonly default: string;
  /** The heading that consoles show it under. */
  readonly group: Group;
  /** The only values. */
  readonly values?: readonly string[];
  /** What a value must match as a whole, and the same in words. */
  readonly pattern?: string;
  readonly allowed?: string;
  /** The bounds of a number. */
  readonly bounds?: readonly [number, number];
  /** How the entries are looped over, where it is a list. */
  readonly list?: Loop;
}

/** A loop of the SAM template. */
export interface Loop {
  /** What an entry is called in the loop. */
  readonly identifier: string;
  /**
   * How an entry stands in a logical id. `&`: without what is not alphanumeric; nothing in the loop can refer to such an
   * id. `$`: as it is. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
   */
  readonly inIds: '&' | '$';
  /** What each entry begins with, and the parameter leaves out. */
  readonly prefix?: string;
  /** The parameters that a list was before it was one. */
  readonly formerly: number;
}

export type Group =
  | 'What is read'
  | 'WorkMail'
  | 'Archive'
  | 'Streams'
  | 'Functions'
  | 'Watching'
  | 'Coverage'
  | 'Resource policies'
  | 'Athena';

/** https://docs.aws.amazon.com/workmail/latest/APIReference/API_Organization.html */
const ORGANIZATION = 'm-[0-9a-f]{32}';
/** The most characters of a log group's name: it stands in a logical id, which has 255. */
const LONGEST_LOG_GROUP = 200;
/** What the stack makes for an organization, and subscribes. */
const OF_ORGANIZATIONS = [
  emailEventsGroup(ORGANIZATION),
  auditLogsGroup(ORGANIZATION, `(${Object.keys(AUDIT_LOGS).join('|')})`),
].join('|');
/** Reserved prefixes of log group names: they would make a loop, or are subscribed already. */
const OWN = `${OWN_LOG_GROUPS}|${PROBE_LOG_GROUPS}|/aws/lambda/mailtrail|(${OF_ORGANIZATIONS})$`;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html, without our own. */
const LOG_GROUP = `(?!${OWN})[a-zA-Z0-9_/.#-]{1,${LONGEST_LOG_GROUP}}`;
/** The old name of a log group, and its new one below /aws/vendedlogs/, which has 512 characters at most, too. */
const RENAMED = '[a-zA-Z0-9_/.#-]{1,512}=/aws/vendedlogs/[a-zA-Z0-9_/.#-]{1,496}';
const KEY_ARN = 'arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+';
const ROLE_ARN = 'arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z0-9+=.@_/-]+';
const DOMAIN = '[a-zA-Z0-9-]+(\\.[a-zA-Z0-9-]+)+';
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION = '1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653'.split(
  ' ',
);
const SWITCH = ['true', 'false'];
const SCHEDULE = '(rate|cron)\\([^)]+\\)';
const SCHEDULES = 'a schedule expression: rate(1 day), or cron(0 6 * * ? *)';

const some = (entry: string, separator = ',') => `(${entry}(${separator}${entry})*)?`;

function classStream(name: Class) {
  const about = `Whether events of the class ${name} get a Firehose stream of their own, to Parquet.`;
  return { group: 'Streams', about, default: 'false', values: SWITCH } as const;
}

const PARAMETERS = {
  Profile: {
    group: 'What is read',
    about:
      'How events reach the functions: subscription filters (standard), or Kinesis Data Streams between (scale-out).',
    default: 'standard',
    values: ['standard', 'scale-out'],
  },
  LogGroups: {
    group: 'What is read',
    about: 'The log groups that are archived: WorkMail email events, audit logs, or anything else.',
    default: '',
    list: { identifier: 'LogGroup', inIds: '&', formerly: 8 },
    pattern: `(${LOG_GROUP})?`,
    allowed: `names of log groups separated by commas, none of mailtrail's own, each of ${LONGEST_LOG_GROUP} characters at most`,
  },
  CloudTrailLogGroups: {
    group: 'What is read',
    about: 'The log groups of CloudTrail trails, read by the function that watches identities.',
    default: '',
    list: { identifier: 'CloudTrailLogGroup', inIds: '&', formerly: 3 },
    pattern: `(${LOG_GROUP})?`,
    allowed: `names of log groups separated by commas, none of mailtrail's own, each of ${LONGEST_LOG_GROUP} characters at most`,
  },
  InternalDomains: {
    group: 'What is read',
    about: "The organization's own mail domains: mail whose ends all lie in them has the direction Internal.",
    default: '',
    pattern: some(DOMAIN),
    allowed: 'domains separated by commas',
  },
  OrganizationsOfLogGroups: {
    group: 'What is read',
    about: 'The WorkMail organization of log groups that this stack does not make (MAILTRAIL_ORGANIZATIONS).',
    default: '',
    pattern: some(`([^,=]+=)?${ORGANIZATION}`),
    allowed: 'entries separated by commas: m-… for all groups, or <log group>=m-…',
  },
  SourcesOfLogGroups: {
    group: 'What is read',
    about: 'What the events of log groups are, where their shape shall not decide (MAILTRAIL_SOURCES).',
    default: '',
    pattern: some('([^,=]+=)?(workmail_email|workmail_audit|cloudtrail|other)'),
    allowed: 'entries separated by commas: a source for all groups, or <log group>=<source>',
  },
  ColumnsOfLogGroups: {
    group: 'What is read',
    about: 'The fields of log groups whose events are lines of text (MAILTRAIL_COLUMNS).',
    default: '',
    pattern: some('[^\\s=]+=\\S+', ' '),
    allowed: 'entries separated by spaces: <log group>=<field>|<field>…',
  },
  WorkMailOrganizations: {
    group: 'WorkMail',
    about:
      'The organizations whose logging is set up: log group and role of email events, and deliveries of audit logs.',
    default: '',
    list: { identifier: 'WorkMailOrganization', inIds: '$', prefix: 'm-', formerly: 3 },
    pattern: '([0-9a-f]{32})?',
    allowed: 'ids of organizations separated by commas, each without its m-: 32 hex digits',
  },
  WorkMailAuditLogs: {
    group: 'WorkMail',
    about:
      'Whether the five audit logs of each organization are delivered. A source has one: no, if yours are already.',
    default: 'true',
    values: SWITCH,
  },
  WorkMailLogRetentionDays: {
    group: 'WorkMail',
    about: 'How many days the log groups of the organizations keep events: the time to fill a gap from them.',
    default: '400',
    values: RETENTION,
  },
  ArchivePrefix: {
    group: 'Archive',
    about: 'Where the archive lies in its bucket.',
    default: 'mailtrail',
    pattern: '[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*',
    allowed: 'folder names separated by slashes, with none at the ends',
  },
  KmsKeyArn: {
    group: 'Archive',
    about: 'The KMS key of the archive and of the stream bucket. Without one, S3 encrypts with its own.',
    default: '',
    pattern: `(${KEY_ARN})?`,
    allowed: 'the ARN of a key',
  },
  ObjectLockDays: {
    group: 'Archive',
    about:
      'How long no object of the archive can be deleted (governance mode); 0 for not locked. Cannot be switched off.',
    default: '0',
    bounds: [0, 36500],
  },
  InfrequentAccessDays: {
    group: 'Archive',
    about: 'After how many days objects over 128 KiB move to Standard-IA (30 or more); 0 for never.',
    default: '0',
    bounds: [0, 36500],
  },
  VendedLogsToBucket: {
    group: 'Archive',
    about: 'Whether log deliveries of this account may also write to the bucket, below AWSLogs/.',
    default: 'false',
    values: SWITCH,
  },
  PruningRoleArn: {
    group: 'Archive',
    about: 'The one role that may delete objects of the archive. Without one, the bucket policy lets no one.',
    default: '',
    pattern: `(${ROLE_ARN})?`,
    allowed: 'the ARN of a role',
  },
  FailuresKmsKeyArn: {
    group: 'Archive',
    about:
      "The KMS key of the bucket for failed invocations: another than the archive's. Without one, S3 encrypts with its own.",
    default: '',
    pattern: `(${KEY_ARN})?`,
    allowed: 'the ARN of a key',
  },
  StreamApiActivity: classStream('api_activity'),
  StreamAuthentication: classStream('authentication'),
  StreamBaseEvent: classStream('base_event'),
  StreamEmailActivity: classStream('email_activity'),
  StreamEntityManagement: classStream('entity_management'),
  OtherStreams: {
    group: 'Streams',
    about:
      'Streams that are there already (MAILTRAIL_STREAMS). They get events while tagged LogDeliveryEnabled=true.',
    default: '',
    pattern: some('firehose:[a-zA-Z0-9_.-]{1,64}(\\?[a-z_,=&]+)?', ' '),
    allowed: 'stream URLs separated by spaces: firehose:<name>?classes=email_activity',
  },
  Architecture: {
    group: 'Functions',
    about: 'What the packages were built for.',
    default: 'arm64',
    values: ['arm64', 'x86_64'],
  },
  MemorySize: {
    group: 'Functions',
    about: 'The memory of a function, in MB.',
    default: '128',
    bounds: [128, 10240],
  },
  ReservedConcurrency: {
    group: 'Functions',
    about:
      'How many of each event function run at the same time at most; 0 for as many as the account allows.',
    default: '0',
    bounds: [0, 10000],
  },
  LogRetentionDays: {
    group: 'Functions',
    about:
      'How many days the logs of functions and streams are kept: their lines name every object that was written.',
    default: '400',
    values: RETENTION,
  },
  LogLevel: {
    group: 'Functions',
    about: 'From which level up the log lines of libraries are printed (MAILTRAIL_LOG).',
    default: 'warn',
    values: ['error', 'warn', 'info'],
  },
  AlarmEmail: {
    group: 'Watching',
    about:
      'Who is told of alarms and of watched events, by mail. Best an address that does not depend on what is watched.',
    default: '',
    pattern: '([^@\\s]+@[^@\\s]+\\.[^@\\s]+)?',
    allowed: 'a mail address',
  },
  Watches: {
    group: 'Watching',
    about: 'Whom and what to watch (MAILTRAIL_WATCHES).',
    default: '',
    pattern: '(config/[a-zA-Z0-9_./-]+\\.json|[{\\[].*)?',
    allowed: 'the watch list as JSON, the key of one in the archive (config/….json), or nothing',
  },
  SilenceHours: {
    group: 'Watching',
    about: 'After how many hours without any event an alarm goes off; 0 for never.',
    default: '24',
    bounds: [0, 168],
  },
  Coverage: {
    group: 'Coverage',
    about: 'Whether the archive is compared with the subscribed log groups, day by day.',
    default: 'on',
    values: ['on', 'off'],
  },
  CoverageSchedule: {
    group: 'Coverage',
    about: 'When it is.',
    default: 'rate(1 day)',
    pattern: SCHEDULE,
    allowed: SCHEDULES,
  },
  CoverageDays: {
    group: 'Coverage',
    about:
      'How many days back. A day is final 14 days after its end: 15 let each be compared once when it is.',
    default: '15',
    bounds: [1, 90],
  },
  CoverageMemorySize: {
    group: 'Coverage',
    about:
      'The memory of the function that compares, in MB: with it comes the time that reading a day takes.',
    default: '1024',
    bounds: [128, 10240],
  },
  FillGaps: {
    group: 'Coverage',
    about: 'Whether events that the archive lacks are read from their log group and archived.',
    default: 'off',
    values: ['off', 'on'],
  },
  SaveDirectory: {
    group: 'Coverage',
    about:
      'Whether who and what the ids of WorkMail organizations are is saved in the archive, in each run of the comparison.',
    default: 'off',
    values: ['off', 'on'],
  },
  PolicyMode: {
    group: 'Resource policies',
    about: 'What is done about CloudWatch Logs resource policies that fill up: nothing, a report, or more.',
    default: 'off',
    values: ['off', 'report', 'shrink', 'move'],
  },
  PolicySchedule: {
    group: 'Resource policies',
    about: 'When they are looked at.',
    default: 'rate(1 day)',
    pattern: SCHEDULE,
    allowed: SCHEDULES,
  },
  PolicyRegions: {
    group: 'Resource policies',
    about: 'The Regions that are looked at. Without any: this one.',
    default: '',
    pattern: some('[a-z]+(-[a-z]+)+-[0-9]+'),
    allowed: 'Region names separated by commas',
  },
  PolicyRoles: {
    group: 'Resource policies',
    about: 'Roles of other accounts to look at them with.',
    default: '',
    pattern: some(ROLE_ARN),
    allowed: 'role ARNs separated by commas',
  },
  PolicyShare: {
    group: 'Resource policies',
    about: 'From which share of its limit on a policy is too full, in percent.',
    default: '80',
    bounds: [1, 100],
  },
  PolicyDays: {
    group: 'Resource policies',
    about: 'How many days before a limit is hit it is told.',
    default: '14',
    bounds: [1, 365],
  },
  PolicySoftLimit: {
    group: 'Resource policies',
    about: 'The characters of a policy at which services stop that still check the old limit themselves.',
    default: '5120',
    bounds: [1, Number.MAX_SAFE_INTEGER],
  },
  PolicyHardLimit: {
    group: 'Resource policies',
    about: 'The characters of a policy that the API takes.',
    default: '51200',
    bounds: [1, Number.MAX_SAFE_INTEGER],
  },
  PolicyLogGroups: {
    group: 'Resource policies',
    about:
      'How many log groups a run asks for a policy of their own, besides those that matter most; the next goes on.',
    default: '500',
    bounds: [0, Number.MAX_SAFE_INTEGER],
  },
  PolicyReservedConcurrency: {
    group: 'Resource policies',
    about:
      'How many runs there are at the same time at most; 0 for no limit. The journal of a run keeps others from changing anything.',
    default: '0',
    bounds: [0, 10000],
  },
  PolicyNames: {
    group: 'Resource policies',
    about:
      'New names of log groups whose destinations move, where /aws/vendedlogs/ and the old name do not suit.',
    default: '',
    pattern: some(RENAMED),
    allowed: 'entries separated by commas: <log group>=/aws/vendedlogs/…',
  },
  PolicyV1Services: {
    group: 'Resource policies',
    about:
      'Whether Step Functions and API Gateway are asked where they deliver to: a call for each state machine and API.',
    default: 'off',
    values: ['off', 'on'],
  },
  DatabaseName: {
    group: 'Athena',
    about: 'The database of the tables. A second stack in one account and Region needs another.',
    default: 'mailtrail',
    pattern: '[a-z0-9_]{1,128}',
    allowed: 'small letters, digits and underscores',
  },
  OtherAccounts: {
    group: 'Athena',
    about: 'Other accounts whose events are in the archive. Queries see those of this account and of these.',
    default: '',
    pattern: some('[0-9]{12}'),
    allowed: 'account ids (12 digits) separated by commas',
  },
  QueryScanLimit: {
    group: 'Athena',
    about: 'The most that one query may read, in bytes (at least 10 MB).',
    default: '10737418240',
    bounds: [10_000_000, Number.MAX_SAFE_INTEGER],
  },
} as const satisfies Record<string, Definition>;

export type Name = keyof typeof PARAMETERS;
export type List = 'LogGroups' | 'CloudTrailLogGroups' | 'WorkMailOrganizations';

/** Lists that may name nothing twice together: a log group has one reader here. */
export const DISTINCT: readonly List[] = ['LogGroups', 'CloudTrailLogGroups'];

/** The settings as CDK takes them: `{ logGroups: ['/aws/…'], profile: 'scale-out' }`. */
export type Settings = {
  readonly [Key in Name as Uncapitalize<Key>]?: string | number | boolean | readonly string[];
};

/** Every parameter, in the order of the template. */
export const DEFINITIONS: ReadonlyMap<Name, Definition> = new Map(
  Object.entries(PARAMETERS) as [Name, Definition][],
);
