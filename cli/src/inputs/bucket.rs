//! What lies below a prefix of a bucket: listed page by page, as there may be millions of objects.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use anyhow::anyhow;
use mailtrail_archive::{Bucket, BucketPage};
use mailtrail_aws_client::failure::Failure;
use mailtrail_config::Location;

use super::walk::is_object;
use super::{Input, PassedOver};
use crate::output::plain;

/// A prefix of a bucket, from some key on.
#[derive(Debug, Clone)]
pub(crate) struct Prefix {
    bucket: Bucket,
    /// Without a slash at its end; empty for the whole bucket.
    under: String,
    /// Where the next page begins; nothing before the first one.
    from: Option<String>,
    /// Where pages began: a listing that repeats itself has no end.
    pages: HashSet<String>,
}

impl Prefix {
    pub(super) fn new(bucket: Bucket, prefix: &str) -> Self {
        Self { bucket, under: prefix.to_owned(), from: None, pages: HashSet::new() }
    }

    /// The next inputs, in the order of their keys; the last of them may be the rest of the prefix.
    ///
    /// # Errors
    /// When it cannot be listed, or nothing is there.
    pub(crate) async fn list(mut self) -> anyhow::Result<Vec<Input>> {
        let failed = |failure: Failure| {
            let advice = failure.advice().map(|advice| format!("; {advice}")).unwrap_or_default();
            anyhow!("failed to list `{self}`: {failure}{advice}")
        };
        let mut inputs = Vec::new();
        if self.from.is_none() && !self.under.is_empty() {
            let object = self.bucket.object(&self.under).await.map_err(failed)?;
            inputs.extend(object.map(|object| Input::Object(self.bucket.clone(), object)));
        }
        let below = if self.under.is_empty() { String::new() } else { format!("{}/", self.under) };
        let page = self.bucket.page(&below, self.from.as_deref()).await.map_err(failed)?;
        let BucketPage { objects, next } = page;
        let is_first = self.from.is_none();
        // What the console makes of an empty folder.
        let is_folder = |key: &str| key.ends_with('/');
        let objects = objects.into_iter().filter(|object| !(is_folder(&object.key) && object.size == 0));
        inputs.extend(objects.map(|object| Input::Object(self.bucket.clone(), object)));
        if is_first && inputs.is_empty() && next.is_none() {
            return Err(anyhow!(
                "failed to read `{self}`: there is no such object, and nothing below it; check the address"
            ));
        }
        if let Some(next) = next {
            if !self.pages.insert(next.clone()) {
                return Err(anyhow!("failed to list `{self}`: the listing goes on where it was before"));
            }
            self.from = Some(next);
            inputs.push(Input::Prefix(Box::new(self)));
        }
        Ok(inputs)
    }

    fn contains(&self, prefix: &str) -> bool {
        self.under.is_empty() || prefix.strip_prefix(&self.under).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Whether an object below a prefix is passed over, as a file in a folder is: it is hidden, part of the archive that is written, or
/// what an archive holds besides payloads.
pub(crate) fn passes_over(
    input: &Input,
    below: &Prefix,
    archive: Option<&Location>,
    passed_over: &mut PassedOver,
) -> bool {
    let Input::Object(bucket, object) = input else { return false };
    let Some(rest) = object.key.strip_prefix(&below.under).filter(|rest| !rest.is_empty()) else {
        return false;
    };
    if let Some(Location::S3 { bucket: own, prefix }) = archive
        && own == bucket.name()
        && !prefix.is_empty()
        && below.contains(prefix)
        && object.key.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('/'))
    {
        passed_over.own_archive = true;
    } else if rest.split('/').any(|part| part.starts_with('.')) {
        passed_over.hidden += 1;
    } else if is_object(Path::new(&object.key)) {
        passed_over.of_archives = true;
    } else {
        return false;
    }
    true
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = Location::S3 { bucket: self.bucket.name().to_owned(), prefix: self.under.clone() };
        f.write_str(&plain(&location.to_string()))
    }
}
