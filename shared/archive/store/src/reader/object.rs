//! The bytes of one object, in the order in which they arrive.

use std::fs::File;
use std::io::{self, Read};

use crate::s3::Body;
use mailtrail_aws_client::failure::Failure;

/// An object that is being read.
#[derive(Debug)]
pub struct ObjectBody {
    source: Source,
    failure: Option<Failure>,
}

#[derive(Debug)]
enum Source {
    File(File),
    S3(Box<Body>),
}

impl ObjectBody {
    pub(super) fn of_file(file: File) -> Self {
        Self { source: Source::File(file), failure: None }
    }

    pub(crate) fn of_s3(body: Body) -> Self {
        Self { source: Source::S3(Box::new(body)), failure: None }
    }

    /// Why it did not arrive to its end, if that was so.
    pub(crate) fn failure(self) -> Option<Failure> {
        self.failure
    }
}

impl Read for ObjectBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.source {
            Source::File(file) => {
                file.read(buffer).inspect_err(|error| self.failure = Some(Failure::from(again(error))))
            }
            Source::S3(body) => body.read(buffer).inspect_err(|error| {
                self.failure = Some(Failure::transient("BrokenAnswer", error.to_string()));
            }),
        }
    }
}

/// An error of the same kind and with the same words.
fn again(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}
