//! The function: its size, its start, and the memory that it takes.
//!
//! It is the release binary. It runs against a Runtime API of ours (which only hands out one event and takes the answer) and a
//! well-behaved stand-in of S3, both on the loopback.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use mailtrail_faulty_aws::{Config, FaultyAws};
use mailtrail_samples::Traffic;
use serde_json::{Value, json};
use tiny_http::{Header, Request, Response, Server};

use super::peak_kib;
use crate::shell::{cargo, run as run_command};
use crate::target;

/// Starts to take the median of.
const STARTS: usize = 15;
/// The largest event of an asynchronous invocation. <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LARGEST_EVENT: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_mins(1);

/// Its figures.
pub(super) fn figures() -> anyhow::Result<Value> {
    run_command(&mut cargo(["build", "--locked", "--release", "--package", "workmail-events"]))?;
    let binary = target().join("release/workmail-events");
    let event = largest_event();
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(Lambda::start(&binary)?.0);
    }
    starts.sort_unstable();
    let (_, mut lambda) = Lambda::start(&binary)?;
    let idle_kib = peak_kib(lambda.process.id())?;
    lambda.invoke(&event)?;
    let (_, mut full) = Lambda::start(&binary)?;
    full.invoke(&event_at_the_limit())?;
    Ok(json!({
        "binary_bytes": fs::metadata(&binary)?.len(),
        "start_ms_median": (starts[STARTS / 2].as_secs_f64() * 1e4).round() / 10.0,
        "event_bytes": event.len(),
        "idle_mib": idle_kib / 1024,
        "peak_mib": peak_kib(lambda.process.id())? / 1024,
        "peak_at_decoded_limit_mib": peak_kib(full.process.id())? / 1024,
    }))
}

pub(super) fn print(figures: &Value) {
    println!("\n| the function (release build) | |\n|---|---:|");
    for (name, unit) in [
        ("binary_bytes", "B"),
        ("start_ms_median", "ms"),
        ("idle_mib", "MiB"),
        ("event_bytes", "B"),
        ("peak_mib", "MiB"),
        ("peak_at_decoded_limit_mib", "MiB"),
    ] {
        println!("| {name} | {} {unit} |", figures[name]);
    }
}

/// The largest invocation of generated events that CloudWatch Logs could make.
fn largest_event() -> Vec<u8> {
    let mut events = 16_000;
    loop {
        let event = Traffic::new(3).with_gap(100).batch(events).to_invocation();
        if event.len() <= LARGEST_EVENT {
            return event;
        }
        events = events * 99 / 100;
    }
}

/// An invocation that decodes to just about the limit of the smallest function, a quarter of 128 MB. (It is larger than
/// what Lambda hands over; a real one of that size compresses better.)
fn event_at_the_limit() -> Vec<u8> {
    const DECODED_LIMIT: usize = 32 << 20;
    const BYTES_OF_AN_EVENT: usize = 366;
    let mut events = DECODED_LIMIT / BYTES_OF_AN_EVENT;
    loop {
        let batch = Traffic::new(5).with_gap(100).batch(events);
        if batch.to_json().len() <= DECODED_LIMIT {
            return batch.to_invocation();
        }
        events = events * 199 / 200;
    }
}

/// The function in its own process, with all that it needs around it.
struct Lambda {
    process: Child,
    runtime_api: Server,
    /// The function's question for the next event, which waits for its answer.
    question: Option<Request>,
    _aws: FaultyAws,
}

impl Lambda {
    /// Starts the function and waits for its first question; says how long that took.
    fn start(binary: &Path) -> anyhow::Result<(Duration, Self)> {
        let aws = FaultyAws::start(Config::default().bucket("archive"))?;
        let runtime_api =
            Server::http("127.0.0.1:0").map_err(|error| anyhow::anyhow!("no Runtime API: {error}"))?;
        let address = runtime_api.server_addr().to_ip().context("the Runtime API has no address")?;
        let started = Instant::now();
        let process = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_ENDPOINT_URL", aws.endpoint())
            .env("MAILTRAIL_ARCHIVE", "s3://archive/bench")
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run {}", binary.display()))?;
        let mut lambda = Self { process, runtime_api, question: None, _aws: aws };
        lambda.question = Some(lambda.next_request()?);
        Ok((started.elapsed(), lambda))
    }

    /// Hands an event over and waits until the function has answered and asks for the next.
    fn invoke(&mut self, event: &[u8]) -> anyhow::Result<()> {
        let question = self.question.take().context("the function asks for no event")?;
        let deadline = u128::from(mailtrail_clock::now().millis().unsigned_abs()) + PATIENCE.as_millis();
        let mut response = Response::from_data(event);
        for (name, value) in [
            ("Lambda-Runtime-Aws-Request-Id", "bench"),
            ("Lambda-Runtime-Deadline-Ms", &deadline.to_string()),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:111122223333:function:bench"),
        ] {
            response.add_header(
                Header::from_bytes(name, value).map_err(|()| anyhow::anyhow!("no header: {name}"))?,
            );
        }
        question.respond(response)?;
        let answer = self.next_request()?;
        if !answer.url().ends_with("/response") {
            bail!("the function failed: {}", answer.url());
        }
        answer.respond(Response::empty(202))?;
        self.question = Some(self.next_request()?);
        Ok(())
    }

    fn next_request(&self) -> anyhow::Result<Request> {
        self.runtime_api.recv_timeout(PATIENCE)?.context("the function said nothing for a minute")
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}
