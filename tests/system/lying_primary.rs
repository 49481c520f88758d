//! A primary that is who it says and lies in everything else: its secondary cuts it off or takes nothing more from it, says why,
//! keeps its data as they are and its memory bounded.

use std::time::Instant;

use domain::history::{Chain, Sum};
use node::link::flow::FRAMES_MAX;
use node::link::wire::{BULK_LEN_MAX, BulkKind, Frame};
use pair::breach::Breach;
use pair::message::{Heartbeat, Hello, Message, NUMBER_MAX, TailRefusal};
use store::SnapshotHeader;
use store::failpoint::Point;

use crate::liar::{Lie, Scene, Victim, forged};
use crate::lying::cut_off_for;
use crate::station::{DAY, until};

fn honest(_: &mut Hello) {}

#[test]
fn entries_that_lie_are_not_applied_and_the_status_says_why() {
    let scene = Scene::new();
    let reason = |reason: &'static str| {
        move |victim: &Victim| drop(victim.station.until_reason("not_synced", reason))
    };
    // What tells that the rest of this file does: the truth gets in.
    let follower = scene.secondary();
    let liar = scene.lies(honest, |told| {
        let due = told.truth.due.clone();
        Box::pin(told.entry(due))
    });
    until("the true entry is applied", || {
        follower
            .station
            .titles(DAY)
            .first()
            .is_some_and(|it| it == "next")
    });
    drop((liar, follower));

    let another_sum: Lie = |told| {
        let entry = forged(&told, |it| it.sum = Sum(it.sum.0 ^ 1));
        Box::pin(told.entry(entry))
    };
    scene.told(honest, another_sum, reason("sums_differ"));
    let another_change: Lie = |told| {
        let entry = forged(&told, |it| {
            it.changeset = told.truth.shared.changeset.clone()
        });
        Box::pin(told.entry(entry))
    };
    scene.told(honest, another_change, reason("sums_differ"));
    let another_chain: Lie = |told| {
        let mut entry = told.truth.due.clone();
        entry.chain = Chain(entry.chain.0 ^ 1);
        Box::pin(told.entry(entry))
    };
    scene.told(honest, another_chain, reason("chain_differs"));
    let an_epoch_of_the_past: fn(&mut Hello) = |hello| hello.head.position.epoch.number = 0;
    scene.told(
        an_epoch_of_the_past,
        |told| Box::pin(async { told }),
        reason("decision_owed"),
    );
}

#[test]
fn a_primary_that_breaks_the_rules_of_the_link_is_cut_off_and_the_log_says_why() {
    let scene = Scene::new();
    let cut_off = |why: Breach| move |victim: &Victim| victim.cuts_off_for(why);
    let damaged: Lie = |told| {
        let mut entry = told.truth.due.clone();
        entry.label.push('!');
        Box::pin(told.entry(entry))
    };
    scene.told(honest, damaged, cut_off(Breach::Entry));
    let of_the_past: Lie = |told| {
        let entry = forged(&told, |it| it.epoch.number = 0);
        Box::pin(told.entry(entry))
    };
    scene.told(honest, of_the_past, cut_off(Breach::OldEpoch));
    let beats_of_the_past: Lie = |mut told| {
        Box::pin(async move {
            let mut beat = told.beat();
            beat.head.position.epoch.number = 0;
            told.say(Message::Heartbeat(beat)).await;
            told
        })
    };
    scene.told(honest, beats_of_the_past, cut_off(Breach::OldEpoch));
    let hears_what_was_not_said: Lie = |mut told| {
        Box::pin(async move {
            let heard = 1_000_000;
            let beat = Heartbeat {
                heard,
                ..told.beat()
            };
            told.say(Message::Heartbeat(beat)).await;
            told
        })
    };
    scene.told(honest, hears_what_was_not_said, cut_off(Breach::OutOfTurn));
    let acknowledges: Lie = |mut told| {
        Box::pin(async move {
            let head = told.hello.head;
            told.say(Message::Ack { head }).await;
            told
        })
    };
    scene.told(honest, acknowledges, cut_off(Breach::OutOfTurn));
    let impossible_numbers: Lie = |mut told| {
        Box::pin(async move {
            let mut beat = told.beat();
            beat.head.position.seq = NUMBER_MAX + 1;
            told.say(Message::Heartbeat(beat)).await;
            told
        })
    };
    scene.told(honest, impossible_numbers, cut_off(Breach::Frame));
}

