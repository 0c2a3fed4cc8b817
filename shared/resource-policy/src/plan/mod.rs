//! The smallest set of steps that makes room.
mod types;

pub use types::{
    Grant, Move, Options, Place, Plan, PlanError, Risk, Step, StepKind, TargetLimit, Unmet, V2Destination,
    Write,
};
