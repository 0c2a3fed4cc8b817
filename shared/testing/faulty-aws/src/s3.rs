//! S3: path-style requests, conditional writes, checksums, and the errors that an archive has to live with.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use crate::calls::Operation;
use crate::faults::FaultKind;
use crate::http::{Connection, Head, Response, read_chunked};
use crate::server::Outcome;
use crate::state::{Shared, State, StoredObject};

/// Most keys in one page of a listing.
const PAGE: usize = 1_000;

/// One exchange: the fault is drawn from the head alone, so that a reset can come before the body is read.
pub(crate) async fn exchange(
    connection: &mut Connection,
    head: &Head,
    shared: &Shared,
) -> std::io::Result<Outcome> {
    let request = Request::of(head);
    let conditional = head.header("if-none-match").is_some();
    let excluded = (!conditional).then_some(FaultKind::S3Conflict);
    let fate = shared.lock().meet(request.operation, &request.resource(), 0, excluded);
    if fate.fault == Some(FaultKind::S3ResetBefore) {
        return Ok(Outcome::Reset);
    }
    let body = connection.read_body(head).await?;
    let payload = payload(head, body).await;
    let pages =
        if fate.fault == Some(FaultKind::S3ListingRepeated) { Pages::Repeated } else { Pages::InOrder };
    let work = || match payload {
        Ok(payload) => perform(&mut shared.lock(), &request, head, payload, pages),
        Err(refusal) => refusal,
    };
    Ok(match fate.fault {
        Some(FaultKind::S3SlowDown) => {
            Outcome::Answer(error(503, "SlowDown", "Please reduce your request rate."))
        }
        Some(FaultKind::S3InternalError) => Outcome::Answer(internal_error()),
        Some(FaultKind::S3Conflict) => Outcome::Answer(conflict()),
        Some(FaultKind::S3Garbled) => Outcome::Garbage,
        Some(FaultKind::S3HtmlPage) => Outcome::Answer(html_page()),
        Some(FaultKind::S3NoETag) => Outcome::Answer(Response::new(200)),
        Some(FaultKind::S3WrongChecksum) => Outcome::Answer(wrong_checksum(head)),
        Some(FaultKind::S3NoChecksum) => Outcome::Answer(without_checksum(work())),
        Some(FaultKind::S3ListingCut) => Outcome::Answer(cut(work())),
        Some(FaultKind::S3InternalErrorAfter) => {
            work();
            Outcome::Answer(internal_error())
        }
        Some(FaultKind::S3ResetAfter) => {
            work();
            Outcome::Reset
        }
        Some(FaultKind::S3Truncated) => Outcome::BreakOff(work()),
        Some(FaultKind::S3Slow) => Outcome::Late(work(), fate.slowness),
        _ => Outcome::Answer(work()),
    })
}

/// What is asked for, from method and target.
struct Request {
    operation: Operation,
    bucket: String,
    key: String,
    query: Vec<(String, String)>,
}

