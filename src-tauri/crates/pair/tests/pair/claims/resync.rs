//! Resync, snapshots that go on after a cut, and what the journal keeps.

use pair::action::Action;
use pair::check::Scan;
use pair::durable::SyncedWith;
use pair::event::{Command, CompareFault, ContactFailure, Event, LinkId, SnapshotFault};
use pair::message::{Message, SnapshotAt, Standing, Stream, TailRefusal};
use pair::view::{Notice, Progress, Record};
use pair::{Mode, Reason, Status};
use uuid::Uuid;

use super::bench::{Bench, FAILOVER, head, hello, own, start, station};

const AT: SnapshotAt = SnapshotAt {
    id: Uuid::from_u128(5),
    chunks: 3,
};

/// The stream of the bench's link of this number.
fn stream(number: u64) -> Stream {
    Bench::stream(start(1, 2, 0).epoch, number)
}

/// A secondary in step whose operator chose Resync now, on its new link.
fn resyncing() -> Bench {
    let mut bench = Bench::synced(FAILOVER, 5);
    assert_eq!(bench.command(Command::ResyncNow), Some(Ok(())));
    let verify = bench.seen.iter().find_map(|a| match a {
        Action::Verify { token } => Some(*token),
        _ => None,
    });
    let token = verify.expect("checks the data here first");
    let scan = Scan::Done {
        ok: true,
        cells: 9,
        took_ms: 1,
    };
    bench.event(Event::Verified { token, scan });
    bench.seen.clear();
    bench.accepted_by(2, &hello(Mode::Primary, &[start(1, 2, 0)], 5));
    bench
}

/// A primary with a secondary's link, greeted.
fn leading() -> Bench {
    let epochs = [start(1, 1, 0)];
    let durable = pair::Durable {
        config: super::bench::config(Mode::Primary),
        clean: true,
        synced_with: Some(SyncedWith {
            station: station(2),
            lineage: own(&epochs, 5).head.position.lineage,
        }),
        ..pair::Durable::default()
    };
    let mut bench = Bench::new(durable, own(&epochs, 5), pair::event::Away::Unknown);
    bench.probed(hello(FAILOVER, &epochs, 3));
    bench.followed_by(1, &hello(FAILOVER, &epochs, 3));
    bench
}

fn copying() -> Bench {
    let mut bench = Bench::with(FAILOVER, &[start(1, 1, 0)], 0);
    let mut other = hello(Mode::Primary, &[start(1, 2, 0)], 9);
    other.head = head(8, start(1, 2, 0).epoch, 9);
    bench.accepted_by(1, &other);
    bench.event(Event::SnapshotProgress {
        stream: stream(1),
        done: 60,
        total: 100,
        at: Some(AT),
    });
    bench
}

#[test]
fn resync_checks_the_data_here_and_then_compares_it_with_the_primary_s() {
    let bench = resyncing();
    assert!(bench.did(|a| matches!(
        a,
        Action::Compare {
            link: LinkId(2),
            ..
        }
    )));
    assert!(bench.said(|m| *m == Message::CompareRequest));
    assert!(!bench.said(|m| matches!(m, Message::Resume { .. } | Message::SnapshotRequest { .. })));
    assert_eq!(bench.status(), (Status::Syncing, Reason::Comparing));
}

#[test]
fn a_resync_that_is_done_says_how_much_it_moved_and_goes_on_applying() {
    let mut bench = resyncing();
    bench.event(Event::CompareProgress {
        stream: stream(2),
        done: 7,
        total: 9,
    });
    assert_eq!(bench.view().progress, Some(Progress { done: 7, total: 9 }));
    bench.event(Event::Resynced {
        stream: stream(2),
        own: own(&[start(1, 2, 0)], 5),
        moved: 1,
        removed: 0,
        rows: 20_004,
    });
    let record = Record::Resynced {
        moved: 1,
        removed: 0,
        rows: 20_004,
    };
    assert!(bench.did(|a| *a == Action::Log(record)));
    assert!(bench.said(|m| matches!(m, Message::Ack { .. })));
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
}

