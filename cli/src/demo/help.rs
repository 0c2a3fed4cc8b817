//! The longer texts of `mailtrail demo --help`.

pub(crate) const ABOUT: &str = "\
Show the main job on this machine: no AWS, no account, nothing to prepare

Takes a small company's working morning, in batches as CloudWatch Logs sends them, through the pipeline \
that the functions use, into an archive in the current folder and a stream beside it, and shows what came \
out. Run it again to see that nothing is stored twice.";

pub(crate) const AFTER: &str = "\
With --archive DIR, the archive is DIR and the stream is the file DIR-stream.ndjson.

Examples:
  mailtrail demo
  mailtrail demo --archive /tmp/trail
  mailtrail demo --json | jq .by_class

Exit codes:
  0  done
  1  failed: nothing half-written is left, and another run goes on where this one ended
  2  wrong usage
  3  done, but something needs a look (the stream did not take all events)";
