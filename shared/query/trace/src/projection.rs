//! From a typed record to the fields that its line would be read as.

use std::borrow::Cow;

use mailtrail_normalize::Record;
use mailtrail_ocsf as ocsf;

use crate::TraceFields;
use crate::fields::{Account, Cloud, Email, EmailAuth, Metadata, Named, Policy, Product};

impl<'r> From<&'r Record<'_>> for TraceFields<'r> {
    fn from(record: &'r Record<'_>) -> Self {
        let fields = Self::of_common(record.common());
        match record {
            Record::EmailActivity(record) => Self {
                direction_id: Some(record.direction.id()),
                status_code: text(record.status_code.as_ref()),
                status_detail: text(record.status_detail.as_ref()),
                to: texts(&record.to),
                email: email(&record.email),
                email_auth: record.email_auth.as_ref().map(email_auth).unwrap_or_default(),
                policy: record.policy.as_ref().map(policy).unwrap_or_default(),
                unmapped: (&record.unmapped).into(),
                ..fields
            },
            Record::BaseEvent(record) => Self { unmapped: (&record.unmapped).into(), ..fields },
            // No mail event is of these classes.
            Record::Authentication(_) | Record::ApiActivity(_) | Record::EntityManagement(_) => fields,
        }
    }
}

impl<'r> TraceFields<'r> {
    fn of_common(common: &'r ocsf::CommonAttributes<'_>) -> Self {
        let metadata = &common.metadata;
        let feature = metadata.product.feature.as_ref().map(|feature| &feature.name);
        Self {
            time: common.time.millis(),
            metadata: Metadata {
                uid: (&*metadata.uid).into(),
                product: Product {
                    name: metadata.product.name.into(),
                    feature: Named { name: text(feature) },
                },
                event_code: text(metadata.event_code.as_ref()),
                log_name: metadata.log_name.into(),
                log_source: metadata.log_source.into(),
                correlation_uid: text(metadata.correlation_uid.as_ref()),
            },
            cloud: Cloud {
                account: Account { uid: text(common.cloud.account.as_ref().map(|account| &account.uid)) },
            },
            ..Self::default()
        }
    }
}

fn text<'r>(text: Option<&'r Cow<'_, str>>) -> Cow<'r, str> {
    Cow::Borrowed(text.map(|text| &**text).unwrap_or_default())
}

fn texts(texts: &[Cow<'_, str>]) -> Vec<String> {
    texts.iter().map(|text| text.clone().into_owned()).collect()
}

fn email<'r>(email: &'r ocsf::Email<'_>) -> Email<'r> {
    Email {
        from: text(email.from.as_ref()),
        from_mailbox: text(email.from_mailbox.as_ref()),
        sender: text(email.sender.as_ref()),
        sender_mailbox: text(email.sender_mailbox.as_ref()),
        to_mailboxes: texts(&email.to_mailboxes),
        subject: text(email.subject.as_ref()),
        message_uid: text(email.message_uid.as_ref()),
    }
}

fn email_auth<'r>(verdicts: &'r ocsf::EmailAuth<'_>) -> EmailAuth<'r> {
    EmailAuth {
        spf: text(verdicts.spf.as_ref()),
        dkim: text(verdicts.dkim.as_ref()),
        dmarc: text(verdicts.dmarc.as_ref()),
        dmarc_policy: text(verdicts.dmarc_policy.as_ref()),
    }
}

fn policy<'r>(policy: &'r ocsf::Policy<'_>) -> Policy<'r> {
    Policy {
        name: text(policy.name.as_ref()),
        r#type: text(policy.r#type.as_ref()),
        data: policy.data.as_deref().unwrap_or_default().into(),
    }
}
