//! The page of a running station.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use pair::Reason;
use pair::check::Checked;
use pair::message::Head;
use pair::view::{Armed, Status};
use store::Store;

use super::exposition::{CONTENT_TYPE, Page};
use super::{JournalKept, Metrics};
use crate::redundancy::{RedundancyError, RedundancyHandle, Snapshot};

/// Every status, in the order of DESIGN.md 5.2.
const STATUSES: [Status; 7] = [
    Status::NoRedundancy,
    Status::Incompatible,
    Status::Unavailable,
    Status::Connecting,
    Status::NotSynced,
    Status::Syncing,
    Status::Synced,
];

/// What the page is made from.
#[derive(Clone)]
pub struct Exporter {
    /// What the station counts.
    pub metrics: Arc<Metrics>,
    /// How the pair stands.
    pub redundancy: RedundancyHandle,
    /// Where the data are.
    pub store: Store,
    /// What people call the station.
    pub name: String,
}

impl Exporter {
    /// The media type of [`Self::page`].
    pub const CONTENT_TYPE: &'static str = CONTENT_TYPE;

    /// Everything at this moment.
    ///
    /// # Errors
    /// While the station stops.
    pub async fn page(&self) -> Result<String, RedundancyError> {
        let now = self.redundancy.current().await?;
        let mut page = Page::default();
        self.station(&mut page, &now);
        pair(&mut page, &now);
        figures(&mut page, &now);
        checks(&mut page, &now, &self.metrics);
        self.journal(&mut page, &now.view.own);
        counted(&mut page, &self.metrics);
        Ok(page.text())
    }

    fn station(&self, page: &mut Page, now: &Snapshot) {
        let version = now.version.to_string();
        page.gauge("tandem_build_info", "The version that runs.")
            .with(&[("version", &version)], 1);
        let id = self.store.station().to_string();
        page.gauge("tandem_station_info", "Who this station is.")
            .with(&[("station_id", &id), ("name", &self.name)], 1);
        page.gauge(
            "tandem_station_editable",
            "Whether operators can edit on this station.",
        )
        .is(u8::from(now.view.editable));
        page.gauge(
            "tandem_orphans_open",
            "Edits that a successor never received, kept and not yet dealt with.",
        )
        .is(now.orphans);
    }

    fn journal(&self, page: &mut Page, own: &Head) {
        let kept = *self
            .metrics
            .journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(JournalKept {
            base_seq,
            base_bytes,
            unacknowledged,
        }) = kept
        else {
            return;
        };
        page.gauge("tandem_journal_entries", "Entries that the journal keeps.")
            .is(own.position.seq.saturating_sub(base_seq));
        page.gauge(
            "tandem_journal_bytes",
            "Bytes of changes that the journal keeps.",
        )
        .is(own.journal_bytes.saturating_sub(base_bytes));
        page.gauge(
            "tandem_journal_unacknowledged_bytes",
            "Bytes of changes that the peer had not acknowledged when the journal was last pruned.",
        )
        .may_be(unacknowledged.map(|(bytes, _)| bytes));
        page.gauge(
            "tandem_journal_unacknowledged_limit_bytes",
            "Bytes of unacknowledged changes beyond which the peer needs a full copy.",
        )
        .may_be(unacknowledged.map(|(_, limit)| limit));
    }
}