impl Request {
    fn of(head: &Head) -> Self {
        let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let parameter = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        };
        let mut request = Self {
            operation: Operation::OtherS3,
            bucket: decode(bucket),
            key: decode(key),
            query: query.split('&').filter(|pair| !pair.is_empty()).map(parameter).collect(),
        };
        request.operation = request.recognise(&head.method);
        request
    }

    /// Sub-resources such as `?acl` or `?uploads` are other operations; only the SDK's own `x-id` goes with
    /// an object.
    fn recognise(&self, method: &str) -> Operation {
        let plain = self.query.iter().all(|(name, _)| name == "x-id");
        match (method, self.key.is_empty()) {
            ("PUT", false) if plain => Operation::PutObject,
            ("GET", false) if plain => Operation::GetObject,
            ("HEAD", false) if plain => Operation::HeadObject,
            ("HEAD", true) if plain => Operation::HeadBucket,
            ("GET", true) if self.parameter("list-type") == Some("2") => Operation::ListObjectsV2,
            _ => Operation::OtherS3,
        }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `bucket/key`, or the bucket alone.
    fn resource(&self) -> String {
        if self.key.is_empty() { self.bucket.clone() } else { format!("{}/{}", self.bucket, self.key) }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The content of a body: `aws-chunked` framing is taken off, and length and hash must be what the headers
/// say.
async fn payload(head: &Head, body: Bytes) -> Result<Bytes, Response> {
    let payload = if is_aws_chunked(head) {
        let unreadable = |_| error(400, "IncompleteBody", "The aws-chunked body is not readable.");
        read_chunked(&mut body.as_ref()).await.map_err(unreadable)?
    } else {
        body
    };
    let length = payload.len().to_string();
    if head.header("x-amz-decoded-content-length").is_some_and(|said| said != length) {
        return Err(error(400, "IncompleteBody", "The body is not as long as x-amz-decoded-content-length."));
    }
    let sha256 = head.header("x-amz-checksum-sha256");
    if sha256.is_some_and(|said| said != BASE64_STANDARD.encode(Sha256::digest(&payload))) {
        let message = "The SHA256 you specified did not match the calculated checksum.";
        return Err(error(400, "BadDigest", message));
    }
    let said = head.header("x-amz-content-sha256").unwrap_or_default();
    // Anything that is not 64 hex digits names a way of signing, such as UNSIGNED-PAYLOAD.
    if said.len() == 64 && said != hex(&Sha256::digest(&payload)) {
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return Err(error(400, "XAmzContentSHA256Mismatch", message));
    }
    Ok(payload)
}

fn is_aws_chunked(head: &Head) -> bool {
    let signature = head.header("x-amz-content-sha256").unwrap_or_default();
    signature.starts_with("STREAMING-") || head.list("content-encoding").any(is_framing)
}

fn is_framing(coding: &str) -> bool {
    coding.eq_ignore_ascii_case("aws-chunked")
}

fn perform(state: &mut State, request: &Request, head: &Head, payload: Bytes, pages: Pages) -> Response {
    if state.denied.contains(&request.operation) {
        return access_denied();
    }
    if request.operation == Operation::OtherS3 {
        return not_implemented();
    }
    if !state.buckets.contains(&request.bucket) {
        return error(404, "NoSuchBucket", "The specified bucket does not exist");
    }
    if head.header("x-amz-expected-bucket-owner").is_some_and(|owner| owner != state.account) {
        return access_denied();
    }
    match request.operation {
        Operation::PutObject => put(state, &request.resource(), head, payload),
        Operation::GetObject | Operation::HeadObject => get(state, &request.resource(), head),
        Operation::HeadBucket => Response::new(200),
        Operation::ListObjectsV2 => list(state, request, pages),
        _ => not_implemented(),
    }
}

fn put(state: &mut State, resource: &str, head: &Head, payload: Bytes) -> Response {
    match head.header("if-none-match") {
        Some("*") if state.objects.contains_key(resource) => {
            return precondition_failed();
        }
        None | Some("*") => {}
        Some(_) => return not_implemented(),
    }
    let text = |name| head.header(name).map(str::to_owned);
    let encoding: Vec<&str> = head.list("content-encoding").filter(|coding| !is_framing(coding)).collect();
    let object = StoredObject {
        content_type: text("content-type"),
        content_encoding: (!encoding.is_empty()).then(|| encoding.join(",")),
        server_side_encryption: text("x-amz-server-side-encryption"),
        kms_key: text("x-amz-server-side-encryption-aws-kms-key-id"),
        metadata: head
            .headers_under("x-amz-meta-")
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        etag: etag(&payload),
        checksum: checksum(head),
        body: payload,
    };
    let response = described(Response::new(200), &object).checksum(object.checksum.as_ref());
    state.objects.insert(resource.to_owned(), object);
    *state.writes.entry(resource.to_owned()).or_default() += 1;
    response
}

/// The checksums that an object may be sent with: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>.
/// Only SHA-256 is verified.
const CHECKSUMS: [&str; 5] = [
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
];

/// The checksum in the headers of a write, which its answer repeats.
fn checksum(head: &Head) -> Option<(&'static str, String)> {
    CHECKSUMS.into_iter().find_map(|name| Some((name, head.header(name)?.to_owned())))
}

pub(crate) fn etag(payload: &[u8]) -> String {
    format!("\"{}\"", &hex(&Sha256::digest(payload))[..32])
}

fn precondition_failed() -> Response {
    error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
}

fn get(state: &State, resource: &str, head: &Head) -> Response {
    let Some(object) = state.objects.get(resource) else {
        return error(404, "NoSuchKey", "The specified key does not exist.");
    };
    let is_asked_for = head.header("x-amz-checksum-mode").is_some_and(|mode| mode == "ENABLED");
    if head.header("if-match").is_some_and(|etag| etag != object.etag) {
        return precondition_failed();
    }
    let from: Option<usize> =
        head.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    if let Some(from) = from.filter(|from| *from < object.body.len()) {
        let (last, size) = (object.body.len() - 1, object.body.len());
        let response = described(Response::new(206), object);
        let range = format!("bytes {from}-{last}/{size}");
        return response.header("content-range", range).body(object.body.slice(from..));
    }
    let response = described(Response::new(200), object)
        .checksum(object.checksum.as_ref().filter(|_| is_asked_for))
        .header_if_any("content-type", object.content_type.as_deref())
        .header_if_any("content-encoding", object.content_encoding.as_deref());
    response.body(object.body.clone())
}

/// Adds the headers that both a write and a read answer with.
fn described(response: Response, object: &StoredObject) -> Response {
    response
        .header("etag", &object.etag)
        .header_if_any("x-amz-server-side-encryption", object.server_side_encryption.as_deref())
        .header_if_any("x-amz-server-side-encryption-aws-kms-key-id", object.kms_key.as_deref())
}

/// How the pages of a listing follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pages {
    InOrder,
    /// Every page says that the next one has the token that it was asked for with.
    Repeated,
}

/// One page of the keys under a prefix. The continuation token is the last key of the page before. With a
/// delimiter, all keys that have it after the prefix are told as one name, up to and with it.
fn list(state: &State, request: &Request, pages: Pages) -> Response {
    let prefix = request.parameter("prefix").unwrap_or_default();
    let delimiter = request.parameter("delimiter").filter(|delimiter| !delimiter.is_empty());
    let folder = |key: &str| {
        let below = &key[prefix.len()..];
        let length = below.find(delimiter?)? + delimiter?.len();
        Some(key[..prefix.len() + length].to_owned())
    };
    let asked = request.parameter("max-keys").and_then(|number| number.parse().ok()).unwrap_or(PAGE);
    let size = asked.min(PAGE);
    let after =
        request.parameter("continuation-token").or(request.parameter("start-after")).unwrap_or_default();
    let bucket = format!("{}/", request.bucket);
    // Names in order: objects, or what several of them have in common.
    let mut names: BTreeMap<String, Option<&StoredObject>> = BTreeMap::new();
    for (resource, object) in &state.objects {
        if let Some(key) = resource.strip_prefix(&bucket).filter(|key| key.starts_with(prefix)) {
            let (name, object) = folder(key).map_or((key.to_owned(), Some(object)), |name| (name, None));
            names.insert(name, object);
        }
    }
    let mut entries = names.iter().filter(|(name, _)| name.as_str() > after);
    let page: Vec<_> = entries.by_ref().take(size).collect();
    let more = entries.next().is_some() && size > 0 || pages == Pages::Repeated;
    let contents = page.iter().map(|(name, object)| {
        let key = escape(name);
        let Some(object) = object else {
            return format!("<CommonPrefixes><Prefix>{key}</Prefix></CommonPrefixes>");
        };
        let (etag, size) = (escape(&object.etag), object.body.len());
        format!(
            "<Contents><Key>{key}</Key><ETag>{etag}</ETag><Size>{size}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>"
        )
    });
    let contents = contents.collect::<Vec<_>>().concat();
    let next = match pages {
        Pages::InOrder => page.last().map(|(key, _)| key.as_str()),
        // Every name follows the empty one.
        Pages::Repeated => Some(request.parameter("continuation-token").unwrap_or("!")),
    };
    let token = next.filter(|_| more);
    let token = token.map(|key| format!("<NextContinuationToken>{}</NextContinuationToken>", escape(key)));
    xml(
        Response::new(200),
        &format!(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name>\
             <Prefix>{}</Prefix><KeyCount>{}</KeyCount><MaxKeys>{size}</MaxKeys>\
             <IsTruncated>{more}</IsTruncated>{contents}{}</ListBucketResult>",
            escape(&request.bucket),
            escape(prefix),
            page.len(),
            token.unwrap_or_default(),
        ),
    )
}

/// What a captive portal, or a proxy that is not set up, answers to everything.
pub(crate) fn html_page() -> Response {
    let page =
        "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Please sign in.</body></html>\n";
    Response::new(200).header("content-type", "text/html; charset=utf-8").body(page)
}

/// The answer to a write of other bytes.
fn wrong_checksum(head: &Head) -> Response {
    let other = b"other bytes";
    let name = checksum(head).map_or("x-amz-checksum-sha256", |(name, _)| name);
    let value = BASE64_STANDARD.encode(Sha256::digest(other));
    Response::new(200).header("etag", etag(other)).header(name, value)
}

/// The same answer without a checksum.
fn without_checksum(mut response: Response) -> Response {
    response.headers.retain(|(name, _)| !CHECKSUMS.contains(name));
    response
}

/// An answer whose XML ends in the middle, which its length does not tell.
fn cut(response: Response) -> Response {
    let half = response.body.slice(..response.body.len() / 2);
    response.body(half)
}

fn access_denied() -> Response {
    error(403, "AccessDenied", "Access Denied")
}

fn internal_error() -> Response {
    error(500, "InternalError", "We encountered an internal error. Please try again.")
}

fn conflict() -> Response {
    let message =
        "The conditional request cannot succeed due to a conflicting operation against this resource.";
    error(409, "ConditionalRequestConflict", message)
}

fn not_implemented() -> Response {
    error(
        501,
        "NotImplemented",
        "A header or query you provided implies functionality that is not implemented.",
    )
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let message = escape(message);
    xml(Response::new(status), &format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
}

fn xml(response: Response, document: &str) -> Response {
    let response = response.header("content-type", "application/xml");
    response.body(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
