//! Runs the program, and looks at what it leaves behind.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use insta::internals::SettingsBindDropGuard;
use mailtrail_faulty_aws::{Config, FaultyAws};
use mailtrail_samples::{Batch, Traffic};
use serde_json::Value;
use tempfile::TempDir;

/// The bucket of [`with_a_bucket`].
pub(crate) const BUCKET: &str = "example-archive";

/// The program, in a folder where nothing lies yet.
pub(crate) struct Mailtrail {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// How it ended, and what it said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Bytes, which print as their length.
#[derive(PartialEq, Eq)]
pub(crate) struct Content(pub(crate) Vec<u8>);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Mailtrail {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// With an environment variable; otherwise there are none.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Puts a file into the folder.
    pub(crate) fn write(&self, below: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Puts payloads into `in/`, of so many events each.
    pub(crate) fn write_payloads(&self, payloads: usize, events: usize) {
        let mut traffic = Traffic::new(7);
        for number in 0..payloads {
            self.write(&format!("in/{number:03}.gz"), traffic.batch(events).to_gzip());
        }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, b"")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Run {
        let mut child = self.start(arguments);
        // A program that ends before it reads everything is none of this helper's business.
        let _unread = child.stdin.take().unwrap().write_all(stdin);
        Run::of(child)
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.envs(self.environment.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// What is said first about wrong arguments. Nothing is made, and stdout stays empty.
    pub(crate) fn complaint(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments).expect(2);
        assert_eq!(run.stdout, "");
        assert!(self.files("").is_empty());
        run.stderr.lines().next().unwrap_or_default().to_owned()
    }

    /// Runs the program for a reader that closes the pipe after one line.
    pub(crate) fn run_for_a_line(&self, arguments: &[&str]) -> Run {
        let mut child = self.start(arguments);
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty());
        Run::of(child)
    }

    /// The files below a folder: path and content.
    pub(crate) fn files(&self, below: &str) -> BTreeMap<String, Content> {
        let mut files = BTreeMap::new();
        collect(&self.path(below), &self.path(below), &mut files);
        files
    }

    /// Hides what differs from run to run in the snapshots that follow.
    pub(crate) fn hide_what_differs(&self) -> SettingsBindDropGuard {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(env!("CARGO_BIN_EXE_mailtrail"), "mailtrail");
        settings.add_filter(&self.folder.path().display().to_string(), "[FOLDER]");
        settings.add_filter(r"in \d+\.\d s", "in [TIME]");
        settings.add_filter(r" {2,}\d+(\.\d+)? (B|KiB|MiB)\b", "  [SIZE]");
        settings.add_filter(r"\d+(\.\d+)? (B|KiB|MiB)\b", "[SIZE]");
        settings.add_filter(r"eventDay=\d{8}/[0-9a-f]{64}", "eventDay=[DAY]/[SHA256]");
        settings.bind_to_scope()
    }
}

impl Run {
    pub(crate) fn of(child: Child) -> Self {
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { exit: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    pub(crate) fn expect(self, exit: i32) -> Self {
        assert_eq!(self.exit, Some(exit), "{self:#?}");
        self
    }

    /// The ledger: one JSON object, one line, and nothing else.
    pub(crate) fn ledger(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{self:#?}");
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// The program with a bucket for its archive, in an AWS whose moods can be set.
pub(crate) fn with_a_bucket() -> (FaultyAws, Mailtrail) {
    let aws = FaultyAws::start(Config::default().bucket(BUCKET)).unwrap();
    let mailtrail = Mailtrail::new()
        .env("AWS_ENDPOINT_URL", &aws.endpoint())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env("MAILTRAIL_ARCHIVE", &format!("s3://{BUCKET}/mail"));
    (aws, mailtrail)
}

/// An archive, made by the program, of these batches.
pub(crate) fn archive_of(batches: &[Batch]) -> Mailtrail {
    let mailtrail = Mailtrail::new().env("MAILTRAIL_ARCHIVE", "archive");
    for (number, batch) in batches.iter().enumerate() {
        mailtrail.write(&format!("in/{number:03}.gz"), batch.to_gzip());
    }
    mailtrail.run(&["ingest", "in"]).expect(0);
    mailtrail
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Content>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap() == ".tmp" {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, Content(fs::read(path).unwrap()));
        }
    }
}
