//! Everything that follows from an inventory: sizes, findings, forecasts and a plan.

use crate::findings::{Finding, findings};
use crate::forecast::{Forecasts, History};
use crate::inventory::Inventory;
use crate::measure::{Measures, measure_all};
use crate::plan::{self, Plan, PlanError, plan};

/// What follows from an inventory, and from the sizes that its policies had before.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The sizes of the policies.
    pub measures: Measures,
    /// The sizes of before and now, which the next assessment starts from.
    pub history: History,
    /// When policies will be full.
    pub forecasts: Forecasts,
    /// What to look at, the worst first.
    pub findings: Vec<Finding>,
    /// The steps that make room, or why there is no plan.
    pub plan: Result<Plan, PlanError>,
}

impl Assessment {
    /// Assesses an inventory. `history` is the one that the assessment before returned, `now` is in milliseconds since
    /// 1970. The plan makes room in policies that are above the target of `options`, and in those that reach the soft
    /// limit within so many days.
    pub fn new(
        inventory: &Inventory,
        history: &History,
        options: &plan::Options,
        days: i64,
        now: i64,
    ) -> Self {
        let limits = options.limits;
        let measures = measure_all(inventory, &limits);
        let history = history.and(&measures, now);
        let forecasts = Forecasts::new(&measures, &history, &limits, now);
        let size_limits = forecasts.size_limits(days, &limits);
        let plan = plan(inventory, &plan::Options { size_limits, ..options.clone() });
        Self { findings: findings(inventory, &limits), measures, history, forecasts, plan }
    }
}
