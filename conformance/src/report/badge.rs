//! A badge for a README: a small SVG that says how much of the suite an engine passes.

use super::document::EngineRun;
use super::words::escaped;
use crate::verdict::Verdict;

/// Passed cases of those that apply, and green, amber or red.
pub fn svg(run: &EngineRun) -> String {
    let label = format!("wasi-crypto: {}", run.name);
    let (value, colour) = value(run);
    let width = |text: &str| text.chars().count() * 7 + 12;
    let (left, right) = (width(&label), width(&value));
    let (whole, middle, end) = (left + right, left / 2, left + right / 2);
    let (label, value) = (escaped(&label), escaped(&value));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" role=\"img\" \
         aria-label=\"{label}: {value}\"><title>{label}: {value}</title>\
         <clipPath id=\"r\"><rect width=\"{whole}\" height=\"20\" rx=\"3\"/></clipPath>\
         <g clip-path=\"url(#r)\"><path fill=\"#444\" d=\"M0 0h{left}v20H0z\"/>\
         <path fill=\"{colour}\" d=\"M{left} 0h{right}v20H{left}z\"/></g>\
         <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\
         <text x=\"{middle}\" y=\"14\">{label}</text><text x=\"{end}\" y=\"14\">{value}</text></g></svg>\n"
    )
}

fn value(run: &EngineRun) -> (String, &'static str) {
    const GREEN: &str = "#2b7a3d";
    const AMBER: &str = "#8a6100";
    const RED: &str = "#b3261e";
    if run.error.is_some() {
        return ("cannot be used".to_owned(), RED);
    }
    let applicable = run.cases.len() - run.cases_with(Verdict::Na) - run.cases_with(Verdict::Skip);
    let bad = [Verdict::Fail, Verdict::Trap, Verdict::Crash, Verdict::Timeout, Verdict::Xfail];
    let bad: usize = bad.iter().map(|verdict| run.cases_with(*verdict)).sum();
    if applicable == 0 {
        return ("nothing applies".to_owned(), RED);
    }
    let good = applicable - bad;
    // Rounded down: 100 % says all.
    let tenths = good * 1000 / applicable;
    let colour = if bad == 0 && run.is_green() {
        GREEN
    } else if tenths >= 950 {
        AMBER
    } else {
        RED
    };
    (format!("{good} of {applicable} ({}.{} %)", tenths / 10, tenths % 10), colour)
}
