//! Lambda function: batches of WorkMail log groups, from CloudWatch Logs or Kinesis Data Streams, to the archive
//! and the streams.

use std::process::ExitCode;

// One invocation at a time, which waits for the network most of the time: one thread is enough.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    mailtrail_lambda::run(env!("CARGO_PKG_NAME")).await
}