/// Status, mode and failover.
fn pair(page: &mut Page, now: &Snapshot) {
    let view = &now.view;
    page.gauge(
        "tandem_redundancy_status",
        "The status of the pair: 1 for the one that holds.",
    )
    .one_of("status", STATUSES.map(Status::code), view.status.code());
    page.gauge(
        "tandem_redundancy_reason",
        "Why the pair is in its status: 1 for the reason that holds.",
    )
    .one_of(
        "reason",
        Reason::ALL.iter().map(|reason| reason.code()),
        view.reason.code(),
    );
    page.gauge(
        "tandem_redundancy_mode",
        "The redundancy mode: 1 for the one that is set.",
    )
    .one_of(
        "mode",
        ["none", "primary", "secondary_copy", "secondary_failover"],
        mode(view.mode),
    );
    page.gauge(
        "tandem_redundancy_status_since_timestamp_seconds",
        "Since when the status and its reason hold.",
    )
    .is(ms(view.since_ms));
    page.gauge(
        "tandem_failover_armed",
        "Whether this secondary takes over by itself.",
    )
    .is(u8::from(view.armed == Armed::Armed));
    page.gauge(
        "tandem_failover_held",
        "Whether the operator holds the countdown.",
    )
    .is(u8::from(now.held));
    page.gauge(
        "tandem_failover_offset_seconds",
        "How long the primary must be unavailable before a secondary failover takes over.",
    )
    .is(now.failover_offset_s);
    page.gauge(
        "tandem_failover_countdown_seconds",
        "Time until this station takes over; absent while nothing counts.",
    )
    .may_be(view.countdown.map(secs));
}

/// Positions, lag and contact.
fn figures(page: &mut Page, now: &Snapshot) {
    let view = &now.view;
    let mut stations = vec![("self", &view.own)];
    stations.extend(view.peer.as_ref().map(|peer| ("peer", &peer.head)));
    let mut entry = page.gauge(
        "tandem_position_entry",
        "The last entry that a station holds durably.",
    );
    for (station, head) in &stations {
        entry.with(&[("station", station)], head.position.seq);
    }
    let mut epoch = page.gauge(
        "tandem_position_epoch",
        "The number of the epoch that a station is in.",
    );
    for (station, head) in &stations {
        epoch.with(&[("station", station)], head.position.epoch.number);
    }
    page.gauge(
        "tandem_peer_durable_entry",
        "On a primary: the last entry that its secondary holds durably.",
    )
    .may_be(view.peer_durable.map(|position| position.seq));
    let lag = view.peer.as_ref().map(|_| view.lag);
    page.gauge(
        "tandem_replication_lag_entries",
        "Entries that the secondary is behind.",
    )
    .may_be(lag.map(|lag| lag.entries));
    page.gauge(
        "tandem_replication_lag_bytes",
        "Bytes of changes that the secondary is behind.",
    )
    .may_be(lag.map(|lag| lag.bytes));
    page.gauge(
        "tandem_replication_lag_seconds",
        "Time since both were last known to be equal, while they are not.",
    )
    .may_be(lag.map(|lag| secs(lag.time)));
    let peer = view.peer.as_ref();
    page.gauge(
        "tandem_peer_last_contact_seconds",
        "Time since the peer was last heard.",
    )
    .may_be(peer.and_then(|peer| peer.last_contact).map(secs));
    page.gauge(
        "tandem_peer_clock_difference_seconds",
        "The peer's wall clock minus this station's.",
    )
    .may_be(peer.map(|peer| ms(peer.clock_difference_ms)));
}

/// The latest full checks, on both sides.
fn checks(page: &mut Page, now: &Snapshot, metrics: &Metrics) {
    let peer = now.view.peer.as_ref().and_then(|peer| peer.checked);
    let known: Vec<(&str, Checked)> = [("self", now.view.checked), ("peer", peer)]
        .into_iter()
        .filter_map(|(station, checked)| Some((station, checked?)))
        .collect();
    let mut each = |name, help, value: &dyn Fn(&Checked) -> f64| {
        let mut family = page.gauge(name, help);
        for (station, checked) in &known {
            family.with(&[("station", station)], value(checked));
        }
    };
    each(
        "tandem_verify_ok",
        "Whether the latest full check found a station's data as its journal made them.",
        &|checked| f64::from(u8::from(checked.ok)),
    );
    each(
        "tandem_verify_timestamp_seconds",
        "When the latest full check ended, by the clock of its station.",
        &|checked| ms(checked.at_ms),
    );
    each(
        "tandem_verify_duration_seconds",
        "How long the latest full check took.",
        &|checked| secs(Duration::from_millis(checked.took_ms)),
    );
    each(
        "tandem_verify_cells",
        "Cells that the latest full check scanned.",
        &|checked| checked.cells as f64,
    );
    let mut outcomes = page.counter(
        "tandem_verifications_total",
        "Full checks of this station's data, by what they found.",
    );
    let counted = metrics.verifications.get();
    for outcome in ["ok", "damaged", "not_made"] {
        outcomes.with(
            &[("outcome", outcome)],
            counted.get(outcome).copied().unwrap_or(0),
        );
    }
}

