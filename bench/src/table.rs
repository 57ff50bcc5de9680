//! The report: a heading for each part, a line for each measure with what it is to be compared with.
#![allow(clippy::print_stdout, reason = "the report on stdout is what this program is for")]

use crate::{Bench, Failure};

/// Says what machine this is, and whether it is busy.
pub(crate) fn machine(bench: &Bench) {
    let sizes = if bench.quick { "QUICK sizes: bars are meant for the full ones" } else { "full sizes" };
    println!("Lookalike on {} cores ({}), {sizes}", bench.cores, processor().unwrap_or_else(|| std::env::consts::ARCH.into()));
    if let Some(load) = load().filter(|load| *load > 0.5) {
        println!("NOTE: the machine is busy (load {load:.1} before the first measurement): the figures are worse than they should be");
    }
}

/// Begins a part.
pub(crate) fn heading(text: &str) {
    println!("\n{text}");
}

/// One measure. `against`: its bar, its peer, or how it was taken.
pub(crate) fn line(measure: &str, value: &str, against: &str) {
    println!("{}", format!("  {measure:<44} {value:>12}   {against}").trim_end());
}

/// Something that could not be measured, and why.
pub(crate) fn failed(what: &str, error: &Failure) {
    println!("  NOT MEASURED: {what}: {error}");
}

/// A bar that is reached from above.
pub(crate) fn at_least(value: f64, bar: f64) -> String {
    format!("bar ≥ {bar}: {}", verdict(value >= bar))
}

/// A bar that is kept from below.
pub(crate) fn at_most(value: f64, bar: f64, unit: &str) -> String {
    format!("bar ≤ {bar}{unit}: {}", verdict(value <= bar))
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "MISSED" }
}

/// Bytes in megabytes, as the bars count them.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The value below which `share` of the values lie. They must not be empty.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}

/// The smallest value.
pub(crate) fn best(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn processor() -> Option<String> {
    let text = fs_err::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Programs that wanted to run during the last minute, on average.
fn load() -> Option<f64> {
    fs_err::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}
