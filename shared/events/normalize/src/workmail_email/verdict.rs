//! Verdicts: WorkMail writes them as text, SES (where they come from) as `{"status":"PASS"}`.

use std::borrow::Cow;

use mailtrail_ocsf::{EmailAuth, Unmapped};

use crate::fields::Fields;

/// Takes a verdict in either shape.
pub(super) fn take<'a>(
    name: &'static str,
    fields: &mut Fields<'a>,
    unmapped: &mut Unmapped<'a>,
) -> Option<Cow<'a, str>> {
    let Some(mut object) = fields.take_object(name) else { return fields.take_text(name) };
    let status = object.take_text("status");
    object.keep_rest(name, unmapped);
    status
}

/// Takes what SPF, DKIM and DMARC said.
pub(super) fn email_auth<'a>(
    fields: &mut Fields<'a>,
    unmapped: &mut Unmapped<'a>,
    applied_policy: Option<Cow<'a, str>>,
) -> Option<EmailAuth<'a>> {
    let auth = EmailAuth {
        spf: take("spfVerdict", fields, unmapped),
        dkim: take("dkimVerdict", fields, unmapped),
        dmarc: take("dmarcVerdict", fields, unmapped),
        dmarc_policy: applied_policy.or_else(|| fields.take_text("dmarcPolicy")),
    };
    (auth != EmailAuth::default()).then_some(auth)
}
