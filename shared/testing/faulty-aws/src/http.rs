//! HTTP/1.1, as far as an AWS SDK speaks it, with the wire in our own hands: an answer can be cut short, a
//! connection can be reset.
//!
//! `aws-chunked` bodies have the same framing as chunked transfer, with signatures as chunk extensions, so
//! [`read_chunked`] reads both.

use std::fmt::Write as _;
use std::io;

use bytes::Bytes;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Most bytes of a request line with its headers.
const HEAD_LIMIT: u64 = 64 * 1024;
/// Most headers of a request.
const HEADER_LIMIT: usize = 100;
/// Most bytes of a request body: far above what the clients under test send in one piece.
const BODY_LIMIT: u64 = 256 * 1024 * 1024;
/// Bytes of a body that a broken-off answer promises beyond what its body has: an answer without a body can
/// break off too.
const MISSING: usize = 16;

/// Request line and headers.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// Path and query, still percent-encoded.
    pub(crate) target: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Headers whose name starts with a prefix; the prefix is taken off.
    pub(crate) fn headers_under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.headers.iter().filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.as_str())))
    }

    /// The elements of a header that is a list, however many lines it comes in.
    pub(crate) fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.headers.iter().filter(move |(key, _)| key == name);
        let elements = lines.flat_map(|(_, value)| value.split(',').map(str::trim));
        elements.filter(|element| !element.is_empty())
    }

    fn says(&self, name: &str, element: &str) -> bool {
        self.list(name).any(|said| said.eq_ignore_ascii_case(element))
    }

    /// Whether the client wants the connection closed after this exchange.
    pub(crate) fn is_last(&self) -> bool {
        self.says("connection", "close")
    }

    fn parse(bytes: &[u8]) -> io::Result<Self> {
        let mut headers = [httparse::EMPTY_HEADER; HEADER_LIMIT];
        let mut request = httparse::Request::new(&mut headers);
        let complete = request.parse(bytes).map_err(io::Error::other)?.is_complete();
        let (Some(method), Some(target), true) = (request.method, request.path, complete) else {
            return Err(io::Error::other("request head is not complete"));
        };
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers =
            request.headers.iter().map(|header| (header.name.to_ascii_lowercase(), text(header.value)));
        Ok(Self { method: method.to_owned(), target: target.to_owned(), headers: headers.collect() })
    }
}

