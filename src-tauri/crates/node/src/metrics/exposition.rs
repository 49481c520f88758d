//! Prometheus' text format, version 0.0.4.

use std::fmt::{Display, Write as _};

use super::{BOUNDS_US, Durations};

/// The media type of the page.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A page in the making: families one after the other, each with its samples.
#[derive(Default)]
pub(super) struct Page(String);

/// The samples of one family.
pub(super) struct Family<'p> {
    page: &'p mut String,
    name: &'static str,
    /// What stands above the first sample; nothing of a family without samples.
    header: Option<String>,
}

impl Page {
    /// A family of values that go up and down. It appears only once it has a sample.
    pub(super) fn gauge(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, help, "gauge")
    }

    /// A family of values that only grow.
    pub(super) fn counter(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, help, "counter")
    }

    /// How long things took, in seconds.
    pub(super) fn histogram(&mut self, name: &'static str, help: &str, durations: &Durations) {
        let (up_to, count, sum_us) = durations.read();
        let mut family = self.family(name, help, "histogram");
        for (bound, count) in BOUNDS_US.iter().zip(up_to) {
            family.line("_bucket", &[("le", &seconds(*bound))], count);
        }
        family.line("_bucket", &[("le", "+Inf")], count);
        family.line("_sum", &[], seconds(sum_us));
        family.line("_count", &[], count);
    }

    fn family(&mut self, name: &'static str, help: &str, kind: &str) -> Family<'_> {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        Family {
            page: &mut self.0,
            name,
            header: Some(format!("# HELP {name} {help}\n# TYPE {name} {kind}\n")),
        }
    }

    pub(super) fn text(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// A sample without labels.
    pub(super) fn is(mut self, value: impl Display) {
        self.line("", &[], value);
    }

    /// A sample without labels, where there is one.
    pub(super) fn may_be(self, value: Option<impl Display>) {
        if let Some(value) = value {
            self.is(value);
        }
    }

    /// A sample with labels.
    pub(super) fn with(&mut self, labels: &[(&str, &str)], value: impl Display) -> &mut Self {
        self.line("", labels, value);
        self
    }

    /// A state set: 1 for the word that holds, 0 for each other.
    pub(super) fn one_of<'w>(
        &mut self,
        label: &str,
        words: impl IntoIterator<Item = &'w str>,
        holds: &str,
    ) {
        for word in words {
            self.with(&[(label, word)], u8::from(word == holds));
        }
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        self.page.push_str(&self.header.take().unwrap_or_default());
        // Writing to a String cannot fail.
        let _ = writeln!(self.page, "{}{suffix}{labels} {value}", self.name);
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// Microseconds as a decimal number of seconds, exactly.
fn seconds(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
