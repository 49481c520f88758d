//! The clock of the pair's rules, and how long this station was away.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pair::event::Away;
use pair::{Mono, Now};
use store::failpoint::{self, Point};
use tokio::task::JoinHandle;

/// The file that says when this station last lived.
const ALIVE_FILE: &str = "last-alive";
/// Names the present boot of this machine.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// How often the file is renewed while a peer is configured.
pub(super) const ALIVE_EVERY: Duration = Duration::from_secs(1);

/// The present moment: time since boot with suspend counted, and the wall clock for display.
pub(super) fn now() -> Now {
    let wall = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let wrong_by_ms = failpoint::value(Point::WallClock)
        .and_then(|ms| ms.parse().ok())
        .unwrap_or(0);
    Now {
        mono: Mono(store::boot_time()),
        wall_ms: i64::try_from(wall.as_millis())
            .unwrap_or(i64::MAX)
            .saturating_add(wrong_by_ms),
    }
}

/// Remembers when this station last lived, by the clock of this boot. A time that is too old makes the absence too long, which is
/// the safe side; so the file needs no fsync.
pub(super) struct AliveMark {
    path: PathBuf,
    boot: Option<String>,
    renewing: Option<JoinHandle<()>>,
}

impl AliveMark {
    pub(super) fn new(data_dir: &Path) -> Self {
        let boot = fs::read_to_string(BOOT_ID)
            .ok()
            .map(|id| id.trim().to_owned());
        Self {
            path: data_dir.join(ALIVE_FILE),
            boot,
            renewing: None,
        }
    }

    /// How long this station was away until `now`, as far as it can be known.
    pub(super) fn away(&self, now: Now) -> Away {
        let last = fs::read_to_string(&self.path)
            .ok()
            .and_then(|text| self.parse(&text));
        last.filter(|last| *last <= now.mono)
            .map_or(Away::Unknown, |last| Away::AtMost(now.mono.since(last)))
    }

    /// Notes that this station lives, beside whatever else goes on: the disk may hang.
    pub(super) fn renew(&mut self, now: Now) {
        let Some(text) = self.text(now) else { return };
        if self
            .renewing
            .as_ref()
            .is_some_and(|renewing| !renewing.is_finished())
        {
            return;
        }
        let path = self.path.clone();
        self.renewing = Some(tokio::task::spawn_blocking(move || {
            if let Err(error) = fs::write(&path, text) {
                tracing::warn!(%error, "could not note that this station lives; a restart will count as a long absence");
            }
        }));
    }

    fn text(&self, now: Now) -> Option<String> {
        self.boot
            .as_ref()
            .map(|boot| format!("{boot} {}\n", now.mono.0.as_millis()))
    }

    fn parse(&self, text: &str) -> Option<Mono> {
        let (boot, millis) = text.trim().split_once(' ')?;
        (Some(boot) == self.boot.as_deref()).then(|| millis.parse().ok().map(Mono::from_ms))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_ms(ms: u64) -> Now {
        Now {
            mono: Mono::from_ms(ms),
            wall_ms: 0,
        }
    }

    #[test]
    fn within_a_boot_the_absence_is_counted_from_the_last_sign_of_life() {
        let dir = tempfile::tempdir().unwrap();
        let mark = AliveMark::new(dir.path());
        fs::write(&mark.path, mark.text(at_ms(5_000)).unwrap()).unwrap();
        assert_eq!(
            mark.away(at_ms(7_500)),
            Away::AtMost(Duration::from_millis(2_500))
        );
    }

    #[test]
    fn without_a_sign_from_another_boot_or_from_the_future_it_is_unknown() {
        let dir = tempfile::tempdir().unwrap();
        let mark = AliveMark::new(dir.path());
        assert_eq!(mark.away(at_ms(1)), Away::Unknown);
        fs::write(&mark.path, mark.text(at_ms(5_000)).unwrap()).unwrap();
        assert_eq!(mark.away(at_ms(4_000)), Away::Unknown);
        fs::write(dir.path().join(ALIVE_FILE), "another-boot 1000\n").unwrap();
        assert_eq!(mark.away(at_ms(5_000)), Away::Unknown);
        fs::write(dir.path().join(ALIVE_FILE), "").unwrap();
        assert_eq!(mark.away(at_ms(5_000)), Away::Unknown);
    }
}
