//! What is carried over, while it is read.

use aws_sdk_cloudwatchlogs::types::{LogGroup, LogGroupClass};

use crate::change::Change;
use crate::setting::Setting;

/// What is to be made.
#[derive(Debug, Default)]
pub(in crate::moving) struct Carried {
    /// The log group, and its settings.
    pub(in crate::moving) made: Vec<Change>,
    /// What comes last: a log group that cannot be deleted cannot be taken back.
    pub(in crate::moving) last: Vec<Change>,
    /// What is not made, and what people have to look after.
    pub(in crate::moving) not_copied: Vec<String>,
}

impl Carried {
    pub(super) fn set(&mut self, setting: Setting) {
        self.made.push(Change::Setting(setting));
    }
}

/// Whether a log group is of a class; one that says nothing is of the standard one.
pub(super) fn is_of_class(group: &LogGroup, class: &LogGroupClass) -> bool {
    group.log_group_class().unwrap_or(&LogGroupClass::Standard) == class
}
