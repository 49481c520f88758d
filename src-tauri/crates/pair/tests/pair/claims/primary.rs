//! What a primary does.

use std::time::Duration;

use pair::action::{Action, Edits};
use pair::durable::PeerRecord;
use pair::event::{Away, Command, ContactFailure, Event};
use pair::message::{Message, Standing};
use pair::view::Notice;
use pair::{Durable, Mode, Mono, Reason, Status};

use super::bench::{Bench, FAILOVER, config, hello, own, start, station};

fn started(peer: Mode, clean: bool, away: Away) -> Bench {
    let peer = Some(PeerRecord {
        station: station(2),
        mode: peer,
    });
    let durable = Durable {
        config: config(Mode::Primary),
        peer,
        clean,
        ..Durable::default()
    };
    Bench::new(durable, own(&[start(1, 1, 0)], 5), away)
}

#[test]
fn a_starting_primary_asks_before_it_edits() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    assert!(bench.did(|a| *a == Action::Probe));
    assert!(!bench.edits());
    bench.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    assert!(bench.edits());
    assert!(
        bench.opened().is_empty(),
        "after an orderly end the epoch goes on"
    );
}

#[test]
fn a_silent_peer_lets_a_primary_edit_after_two_seconds_where_it_cannot_have_promoted_itself() {
    let short = Away::AtMost(Duration::from_secs(20));
    let long = Away::AtMost(Duration::from_secs(29));
    let table = [
        (Mode::SecondaryCopy, Away::Unknown, true),
        (FAILOVER, short, true),
        (FAILOVER, long, false),
        (FAILOVER, Away::Unknown, false),
    ];
    for (peer, away, edits) in table {
        let mut bench = started(peer, true, away);
        bench.wait(1_750);
        assert!(!bench.edits());
        bench.wait(250);
        assert_eq!(bench.edits(), edits, "{peer:?}, {away:?}");
        if !edits {
            assert_eq!(bench.status(), (Status::Unavailable, Reason::Waiting));
        }
    }
}

#[test]
fn a_primary_that_waits_edits_when_its_operator_says_so_in_a_new_epoch() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.wait(2_000);
    assert_eq!(
        bench.command(Command::MakePrimary { force: false }),
        Some(Ok(()))
    );
    assert!(bench.edits());
    assert_eq!(bench.opened(), [2]);
}

#[test]
fn a_primary_that_waits_edits_when_its_peer_turns_up_as_a_secondary() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.wait(5_000);
    assert!(!bench.edits());
    bench.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    assert!(bench.edits());
}

#[test]
fn after_an_unclean_stop_a_new_epoch_is_opened_before_the_first_edit() {
    let mut bench = started(FAILOVER, false, Away::Unknown);
    bench.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    assert_eq!(bench.opened(), [2]);
    assert!(bench.edits());
}

#[test]
fn a_primary_that_was_stopped_asks_before_it_edits_again() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    let Edits::Allowed {
        until: Some(until), ..
    } = bench.state.edits(bench.now())
    else {
        panic!("edits")
    };
    bench.ms += 40_000;
    assert!(
        Mono::from_ms(bench.ms) > until,
        "the permission has lapsed before anything is stepped"
    );
    bench.event(Event::Tick);
    assert!(!bench.edits());
    bench.wait(2_000);
    assert_eq!(bench.status(), (Status::Unavailable, Reason::Waiting));
}

#[test]
fn a_primary_that_meets_a_higher_epoch_of_a_primary_stops_at_once_and_for_good() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    bench.disk_full = true;
    bench.probed(hello(Mode::Primary, &[start(1, 1, 0), start(2, 2, 3)], 9));
    assert!(!bench.edits(), "even before that is durable");
    assert_eq!(bench.status(), (Status::Incompatible, Reason::Superseded));
    bench.disk_full = false;
    bench.wait(2_000);
    assert!(bench.did(|a| *a == Action::Notify(Notice::Superseded)));
    let difference = bench.view().difference.expect("what each side has");
    assert_eq!(
        (
            difference.shared_seq,
            difference.only_here,
            difference.only_there
        ),
        (3, 2, 6)
    );

    let again = Bench::new(
        bench.state.durable().clone(),
        own(&[start(1, 1, 0)], 5),
        Away::Unknown,
    );
    assert!(!again.edits());
    assert_eq!(
        again.status(),
        (Status::Incompatible, Reason::Superseded),
        "a restart changes nothing"
    );
}

