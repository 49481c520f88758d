//! A station and a pair for the tests of what the shell says about them.

use domain::history::{Chain, Sum};
use domain::ids::{LineageId, StationId};
use node::api::{Mode, Offers, PeerView, PositionView, Reason, Redundancy, StationInfo, Status};

fn position() -> PositionView {
    let id = "0192f0a0-0000-7000-8000-000000000001";
    PositionView {
        lineage: id.parse::<LineageId>().unwrap(),
        epoch: 1,
        opener: id.parse::<StationId>().unwrap(),
        seq: 7,
        chain: Chain::default(),
    }
}

pub(crate) fn station(name: &str) -> StationInfo {
    StationInfo {
        station_id: position().opener,
        name: name.into(),
        version: "0.1.0".into(),
        url: "https://127.0.0.1:1/#sha256-00".into(),
        editable: true,
        read_only_reason: None,
        mode: Mode::None,
        user: "operator".into(),
        data_dir: "/data".into(),
    }
}

pub(crate) fn peer(name: &str, mode: Mode) -> PeerView {
    PeerView {
        station_id: position().opener,
        name: name.into(),
        version: "0.1.0".into(),
        mode,
        failover_offset_s: (mode == Mode::SecondaryFailover).then_some(30),
        position: position(),
        clock_difference_ms: None,
        last_contact: None,
        last_verify: None,
    }
}

pub(crate) fn redundancy(mode: Mode, status: Status) -> Redundancy {
    Redundancy {
        mode,
        peer_url: None,
        failover_offset_s: 30,
        status,
        reason: Reason::NoRedundancy,
        cause: "The cause.".into(),
        cure: None,
        since: "2026-11-22T10:00:00Z".into(),
        armed: false,
        unarmed_reason: None,
        countdown_s: None,
        held: false,
        lag: None,
        progress: None,
        position: position(),
        peer_durable_seq: None,
        sum: Sum::default(),
        last_verify: None,
        peer: None,
        confirm_code: None,
        difference: None,
        listener_error: None,
        auto_rejoin: false,
        journal_warning: None,
        orphans: 0,
        witness: None,
        offers: Offers::default(),
    }
}
