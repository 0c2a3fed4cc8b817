//! SNS and STS: the query protocol, and of it `Publish` and `GetCallerIdentity`.

use std::collections::BTreeMap;

use bytes::Bytes;
use url::form_urlencoded;

use crate::calls::Operation;
use crate::faults::FaultKind;
use crate::http::{Connection, Head, Response};
use crate::s3::html_page;
use crate::server::Outcome;
use crate::state::{Message, Shared, State};

/// Most characters of a subject. <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const LONGEST_SUBJECT: usize = 100;
/// Most bytes of a message.
const MOST_BYTES: usize = 256 * 1024;

/// Of the services here, only these are asked by form.
pub(crate) fn is_meant(head: &Head) -> bool {
    head.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// One exchange. The topic is named in the body, so the fault is drawn when that is read.
pub(crate) async fn exchange(
    connection: &mut Connection,
    head: &Head,
    shared: &Shared,
) -> std::io::Result<Outcome> {
    let body = connection.read_body(head).await?;
    let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    if form.get("Action").is_some_and(|action| action == "GetCallerIdentity") {
        let mut state = shared.lock();
        state.meet(Operation::GetCallerIdentity, "", 0, None);
        return Ok(Outcome::Answer(caller(&state)));
    }
    let is_publish = form.get("Action").is_some_and(|action| action == "Publish");
    let operation = if is_publish { Operation::Publish } else { Operation::OtherSns };
    let topic = form.get("TopicArn").cloned().unwrap_or_default();
    let fate = shared.lock().meet(operation, &topic, 0, None);
    let work = || perform(&mut shared.lock(), operation, &topic, &form);
    Ok(match fate.fault {
        Some(FaultKind::SnsThrottled) => Outcome::Answer(error(400, "Throttled", "Rate exceeded")),
        Some(FaultKind::SnsInternalError) => {
            Outcome::Answer(error(500, "InternalError", "An internal failure occurred."))
        }
        Some(FaultKind::SnsResetAfter) => {
            work();
            Outcome::Reset
        }
        Some(FaultKind::SnsNoMessageId) => {
            Outcome::Answer(document(200, "<PublishResponse><PublishResult/></PublishResponse>"))
        }
        Some(FaultKind::SnsHtmlPage) => Outcome::Answer(html_page()),
        Some(FaultKind::SnsSlow) => Outcome::Late(work(), fate.slowness),
        _ => Outcome::Answer(work()),
    })
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
fn caller(state: &State) -> Response {
    if state.denied.contains(&Operation::GetCallerIdentity) {
        return error(403, "AccessDenied", "User is not authorized to perform this operation.");
    }
    let account = &state.account;
    let result = format!(
        "<Arn>arn:aws:iam::{account}:user/example</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>{account}</Account>"
    );
    document(
        200,
        &format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult>{result}</GetCallerIdentityResult>\
             </GetCallerIdentityResponse>"
        ),
    )
}

fn perform(
    state: &mut State,
    operation: Operation,
    topic: &str,
    form: &BTreeMap<String, String>,
) -> Response {
    if state.denied.contains(&operation) {
        return error(403, "AuthorizationError", "User is not authorized to perform this operation.");
    }
    if operation != Operation::Publish {
        return error(400, "InvalidAction", "The action is not valid for this endpoint.");
    }
    let Some(messages) = state.messages.get_mut(topic) else {
        return error(404, "NotFound", "Topic does not exist");
    };
    let get = |name: &str| form.get(name).cloned();
    let (subject, body) = (get("Subject").unwrap_or_default(), get("Message").unwrap_or_default());
    let is_subject =
        subject.len() <= LONGEST_SUBJECT && subject.bytes().all(|byte| (32..127).contains(&byte));
    if !is_subject || body.is_empty() || body.len() > MOST_BYTES {
        return error(400, "InvalidParameter", "Invalid parameter: Subject or Message");
    }
    let deduplication_id = get("MessageDeduplicationId");
    if topic.strip_suffix(".fifo").is_some() != deduplication_id.is_some() {
        return error(400, "InvalidParameter", "Invalid parameter: MessageDeduplicationId");
    }
    let is_known = deduplication_id.is_some()
        && messages.iter().any(|message| message.deduplication_id == deduplication_id);
    if !is_known {
        messages.push(Message { subject, body, attributes: attributes(form), deduplication_id });
    }
    let id = format!("00000000-0000-0000-0000-{:012}", messages.len());
    document(
        200,
        &format!(
            "<PublishResponse><PublishResult><MessageId>{id}</MessageId></PublishResult></PublishResponse>"
        ),
    )
}

/// `MessageAttributes.entry.1.Name`, `MessageAttributes.entry.1.Value.StringValue`, and so on.
fn attributes(form: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let entry =
        |number: usize, part: &str| form.get(&format!("MessageAttributes.entry.{number}.{part}")).cloned();
    let attribute = |number| Some((entry(number, "Name")?, entry(number, "Value.StringValue")?));
    (1..).map_while(attribute).collect()
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    document(status, &format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"))
}

fn document(status: u16, xml: &str) -> Response {
    Response::new(status).header("content-type", "text/xml").body(Bytes::from(xml.to_owned()))
}
