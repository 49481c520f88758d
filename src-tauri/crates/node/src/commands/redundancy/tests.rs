use domain::history::{Chain, Epoch, Position, Sum};
use domain::ids::{LineageId, StationId};
use pair::view::View;
use pair::{Config, Now};
use uuid::Uuid;

use super::*;

const ME: StationId = StationId(Uuid::from_u128(1));

fn head() -> Head {
    let epoch = Epoch {
        number: 3,
        opener: ME,
    };
    let position = Position {
        lineage: LineageId(Uuid::from_u128(9)),
        epoch,
        seq: 7,
        chain: Chain(0xabc),
    };
    Head {
        position,
        sum: Sum(0xdef),
        journal_bytes: 0,
    }
}

fn snapshot(mode: pair::Mode, reason: Reason, edits: Edits) -> Snapshot {
    let view = View {
        mode,
        status: reason.status(),
        reason,
        since_ms: 1_000,
        armed: Armed::NotFailover,
        countdown: None,
        editable: matches!(edits, Edits::Allowed { .. }),
        lag: pair::view::Lag::default(),
        own: head(),
        peer_durable: None,
        peer: None,
        progress: None,
        retained: None,
        checked: None,
        difference: None,
        witness: None,
    };
    Snapshot {
        config: Config {
            mode,
            ..Config::default()
        },
        failover_offset_s: 30,
        view,
        edits,
        held: false,
        confirm_code: None,
        orphans: 0,
        listener_error: None,
        version: semver::Version::new(0, 1, 0),
        taken: Now {
            wall_ms: 10_000,
            ..Now::default()
        },
    }
}

fn refused(why: EditsRefused) -> Edits {
    Edits::Refused { why }
}

fn allowed() -> Edits {
    Edits::Allowed {
        epoch: head().position.epoch,
        until: None,
    }
}

#[test]
fn a_station_alone_is_written_as_the_contract_has_it() {
    let shown = serde_json::to_value(shown(&snapshot(
        pair::Mode::None,
        Reason::NoRedundancy,
        allowed(),
    )))
    .unwrap();
    assert_eq!(shown["status"], "no_redundancy");
    assert_eq!(shown["sum"], "00000000000000000000000000000def");
    let position = json!({ "lineage": LineageId(Uuid::from_u128(9)), "epoch": 3, "opener": ME, "seq": 7,
        "chain": "00000000000000000000000000000abc" });
    assert_eq!(shown["position"], position);
    for null in [
        "peer_url",
        "cure",
        "countdown_s",
        "lag",
        "peer",
        "peer_durable_seq",
        "progress",
        "confirm_code",
    ] {
        assert!(shown[null].is_null() && shown.get(null).is_some(), "{null}");
    }
    assert_eq!(shown["since"], "1970-01-01T00:00:01Z");
}

#[test]
fn a_countdown_shows_zero_only_when_it_has_fired() {
    let mut counting = snapshot(
        pair::Mode::SecondaryFailover { offset_s: 30 },
        Reason::NoAnswer,
        refused(EditsRefused::Secondary),
    );
    for (left_ms, shown_s) in [(30_000, 30), (29_001, 30), (29_000, 29), (1, 1), (0, 0)] {
        counting.view.countdown = Some(Duration::from_millis(left_ms));
        assert_eq!(shown(&counting).countdown_s, Some(shown_s), "{left_ms} ms");
    }
    assert!(shown(&counting).offers.hold_failover);
}

#[test]
fn every_offset_out_of_range_is_named_by_its_field_and_none_keeps_the_old_one() {
    assert_eq!(offset(None, 45), Ok(45));
    assert_eq!(offset(Some(2), 45), Ok(2));
    assert_eq!(offset(Some(86_400), 45), Ok(86_400));
    for bad in [1, 0, -30, 86_401, i64::MAX, i64::MIN] {
        let error = offset(Some(bad), 45).unwrap_err();
        assert_eq!(
            (error.code, &error.details["field"]),
            (ErrorCode::Invalid, &json!("failover_offset_s")),
            "{bad}"
        );
    }
}

#[test]
fn each_role_is_offered_its_own_steps() {
    let offers_of = |mode, reason, edits| offers(&snapshot(mode, reason, edits));
    let primary = offers_of(pair::Mode::Primary, Reason::Equal, allowed());
    assert!(
        primary.hand_over
            && primary.resync_now
            && !primary.make_primary
            && !primary.become_secondary
    );
    let secondary = offers_of(
        pair::Mode::SecondaryCopy,
        Reason::Equal,
        refused(EditsRefused::Secondary),
    );
    assert!(
        secondary.make_primary
            && secondary.resync_now
            && !secondary.hand_over
            && !secondary.become_secondary
    );
    let superseded = offers_of(
        pair::Mode::Primary,
        Reason::Superseded,
        refused(EditsRefused::Superseded),
    );
    assert!(superseded.make_primary && superseded.become_secondary && !superseded.hand_over);
    let waiting = offers_of(
        pair::Mode::Primary,
        Reason::Waiting,
        refused(EditsRefused::Waiting),
    );
    assert!(waiting.make_primary && !waiting.become_secondary && !waiting.resync_now);
    let alone = offers_of(pair::Mode::None, Reason::NoRedundancy, allowed());
    assert_eq!(alone, Offers::default());
}

#[test]
fn a_refusal_to_edit_has_its_sentence() {
    let waiting = snapshot(
        pair::Mode::Primary,
        Reason::Waiting,
        refused(EditsRefused::Waiting),
    );
    assert_eq!(
        read_only_reason(&waiting).as_deref(),
        Some(EditsRefused::Waiting.message())
    );
    assert_eq!(
        read_only_reason(&snapshot(pair::Mode::None, Reason::NoRedundancy, allowed())),
        None
    );
}
