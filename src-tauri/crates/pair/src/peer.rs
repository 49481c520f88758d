//! What this station knows of the other one, and how it is in touch with it.

use domain::ids::StationId;

use crate::breach::Breaches;
use crate::check::Checked;
use crate::config::RunId;
use crate::event::{ContactFailure, LinkId, Side};
use crate::message::{Head, Hello, Stream, Writer};
use crate::reason::Reason;
use crate::right::SentBeats;
use crate::time::{HEARTBEAT, Mono, SILENCE};

/// The other station, as last heard.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// What it last said of itself.
    pub(crate) hello: Hello,
    /// Where it is, by its latest message.
    pub(crate) head: Head,
    pub(crate) writer: Writer,
    /// What is wrong there, as it said.
    pub(crate) trouble: Option<Reason>,
    /// Its latest check, as it said.
    pub(crate) checked: Option<Checked>,
    pub(crate) clock_difference_ms: i64,
    /// Why the two do not fit, as of the latest Hello and this station's latest change.
    pub(crate) verdict: Option<Reason>,
}

impl Peer {
    pub(crate) fn station(&self) -> StationId {
        self.hello.station
    }
}

/// How this station is in touch with the other.
#[derive(Debug, Clone)]
pub(crate) struct Contact {
    /// From when silence counts where nothing was heard: start, wake, change of mode, URL or offset (rule 1).
    pub(crate) baseline: Mono,
    /// When the peer was last heard since then.
    pub(crate) heard: Option<Mono>,
    /// When something else than a proper answer last came from the peer's address: it is alive, if not well.
    pub(crate) answered: Option<Mono>,
    /// The outcome of the latest attempt, where it failed and nothing was heard since.
    pub(crate) failure: Option<ContactFailure>,
    /// Failed attempts in a row.
    pub(crate) failures: u32,
    /// When a dial was begun whose outcome is not there yet. Probes go on meanwhile.
    pub(crate) dialing: Option<Mono>,
    /// When the next attempt is due.
    pub(crate) next_attempt: Mono,
    /// The latest probe found a primary that can be followed: dial next.
    pub(crate) dial_next: bool,
    pub(crate) pace: Pace,
    pub(crate) breaches: Breaches,
    pub(crate) clones: CloneWatch,
}

impl Contact {
    pub(crate) fn new(now: Mono) -> Self {
        Self {
            baseline: now,
            heard: None,
            answered: None,
            failure: None,
            failures: 0,
            dialing: None,
            next_attempt: now,
            dial_next: false,
            pace: Pace::new(now),
            breaches: Breaches::default(),
            clones: CloneWatch::default(),
        }
    }

    /// Silence counts from now on as if nothing had ever been heard.
    pub(crate) fn begin_anew(&mut self, now: Mono) {
        self.baseline = now;
        self.heard = None;
        self.answered = None;
        self.next_attempt = now;
        self.dialing = None;
        self.failures = 0;
    }

    /// This station has another role or peer: what came of links before says nothing.
    pub(crate) fn turn_anew(&mut self, now: Mono) {
        self.dialing = None;
        self.next_attempt = now;
        self.dial_next = false;
        self.pace = Pace::new(now);
        self.breaches = Breaches::default();
    }

    pub(crate) fn in_touch(&self, now: Mono) -> bool {
        self.heard.is_some_and(|at| now.since(at) < SILENCE)
    }

    /// What the failover offset counts from.
    pub(crate) fn silent_since(&self) -> Mono {
        [self.heard, self.answered]
            .into_iter()
            .flatten()
            .fold(self.baseline, Mono::max)
    }
}

/// When a link that is gone may be made anew: at once where it had lasted, and later and later where one after the other does not,
/// so that a pair that cannot be in step does not go round as fast as its machines can.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    /// Links in a row that did not last.
    short: u32,
    pub(crate) next_link: Mono,
}

impl Pace {
    const FIRST_PAUSE: std::time::Duration = std::time::Duration::from_millis(50);
    /// Doublings after which the longest pause is reached.
    const DOUBLINGS_MAX: u32 = 4;

    fn new(now: Mono) -> Self {
        Self {
            short: 0,
            next_link: now,
        }
    }

    /// A link that was there since then is gone. The pause counts from its beginning: while the failover offset may count, links
    /// are tried every heartbeat.
    pub(crate) fn link_gone(&mut self, since: Mono, now: Mono) {
        if now.since(since) >= SILENCE {
            self.short = 0;
        }
        let pause = match self.short {
            0 => std::time::Duration::ZERO,
            n => Self::FIRST_PAUSE * (1 << (n - 1).min(Self::DOUBLINGS_MAX)),
        };
        self.short = self.short.saturating_add(1);
        self.next_link = now.max(since + pause.min(HEARTBEAT));
    }
}

/// Two processes with one identity answer in turns: the peer's data directory was copied. A process that was replaced by
/// another never comes back, so a run that does, again and again, is a second station.
#[derive(Debug, Clone, Default)]
pub(crate) struct CloneWatch {
    current: Option<RunId>,
    known: Vec<RunId>,
    returns: Vec<Mono>,
}

impl CloneWatch {
    const KNOWN_MAX: usize = 8;
    const WINDOW: std::time::Duration = std::time::Duration::from_secs(20);
    /// One return may be an answer that was long on its way.
    const RETURNS: usize = 2;

    /// Takes note of a process that was heard; whether what it says is out of date, since another replaced it.
    pub(crate) fn saw(&mut self, run: RunId, now: Mono) -> bool {
        self.returns.retain(|at| now.since(*at) < Self::WINDOW);
        if self.current == Some(run) {
            return false;
        }
        if !self.known.contains(&run) {
            if self.known.len() == Self::KNOWN_MAX {
                self.known.remove(0);
            }
            self.known.push(run);
            self.current = Some(run);
            return false;
        }
        if self.returns.len() < Self::KNOWN_MAX {
            self.returns.push(now);
        }
        if self.cloned(now) {
            self.current = Some(run);
            return false;
        }
        true
    }

    pub(crate) fn cloned(&self, now: Mono) -> bool {
        self.returns
            .iter()
            .filter(|at| now.since(**at) < Self::WINDOW)
            .count()
            >= Self::RETURNS
    }
}

/// The one link that counts.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) side: Side,
    pub(crate) since: Mono,
    /// Accept was sent (primary) or taken (secondary).
    pub(crate) greeted: bool,
    /// On a primary: the secondary's Hello waits for an answer.
    pub(crate) asks: bool,
    pub(crate) received: Mono,
    /// This station's heartbeats: how many, when the last.
    pub(crate) beats: u64,
    pub(crate) beat_at: Option<Mono>,
    pub(crate) sent: SentBeats,
    /// What the latest heartbeat said of this station's promise.
    pub(crate) said_promised: bool,
    /// The number of the peer's last heartbeat here.
    pub(crate) heard: u64,
    /// The last echo, and when it last rose.
    pub(crate) echo: u64,
    pub(crate) echo_rose: Mono,
    /// The process at the other end, as it said when it was greeted.
    pub(crate) run: Option<RunId>,
    /// The mark of this link's bulk frames.
    pub(crate) stream: Option<Stream>,
}

impl Link {
    pub(crate) fn new(id: LinkId, side: Side, now: Mono) -> Self {
        Self {
            id,
            side,
            since: now,
            greeted: false,
            asks: false,
            received: now,
            beats: 0,
            beat_at: None,
            sent: SentBeats::default(),
            said_promised: false,
            heard: 0,
            echo: 0,
            echo_rose: now,
            run: None,
            stream: None,
        }
    }
}
