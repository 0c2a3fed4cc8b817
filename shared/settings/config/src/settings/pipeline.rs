//! What the functions of the pipeline read.

use super::{IntegerSetting, Kind, Privacy, Setting};

/// Where the archive is.
pub const ARCHIVE: Setting = Setting {
    name: "MAILTRAIL_ARCHIVE",
    meaning: "Where the archive is. The function does not start without it.",
    kind: Kind::Text {
        allowed: "a directory, `file:///…`, or `s3://bucket/prefix`",
        default: "none: it must be set",
    },
    example: "s3://example-archive/mailtrail",
    privacy: Privacy::Public,
};

/// The account that the archive's bucket must belong to.
pub const ARCHIVE_OWNER: Setting = Setting {
    name: "MAILTRAIL_ARCHIVE_OWNER",
    meaning: "The account that the archive's bucket must belong to. A write to another account's bucket fails.",
    kind: Kind::Text { allowed: "an account id: 12 digits", default: "not checked" },
    example: "111122223333",
    privacy: Privacy::Public,
};

/// The KMS key that the archive's objects are encrypted with.
pub const ARCHIVE_KMS_KEY: Setting = Setting {
    name: "MAILTRAIL_ARCHIVE_KMS_KEY",
    meaning: "The KMS key that the archive's objects are encrypted with.",
    kind: Kind::Text {
        allowed: "a key id, key ARN or alias ARN",
        default: "the bucket's default encryption",
    },
    example: "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000",
    privacy: Privacy::Public,
};

/// The streams that archived events are sent to.
pub const STREAMS: Setting = Setting {
    name: "MAILTRAIL_STREAMS",
    meaning: "The streams that archived events are sent to. A Firehose stream gets events only while it has the tag \
              `LogDeliveryEnabled` = `true`. An invalid entry is ignored and reported.",
    kind: Kind::Text {
        allowed: "stream URLs separated by white space: `firehose:<name>` or `file:///….ndjson`, with the options \
                  `?classes=email_activity,…` and `&packing=off`",
        default: "none",
    },
    example: "firehose:mail-events?classes=email_activity firehose:everything?packing=off",
    privacy: Privacy::Public,
};

/// The organization's own mail domains.
pub const INTERNAL_DOMAINS: Setting = Setting {
    name: "MAILTRAIL_INTERNAL_DOMAINS",
    meaning: "The organization's own mail domains: mail between addresses of these domains has the direction Internal.",
    kind: Kind::Text { allowed: "domains separated by commas", default: "none" },
    example: "example.com,example.org",
    privacy: Privacy::Private,
};

/// Which WorkMail organization logs to which group.
pub const ORGANIZATIONS: Setting = Setting {
    name: "MAILTRAIL_ORGANIZATIONS",
    meaning: "The WorkMail organization of each log group, kept in every record as `metadata.tenant_uid` (email \
              events do not name theirs). Log groups named `/workmail/<organization>/email-events` need no entry.",
    kind: Kind::Text {
        allowed: "entries separated by commas: `m-…` for all groups, or `<log group>=m-…`",
        default: "none",
    },
    example: "/aws/workmail/emailevents/example=m-0123456789abcdef0123456789abcdef",
    privacy: Privacy::Public,
};

/// What the events of a log group are.
pub const SOURCES: Setting = Setting {
    name: "MAILTRAIL_SOURCES",
    meaning: "What the events of a log group are, where their shape is not to decide.",
    kind: Kind::Text {
        allowed: "entries separated by commas, `<source>` for all groups or `<log group>=<source>`; the sources are \
                  `workmail_email`, `workmail_audit`, `cloudtrail` and `other`",
        default: "each event is recognised by its shape",
    },
    example: "/aws/vendedlogs/workmail/example/access=workmail_audit",
    privacy: Privacy::Public,
};

/// The fields of log groups whose events are lines of text.
pub const COLUMNS: Setting = Setting {
    name: "MAILTRAIL_COLUMNS",
    meaning: "The fields of log groups whose events are lines of text (WorkMail audit logs in the formats plain, w3c \
              and raw), in the order of the delivery's record fields, with the delimiter of the lines between them. \
              Without it, a line of text is kept as a Base Event.",
    kind: Kind::Text {
        allowed: "entries separated by white space: `<log group>=<field>|<field>…`, with any delimiter in place of \
                  `|` (a space is `\\s`, a tab `\\t`)",
        default: "none",
    },
    example: "/aws/vendedlogs/workmail/example/access=event_timestamp|request_id|organization_arn|user_id",
    privacy: Privacy::Public,
};