#[test]
fn a_higher_epoch_supersedes_though_the_versions_differ() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    let mut other = hello(Mode::Primary, &[start(1, 1, 0), start(2, 2, 3)], 9);
    other.version = semver::Version::new(9, 0, 0);
    bench.probed(other);
    assert!(!bench.edits());
}

#[test]
fn a_primary_of_another_lineage_supersedes_nobody() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    let mut other = hello(Mode::Primary, &[start(7, 2, 0)], 9);
    other.head = super::bench::head(8, start(7, 2, 0).epoch, 9);
    bench.probed(other);
    assert!(bench.edits());
    assert_eq!(bench.status(), (Status::Incompatible, Reason::BothPrimary));
}

#[test]
fn become_secondary_takes_over_the_former_secondary_s_kind() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    let mut other = hello(Mode::Primary, &[start(1, 1, 0), start(2, 2, 5)], 9);
    other.former_mode = Some(Mode::SecondaryFailover { offset_s: 12 });
    bench.probed(other);
    assert_eq!(bench.command(Command::BecomeSecondary), Some(Ok(())));
    assert_eq!(bench.state.mode(), Mode::SecondaryFailover { offset_s: 12 });
    assert!(!bench.edits());
}

#[test]
fn a_superseded_primary_follows_by_itself_only_where_that_is_set_and_nothing_is_lost() {
    for (auto_rejoin, seq, follows) in [(true, 5, true), (true, 4, false), (false, 5, false)] {
        let mut durable = Durable {
            config: config(Mode::Primary),
            ..Durable::default()
        };
        durable.config.auto_rejoin = auto_rejoin;
        let mut bench = Bench::new(durable, own(&[start(1, 1, 0)], 5), Away::Unknown);
        bench.probed(hello(Mode::Primary, &[start(1, 1, 0), start(2, 2, seq)], 9));
        assert_eq!(
            bench.state.mode().is_secondary(),
            follows,
            "set: {auto_rejoin}, shared up to {seq} of 5"
        );
    }
}

#[test]
fn equal_epochs_of_two_openers_stop_both_until_one_is_chosen() {
    let mut bench = started(FAILOVER, false, Away::Unknown);
    bench.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    assert_eq!(bench.opened(), [2]);
    bench.probed(hello(Mode::Primary, &[start(1, 1, 0), start(2, 2, 5)], 9));
    assert_eq!(bench.status(), (Status::Incompatible, Reason::Forked));
    assert!(!bench.edits());
    assert_eq!(
        bench.command(Command::MakePrimary { force: false }),
        Some(Ok(()))
    );
    assert_eq!(
        bench.opened(),
        [2, 3],
        "the choice opens an epoch above both"
    );
    assert!(bench.edits());
}

#[test]
fn a_fork_is_decided_by_the_other_side_becoming_a_secondary() {
    let mut bench = started(FAILOVER, false, Away::Unknown);
    bench.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    let other = [start(1, 1, 0), start(2, 2, 5)];
    bench.probed(hello(Mode::Primary, &other, 9));
    assert!(!bench.edits());
    let mut yields = hello(FAILOVER, &other, 9);
    yields.said_at = Mono::from_ms(2);
    bench.probed(yields);
    assert!(bench.edits());
    assert_eq!(bench.opened(), [2, 3]);
}

#[test]
fn a_secondary_that_has_led_meanwhile_is_a_decision_owed() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    let led = [start(1, 1, 0), start(2, 2, 5)];
    bench.followed_by(1, &hello(FAILOVER, &led, 7));
    assert_eq!(bench.status(), (Status::NotSynced, Reason::DecisionOwed));
    assert!(bench.edits());
    assert_eq!(bench.command(Command::ResyncNow), Some(Ok(())));
    assert_eq!(
        bench.opened(),
        [3],
        "an epoch above both makes this history the pair's"
    );
}

#[test]
fn synced_is_said_only_when_the_secondary_durably_holds_the_head_with_an_equal_sum() {
    let epochs = [start(1, 1, 0)];
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.followed_by(1, &hello(FAILOVER, &epochs, 3));
    assert_eq!(bench.status(), (Status::Connecting, Reason::FirstSync));
    bench.beat(
        1,
        super::bench::head(9, epochs[0].epoch, 5),
        Standing::Following,
    );
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
    bench.event(Event::Committed {
        head: super::bench::head(9, epochs[0].epoch, 6),
    });
    assert_eq!(bench.status(), (Status::Syncing, Reason::Behind));
    assert_eq!(bench.view().lag.entries, 1);
    let mut other_rows = super::bench::head(9, epochs[0].epoch, 6);
    other_rows.sum.0 += 1;
    bench.beat(1, other_rows, Standing::Following);
    assert_eq!(bench.status(), (Status::NotSynced, Reason::SumsDiffer));
}

