//! Durations that were measured, and what is said about them.

use std::time::Duration;

/// Durations of one thing, measured again and again.
#[derive(Default, Clone)]
pub struct Samples(Vec<Duration>);

impl Samples {
    pub fn push(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    /// The least of those that are at least as long as `percent` of them.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted[rank - 1]
    }

    pub fn p50(&self) -> Duration {
        self.percentile(50)
    }

    pub fn p99(&self) -> Duration {
        self.percentile(99)
    }

    pub fn max(&self) -> Duration {
        self.percentile(100)
    }
}

/// Into how many parts a run is cut to see how far a ratio moves.
const PARTS: usize = 5;

/// The ratio of the medians of two things that were measured by turns, and the least and the largest of it over the parts
/// of the run, which tell how steady the machine was.
pub struct Ratio {
    pub whole: f64,
    pub least: f64,
    pub largest: f64,
}

impl Ratio {
    pub fn of(a: &Samples, b: &Samples) -> Self {
        let part = |samples: &Samples, part: usize| {
            let length = samples.0.len() / PARTS;
            Samples(samples.0[part * length..(part + 1) * length].to_vec()).p50()
        };
        let parts: Vec<f64> = (0..PARTS).map(|n| ratio(part(a, n), part(b, n))).collect();
        Self {
            whole: ratio(a.p50(), b.p50()),
            least: parts.iter().copied().fold(f64::INFINITY, f64::min),
            largest: parts.iter().copied().fold(0.0, f64::max),
        }
    }
}

impl FromIterator<Duration> for Samples {
    fn from_iter<I: IntoIterator<Item = Duration>>(samples: I) -> Self {
        Self(samples.into_iter().collect())
    }
}

/// How many times `b` goes into `a`.
pub fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
