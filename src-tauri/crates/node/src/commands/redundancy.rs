//! The pair as operators see and command it.

use std::time::Duration;

use jiff::Timestamp;
use pair::action::{Edits, EditsRefused};
use pair::check::Checked;
use pair::message::Head;
use pair::view::{Armed, Retained};
use serde_json::{Value, json};
use store::{LogLine, tables};

use super::Desk;
use super::desk::instant_us;
use super::errors::sentence;
use crate::api::{
    ApiError, ConfirmPeer, Difference, ErrorCode, GetRedundancyLog, Lag, LastVerify, MakePrimary,
    Mode, Offers, PeerView, PositionView, Progress, Reason, Redundancy, RedundancyLogEntry,
    SetRedundancy, Status, Verified, Witness, WitnessState,
};
use crate::redundancy::{self, RedundancyHandle, Snapshot};
use crate::witness;

/// Lines of the log that are answered where no limit is given, and at most.
const LOG_DEFAULT: u32 = 100;
const LOG_MAX: u32 = 10_000;

/// `get_redundancy`.
///
/// # Errors
/// `unavailable` while the station stops.
pub async fn get(handle: &RedundancyHandle) -> Result<Redundancy, ApiError> {
    Ok(shown(&*handle.current().await?))
}

/// `set_redundancy`.
///
/// # Errors
/// `invalid` for a bad URL or offset, `conflict` where this station's data would be replaced without confirmation.
pub async fn set(
    handle: &RedundancyHandle,
    desk: &Desk,
    args: SetRedundancy,
) -> Result<Redundancy, ApiError> {
    let offset_s = offset(args.failover_offset_s, handle.snapshot().failover_offset_s)?;
    let mode = match args.mode {
        Mode::None => pair::Mode::None,
        Mode::Primary => pair::Mode::Primary,
        Mode::SecondaryCopy => pair::Mode::SecondaryCopy,
        Mode::SecondaryFailover => pair::Mode::SecondaryFailover { offset_s },
    };
    let settings = redundancy::SetRedundancy {
        mode,
        peer_url: args.peer_url,
        auto_rejoin: args.auto_rejoin,
        confirm_replace: args.confirm_replace.unwrap_or(false),
        witness: args.witness.map(|witness| {
            witness.map(|typed| witness::SetWitness {
                url: typed.url,
                user: typed.user,
                password: typed.password,
            })
        }),
    };
    if let Err(error) = handle.configure(settings).await {
        let error = ApiError::from(error);
        return Err(if error.code == ErrorCode::Conflict {
            error.with(counts(desk).await?)
        } else {
            error
        });
    }
    get(handle).await
}

/// What would be replaced.
async fn counts(desk: &Desk) -> Result<Value, ApiError> {
    let mut reader = desk.read().await?;
    let playlists = tables::playlists::list(&mut reader, None, None)
        .await?
        .len();
    let items = tables::items::count(&mut reader).await?;
    let assets = tables::assets::count(&mut reader).await?;
    let templates = tables::templates::count(&mut reader).await?;
    Ok(json!({ "playlists": playlists, "items": items, "assets": assets, "templates": templates }))
}

/// `get_redundancy_log`.
///
/// # Errors
/// `internal`.
pub async fn log(desk: &Desk, args: GetRedundancyLog) -> Result<Vec<RedundancyLogEntry>, ApiError> {
    let limit = args.limit.unwrap_or(LOG_DEFAULT).min(LOG_MAX);
    let lines = desk.store().redundancy_log(limit).await?;
    let entry = |line: LogLine| RedundancyLogEntry {
        at: instant_us(line.at_us),
        event: line.event,
        detail: line.detail,
    };
    Ok(lines.into_iter().map(entry).collect())
}

/// A failover offset as a request gives it: whole seconds in the range that the pair knows.
fn offset(given: Option<i64>, kept: u32) -> Result<u32, ApiError> {
    let Some(given) = given else { return Ok(kept) };
    u32::try_from(given)
        .ok()
        .filter(|offset| pair::time::OFFSET_S.contains(offset))
        .ok_or_else(|| {
            let (min, max) = (pair::time::OFFSET_S.start(), pair::time::OFFSET_S.end());
            let message = format!(
                "The failover offset must be whole seconds from {min} to {max}, not {given}."
            );
            ApiError::invalid("failover_offset_s", message)
        })
}

/// `confirm_peer`.
///
/// # Errors
/// `invalid` for another code, `conflict` where there is none to confirm.
pub async fn confirm_peer(
    handle: &RedundancyHandle,
    args: ConfirmPeer,
) -> Result<Redundancy, ApiError> {
    handle.confirm_peer(&args.code).await?;
    get(handle).await
}

/// `make_primary`.
///
/// # Errors
/// As the pair refuses it: `invalid`, `conflict`, `incompatible`, `busy`, `unavailable`.
pub async fn make_primary(
    handle: &RedundancyHandle,
    args: MakePrimary,
) -> Result<Redundancy, ApiError> {
    handle.make_primary(args.force.unwrap_or(false)).await?;
    get(handle).await
}