#[test]
fn a_primary_that_sends_without_end_is_cut_off_and_takes_bounded_memory() {
    let scene = Scene::new();
    let cut_off = |why: Breach| move |victim: &Victim| victim.cuts_off_for(why);
    let opens_the_window: Lie = |mut told| {
        Box::pin(async move {
            let beyond = Frame::Credit { bytes: u32::MAX };
            let _ = told.link.sender.send(&beyond).await;
            told
        })
    };
    scene.told(honest, opens_the_window, cut_off(Breach::Window));
    let longest_frames: Lie = |mut told| {
        Box::pin(async move {
            // With no regard to what was dealt with.
            while told
                .send(BulkKind::Entry, vec![7; BULK_LEN_MAX - 1_024])
                .await
            {}
            told
        })
    };
    // The first of them is no entry; where the second one is there before that is found out, it is one too many.
    scene.told(honest, longest_frames, |victim: &Victim| {
        victim.station.until_reason("not_synced", "rules_broken");
        let why = cut_off_for(&victim.station);
        let expected = [Breach::Entry, Breach::Window].map(Breach::words);
        assert!(
            why.iter().all(|why| expected.contains(&why.as_str())),
            "{why:?}"
        );
    });
    let entries_that_are_not_due: Lie = |told| {
        Box::pin(async move {
            let entry = forged(&told, |it| it.seq += 5).encode();
            let mut told = told;
            let mut room = u64::from(node::link::flow::WINDOW);
            told.hears(|said| matches!(said, Message::Resume { .. }))
                .await;
            let mut sent = 0;
            while told.has_room(&mut room, entry.len()).await
                && told.send(BulkKind::Entry, entry.clone()).await
            {
                sent += 1;
                assert!(sent < 10 * FRAMES_MAX, "it listens for ever");
            }
            told
        })
    };
    scene.told(honest, entries_that_are_not_due, cut_off(Breach::Endless));
    // What it is told to do has it answer each time, and no answer is read.
    let never_listens: Lie = |mut told| {
        Box::pin(async move {
            let why = TailRefusal::JournalCut;
            while told.say(Message::ResumeRefused { why }).await {}
            told
        })
    };
    scene.told(honest, never_listens, |victim: &Victim| {
        until("it is cut off as deaf", || {
            cut_off_for(&victim.station).contains(&Breach::Deaf.words().to_owned())
        });
    });
}

