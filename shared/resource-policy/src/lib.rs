//! Resource policies of CloudWatch Logs: measured, checked, evaluated, forecast, planned.
mod coverage;
mod glob;
mod json;
mod resources;
mod truth;
mod universe;

pub mod arn;
pub mod condition;
pub mod document;
pub mod evaluate;
pub mod findings;
pub mod forecast;
pub mod inventory;
pub mod limits;
pub mod measure;
pub mod moving;
pub mod plan;
pub mod prove;
pub mod state;
pub mod statement;
pub mod v1;

pub use truth::Truth;
