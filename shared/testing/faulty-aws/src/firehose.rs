//! Firehose: the JSON 1.1 protocol, `PutRecordBatch` with its limits and its partial failures, and the tags.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use fastrand::Rng;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::calls::Operation;
use crate::faults::FaultKind;
use crate::http::{Connection, Head, Response};
use crate::s3::html_page;
use crate::server::Outcome;
use crate::state::{Shared, State};

/// Most records in one call.
const MOST_RECORDS: usize = 500;
/// Most bytes of all records of one call together, before base64.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Most bytes of one record, before base64.
const MOST_RECORD_BYTES: usize = 1_024_000;
/// Most tags that a stream can have, and that one call answers.
const MOST_TAGS: usize = 50;

/// What `X-Amz-Target` names; nothing when the request is none of Firehose's.
pub(crate) fn operation(head: &Head) -> Option<Operation> {
    let action = head.header("x-amz-target")?.strip_prefix("Firehose_20150804.")?;
    Some(match action {
        "PutRecordBatch" => Operation::PutRecordBatch,
        "ListTagsForDeliveryStream" => Operation::ListTagsForDeliveryStream,
        _ => Operation::OtherFirehose,
    })
}

/// One exchange. The stream is named in the body, so the fault is drawn when that is read.
pub(crate) async fn exchange(
    connection: &mut Connection,
    head: &Head,
    operation: Operation,
    shared: &Shared,
) -> std::io::Result<Outcome> {
    let body = connection.read_body(head).await?;
    let request = match Request::parse(operation, &body) {
        Ok(request) => request,
        Err(refusal) => return Ok(Outcome::Answer(refusal)),
    };
    let mut fate = shared.lock().meet(operation, request.stream(), request.records(), None);
    let is_partial = matches!(fate.fault, Some(FaultKind::FirehosePartial | FaultKind::FirehoseCodesAlone));
    let unlucky = is_partial.then_some(&mut fate.rng);
    let work = || perform(&mut shared.lock(), operation, &request, unlucky);
    Ok(match fate.fault {
        Some(FaultKind::FirehoseUnavailable) => {
            Outcome::Answer(error(503, "ServiceUnavailableException", "Slow down."))
        }
        Some(FaultKind::FirehoseInternal) => {
            Outcome::Answer(error(500, "InternalFailure", "An internal failure occurred."))
        }
        Some(FaultKind::TagsLimitExceeded) => {
            Outcome::Answer(error(400, "LimitExceededException", "Rate exceeded."))
        }
        Some(FaultKind::TagsThrottled) => {
            Outcome::Answer(error(400, "ThrottlingException", "Rate exceeded."))
        }
        Some(FaultKind::FirehoseGarbled) => Outcome::Garbage,
        Some(FaultKind::FirehoseHtmlPage | FaultKind::TagsHtmlPage) => Outcome::Answer(html_page()),
        Some(FaultKind::FirehoseFewerEntries) => {
            let half = request.first_half();
            Outcome::Answer(if half.records() == 0 {
                answer(&json!({ "FailedPutCount": 0, "RequestResponses": [] }))
            } else {
                perform(&mut shared.lock(), operation, &half, None)
            })
        }
        Some(FaultKind::FirehoseCodesAlone) => Outcome::Answer(without_count(&work())),
        Some(FaultKind::TagsCut) => {
            let whole = work();
            let half = whole.body.slice(..whole.body.len() / 2);
            Outcome::Answer(whole.body(half))
        }
        Some(kind) if UNPROVEN.contains(&kind) => Outcome::Answer(unproven(kind, request.records())),
        Some(FaultKind::FirehoseResetBefore | FaultKind::TagsReset) => Outcome::Reset,
        Some(FaultKind::FirehoseResetAfter) => {
            work();
            Outcome::Reset
        }
        Some(FaultKind::FirehoseTruncated) => Outcome::BreakOff(work()),
        Some(FaultKind::FirehoseSlow | FaultKind::TagsSlow) => Outcome::Late(work(), fate.slowness),
        _ => Outcome::Answer(work()),
    })
}

