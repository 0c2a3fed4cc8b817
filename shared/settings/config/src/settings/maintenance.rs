//! What the maintenance of the archive reads, besides the settings of the archive, the topic, the log level and what
//! events mean.

use super::{IntegerSetting, Kind, Privacy, Setting};

/// What the subscriptions of the archive send to.
pub const COVERAGE_DESTINATIONS: Setting = Setting {
    name: "MAILTRAIL_COVERAGE_DESTINATIONS",
    meaning: "What fills the archive: functions, or the data streams before them. The archive is compared with each log \
              group that has a subscription filter to one of them, those of mailtrail itself and of its probes left out.",
    kind: Kind::Text {
        allowed: "ARNs separated by commas, as subscription filters name them",
        default: "none: nothing is compared",
    },
    example: "arn:aws:lambda:eu-west-1:111122223333:function:mailtrail-workmail-events",
    privacy: Privacy::Public,
};

/// How many days back the archive is compared.
pub const COVERAGE_DAYS: IntegerSetting = IntegerSetting {
    name: "MAILTRAIL_COVERAGE_DAYS",
    meaning: "How many days back, before the running one, the archive is compared with the log groups. CloudWatch Logs \
              takes events that are up to 14 days old: with 15, each day is compared once more when it is final.",
    min: 1,
    max: 90,
    unit: "days",
    default: 15,
    example: "30",
};

/// Whether gaps are filled.
pub const FILL_GAPS: Setting = Setting {
    name: "MAILTRAIL_FILL_GAPS",
    meaning: "Whether events that the archive lacks are read from their log group and archived, as `mailtrail backfill` \
              does. They are not sent to streams. The role of the function must be allowed to write records then.",
    kind: Kind::Choice { values: &["on", "off"], default: "off" },
    example: "on",
    privacy: Privacy::Public,
};

/// Whether the directories of `WorkMail` organizations are saved.
pub const SAVE_DIRECTORY: Setting = Setting {
    name: "MAILTRAIL_SAVE_DIRECTORY",
    meaning: "Whether who and what the ids of the WorkMail organizations of the account and Region are is saved in the archive, as \
              `mailtrail directory save` does, without details of people. An organization that takes longer to read than an \
              invocation has, above some 1,000 users, is left to the command line, and alarmed.",
    kind: Kind::Choice { values: &["on", "off"], default: "off" },
    example: "on",
    privacy: Privacy::Public,
};

/// The alarm that rests when the organizations of `WorkMail` have ended.
pub const SILENCE_ALARM: Setting = Setting {
    name: "MAILTRAIL_SILENCE_ALARM",
    meaning: "The alarm about silence. When every WorkMail organization that the archive knows has a closing note, its actions \
              are disabled; when one comes back, they are enabled. The role of the function must be allowed to.",
    kind: Kind::Text { allowed: "the name of an alarm", default: "none: no alarm is changed" },
    example: "mailtrail-WorkmailEventsSilenceAlarm",
    privacy: Privacy::Public,
};

/// The settings of the maintenance of the archive, in the order of the reference page.
pub const MAINTENANCE: &[Setting] =
    &[COVERAGE_DESTINATIONS, COVERAGE_DAYS.setting(), FILL_GAPS, SAVE_DIRECTORY, SILENCE_ALARM];