/// An answer before it is put on the wire.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    /// Of a HEAD, the length that the body would have; the body itself is never sent.
    pub(crate) length_only: Option<usize>,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), length_only: None }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn header_if_any(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// The header of a checksum, if there is one.
    pub(crate) fn checksum(self, checksum: Option<&(&'static str, String)>) -> Self {
        match checksum {
            Some((name, value)) => self.header(name, value),
            None => self,
        }
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The same answer to a HEAD request: its headers only.
    pub(crate) fn without_body(mut self) -> Self {
        self.length_only = Some(self.body.len());
        self.body = Bytes::new();
        self
    }

    fn head(&self, content_length: usize) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            // Writing to a string cannot fail.
            _ = write!(head, "{name}: {value}\r\n");
        }
        _ = write!(head, "content-length: {content_length}\r\n\r\n");
        head
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head(self.length_only.unwrap_or(self.body.len())).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// What gets through of an answer that breaks off in the middle: half of the body that was promised, or
    /// half of the head where the answer has none.
    fn broken_bytes(&self) -> Vec<u8> {
        let promised = self.body.len() + MISSING;
        let head = self.head(self.length_only.unwrap_or(promised)).into_bytes();
        if self.length_only.is_some() {
            return head[..head.len() / 2].to_vec();
        }
        [&head, &self.body[..self.body.len() / 2]].concat()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        412 => "Precondition Failed",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

/// The server's end of one connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// The next request's head; nothing when the client has closed the connection.
    pub(crate) async fn read_head(&mut self) -> io::Result<Option<Head>> {
        let mut bytes = Vec::new();
        loop {
            let line_start = bytes.len();
            let mut limited = (&mut self.stream).take(HEAD_LIMIT - line_start as u64);
            if limited.read_until(b'\n', &mut bytes).await? == 0 {
                return if bytes.is_empty() { Ok(None) } else { Err(cut_short()) };
            }
            if matches!(&bytes[line_start..], b"\r\n" | b"\n") && line_start > 0 {
                return Head::parse(&bytes).map(Some);
            }
        }
    }

    /// The body that follows the head, without transfer coding. A client that waits for a go-ahead gets it.
    pub(crate) async fn read_body(&mut self, head: &Head) -> io::Result<Bytes> {
        if head.says("expect", "100-continue") {
            self.stream.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        if head.says("transfer-encoding", "chunked") {
            return read_chunked(&mut self.stream).await;
        }
        let length = head.header("content-length").map_or(Ok(0), str::parse).map_err(io::Error::other)?;
        read_exactly(&mut self.stream, length).await
    }

    pub(crate) async fn send(&mut self, response: &Response) -> io::Result<()> {
        self.stream.get_mut().write_all(&response.bytes()).await
    }

    /// Puts something else than HTTP on the wire, and closes the connection.
    pub(crate) async fn send_garbage(&mut self) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(b"220 mail.example.com ESMTP ready\r\n\r\n").await?;
        stream.shutdown().await
    }

    /// Sends the first part of an answer that promises more, and closes.
    pub(crate) async fn send_broken(mut self, response: &Response) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(&response.broken_bytes()).await?;
        stream.shutdown().await
    }

    /// Resets the connection: lingering for no time makes the kernel send RST instead of FIN.
    pub(crate) fn reset(self) -> io::Result<()> {
        self.stream.get_ref().set_zero_linger()
    }
}

/// Reads chunks up to and including the last one and its trailers, which are dropped; answers what was in
/// the chunks.
pub(crate) async fn read_chunked(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Bytes> {
    let mut body = Vec::new();
    loop {
        let size = chunk_size(&read_line(reader).await?)?;
        if size == 0 {
            break;
        }
        body.extend_from_slice(&read_exactly(reader, size).await?);
        if body.len() as u64 > BODY_LIMIT || read_line(reader).await? != b"\r\n" {
            return Err(io::Error::other("chunk is too large, or longer than it says"));
        }
    }
    while read_line(reader).await? != b"\r\n" {}
    Ok(body.into())
}

fn chunk_size(line: &[u8]) -> io::Result<u64> {
    match httparse::parse_chunk_size(line) {
        // The parser takes no digits at all for zero.
        Ok(httparse::Status::Complete((_, size))) if line[0].is_ascii_hexdigit() => Ok(size),
        _ => Err(io::Error::other("size of a chunk is not readable")),
    }
}

async fn read_line(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.take(HEAD_LIMIT).read_until(b'\n', &mut line).await?;
    if line.ends_with(b"\n") { Ok(line) } else { Err(cut_short()) }
}

async fn read_exactly(reader: &mut (impl AsyncBufRead + Unpin), length: u64) -> io::Result<Bytes> {
    if length > BODY_LIMIT {
        return Err(io::Error::other("body is too large"));
    }
    let mut body = Vec::new();
    let read = reader.take(length).read_to_end(&mut body).await?;
    if read as u64 == length { Ok(body.into()) } else { Err(cut_short()) }
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "request breaks off")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unchunked(mut bytes: &[u8]) -> io::Result<Bytes> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        runtime.block_on(read_chunked(&mut bytes))
    }

    #[test]
    fn chunks_are_joined_and_trailers_dropped() {
        let plain = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(unchunked(plain).expect("readable"), "abcde");
        let signed = b"3;chunk-signature=00ff\r\na\r\n\r\n0;chunk-signature=00ff\r\n\
            x-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:00ff\r\n\r\n";
        assert_eq!(unchunked(signed).expect("readable"), "a\r\n");
    }

    #[test]
    fn chunks_that_break_off_or_lie_are_refused() {
        for bytes in
            [&b"3\r\nab"[..], b"3\r\nabcd\r\n0\r\n\r\n", b"x\r\n\r\n", b"1\r\na\r\n0\r\n", b"\r\n\r\n", b""]
        {
            assert!(unchunked(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_broken_answer_promises_more_than_it_sends() {
        let answer = Response::new(200).body("0123456789");
        let text = String::from_utf8(answer.broken_bytes()).expect("text");
        assert!(text.contains("content-length: 26\r\n") && text.ends_with("\r\n\r\n01234"), "{text}");
        let head_only = String::from_utf8(answer.without_body().broken_bytes()).expect("text");
        assert!(!head_only.contains("\r\n\r\n"), "{head_only}");
    }
}