#[test]
fn a_comparison_that_was_cut_begins_anew_and_one_that_finds_too_much_takes_the_whole() {
    let mut bench = resyncing();
    bench.event(Event::LinkLost {
        link: LinkId(2),
        cause: ContactFailure::Cut,
    });
    bench.seen.clear();
    bench.accepted_by(3, &hello(Mode::Primary, &[start(1, 2, 0)], 5));
    assert!(bench.did(|a| matches!(a, Action::Compare { .. })));
    bench.event(Event::CompareFailed {
        stream: stream(3),
        why: CompareFault::WholeIsShorter,
    });
    assert!(bench.said(|m| *m == Message::SnapshotRequest { resume: None }));
    assert_eq!(bench.status(), (Status::Syncing, Reason::Copying));
}

#[test]
fn rows_of_a_primary_whose_own_data_is_damaged_are_not_taken() {
    let mut bench = resyncing();
    bench.event(Event::CompareFailed {
        stream: stream(2),
        why: CompareFault::PrimaryDamaged,
    });
    assert!(bench.did(|a| matches!(a, Action::Hangup { .. })));
    bench.accepted_by(3, &hello(Mode::Primary, &[start(1, 2, 0)], 5));
    assert!(
        bench.said(|m| matches!(m, Message::Resume { .. })),
        "it follows on"
    );
    assert_eq!(
        bench.status(),
        (Status::NotSynced, Reason::PrimaryDamaged),
        "though the sums are equal"
    );
    assert!(!bench.did(|a| matches!(a, Action::ReceiveSnapshot { .. })));
}

/// A secondary whose primary's journal does not reach back to it, so that it compares; the comparison of this link finds the primary's
/// rows damaged.
fn cannot_follow(bench: &mut Bench, link: u64) {
    let other = hello(Mode::Primary, &[start(1, 2, 0)], 9);
    bench.seen.clear();
    let stream = bench.accepted_by(link, &other);
    bench.event(Event::Received {
        link: LinkId(link),
        message: Message::ResumeRefused {
            why: TailRefusal::JournalCut,
        },
    });
    assert!(bench.did(|a| matches!(a, Action::Compare { .. })));
    bench.event(Event::CompareFailed {
        stream,
        why: CompareFault::PrimaryDamaged,
    });
}

#[test]
fn a_comparison_that_found_the_primary_damaged_is_made_anew_once_the_primary_s_own_check_finds_nothing()
 {
    let mut bench = Bench::synced(FAILOVER, 5);
    let theirs = head(9, start(1, 2, 0).epoch, 9);
    bench.event(Event::LinkLost {
        link: LinkId(1),
        cause: ContactFailure::Cut,
    });
    cannot_follow(&mut bench, 2);
    assert_eq!(bench.status(), (Status::NotSynced, Reason::PrimaryDamaged));
    bench.primary_checked(2, theirs, 1, true);
    assert!(
        bench.did(|a| matches!(a, Action::Hangup { .. })),
        "nobody has to press Resync now"
    );
    bench.seen.clear();
    let stream = bench.accepted_by(3, &hello(Mode::Primary, &[start(1, 2, 0)], 9));
    assert!(bench.did(|a| matches!(a, Action::Compare { .. })));
    bench.event(Event::CompareFailed {
        stream,
        why: CompareFault::PrimaryDamaged,
    });
    cannot_follow(&mut bench, 4);
    bench.primary_checked(4, theirs, 1, true);
    assert_eq!(
        bench.status(),
        (Status::NotSynced, Reason::PrimaryDamaged),
        "the check before this comparison says nothing of it"
    );
    bench.primary_checked(4, theirs, 2, true);
    bench.seen.clear();
    bench.accepted_by(5, &hello(Mode::Primary, &[start(1, 2, 0)], 9));
    assert!(
        bench.said(|m| *m == Message::SnapshotRequest { resume: None }),
        "what cannot be compared is taken as a whole, whose chunks carry their own hashes"
    );
}