#[test]
fn a_full_copy_that_is_more_than_it_said_or_says_more_than_can_be_replaces_nothing() {
    let scene = Scene::new();
    let excessive = |victim: &Victim| {
        until("it is cut off", || {
            cut_off_for(&victim.station).contains(&Breach::Excessive.words().to_owned())
        });
        victim
            .station
            .until_reason("not_synced", "snapshot_excessive");
    };
    let rows_beyond_number: Lie = |mut told| {
        Box::pin(async move {
            let rows = u64::MAX;
            told.header(&SnapshotHeader {
                rows,
                ..told.truth.header.clone()
            })
            .await;
            told
        })
    };
    scene.told(honest, rows_beyond_number, excessive);
    let bytes_beyond_number: Lie = |mut told| {
        Box::pin(async move {
            let bytes_max = u64::MAX;
            told.header(&SnapshotHeader {
                bytes_max,
                ..told.truth.header.clone()
            })
            .await;
            told
        })
    };
    scene.told(honest, bytes_beyond_number, excessive);
    // A copy goes tree by tree, page after page: what is said again and again is no part of it from its second time on.
    let chunks_without_end: Lie = |mut told| {
        Box::pin(async move {
            told.header(&told.truth.header.clone()).await;
            told.chunks_without_end().await;
            told
        })
    };
    scene.told(honest, chunks_without_end, |victim: &Victim| {
        victim.station.until_reason("not_synced", "snapshot_failed");
    });
    let pages_beyond_its_rows: Lie = |mut told| {
        Box::pin(async move {
            told.header(&told.truth.header.clone()).await;
            told.pages_without_end().await;
            told
        })
    };
    scene.told(honest, pages_beyond_its_rows, excessive);
    let pages_beyond_its_bytes: Lie = |mut told| {
        Box::pin(async move {
            let header = told.truth.header.clone();
            let (bytes_max, rows) = (8 << 20, 8 << 20);
            told.header(&SnapshotHeader {
                bytes_max,
                rows,
                ..header
            })
            .await;
            told.pages_without_end().await;
            told
        })
    };
    scene.told(honest, pages_beyond_its_bytes, excessive);
}

#[test]
fn a_full_copy_that_may_be_as_large_as_a_disk_leaves_room_on_it() {
    /// Free bytes: 4 MiB more than always stay free.
    const FREE: u64 = (256 + 4) << 20;
    let scene = Scene::new();
    let is_large: Lie = |mut told| {
        Box::pin(async move {
            let (bytes, bytes_max, rows) = (48 << 30, 48 << 30, 1 << 30);
            let header = told.truth.header.clone();
            told.header(&SnapshotHeader {
                bytes,
                bytes_max,
                rows,
                ..header
            })
            .await;
            told
        })
    };
    let becomes_large: Lie = |mut told| {
        Box::pin(async move {
            let (bytes_max, rows) = (48 << 30, 1 << 30);
            let header = told.truth.header.clone();
            told.header(&SnapshotHeader {
                bytes_max,
                rows,
                ..header
            })
            .await;
            told.pages_without_end().await;
            told
        })
    };
    for lie in [is_large, becomes_large] {
        let victim = scene.secondary();
        victim
            .station
            .arm(Point::DiskFree, &format!("value:{FREE}"));
        let liar = scene.lies(honest, lie);
        victim.station.until_reason("not_synced", "no_space");
        drop(liar);
        let incoming = victim.station.dir.join("incoming");
        until("nothing of it is left", || {
            std::fs::read_dir(&incoming).map_or(0, Iterator::count) == 0
        });
        victim.is_unharmed();
    }
}

/// Rule 1's other half: what fails at once is not tried as fast as it fails.
#[test]
fn a_primary_that_hangs_up_at_once_is_not_called_again_and_again_without_a_pause() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static LINKS: AtomicUsize = AtomicUsize::new(0);
    let scene = Scene::new();
    let hangs_up: Lie = |told| {
        Box::pin(async move {
            LINKS.fetch_add(1, Ordering::SeqCst);
            drop(told);
            std::future::pending().await
        })
    };
    let victim = scene.secondary();
    let _liar = scene.lies(honest, hangs_up);
    until("the first link", || LINKS.load(Ordering::SeqCst) > 0);
    let began = Instant::now();
    until("eight more", || LINKS.load(Ordering::SeqCst) > 8);
    // At least 0, 50, 100, 200, 400, 500, 500 and 500 ms from the beginning of one to that of the next.
    let paused = began.elapsed();
    assert!(paused.as_millis() >= 2_000, "nine links in {paused:?}");
    // None is longer than a heartbeat's time: it is still being tried.
    let so_far = LINKS.load(Ordering::SeqCst);
    until("the next", || LINKS.load(Ordering::SeqCst) > so_far + 1);
    victim.is_unharmed();
}
