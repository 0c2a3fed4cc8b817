//! Resource policies of CloudWatch Logs: measured, checked, evaluated, forecast, planned.
//!
//! Log delivery (of `WorkMail`, API Gateway, Step Functions …) needs leave in a resource policy for each log group. AWS
//! adds an entry when logging is set up, never takes one out, and stops, with misleading errors, when the policy is
//! full. Here is everything about that which needs no AWS to be decided. Pure: no I/O, no clock, no environment.
//!
//! * [`inventory`]: what is known of an account in one Region, and what is not; the snapshot file.
//! * [`document`], [`statement`]: any policy document that IAM accepts, written back as it was read.
//! * [`measure`], [`findings`], [`forecast`]: how full, what is wrong, and when it will be full.
//! * [`evaluate`], [`condition`], [`arn`]: what policies allow; for identity policies as well.
//! * [`assessment`]: all of the above and a plan, in one call.
//! * [`plan`], [`moving`], [`v1`]: the steps that make room, and where they end for log groups that move.
//! * [`prove`]: why a plan takes nothing from anybody; [`recheck`]: whether that still holds when it is carried out; [`restore`]:
//!   whether a policy may be put back.
//!
//! # Policy of the crate
//!
//! What was not seen is unknown, and nothing is concluded from it. What is not understood is measured, kept character
//! by character, and never edited. Where an answer can only be guessed there is a third one ([`Ternary::Unknown`],
//! [`evaluate::Decision::Depends`], [`inventory::Existence::Unknown`]), and it never counts as a yes. No plan leaves
//! this crate without a proof.
//!
//! ```
//! use mailtrail_resource_policy::inventory::Inventory;
//! use mailtrail_resource_policy::limits::Limits;
//! use mailtrail_resource_policy::{findings, measure, plan};
//!
//! let answer = r#"{"resourcePolicies": [{
//!     "policyName": "AWSLogDeliveryWrite20150319",
//!     "policyDocument": "{\"Version\": \"2012-10-17\", \"Statement\": []}"
//! }]}"#;
//! let inventory = Inventory::from_json(answer)?;
//! let measures = measure::measure_all(&inventory, &Limits::default());
//! assert_eq!(measures.policies[0].soft_room, 5_120 - 42);
//! assert!(findings::findings(&inventory, &Limits::default()).iter().all(|finding| finding.policy.is_none()
//!     || finding.id == findings::Kind::WhiteSpace));
//! assert!(plan::plan(&inventory, &plan::Options::default())?.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod coverage;
mod json;
mod origin;
mod probe_set;
mod resources;
mod services;
mod statement_text;
mod ternary;

pub mod arn;
pub mod assessment;
pub mod condition;
pub mod document;
pub mod evaluate;
pub mod findings;
pub mod forecast;
pub mod grant;
pub mod inventory;
pub mod limits;
pub mod measure;
pub mod moving;
pub mod plan;
pub mod policy_set;
pub mod prove;
pub mod recheck;
pub mod restore;
pub mod scope;
pub mod statement;
pub mod v1;

pub use ternary::Ternary;