/// Faults that are an answer by themselves.
const UNPROVEN: [FaultKind; 7] = [
    FaultKind::FirehoseEmpty,
    FaultKind::FirehoseNoEntries,
    FaultKind::FirehoseCountAlone,
    FaultKind::FirehoseMoreEntries,
    FaultKind::TagsEmpty,
    FaultKind::TagsUnfinished,
    FaultKind::TagsEndless,
];

/// An answer of 200 to a call that was not carried out.
fn unproven(kind: FaultKind, records: usize) -> Response {
    let more =
        || (0..=records).map(|number| json!({ "RecordId": format!("other-{number}") })).collect::<Vec<_>>();
    match kind {
        FaultKind::FirehoseEmpty => Response::new(200),
        FaultKind::FirehoseCountAlone => {
            answer(&json!({ "FailedPutCount": records, "RequestResponses": vec![json!({}); records] }))
        }
        FaultKind::FirehoseMoreEntries => answer(&json!({ "FailedPutCount": 0, "RequestResponses": more() })),
        FaultKind::TagsUnfinished => answer(&json!({ "Tags": [] })),
        FaultKind::TagsEndless => {
            answer(&json!({ "HasMoreTags": true, "Tags": [{ "Key": "Name", "Value": "x" }] }))
        }
        _ => answer(&json!({})),
    }
}

/// The same answer, with `FailedPutCount` of 0.
fn without_count(response: &Response) -> Response {
    // An answer of ours is JSON.
    let mut value: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
    value["FailedPutCount"] = json!(0);
    document(response.status, &value)
}

