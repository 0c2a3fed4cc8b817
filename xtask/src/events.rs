//! `events/`: the sample invocations, written from `mailtrail-samples`.

use crate::folder::Files;

/// The folder, in the checkout.
pub(crate) const PATH: &str = "events";

/// Every sample file and the README.
pub(crate) fn files() -> Files {
    let files = mailtrail_samples::sample_files().into_iter().map(|file| (file.name, file.bytes));
    files.chain([("README.md".into(), mailtrail_samples::readme().into_bytes())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{folder, project};

    #[test]
    fn the_samples_in_the_repository_are_those_of_the_generator() {
        folder::check(&project().join(PATH), &files()).unwrap();
    }
}
