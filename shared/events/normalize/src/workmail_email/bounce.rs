//! Bounces, in the three shapes that AWS's pages show: an object `bouncedRecipient`, a plain one with a
//! `reason` beside it, and `destination` (taken with the other addresses) with `reason`.

use std::borrow::Cow;

use mailtrail_ocsf::Unmapped;

use crate::fields::Fields;

#[derive(Default)]
pub(super) struct Bounce<'a> {
    pub(super) address: Option<Cow<'a, str>>,
    /// The status code of the receiving side, such as `5.2.2`.
    pub(super) status: Option<Cow<'a, str>>,
    pub(super) reason: Option<Cow<'a, str>>,
}

impl<'a> Bounce<'a> {
    pub(super) fn take(fields: &mut Fields<'a>, unmapped: &mut Unmapped<'a>) -> Self {
        let mut bounce = Self::default();
        if let Some(mut recipient) = fields.take_object("bouncedRecipient") {
            bounce = Self {
                address: recipient.take_text("emailAddress"),
                status: recipient.take_text("status"),
                reason: recipient.take_text("reason"),
            };
            recipient.keep_rest("bouncedRecipient", unmapped);
        }
        if bounce.address.is_none() {
            bounce.address = fields.take_text("bouncedRecipient");
        }
        if bounce.reason.is_none() {
            bounce.reason = fields.take_text("reason");
        }
        bounce
    }
}
