//! How a station tries to reach the other, and how it deals with one that breaks the rules of the link.

use pair::action::{Action, HangupReason};
use pair::breach::Breach;
use pair::event::{Attempt, ContactFailure, Event, LinkId, Side};
use pair::message::{Message, Standing};
use pair::view::Record;
use pair::{Mode, Reason, Status};

use super::bench::{Bench, FAILOVER, head, hello, start};

impl Bench {
    fn tries(&self) -> usize {
        let tries = |action: &&Action| matches!(action, Action::Probe | Action::Dial);
        self.seen.iter().filter(tries).count()
    }

    fn lost(&mut self, link: u64, cause: ContactFailure) {
        let link = LinkId(link);
        self.event(Event::LinkLost { link, cause });
    }
}

/// A secondary whose primary's links come up and are gone at once; after how many milliseconds each is tried again.
fn pauses(bench: &mut Bench, links: std::ops::Range<u64>) -> Vec<u64> {
    let mut pauses = Vec::new();
    for link in links {
        let link = LinkId(link);
        let side = Side::Dialed;
        bench.event(Event::LinkUp { link, side });
        let (since, tried) = (bench.ms, bench.tries());
        bench.event(Event::LinkLost {
            link,
            cause: ContactFailure::Cut,
        });
        while bench.tries() == tried {
            bench.ms += 10;
            bench.event(Event::Tick);
        }
        pauses.push(bench.ms - since);
    }
    pauses
}

#[test]
fn attempts_do_not_wait_for_one_another_while_the_offset_counts() {
    let mut bench = Bench::synced(FAILOVER, 5);
    bench.lost(1, ContactFailure::Cut);
    bench.seen.clear();
    // No outcome comes: packets are lost.
    bench.wait(5_000);
    assert_eq!(bench.tries(), 10, "every 500 ms");
}

#[test]
fn one_dial_at_a_time_is_under_way_however_often_the_primary_answers() {
    let mut bench = Bench::synced(FAILOVER, 5);
    bench.lost(1, ContactFailure::Cut);
    bench.seen.clear();
    let primary = hello(Mode::Primary, &[start(1, 2, 0)], 5);
    for _ in 0..4 {
        bench.probed(primary.clone());
        bench.wait(300);
    }
    let dials = |bench: &Bench| bench.seen.iter().filter(|it| **it == Action::Dial).count();
    assert_eq!(dials(&bench), 1);
    bench.event(Event::ContactFailed {
        attempt: Attempt::Dial,
        cause: ContactFailure::Timeout,
    });
    bench.probed(primary);
    bench.wait(500);
    assert_eq!(dials(&bench), 2);
}

#[test]
fn a_link_that_lasted_is_made_anew_at_once() {
    let mut bench = Bench::synced(FAILOVER, 5);
    for _ in 0..5 {
        bench.wait(400);
        bench.beat(1, head(9, start(1, 2, 0).epoch, 5), Standing::Editing);
    }
    let before = bench.tries();
    bench.lost(1, ContactFailure::Cut);
    assert_eq!(bench.tries(), before + 1);
}

#[test]
fn links_that_fail_at_once_are_made_later_and_later_but_every_500_ms() {
    let mut bench = Bench::synced(FAILOVER, 5);
    bench.lost(1, ContactFailure::Cut);
    let pauses = pauses(&mut bench, 2..10);
    assert_eq!(pauses, [50, 100, 200, 400, 500, 500, 500, 500]);
}

#[test]
fn a_peer_that_is_cut_off_again_and_again_is_not_synced_until_the_pair_is_in_step() {
    let mut bench = Bench::synced(FAILOVER, 5);
    let primary = hello(Mode::Primary, &[start(1, 2, 0)], 7);
    let broke = ContactFailure::Broke(Breach::Frame);
    bench.lost(1, broke);
    bench.accepted_by(2, &primary);
    assert_eq!(
        bench.status(),
        (Status::Syncing, Reason::Behind),
        "one may be chance"
    );
    bench.lost(2, broke);
    bench.accepted_by(3, &primary);
    assert_eq!(bench.status(), (Status::NotSynced, Reason::RulesBroken));
    let told = Action::Log(Record::CutOff { why: Breach::Frame });
    let told = bench.seen.iter().filter(|it| **it == told).count();
    assert_eq!(told, 1, "the log is not filled with it");
    bench.lost(3, ContactFailure::Cut);
    bench.accepted_by(4, &hello(Mode::Primary, &[start(1, 2, 0)], 5));
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
}

#[test]
fn a_peer_that_hears_what_was_not_said_is_cut_off() {
    let mut bench = Bench::synced(FAILOVER, 5);
    bench.said = u64::MAX;
    for _ in 0..3 {
        bench.beat(1, head(9, start(1, 2, 0).epoch, 5), Standing::Editing);
    }
    let why = HangupReason::Broke(Breach::OutOfTurn);
    let link = LinkId(1);
    assert!(bench.seen.contains(&Action::Hangup { link, why }));
    assert!(!bench.said(|message| matches!(message, Message::Fence { .. })));
}
