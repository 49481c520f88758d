//! Two stations in one process: real databases, real sockets, real TLS.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use pair::{Mode, Reason, Status};
use store::tables::{TableError, playlists};
use store::{EditMeta, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Options, RedundancyError, RedundancyHandle, SetRedundancy, Snapshot, start};
use crate::link::peer_url::PeerUrl;

const DEADLINE: Duration = Duration::from_secs(30);
const OFFSET_S: u32 = 2;
const FAILOVER: Mode = Mode::SecondaryFailover { offset_s: OFFSET_S };

/// A station on a runtime of its own, so that it can be ended as if it had been killed.
struct Station {
    store: Store,
    handle: RedundancyHandle,
    runtime: Option<Runtime>,
}

impl Drop for Station {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Station {
    async fn start(dir: &Path) -> Self {
        let dir: PathBuf = dir.to_owned();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let started = runtime.spawn(async move {
            let store = open_when_free(&dir).await;
            let options = Options {
                store: store.clone(),
                name: dir.file_name().unwrap().to_string_lossy().into_owned(),
                version: semver::Version::new(0, 1, 0),
                listen: Some(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0)),
                verify_every: None,
                metrics: Arc::default(),
                questions: tokio::sync::mpsc::channel(1).0,
            };
            (store, start(options).await.unwrap())
        });
        let (store, handle) = started.await.unwrap();
        Self {
            store,
            handle,
            runtime: Some(runtime),
        }
    }

    async fn set(&self, mode: Mode, peer: &str) -> Result<(), RedundancyError> {
        let peer_url = Some(peer.to_owned());
        self.handle
            .configure(SetRedundancy {
                mode,
                peer_url,
                auto_rejoin: None,
                witness: None,
                confirm_replace: false,
            })
            .await
    }

    /// Adds the playlist of a day: one journal entry.
    async fn edit(&self, day: i32) -> Result<u64, TableError> {
        let date = Date::constant(2026, 1, 1)
            .checked_add(jiff::Span::new().days(day))
            .unwrap();
        let store = self.store.clone();
        let edit = async move {
            let meta = EditMeta::new("operator", format!("Add the playlist of {date}"));
            store
                .write(meta, async move |conn| playlists::ensure(conn, date).await)
                .await
        };
        self.runtime
            .as_ref()
            .unwrap()
            .spawn(edit)
            .await
            .unwrap()
            .map(|written: store::Written<_>| written.seq)
    }

    async fn wait(&self, what: &str, arrived: impl FnMut(&Snapshot) -> bool) -> Arc<Snapshot> {
        wait(&self.handle, what, arrived).await
    }

    async fn wait_for(&self, status: Status) -> Arc<Snapshot> {
        self.wait(status.code(), |snapshot| snapshot.view.status == status)
            .await
    }

    /// Ends the station as SIGKILL would.
    fn kill(self) {
        drop(self);
    }

    /// Ends the station in order.
    async fn stop(self) {
        self.handle.stop().await;
        self.store.close().await.unwrap();
        self.kill();
    }
}