#[test]
fn a_primary_whose_check_bears_the_comparison_out_stays_damaged_until_a_later_one_finds_nothing() {
    let mut bench = Bench::synced(FAILOVER, 5);
    let theirs = head(9, start(1, 2, 0).epoch, 9);
    bench.event(Event::LinkLost {
        link: LinkId(1),
        cause: ContactFailure::Cut,
    });
    cannot_follow(&mut bench, 2);
    bench.seen.clear();
    bench.primary_checked(2, theirs, 1, false);
    assert_eq!(bench.status(), (Status::NotSynced, Reason::PrimaryDamaged));
    assert!(!bench.did(|a| matches!(a, Action::Hangup { .. })));
    bench.primary_checked(2, theirs, 2, true);
    assert!(bench.did(|a| matches!(a, Action::Hangup { .. })));
    bench.accepted_by(3, &hello(Mode::Primary, &[start(1, 2, 0)], 9));
    assert!(bench.did(|a| matches!(a, Action::Compare { .. })));
}

#[test]
fn a_check_that_ended_while_the_comparison_ran_counts() {
    let mut bench = resyncing();
    let theirs = head(9, start(1, 2, 0).epoch, 5);
    bench.primary_checked(2, theirs, 1, true);
    bench.seen.clear();
    bench.event(Event::CompareFailed {
        stream: stream(2),
        why: CompareFault::PrimaryDamaged,
    });
    assert_ne!(bench.status().1, Reason::PrimaryDamaged);
    bench.accepted_by(3, &hello(Mode::Primary, &[start(1, 2, 0)], 5));
    assert!(bench.did(|a| matches!(a, Action::Compare { .. })));
}

#[test]
fn a_primary_is_not_called_in_step_while_its_secondary_compares() {
    let mut bench = leading();
    let follower = hello(FAILOVER, &[start(1, 1, 0)], 5);
    bench.followed_by(2, &follower);
    bench.beat(2, follower.head, Standing::Following);
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
    bench.event(Event::Received {
        link: LinkId(2),
        message: Message::CompareRequest,
    });
    assert_eq!(bench.status(), (Status::Syncing, Reason::Comparing));
    bench.event(Event::Received {
        link: LinkId(2),
        message: Message::Ack {
            head: follower.head,
        },
    });
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
}

#[test]
fn a_snapshot_that_was_cut_off_goes_on_after_what_is_there() {
    let mut bench = copying();
    bench.event(Event::LinkLost {
        link: LinkId(1),
        cause: ContactFailure::Cut,
    });
    assert!(!bench.did(|a| *a == Action::DiscardSnapshot));
    let mut other = hello(Mode::Primary, &[start(1, 2, 0)], 11);
    other.head = head(8, start(1, 2, 0).epoch, 11);
    bench.accepted_by(2, &other);
    assert!(bench.said(|m| *m == Message::SnapshotRequest { resume: Some(AT) }));
    bench.event(Event::SnapshotProgress {
        stream: stream(2),
        done: 60,
        total: 100,
        at: Some(AT),
    });
    let record = Record::SnapshotResumed {
        done: 60,
        total: 100,
    };
    assert!(bench.did(|a| *a == Action::Log(record)));
}

/// A copy that fails at the moment when its link is lost; before or after the next link asked for the rest of it.
#[test]
fn a_snapshot_that_failed_as_its_link_was_lost_is_asked_for_anew() {
    for late in [false, true] {
        let mut bench = copying();
        bench.event(Event::LinkLost {
            link: LinkId(1),
            cause: ContactFailure::Cut,
        });
        let failed = Event::SnapshotFailed {
            stream: stream(1),
            why: SnapshotFault::Broken,
        };
        let mut other = hello(Mode::Primary, &[start(1, 2, 0)], 11);
        other.head = head(8, start(1, 2, 0).epoch, 11);
        let mut link = 2;
        if late {
            bench.accepted_by(link, &other);
            assert!(bench.said(|m| *m == Message::SnapshotRequest { resume: Some(AT) }));
            bench.event(failed);
            assert!(
                bench.did(|a| matches!(a, Action::Hangup { .. })),
                "that was of no use"
            );
            link += 1;
        } else {
            bench.event(failed);
        }
        bench.seen.clear();
        bench.accepted_by(link, &other);
        assert!(
            bench.said(|m| *m == Message::SnapshotRequest { resume: None }),
            "late: {late}"
        );
        assert_eq!(bench.status().0, Status::Connecting);
    }
}

