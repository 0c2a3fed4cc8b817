//! Every setting of the functions: an environment variable, with what it means and what is allowed.
//!
//! The reference page `functions/SETTINGS.md` is generated from these constants, the templates are checked against
//! them, and the command line takes the names of its variables and its defaults from them. The standard variables of
//! AWS (`AWS_REGION`, `AWS_ENDPOINT_URL`, …) keep their meaning and are read by the SDK; the few that are read here,
//! too, are named below.

mod maintenance;
mod pipeline;
mod policy;
mod setting;

pub use maintenance::*;
pub use pipeline::*;
pub use policy::*;
pub use setting::{IntegerSetting, Kind, Privacy, Setting};

/// The Region that a function runs in. Set by Lambda, and by people on their machines.
pub const AWS_REGION: &str = "AWS_REGION";
/// The folder for files that a user can do without. Where it is not set, that is `.cache` below [`HOME`].
/// <https://specifications.freedesktop.org/basedir-spec/latest/>
pub const CACHE_HOME: &str = "XDG_CACHE_HOME";
/// The user's own folder.
pub const HOME: &str = "HOME";
/// The function's name.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
pub const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// The function's memory in MB. Set by Lambda.
pub const FUNCTION_MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
/// The log group that the function writes to. Set by Lambda.
pub const FUNCTION_LOG_GROUP: &str = "AWS_LAMBDA_LOG_GROUP_NAME";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_the_prefix_and_a_name_of_its_own() {
        let settings = || PIPELINE.iter().chain(POLICY_AUDIT).chain(MAINTENANCE);
        let mut names: Vec<_> = settings().map(|setting| setting.name).collect();
        assert!(names.iter().all(|name| name.starts_with("MAILTRAIL_")));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), settings().count());
    }
}
