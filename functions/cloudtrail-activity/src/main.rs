//! Lambda function: batches of a CloudTrail trail's log group, from CloudWatch Logs or Kinesis Data Streams, to the
//! archive and the streams; and notifications of watched identities.
//!
//! It is the pipeline of `workmail-events` under a name of its own: a trail's batches are many, and have settings,
//! permissions, concurrency and alarms apart from those of the mail.

use std::process::ExitCode;

// One invocation at a time, which waits for the network most of the time: one thread is enough.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    mailtrail_lambda::run(env!("CARGO_PKG_NAME")).await
}