#[test]
fn a_snapshot_half_received_is_forgotten_by_a_promotion() {
    let mut bench = copying();
    bench.command(Command::MakePrimary { force: true });
    let at = |what: fn(&Action) -> bool| bench.seen.iter().position(what);
    let forgotten = at(|a| *a == Action::DiscardSnapshot).expect("forgets it");
    let opened = at(|a| matches!(a, Action::OpenEpoch { .. })).expect("opens an epoch");
    assert!(forgotten < opened);
}

#[test]
fn whoever_sends_more_than_was_announced_is_cut_off_and_not_asked_again() {
    let mut bench = copying();
    bench.event(Event::SnapshotFailed {
        stream: stream(1),
        why: SnapshotFault::Excessive,
    });
    assert!(bench.did(|a| matches!(a, Action::Hangup { .. })));
    assert_eq!(
        bench.status(),
        (Status::NotSynced, Reason::SnapshotExcessive)
    );
    bench.seen.clear();
    let mut other = hello(Mode::Primary, &[start(1, 2, 0)], 9);
    other.head = head(8, start(1, 2, 0).epoch, 9);
    bench.accepted_by(2, &other);
    assert!(!bench.said(|m| matches!(m, Message::SnapshotRequest { .. })));
}

#[test]
fn a_primary_shows_what_it_sends_and_how_far_it_is() {
    let mut bench = leading();
    bench.event(Event::Received {
        link: LinkId(1),
        message: Message::SnapshotRequest { resume: Some(AT) },
    });
    let stream = bench
        .seen
        .iter()
        .find_map(|a| match a {
            Action::SendSnapshot {
                stream,
                resume: Some(AT),
                ..
            } => Some(*stream),
            _ => None,
        })
        .expect("sends the rest of it");
    bench.event(Event::SnapshotProgress {
        stream,
        done: 40,
        total: 80,
        at: None,
    });
    assert_eq!(
        bench.view().progress,
        Some(Progress {
            done: 40,
            total: 80
        })
    );
    bench.event(Event::Received {
        link: LinkId(1),
        message: Message::CompareRequest,
    });
    assert!(bench.did(|a| matches!(a, Action::ServeComparison { .. })));
    assert!(
        bench.did(|a| matches!(a, Action::Check { .. })),
        "and checks itself"
    );
    bench.event(Event::LinkLost {
        link: LinkId(1),
        cause: ContactFailure::Cut,
    });
    assert_eq!(bench.view().progress, None);
}

#[test]
fn the_operator_is_told_long_before_the_journal_drops_what_the_peer_needs() {
    let mut bench = leading();
    let kept = |bytes, peer_cut_off| Event::Retained {
        bytes,
        bytes_max: 1_000,
        peer_cut_off,
    };
    let told = |bench: &Bench| {
        let told = |a: &&Action| **a == Action::Notify(Notice::JournalFills);
        bench.seen.iter().filter(told).count()
    };
    bench.event(kept(250, false));
    assert_eq!((told(&bench), bench.view().retained), (0, None));
    bench.event(kept(251, false));
    bench.event(kept(900, false));
    assert_eq!(told(&bench), 1, "once");
    assert_eq!(bench.view().retained.map(|kept| kept.bytes), Some(900));
    bench.event(kept(1_001, true));
    assert!(bench.did(|a| *a == Action::Log(Record::PeerCutOff)));
    bench.event(kept(0, false));
    assert_eq!(bench.view().retained, None);
}
