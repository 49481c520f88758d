//! What the pair looks like at one moment, for operators and programs.

use pair::action::Edits;
use pair::{Config, Mode, Now, Reason, State, View};

use super::connection::Connection;

/// The failover offset that the form shows before one was set, in seconds.
const OFFSET_DEFAULT_S: u32 = 30;

/// Everything that is shown of the redundancy of this station.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// This station's version.
    pub version: semver::Version,
    /// What the operator set.
    pub config: Config,
    /// The failover offset in whole seconds: as set, as last set, or the default.
    pub failover_offset_s: u32,
    /// Status, reason and figures.
    pub view: View,
    /// Whether operators may edit here, and why not.
    pub edits: Edits,
    /// Whether the operator stopped the countdown.
    pub held: bool,
    /// The short code that both screens show, as `1234 5678`; `None` where there is none to confirm.
    pub confirm_code: Option<String>,
    /// Entries that are kept as orphans and not yet dealt with.
    pub orphans: u64,
    /// Why the peer listener is not open though a mode is set; `None` where it is, or need not be.
    pub listener_error: Option<String>,
    /// When this was taken.
    pub taken: Now,
}

impl Snapshot {
    pub(super) fn of(state: &State, connection: &Connection, orphans: u64, now: Now) -> Self {
        let durable = state.durable();
        let offset = |mode: Mode| match mode {
            Mode::SecondaryFailover { offset_s } => Some(offset_s),
            Mode::None | Mode::Primary | Mode::SecondaryCopy => None,
        };
        let view = state.view(now);
        let code = connection
            .code_to_show()
            .filter(|_| view.reason == Reason::ConfirmCode);
        Self {
            version: state.identity().version.clone(),
            config: durable.config.clone(),
            failover_offset_s: offset(durable.config.mode)
                .or_else(|| durable.former_mode.and_then(offset))
                .unwrap_or(OFFSET_DEFAULT_S),
            view,
            edits: state.edits(now),
            held: durable.held,
            confirm_code: code.map(|agreed| agreed.code.to_string()),
            orphans,
            listener_error: connection.listener_error(),
            taken: now,
        }
    }

    /// True where two snapshots differ in more than the passing of time.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        let timeless = |snapshot: &Self| {
            let mut copy = snapshot.clone();
            copy.taken = Now::default();
            copy.view.countdown = None;
            copy.view.lag.time = std::time::Duration::ZERO;
            if let Some(witness) = &mut copy.view.witness {
                witness.left = None;
            }
            if let Edits::Allowed { until, .. } = &mut copy.edits {
                *until = None;
            }
            if let Some(peer) = &mut copy.view.peer {
                peer.last_contact = None;
                peer.clock_difference_ms = 0;
            }
            copy
        };
        timeless(self) != timeless(other)
    }
}