/// Which identities and events to watch.
pub const WATCHES: Setting = Setting {
    name: "MAILTRAIL_WATCHES",
    meaning: "Which identities and events to watch: matching events are marked in their records, counted per entry, \
              and notified. A list in the archive is read again every five minutes. An invalid entry is ignored and \
              reported.",
    kind: Kind::Text {
        allowed: "the watch list as JSON, or the key of one in the archive: `config/….json`",
        default: "no one is watched",
    },
    example: "config/watches.json",
    privacy: Privacy::Private,
};

/// The topic that is notified of watched events.
pub const TOPIC: Setting = Setting {
    name: "MAILTRAIL_TOPIC",
    meaning: "The SNS topic that is notified of watched events, once for each batch and entry of the watch list.",
    kind: Kind::Text {
        allowed: "the ARN of a topic, standard or FIFO, in any Region",
        default: "no notifications",
    },
    example: "arn:aws:sns:eu-west-1:111122223333:mailtrail",
    privacy: Privacy::Public,
};

/// Log groups that mailtrail's own functions write to.
pub const OWN_LOG_GROUPS: Setting = Setting {
    name: "MAILTRAIL_OWN_LOG_GROUPS",
    meaning: "Log groups that mailtrail's own functions write to. Batches from them are refused, so that no loop can \
              form. The function's own group is always among them.",
    kind: Kind::Text { allowed: "log group names separated by commas", default: "none" },
    example: "/aws/lambda/mailtrail-policy-audit",
    privacy: Privacy::Public,
};

/// The largest decoded payload.
pub const DECODED_LIMIT: Setting = Setting {
    name: "MAILTRAIL_DECODED_LIMIT",
    meaning: "The largest decoded payload. A larger one is quarantined.",
    kind: Kind::Text {
        allowed: "bytes, or a number with a unit (`64MiB`, `1GiB`), at least `64KiB`",
        default: "a quarter of the function's memory; `64MiB` outside Lambda",
    },
    example: "32MiB",
    privacy: Privacy::Public,
};

/// How long a stream's tag is remembered.
pub const TAG_CACHE_SECONDS: IntegerSetting = IntegerSetting {
    name: "MAILTRAIL_TAG_CACHE_SECONDS",
    meaning: "How long the answer to \"does the stream have the tag?\" is remembered. Firehose allows five such \
              requests a second for the whole account.",
    min: 0,
    max: 86_400,
    unit: "seconds",
    default: 300,
    example: "60",
};

/// What a function answers when some records of a Kinesis invocation are not archived.
pub const KINESIS_FAILURES: Setting = Setting {
    name: "MAILTRAIL_KINESIS_FAILURES",
    meaning: "What the function answers when some records of a Kinesis invocation are not archived: it names them, or it \
              fails the whole invocation. An event source mapping without `ReportBatchItemFailures` takes the names for \
              success, and the records are lost: there, choose `fail-invocation`.",
    kind: Kind::Choice {
        values: &["batch-item-failures", "fail-invocation"],
        default: "batch-item-failures",
    },
    example: "fail-invocation",
    privacy: Privacy::Public,
};

/// From which level up the log lines of libraries are printed.
pub const LOG: Setting = Setting {
    name: "MAILTRAIL_LOG",
    meaning: "From which level up the log lines of libraries are printed. mailtrail's own lines are always printed.",
    kind: Kind::Choice { values: &["error", "warn", "info"], default: "warn" },
    example: "info",
    privacy: Privacy::Public,
};

/// The settings of the pipeline's functions, in the order of the reference page.
pub const PIPELINE: &[Setting] = &[
    ARCHIVE,
    ARCHIVE_OWNER,
    ARCHIVE_KMS_KEY,
    STREAMS,
    INTERNAL_DOMAINS,
    ORGANIZATIONS,
    SOURCES,
    COLUMNS,
    WATCHES,
    TOPIC,
    OWN_LOG_GROUPS,
    DECODED_LIMIT,
    TAG_CACHE_SECONDS.setting(),
    KINESIS_FAILURES,
    LOG,
];