/// `hand_over`.
///
/// # Errors
/// As [`make_primary`].
pub async fn hand_over(handle: &RedundancyHandle) -> Result<Redundancy, ApiError> {
    handle.hand_over().await?;
    get(handle).await
}

/// `become_secondary`.
///
/// # Errors
/// As [`make_primary`].
pub async fn become_secondary(handle: &RedundancyHandle) -> Result<Redundancy, ApiError> {
    handle.become_secondary().await?;
    get(handle).await
}

/// `resync_now`.
///
/// # Errors
/// As [`make_primary`].
pub async fn resync_now(handle: &RedundancyHandle) -> Result<Redundancy, ApiError> {
    handle.resync_now().await?;
    get(handle).await
}

/// `hold_failover`.
///
/// # Errors
/// As [`make_primary`].
pub async fn hold_failover(handle: &RedundancyHandle) -> Result<Redundancy, ApiError> {
    handle.hold_failover().await?;
    get(handle).await
}

/// `verify`.
///
/// # Errors
/// `internal`, also where SQLite finds a broken page; `unavailable` while the station stops.
pub async fn verify(handle: &RedundancyHandle) -> Result<Verified, ApiError> {
    let store::Verified {
        ok,
        head,
        scanned_sum,
        cells,
        took,
    } = handle.verify().await?;
    Ok(Verified {
        ok,
        sum: head.sum,
        scanned_sum,
        cells,
        ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    })
}

/// How long [`settled`] waits: a disk that hangs must not hide the station.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Waits until the pair's machine has carried out what it decided last about who may edit, so that a station that
/// answers takes edits, or says why not. A primary that asks its peer first is not waited for.
pub async fn settled(handle: &RedundancyHandle) {
    let changing = |snapshot: &Snapshot| {
        let why = EditsRefused::Changing;
        snapshot.edits == Edits::Refused { why }
    };
    let wait = async {
        // An answer comes only after what was decided before was begun.
        if handle
            .current()
            .await
            .is_ok_and(|snapshot| changing(&snapshot))
        {
            let _ = handle
                .subscribe()
                .wait_for(|snapshot| !changing(snapshot))
                .await;
        }
    };
    if tokio::time::timeout(SETTLE_TIMEOUT, wait).await.is_err() {
        tracing::warn!("the pair's machine does not come to rest; edits are refused until it has");
    }
}

/// Why edits are refused now, in one sentence; `None` where they are not.
#[must_use]
pub fn read_only_reason(snapshot: &Snapshot) -> Option<String> {
    match snapshot.edits {
        Edits::Allowed { .. } => None,
        Edits::Refused { why } => Some(why.message().to_owned()),
    }
}

/// The pair as the contract writes it.
#[must_use]
pub fn shown(snapshot: &Snapshot) -> Redundancy {
    let view = &snapshot.view;
    let alone = view.status == Status::NoRedundancy;
    let (cause, cure) = explained(snapshot);
    Redundancy {
        mode: view.mode.into(),
        peer_url: snapshot.config.peer.as_ref().map(|peer| peer.url.clone()),
        failover_offset_s: snapshot.failover_offset_s,
        status: view.status,
        reason: view.reason,
        cause,
        cure: (view.reason != Reason::Equal && !alone).then_some(cure),
        since: instant(view.since_ms),
        armed: view.armed == Armed::Armed,
        unarmed_reason: unarmed_reason(view.armed).map(str::to_owned),
        // Rounded up: a countdown that shows 0 has fired.
        countdown_s: view
            .countdown
            .map(|left| u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)),
        held: snapshot.held,
        lag: view.peer.as_ref().map(|_| Lag {
            entries: view.lag.entries,
            bytes: view.lag.bytes,
            ms: u64::try_from(view.lag.time.as_millis()).unwrap_or(u64::MAX),
        }),
        progress: view.progress.map(|progress| Progress {
            done: progress.done,
            total: progress.total,
        }),
        position: position(&view.own),
        peer_durable_seq: view.peer_durable.map(|position| position.seq),
        sum: view.own.sum,
        last_verify: view.checked.as_ref().map(last_verify),
        peer: view.peer.as_ref().map(|peer| shown_peer(peer, snapshot)),
        confirm_code: snapshot.confirm_code.clone(),
        difference: view.difference.map(|difference| Difference {
            shared_seq: difference.shared_seq,
            only_here: difference.only_here,
            only_there: difference.only_there,
        }),
        auto_rejoin: snapshot.config.auto_rejoin,
        listener_error: snapshot.listener_error.as_deref().map(sentence),
        journal_warning: view.retained.as_ref().map(journal_warning),
        orphans: snapshot.orphans,
        witness: shown_witness(snapshot),
        offers: offers(snapshot),
    }
}

