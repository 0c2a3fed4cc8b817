//! The longer texts of `mailtrail demo --help`.

pub(crate) const ABOUT: &str = "\
Run the pipeline on sample events, on this machine: no AWS account, nothing to prepare

Sends batches of a small company's morning, as CloudWatch Logs would send them, through the pipeline of the functions \
into an archive in the current directory and a stream beside it, and shows the result. A second run stores nothing \
twice.";

pub(crate) const AFTER: &str = "\
With --archive DIR, the archive is DIR and the stream is the file DIR-stream.ndjson.

Exit codes:
  0  done
  1  failed: nothing is left half written, and another run continues
  2  wrong usage
  3  done, but something needs attention (the stream did not accept every event)

Examples:
  mailtrail demo
  mailtrail demo --archive /tmp/trail
  mailtrail demo --json | jq .by_class";
