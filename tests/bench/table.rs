//! What was measured, as a page of Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use crate::samples::{Ratio, Samples, ratio};

/// One part of the page.
pub struct Section {
    title: &'static str,
    /// What the figures are, and what each system promises when its clock stops.
    about: String,
    rows: Vec<Row>,
}

/// One line of a table.
pub struct Row {
    what: String,
    p50: String,
    p99: String,
    ratio: String,
    claim: Option<(String, bool)>,
}

impl Section {
    pub fn new(title: &'static str, about: impl Into<String>) -> Self {
        Self {
            title,
            about: about.into(),
            rows: Vec::new(),
        }
    }

    /// Adds a line.
    pub fn row(&mut self, row: Row) -> &mut Self {
        self.rows.push(row);
        self
    }

    /// As Markdown.
    pub fn page(&self) -> String {
        let mut page = format!("## {}\n\n{}\n\n", self.title, self.about);
        page.push_str("| what | p50 | p99 | ratio | target | |\n|---|---|---|---|---|---|\n");
        for row in &self.rows {
            let _ = writeln!(page, "{}", row.line());
        }
        page
    }

    /// Lines that have a target, and how many of them meet it.
    pub fn claims(&self) -> (usize, usize) {
        let claims = || self.rows.iter().filter_map(|row| row.claim.as_ref());
        (claims().count(), claims().filter(|(_, met)| *met).count())
    }
}

impl Row {
    /// Durations that were measured.
    pub fn of(what: impl Into<String>, samples: &Samples) -> Self {
        Self::figures(what, shown(samples.p50()), shown(samples.p99()))
    }

    /// One figure.
    pub fn one(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self::figures(what, figure.into(), String::new())
    }

    fn figures(what: impl Into<String>, p50: String, p99: String) -> Self {
        Self {
            what: what.into(),
            p50,
            p99,
            ratio: String::new(),
            claim: None,
        }
    }

    /// What a ratio of the figure is, and to what.
    pub fn ratio(mut self, ratio: f64, to: &str) -> Self {
        self.ratio = format!("{ratio:.2} × {to}");
        self
    }

    /// How far the ratio moved within the run.
    pub fn moved(mut self, ratio: &Ratio) -> Self {
        let _ = write!(self.ratio, " ({:.2} to {:.2})", ratio.least, ratio.largest);
        self
    }

    /// A target for a ratio: at most this.
    pub fn at_most(mut self, most: f64, ratio: f64, to: &str) -> Self {
        self.claim = Some((format!("≤ {most} × {to}"), ratio <= most));
        self.ratio(ratio, to)
    }

    /// A target for a ratio: at least this.
    pub fn at_least(mut self, least: f64, ratio: f64, to: &str) -> Self {
        self.claim = Some((format!("≥ {least} × {to}"), ratio >= least));
        self.ratio(ratio, to)
    }

    /// A target for a time: at most this.
    pub fn within(mut self, limit: Duration, took: Duration) -> Self {
        self.claim = Some((format!("≤ {}", shown(limit)), took <= limit));
        self.ratio = format!("{:.2} × target", ratio(took, limit));
        self
    }

    fn line(&self) -> String {
        let (target, met) = match &self.claim {
            None => ("", ""),
            Some((target, true)) => (target.as_str(), "met"),
            Some((target, false)) => (target.as_str(), "**missed**"),
        };
        let Self {
            what,
            p50,
            p99,
            ratio,
            ..
        } = self;
        format!("| {what} | {p50} | {p99} | {ratio} | {target} | {met} |")
    }
}

/// A duration with three digits or so.
pub fn shown(duration: Duration) -> String {
    let us = duration.as_secs_f64() * 1e6;
    match us {
        ..1e3 => format!("{us:.0} µs"),
        ..1e4 => format!("{:.2} ms", us / 1e3),
        ..1e6 => format!("{:.0} ms", us / 1e3),
        _ => format!("{:.2} s", us / 1e6),
    }
}