/// What was counted since the process began.
fn counted(page: &mut Page, metrics: &Metrics) {
    let mut edits = page.counter(
        "tandem_edits_total",
        "Commands that edit, by ok or the code of their error.",
    );
    edits.with(
        &[("outcome", "ok")],
        metrics.edits.get().get("ok").copied().unwrap_or(0),
    );
    for (outcome, count) in metrics.edits.get() {
        if outcome != "ok" {
            edits.with(&[("outcome", outcome)], count);
        }
    }
    let mut epochs = page.counter(
        "tandem_epochs_opened_total",
        "Epochs that this station opened, by why: failover, make_primary and switch are promotions.",
    );
    let opened = metrics.epochs_opened.get();
    for why in [
        "failover",
        "make_primary",
        "overridden",
        "switch",
        "configured",
        "unclean_stop",
        "restored",
        "decided",
    ] {
        epochs.with(&[("why", why)], opened.get(why).copied().unwrap_or(0));
    }
    for (name, help, counter) in [
        (
            "tandem_entries_committed_total",
            "Entries that were committed on this station.",
            &metrics.entries_committed,
        ),
        (
            "tandem_entries_applied_total",
            "Entries of the primary that were applied here.",
            &metrics.entries_applied,
        ),
        (
            "tandem_heartbeats_sent_total",
            "Heartbeats to the peer.",
            &metrics.heartbeats_sent,
        ),
        (
            "tandem_heartbeats_received_total",
            "Heartbeats of the peer.",
            &metrics.heartbeats_received,
        ),
        (
            "tandem_links_opened_total",
            "Links between the stations that were opened, by either.",
            &metrics.links_opened,
        ),
        (
            "tandem_link_sent_bytes_total",
            "Bytes of frames to the peer.",
            &metrics.sent_bytes,
        ),
        (
            "tandem_link_received_bytes_total",
            "Bytes of frames of the peer.",
            &metrics.received_bytes,
        ),
        (
            "tandem_snapshots_sent_total",
            "Full copies that were sent to the secondary.",
            &metrics.snapshots_sent,
        ),
        (
            "tandem_snapshots_installed_total",
            "Full copies of the primary that were put in place here.",
            &metrics.snapshots_installed,
        ),
        (
            "tandem_resyncs_total",
            "Resyncs that made this station's data its primary's, by moving what differed.",
            &metrics.resyncs,
        ),
        (
            "tandem_rewinds_total",
            "Times that this station's history was cut back.",
            &metrics.rewinds,
        ),
    ] {
        page.counter(name, help).is(counter.get());
    }
    page.histogram(
        "tandem_commit_duration_seconds",
        "From the end of an edit's changes until they were durable on this station.",
        &metrics.commits,
    );
    page.histogram(
        "tandem_apply_duration_seconds",
        "From the arrival of entries of the primary until they were durable on this station.",
        &metrics.applies,
    );
}

fn mode(mode: pair::Mode) -> &'static str {
    match mode {
        pair::Mode::None => "none",
        pair::Mode::Primary => "primary",
        pair::Mode::SecondaryCopy => "secondary_copy",
        pair::Mode::SecondaryFailover { .. } => "secondary_failover",
    }
}

fn secs(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

/// Milliseconds as seconds.
fn ms(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}
