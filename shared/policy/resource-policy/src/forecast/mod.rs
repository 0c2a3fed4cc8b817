//! When a policy will be full, from the sizes that it had.

mod history;
mod policy;
mod trend;

pub use history::History;
pub use policy::{Forecasts, NextLimit, PolicyForecast, QuotaForecast, UnknownForecast};
pub use trend::{CLEANED_UP, Forecast, MAX_POINTS, MIN_POINTS, MIN_SPAN, Outlook, Point, outlook};