async fn open_when_free(dir: &Path) -> Store {
    let opened = async {
        loop {
            match Store::open(dir).await {
                Ok(store) => return store,
                Err(store::OpenError::InUse { .. }) => {
                    tokio::time::sleep(Duration::from_millis(20)).await
                }
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::time::timeout(DEADLINE, opened)
        .await
        .expect("the killed station lets go of its directory")
}

async fn wait(
    handle: &RedundancyHandle,
    what: &str,
    mut arrived: impl FnMut(&Snapshot) -> bool,
) -> Arc<Snapshot> {
    let mut snapshots = handle.subscribe();
    let found =
        tokio::time::timeout(DEADLINE, snapshots.wait_for(|snapshot| arrived(snapshot))).await;
    match found {
        Ok(found) => found.expect("the station runs").clone(),
        Err(_) => panic!("not {what} in time: {:#?}", handle.snapshot().view),
    }
}

/// A primary with one edit, and a secondary that follows it, in step.
struct Pair {
    primary: Station,
    secondary: Station,
    primary_dir: TempDir,
    secondary_dir: TempDir,
}

impl Pair {
    async fn in_step(mode: Mode) -> Self {
        let (primary_dir, secondary_dir) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (primary, secondary) = (
            Station::start(primary_dir.path()).await,
            Station::start(secondary_dir.path()).await,
        );
        primary
            .wait("editable", |snapshot| snapshot.view.editable)
            .await;
        primary.edit(0).await.unwrap();
        primary
            .set(Mode::Primary, &secondary.handle.own_url())
            .await
            .unwrap();
        secondary
            .set(mode, &primary.handle.own_url())
            .await
            .unwrap();
        let pair = Self {
            primary,
            secondary,
            primary_dir,
            secondary_dir,
        };
        pair.wait_in_step().await;
        pair
    }

    async fn wait_in_step(&self) {
        in_step(&self.primary, &self.secondary).await;
    }
}

/// Waits until both say Synced at one position, and checks that they hold the same, to the row.
async fn in_step(one: &Station, other: &Station) {
    let head = one.store.head();
    let synced = |snapshot: &Snapshot| {
        snapshot.view.status == Status::Synced
            && snapshot.view.own.position.seq >= head.position.seq
    };
    one.wait("synced", synced).await;
    other.wait("synced", synced).await;
    assert_eq!(one.store.head().position, other.store.head().position);
    let (here, there) = (
        one.store.verify().await.unwrap(),
        other.store.verify().await.unwrap(),
    );
    assert!(here.ok && there.ok);
    assert_eq!(here.scanned_sum, there.scanned_sum);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_alone_edits_and_opens_no_port() {
    let dir = tempfile::tempdir().unwrap();
    let station = Station::start(dir.path()).await;
    station
        .wait("editable", |snapshot| snapshot.view.editable)
        .await;
    station.edit(0).await.unwrap();
    let url: PeerUrl = station.handle.own_url().parse().unwrap();
    assert!(url.fingerprint().is_some());
    let port = station
        .handle
        .own_url()
        .split(['/', ':', '#'])
        .nth(4)
        .unwrap()
        .parse::<u16>()
        .unwrap();
    assert!(
        tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .is_err()
    );
    station.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_comes_into_step_and_every_edit_arrives() {
    let pair = Pair::in_step(Mode::SecondaryCopy).await;
    for day in 1..=20 {
        pair.primary.edit(day).await.unwrap();
    }
    pair.wait_in_step().await;
    let acknowledged = pair.primary.wait("acknowledged", |snapshot| {
        snapshot
            .view
            .peer_durable
            .is_some_and(|position| position.seq == 21)
    });
    acknowledged.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secondary_refuses_every_edit() {
    let pair = Pair::in_step(FAILOVER).await;
    let refused = pair.secondary.edit(1).await.unwrap_err();
    assert!(
        matches!(refused, TableError::Store(store::Error::ReadOnly { .. })),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stations_own_data_is_replaced_only_when_its_operator_agrees_and_a_backup_is_kept() {
    let (primary_dir, other_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (primary, other) = (
        Station::start(primary_dir.path()).await,
        Station::start(other_dir.path()).await,
    );
    for (station, days) in [(&primary, 0..40), (&other, 100..103)] {
        station
            .wait("editable", |snapshot| snapshot.view.editable)
            .await;
        for day in days {
            station.edit(day).await.unwrap();
        }
    }
    primary
        .set(Mode::Primary, &other.handle.own_url())
        .await
        .unwrap();
    let refused = other
        .set(FAILOVER, &primary.handle.own_url())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "conflict");
    assert_eq!(other.handle.current().await.unwrap().view.mode, Mode::None);
    assert_eq!(other.store.head().position.seq, 3);

    let agreed = SetRedundancy {
        mode: FAILOVER,
        peer_url: Some(primary.handle.own_url()),
        auto_rejoin: None,
        witness: None,
        confirm_replace: true,
    };
    other.handle.configure(agreed).await.unwrap();
    in_step(&primary, &other).await;
    assert_eq!(other.store.backups().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secondary_that_was_away_catches_up() {
    let pair = Pair::in_step(Mode::SecondaryCopy).await;
    pair.secondary.stop().await;
    pair.primary.wait_for(Status::Unavailable).await;
    for day in 1..=300 {
        pair.primary.edit(day).await.unwrap();
    }
    let secondary = Station::start(pair.secondary_dir.path()).await;
    in_step(&pair.primary, &secondary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secondary_failover_takes_over_and_the_old_primary_follows_it() {
    let pair = Pair::in_step(FAILOVER).await;
    pair.secondary
        .wait("armed", |snapshot| {
            snapshot.view.armed == pair::view::Armed::Armed
        })
        .await;
    pair.primary.kill();
    let successor = pair.secondary;
    successor
        .wait("primary", |snapshot| {
            snapshot.view.mode == Mode::Primary && snapshot.view.editable
        })
        .await;
    successor.edit(7).await.unwrap();

    let returned = Station::start(pair.primary_dir.path()).await;
    let met = returned.wait_for(Status::Incompatible).await;
    assert_eq!(met.view.reason, Reason::Superseded);
    successor.wait_for(Status::Incompatible).await;
    assert!(returned.edit(8).await.is_err());
    returned.handle.become_secondary().await.unwrap();
    in_step(&successor, &returned).await;
    assert_eq!(returned.handle.snapshot().view.mode, FAILOVER);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_old_primary_had_is_kept_as_orphans() {
    let pair = Pair::in_step(Mode::SecondaryCopy).await;
    pair.secondary.kill();
    pair.primary.edit(1).await.unwrap();
    pair.primary.edit(2).await.unwrap();
    pair.primary.kill();

    let successor = Station::start(pair.secondary_dir.path()).await;
    successor.wait_for(Status::Unavailable).await;
    successor.handle.make_primary(true).await.unwrap();
    successor.edit(3).await.unwrap();
    let returned = Station::start(pair.primary_dir.path()).await;
    returned
        .wait("superseded", |snapshot| {
            snapshot.view.reason == Reason::Superseded
        })
        .await;
    returned.handle.become_secondary().await.unwrap();
    in_step(&successor, &returned).await;
    let (_, orphans) = returned.store.orphans(10).await.unwrap();
    let labels: Vec<_> = orphans
        .iter()
        .map(|kept| kept.orphan.label.as_str())
        .collect();
    assert_eq!(
        labels,
        [
            "Add the playlist of 2026-01-02",
            "Add the playlist of 2026-01-03"
        ]
    );
    returned
        .wait("two orphans shown", |snapshot| snapshot.orphans == 2)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_switch_exchanges_the_roles_and_loses_nothing() {
    let pair = Pair::in_step(FAILOVER).await;
    pair.primary.edit(1).await.unwrap();
    pair.wait_in_step().await;
    pair.secondary.handle.make_primary(false).await.unwrap();
    pair.secondary
        .wait("editing", |snapshot| snapshot.view.editable)
        .await;
    pair.secondary.edit(2).await.unwrap();
    pair.primary
        .wait("following", |snapshot| snapshot.view.mode == FAILOVER)
        .await;
    in_step(&pair.secondary, &pair.primary).await;

    pair.secondary.handle.hand_over().await.unwrap();
    pair.primary
        .wait("editing", |snapshot| snapshot.view.editable)
        .await;
    pair.primary.edit(3).await.unwrap();
    in_step(&pair.primary, &pair.secondary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn urls_without_fingerprints_pair_by_a_code_confirmed_on_both_screens() {
    let (one_dir, two_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, two) = (
        Station::start(one_dir.path()).await,
        Station::start(two_dir.path()).await,
    );
    let bare = |station: &Station| {
        station
            .handle
            .own_url()
            .split_once('#')
            .unwrap()
            .0
            .to_owned()
    };
    one.set(Mode::Primary, &bare(&two)).await.unwrap();
    two.set(Mode::SecondaryCopy, &bare(&one)).await.unwrap();
    let shown = one
        .wait("a code", |snapshot| snapshot.confirm_code.is_some())
        .await
        .confirm_code
        .clone()
        .unwrap();
    two.wait("the same code", |snapshot| {
        snapshot.confirm_code.as_ref() == Some(&shown)
    })
    .await;

    let wrong = if shown.starts_with('0') {
        "1111 1111"
    } else {
        "0000 0000"
    };
    assert!(matches!(
        one.handle.confirm_peer(wrong).await,
        Err(RedundancyError::WrongCode)
    ));
    one.handle.confirm_peer(&shown).await.unwrap();
    two.handle.confirm_peer(&shown).await.unwrap();
    in_step(&one, &two).await;
    let pinned = one.handle.snapshot().config.peer.clone().unwrap();
    assert_eq!(pinned.url, two.handle.own_url());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_certificate_is_named() {
    let (one_dir, two_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, two) = (
        Station::start(one_dir.path()).await,
        Station::start(two_dir.path()).await,
    );
    let (one_url, two_url) = (one.handle.own_url(), two.handle.own_url());
    let place = two_url.split_once('#').unwrap().0;
    let stranger = crate::link::fingerprint::Fingerprint::of_certificate(b"stranger");
    one.set(Mode::Primary, &format!("{place}#{stranger}"))
        .await
        .unwrap();
    two.set(Mode::SecondaryCopy, &one_url).await.unwrap();
    one.wait("wrong certificate", |snapshot| {
        snapshot.view.reason == Reason::WrongCertificate
    })
    .await;
    assert_eq!(one.handle.snapshot().view.status, Status::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_types_wrong_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let station = Station::start(dir.path()).await;
    let before = station.handle.current().await.unwrap();
    let url = station.handle.own_url();
    for (mode, peer, code) in [
        (Mode::Primary, "http://studio-b:7411", "invalid"),
        (Mode::Primary, "https://studio-b", "invalid"),
        (
            Mode::SecondaryFailover { offset_s: 1 },
            url.as_str(),
            "invalid",
        ),
        (
            Mode::SecondaryFailover { offset_s: 86_401 },
            url.as_str(),
            "invalid",
        ),
    ] {
        assert_eq!(
            station.set(mode, peer).await.unwrap_err().code(),
            code,
            "{peer}"
        );
    }
    let no_url = SetRedundancy {
        mode: Mode::Primary,
        peer_url: None,
        auto_rejoin: None,
        witness: None,
        confirm_replace: false,
    };
    assert_eq!(
        station.handle.configure(no_url).await.unwrap_err().field(),
        Some("peer_url")
    );
    assert_eq!(
        station
            .handle
            .confirm_peer("1234 5678")
            .await
            .unwrap_err()
            .code(),
        "conflict"
    );
    assert!(!station.handle.current().await.unwrap().differs(&before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_another_program_has_is_said_and_the_mode_stays() {
    let dir = tempfile::tempdir().unwrap();
    let station = Station::start(dir.path()).await;
    let port =
        std::fs::read_to_string(dir.path().join(crate::link::address::ADDRESS_FILE)).unwrap();
    let squatter = std::net::TcpListener::bind(port.trim()).unwrap();
    let url = station.handle.own_url();
    let refused = station.set(Mode::Primary, &url).await.unwrap_err();
    assert!(matches!(refused, RedundancyError::Listen(_)), "{refused}");
    assert_eq!(
        station.handle.current().await.unwrap().view.mode,
        Mode::None
    );
    drop(squatter);
    station.set(Mode::Primary, &url).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_port_is_free_again_after_leaving_and_can_be_taken_at_once() {
    let pair = Pair::in_step(Mode::SecondaryCopy).await;
    let url = pair.secondary.handle.own_url();
    for _ in 0..3 {
        let none = SetRedundancy {
            mode: Mode::None,
            peer_url: None,
            auto_rejoin: None,
            witness: None,
            confirm_replace: false,
        };
        pair.primary.handle.configure(none).await.unwrap();
        pair.primary.set(Mode::Primary, &url).await.unwrap();
    }
}