enum Request {
    PutRecordBatch { stream: String, records: Vec<Vec<u8>> },
    ListTags { stream: String, after: String, limit: usize },
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecordBatch {
    delivery_stream_name: String,
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    /// Base64.
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListTags {
    delivery_stream_name: String,
    exclusive_start_tag_key: Option<String>,
    limit: Option<usize>,
}

impl Request {
    fn parse(operation: Operation, body: &[u8]) -> Result<Self, Response> {
        match operation {
            Operation::PutRecordBatch => {
                let batch: PutRecordBatch = read(body)?;
                let records = batch.records.iter().map(|record| BASE64_STANDARD.decode(&record.data));
                let records = records.collect::<Result<_, _>>().map_err(unreadable)?;
                Ok(Self::PutRecordBatch { stream: batch.delivery_stream_name, records })
            }
            Operation::ListTagsForDeliveryStream => {
                let list: ListTags = read(body)?;
                Ok(Self::ListTags {
                    stream: list.delivery_stream_name,
                    after: list.exclusive_start_tag_key.unwrap_or_default(),
                    limit: list.limit.unwrap_or(MOST_TAGS),
                })
            }
            _ => Ok(Self::Other),
        }
    }

    fn stream(&self) -> &str {
        match self {
            Self::PutRecordBatch { stream, .. } | Self::ListTags { stream, .. } => stream,
            Self::Other => "",
        }
    }

    /// The first half of the records alone, rounded down.
    fn first_half(&self) -> Self {
        match self {
            Self::PutRecordBatch { stream, records } => {
                let records = records[..records.len() / 2].to_vec();
                Self::PutRecordBatch { stream: stream.clone(), records }
            }
            _ => Self::Other,
        }
    }

    fn records(&self) -> usize {
        if let Self::PutRecordBatch { records, .. } = self { records.len() } else { 0 }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Response> {
    serde_json::from_slice(body).map_err(unreadable)
}

fn unreadable(problem: impl std::fmt::Display) -> Response {
    error(400, "SerializationException", &problem.to_string())
}

fn perform(
    state: &mut State,
    operation: Operation,
    request: &Request,
    unlucky: Option<&mut Rng>,
) -> Response {
    if state.denied.contains(&operation) {
        return error(400, "AccessDeniedException", "User is not authorized to perform this operation.");
    }
    let answer = match request {
        Request::PutRecordBatch { stream, records } => put(state, stream, records, unlucky),
        Request::ListTags { stream, after, limit } => list_tags(state, stream, after, *limit),
        Request::Other => Err(error(400, "UnknownOperationException", "")),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    #[serde(rename_all = "PascalCase")]
    Taken { record_id: String },
    #[serde(rename_all = "PascalCase")]
    Failed { error_code: &'static str, error_message: &'static str },
}

/// Takes the records in order, without those that bad luck picks.
fn put(
    state: &mut State,
    name: &str,
    records: &[Vec<u8>],
    unlucky: Option<&mut Rng>,
) -> Result<Response, Response> {
    let account = state.account.clone();
    let stream = state.streams.get_mut(name).ok_or_else(|| no_such_stream(name, &account))?;
    check_limits(records)?;
    let failures = unlucky.map_or_else(|| vec![None; records.len()], |rng| pick_failures(rng, records.len()));
    let mut take = |record: &[u8]| {
        stream.records.push(record.to_vec());
        Entry::Taken { record_id: format!("{name}-{:020}", stream.records.len()) }
    };
    let fail = |error_code| Entry::Failed { error_code, error_message: "The record was not taken." };
    let met =
        records.iter().zip(&failures).map(|(record, failure)| failure.map_or_else(|| take(record), fail));
    let entries: Vec<Entry> = met.collect();
    Ok(answer(&json!({
        "FailedPutCount": failures.iter().flatten().count(),
        "Encrypted": false,
        "RequestResponses": entries,
    })))
}

fn check_limits(records: &[Vec<u8>]) -> Result<(), Response> {
    let refuse = |message: &str| Err(error(400, "InvalidArgumentException", message));
    if records.is_empty() || records.len() > MOST_RECORDS {
        return refuse("A batch has 1 to 500 records.");
    }
    if records.iter().any(|record| record.len() > MOST_RECORD_BYTES) {
        return refuse("A record has at most 1024000 bytes.");
    }
    if records.iter().map(Vec::len).sum::<usize>() > MOST_BYTES {
        return refuse("A batch has at most 4 MiB.");
    }
    Ok(())
}

/// The error code of each record that fails: every other one on average, and at least one.
fn pick_failures(rng: &mut Rng, records: usize) -> Vec<Option<&'static str>> {
    let certain = rng.usize(..records);
    let code = |rng: &mut Rng| if rng.bool() { "ServiceUnavailableException" } else { "InternalFailure" };
    (0..records).map(|record| (rng.bool() || record == certain).then(|| code(rng))).collect()
}

fn list_tags(state: &State, name: &str, after: &str, limit: usize) -> Result<Response, Response> {
    let stream = state.streams.get(name).ok_or_else(|| no_such_stream(name, &state.account))?;
    if !(1..=MOST_TAGS).contains(&limit) {
        return Err(error(400, "InvalidArgumentException", "Limit is 1 to 50."));
    }
    let later: BTreeMap<&String, &String> =
        stream.tags.iter().filter(|(key, _)| key.as_str() > after).collect();
    let page: Vec<_> =
        later.iter().take(limit).map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    Ok(answer(&json!({ "HasMoreTags": page.len() < later.len(), "Tags": page })))
}

fn no_such_stream(name: &str, account: &str) -> Response {
    let message = format!("Firehose {name} under account {account} not found.");
    error(400, "ResourceNotFoundException", &message)
}

fn error(status: u16, code: &str, message: &str) -> Response {
    document(status, &json!({ "__type": code, "message": message }))
}

fn answer(value: &serde_json::Value) -> Response {
    document(200, value)
}

fn document(status: u16, value: &serde_json::Value) -> Response {
    let response = Response::new(status).header("content-type", "application/x-amz-json-1.1");
    response.body(Bytes::from(value.to_string()))
}
