//! Figures as a table in Markdown: a row for each group, a column for each contender.

use crate::measure::Figure;

/// A contender, and whether its ratio says anything.
pub(crate) struct Column {
    contender: &'static str,
    compared: bool,
}

impl Column {
    pub(crate) const fn compared(contender: &'static str) -> Self {
        Self { contender, compared: true }
    }

    /// Does something else than the first contender.
    pub(crate) const fn alone(contender: &'static str) -> Self {
        Self { contender, compared: false }
    }

    fn find<'a>(&self, figures: &'a [Figure]) -> Option<&'a Figure> {
        figures.iter().find(|figure| figure.contender == self.contender)
    }

    fn cell(&self, figure: &Figure) -> String {
        let time = time(figure.time.median);
        if self.compared { format!("{time} ({})", ratio(figure.ratio.median)) } else { time }
    }
}

/// The table under a heading, without the columns that no figure is for; empty if there are no figures.
pub(crate) fn table(heading: &str, columns: &[Column], figures: &[Figure]) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let columns: Vec<&Column> = columns.iter().filter(|column| column.find(figures).is_some()).collect();
    let names: Vec<String> = columns.iter().map(|column| column.contender.to_owned()).collect();
    let mut table = format!("\n{}{}|\n", row(heading, &names), "|---".repeat(columns.len() + 1));
    for group in figures.chunk_by(|one, other| one.group == other.group) {
        let cell = |column: &&Column| column.find(group).map(|figure| column.cell(figure)).unwrap_or_default();
        let cells: Vec<String> = columns.iter().map(cell).collect();
        table += &row(&group[0].group, &cells);
    }
    table
}

fn row(first: &str, others: &[String]) -> String {
    format!("| {first} | {} |\n", others.join(" | "))
}

fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        ..1e3 => (nanoseconds, "ns"),
        ..1e6 => (nanoseconds / 1e3, "µs"),
        _ => (nanoseconds / 1e6, "ms"),
    };
    let decimals = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.decimals$} {unit}")
}

fn ratio(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.3}×") } else { format!("{ratio:.0}×") }
}
