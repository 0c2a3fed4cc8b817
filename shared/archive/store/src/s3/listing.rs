//! A listing, page by page. A page counts where it is whole: cut XML parses as a shorter page, or as an empty one.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::Object;

use super::{S3, unproven};
use crate::reader::Listed;
use mailtrail_aws_client::failure::Failure;

/// One page of a listing.
#[derive(Debug)]
pub(crate) struct Page {
    /// Names below the folder: objects, however deep, or the folders in it.
    pub(crate) names: Vec<String>,
    /// Where the next page begins, unless this was the last.
    pub(crate) next: Option<String>,
}

impl S3 {
    /// A page of what is below a folder, from the archive's root on.
    pub(crate) async fn page(&self, folder: &str, what: Listed, from: Option<&str>) -> Result<Page, Failure> {
        let delimiter = (what == Listed::Folders).then(|| "/".to_owned());
        // Of the root of a bucket, the prefix is empty.
        let prefix = self.full_key(&if folder.is_empty() { String::new() } else { format!("{folder}/") });
        let answer = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(&prefix)
            .set_delimiter(delimiter)
            .set_continuation_token(from.map(str::to_owned))
            .set_expected_bucket_owner(self.options.expected_owner.clone())
            .send()
            .await
            .map_err(Failure::from)
            .map_err(
                |failure| if failure.code == "HTTP 200" { unproven("is not a listing") } else { failure },
            )?;
        let next = next_page(&answer)?;
        let full: Option<Vec<&str>> = match what {
            Listed::Objects => answer
                .contents()
                .iter()
                .filter(|object| !is_marker(object))
                .map(|object| object.key())
                .collect(),
            Listed::Folders => answer.common_prefixes().iter().map(|folder| folder.prefix()).collect(),
        };
        let below = |full: &&str| full.starts_with(&prefix);
        let full =
            full.filter(|names| names.iter().all(below)).ok_or_else(|| unproven("names other folders"))?;
        Ok(Page { names: full.into_iter().filter_map(|name| self.own_key(name)).collect(), next })
    }
}

/// Whether an object stands for a folder, as the console of S3 makes them: it is empty, and its key ends with a slash.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-folders.html>
fn is_marker(object: &Object) -> bool {
    object.size() == Some(0) && object.key().is_some_and(|key| key.ends_with('/'))
}

/// The token of the next page, of a page that is whole: it says whether it is the last, and how many names it has.
pub(crate) fn next_page(answer: &ListObjectsV2Output) -> Result<Option<String>, Failure> {
    let names = answer.contents().len() + answer.common_prefixes().len();
    if answer.key_count().and_then(|count| usize::try_from(count).ok()) != Some(names) {
        return Err(unproven("does not have as many names as it says"));
    }
    match (answer.is_truncated(), answer.next_continuation_token()) {
        (Some(true), Some(token)) => Ok(Some(token.to_owned())),
        (Some(false), _) => Ok(None),
        _ => Err(unproven("does not say where it goes on")),
    }
}