#[test]
fn three_missed_heartbeats_make_the_peer_unavailable_and_editing_goes_on() {
    let epochs = [start(1, 1, 0)];
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.followed_by(1, &hello(FAILOVER, &epochs, 5));
    bench.wait(1_250);
    assert_ne!(bench.status().0, Status::Unavailable);
    bench.wait(250);
    assert_eq!(bench.status().0, Status::Unavailable);
    assert!(bench.edits());
    assert!(bench.did(|a| *a == Action::Notify(Notice::Unavailable)));
}

#[test]
fn a_handed_over_primary_edits_again_only_on_a_durable_refusal() {
    let epochs = [start(1, 1, 0)];
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.followed_by(1, &hello(FAILOVER, &epochs, 5));
    bench.beat(
        1,
        super::bench::head(9, epochs[0].epoch, 5),
        Standing::Following,
    );
    assert_eq!(
        bench.command(Command::HandOver),
        None,
        "answered when the outcome is known"
    );
    assert!(!bench.edits());
    let handing = bench
        .state
        .durable()
        .handing_over
        .expect("durable before it is said");
    assert!(bench.said(|m| matches!(m, Message::Handover { late: false, .. })));

    bench.event(Event::LinkLost {
        link: pair::event::LinkId(1),
        cause: ContactFailure::Cut,
    });
    bench.wait(20_000);
    assert_eq!(bench.status(), (Status::Unavailable, Reason::HandoverOpen));
    assert!(!bench.edits());

    let mut again = Bench::new(
        bench.state.durable().clone(),
        own(&epochs, 5),
        Away::Unknown,
    );
    again.probed(hello(FAILOVER, &epochs, 5));
    assert!(!again.edits(), "a restart changes nothing");
    let mut refuses = hello(FAILOVER, &epochs, 5);
    refuses.refused = Some(handing.id);
    again.probed(refuses);
    assert!(again.edits());
}

#[test]
fn a_taken_hand_over_makes_the_primary_a_secondary_and_supersedes_nobody() {
    let epochs = [start(1, 1, 0)];
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.followed_by(1, &hello(FAILOVER, &epochs, 5));
    bench.beat(
        1,
        super::bench::head(9, epochs[0].epoch, 5),
        Standing::Following,
    );
    assert_eq!(bench.command(Command::HandOver), None);
    let mut leads = hello(Mode::Primary, &[start(1, 1, 0), start(2, 2, 5)], 6);
    leads.former_mode = Some(FAILOVER);
    bench.probed(leads);
    assert_eq!(bench.state.mode(), FAILOVER);
    assert_eq!(bench.answer(1), Some(Ok(())));
    assert!(bench.state.durable().superseded.is_none());
}

#[test]
fn an_orderly_end_is_recorded_after_the_last_edit() {
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    assert!(!bench.state.durable().clean);
    bench.event(Event::Stop);
    assert!(bench.state.durable().clean);
    assert!(!bench.edits());
    assert!(bench.did(|a| *a == Action::Stopped));
}

#[test]
fn the_gate_is_closed_before_a_hand_over_takes_its_position() {
    let epochs = [start(1, 1, 0)];
    let mut bench = started(FAILOVER, true, Away::Unknown);
    bench.followed_by(1, &hello(FAILOVER, &epochs, 5));
    bench.beat(
        1,
        super::bench::head(9, epochs[0].epoch, 5),
        Standing::Following,
    );
    bench.seen.clear();
    bench.command(Command::HandOver);
    let at = |what: fn(&Action) -> bool| bench.seen.iter().position(what).expect("is done");
    let closed = at(|a| matches!(a, Action::Edits(Edits::Refused { .. })));
    let quiet = at(|a| matches!(a, Action::Quiesce { .. }));
    let kept = at(|a| matches!(a, Action::Persist { .. }));
    let said = at(|a| {
        matches!(
            a,
            Action::Send {
                message: Message::Handover { .. },
                ..
            }
        )
    });
    assert!(closed < quiet && quiet < kept && kept < said);
}