fn shown_witness(snapshot: &Snapshot) -> Option<Witness> {
    let set = snapshot.config.witness.as_ref()?;
    let view = snapshot.view.witness;
    let until = view.and_then(|view| view.left).map(|left| {
        snapshot.taken.wall_ms + i64::try_from(left.as_millis()).unwrap_or(i64::MAX / 2)
    });
    Some(Witness {
        url: set.url.clone(),
        user: set.user.clone(),
        state: view.map_or(WitnessState::Unknown, |view| view.state),
        until: until.map(instant),
        failure: view
            .and_then(|view| view.failure)
            .map(|failure| failure.words().to_owned()),
        overridden: view.is_some_and(|view| view.overridden),
    })
}

/// Cause and cure in one sentence each; with both versions, and the station to update, where the versions differ.
fn explained(snapshot: &Snapshot) -> (String, String) {
    let reason = snapshot.view.reason;
    match &snapshot.view.peer {
        Some(peer) if reason == Reason::DifferentVersion => {
            let older = if snapshot.version < peer.version {
                "this station"
            } else {
                peer.name.as_str()
            };
            (
                format!(
                    "This station runs Tandem {} and {} runs {}, so nothing is copied.",
                    snapshot.version, peer.name, peer.version
                ),
                format!("Update {older}, so that both run the same version."),
            )
        }
        _ => (reason.cause().to_owned(), reason.cure().to_owned()),
    }
}

fn shown_peer(peer: &pair::view::PeerView, snapshot: &Snapshot) -> PeerView {
    let heard_ms = peer
        .last_contact
        .map(|ago| snapshot.taken.wall_ms - i64::try_from(ago.as_millis()).unwrap_or(i64::MAX));
    PeerView {
        station_id: peer.station,
        name: peer.name.clone(),
        version: peer.version.to_string(),
        mode: peer.mode.into(),
        failover_offset_s: match peer.mode {
            pair::Mode::SecondaryFailover { offset_s } => Some(offset_s),
            pair::Mode::None | pair::Mode::Primary | pair::Mode::SecondaryCopy => None,
        },
        position: position(&peer.head),
        clock_difference_ms: Some(peer.clock_difference_ms),
        last_contact: heard_ms.map(instant),
        last_verify: peer.checked.as_ref().map(last_verify),
    }
}

/// Long before the journal has to drop what the other station still needs.
fn journal_warning(retained: &Retained) -> String {
    if retained.peer_cut_off {
        return "The other station has been away for so long that its journal cannot be continued: when it is back, all data is \
                compared, and what differs is copied."
            .into();
    }
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    format!(
        "The journal keeps {} of at most {} MiB for the other station, which has not acknowledged it: bring that station back, or \
         all data will have to be compared when it is.",
        mib(retained.bytes),
        mib(retained.bytes_max)
    )
}

fn last_verify(checked: &Checked) -> LastVerify {
    LastVerify {
        at: instant(checked.at_ms),
        ok: checked.ok,
        cells: checked.cells,
        ms: checked.took_ms,
    }
}

fn position(head: &Head) -> PositionView {
    let position = &head.position;
    PositionView {
        lineage: position.lineage,
        epoch: position.epoch.number,
        opener: position.epoch.opener,
        seq: position.seq,
        chain: position.chain,
    }
}

/// The steps that the pair would take now. It decides when it is asked; this says what is worth a button.
fn offers(snapshot: &Snapshot) -> Offers {
    let view = &snapshot.view;
    let leads = view.mode == pair::Mode::Primary;
    let in_step = matches!(view.status, Status::Synced | Status::Syncing);
    // Nothing that the secondary fetched anew would mend the primary.
    let heals_by_switch = view.reason == Reason::PrimaryDamaged;
    let refused = match snapshot.edits {
        Edits::Allowed { .. } => None,
        Edits::Refused { why } => Some(why),
    };
    let beaten = leads
        && matches!(
            refused,
            Some(EditsRefused::Superseded | EditsRefused::Forked)
        );
    let waits =
        leads && (refused == Some(EditsRefused::Waiting) || view.reason == Reason::HandoverOpen);
    let peer_follows = view
        .peer
        .as_ref()
        .is_some_and(|peer| peer.mode.is_secondary());
    Offers {
        make_primary: view.mode.is_secondary()
            || beaten
            || waits
            || refused == Some(EditsRefused::NoLease),
        hand_over: leads && (in_step || heals_by_switch) && view.editable,
        become_secondary: beaten && !peer_follows,
        resync_now: (in_step || view.status == Status::NotSynced) && !heals_by_switch,
        hold_failover: view.countdown.is_some(),
        confirm_peer: snapshot.confirm_code.is_some(),
    }
}

/// Why a secondary failover would not take over, for people.
fn unarmed_reason(armed: Armed) -> Option<&'static str> {
    match armed {
        Armed::Armed | Armed::NotFailover => None,
        Armed::NeverSynced => Some("It has not completed a sync with this primary yet."),
        Armed::NotInStep => {
            Some("It was not in step with the primary when they were last in contact.")
        }
        Armed::Held => Some("The operator holds the countdown until contact returns."),
        Armed::PromotionFails => {
            Some("The takeover cannot be written to this station's disk; it is tried again.")
        }
    }
}

fn instant(unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}

#[cfg(test)]
mod tests;
