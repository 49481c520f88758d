//! What a secondary does.

use pair::action::Action;
use pair::event::{ApplyFault, Command, ContactFailure, Event, LinkId};
use pair::message::{HandoverId, Message, Standing, TailRefusal};
use pair::view::Armed;
use pair::{Mode, Reason, Status};

use super::bench::{Bench, FAILOVER, head, hello, own, start};

fn cut(bench: &mut Bench) {
    bench.event(Event::LinkLost {
        link: LinkId(1),
        cause: ContactFailure::Cut,
    });
}

#[test]
fn a_secondary_edits_in_no_status() {
    for mode in [Mode::SecondaryCopy, FAILOVER] {
        let mut bench = Bench::synced(mode, 5);
        assert!(!bench.edits());
        cut(&mut bench);
        bench.wait(20_000);
        assert!(!bench.edits());
    }
}

#[test]
fn an_armed_failover_promotes_itself_at_the_offset_and_not_before() {
    let mut bench = Bench::synced(FAILOVER, 5);
    assert_eq!(bench.armed(), Armed::Armed);
    cut(&mut bench);
    bench.wait(29_500);
    assert!(bench.opened().is_empty());
    assert_eq!(
        bench.view().countdown.map(|left| left.as_millis()),
        Some(500)
    );
    bench.wait(500);
    assert_eq!(bench.opened(), [2]);
    assert_eq!(bench.state.mode(), Mode::Primary);
    assert!(bench.edits());
}

#[test]
fn a_copy_never_takes_over_by_itself_and_shows_no_countdown() {
    let mut bench = Bench::synced(Mode::SecondaryCopy, 5);
    cut(&mut bench);
    bench.wait(100_000);
    assert_eq!(bench.view().countdown, None);
    assert!(bench.opened().is_empty());
}

#[test]
fn contact_in_the_last_moment_stops_the_countdown() {
    let mut bench = Bench::synced(FAILOVER, 5);
    cut(&mut bench);
    bench.wait(29_900);
    bench.probed(hello(Mode::Primary, &[start(1, 2, 0)], 5));
    bench.wait(20_000);
    assert!(bench.opened().is_empty());
}

#[test]
fn hold_stops_the_countdown_over_a_restart_until_contact_returns() {
    let mut bench = Bench::synced(FAILOVER, 5);
    cut(&mut bench);
    bench.wait(10_000);
    assert_eq!(bench.command(Command::HoldFailover), Some(Ok(())));
    assert_eq!((bench.armed(), bench.view().countdown), (Armed::Held, None));
    let epochs = [start(1, 2, 0)];
    let mut again = Bench::new(
        bench.state.durable().clone(),
        own(&epochs, 5),
        pair::event::Away::Unknown,
    );
    again.wait(100_000);
    assert!(again.opened().is_empty());
    again.probed(hello(Mode::Primary, &epochs, 5));
    assert_eq!(again.armed(), Armed::Armed);
}

#[test]
fn the_offset_counts_anew_after_a_start_and_after_a_sleep() {
    let bench = Bench::synced(FAILOVER, 5);
    let mut again = Bench::new(
        bench.state.durable().clone(),
        own(&[start(1, 2, 0)], 5),
        pair::event::Away::Unknown,
    );
    again.wait(29_750);
    assert!(again.opened().is_empty());
    again.ms += 3_000;
    again.event(Event::Tick);
    again.wait(29_750);
    assert!(again.opened().is_empty(), "it slept");
    again.wait(250);
    assert_eq!(again.opened(), [2]);
}

#[test]
fn what_was_never_in_step_is_not_armed_and_says_so() {
    let mut bench = Bench::with(FAILOVER, &[start(1, 2, 0)], 0);
    assert_eq!(bench.armed(), Armed::NeverSynced);
    bench.wait(100_000);
    assert!(bench.opened().is_empty());
    assert_eq!(bench.view().countdown, None);

    let mut bench = Bench::synced(FAILOVER, 5);
    let stream = Bench::stream(start(1, 2, 0).epoch, 1);
    bench.event(Event::ApplyFailed {
        stream,
        why: ApplyFault::SumDiffers,
    });
    assert_eq!(bench.status(), (Status::NotSynced, Reason::SumsDiffer));
    cut(&mut bench);
    assert_eq!(bench.armed(), Armed::NotInStep);
    bench.wait(100_000);
    assert!(bench.opened().is_empty());
}

#[test]
fn a_promotion_that_does_not_become_durable_is_none_and_is_tried_again() {
    let mut bench = Bench::synced(FAILOVER, 5);
    cut(&mut bench);
    bench.disk_full = true;
    bench.wait(31_000);
    assert_eq!(bench.state.mode(), FAILOVER);
    assert!(!bench.edits());
    assert_eq!(
        bench.status(),
        (Status::Unavailable, Reason::PromotionFails)
    );
    bench.disk_full = false;
    bench.wait(6_000);
    assert!(bench.edits());
}

#[test]
fn at_one_position_other_rows_are_never_synced() {
    let mut bench = Bench::synced(FAILOVER, 5);
    let mut theirs = head(9, start(1, 2, 0).epoch, 5);
    theirs.sum.0 += 1;
    bench.beat(1, theirs, Standing::Editing);
    assert_eq!(bench.status(), (Status::NotSynced, Reason::SumsDiffer));
    assert!(bench.did(|a| *a == Action::StopApplying));
}

#[test]
fn a_secondary_that_is_behind_resumes_and_one_that_is_empty_takes_a_snapshot() {
    let mut bench = Bench::with(FAILOVER, &[start(1, 2, 0)], 3);
    bench.accepted_by(
        1,
        &hello(Mode::Primary, &[start(1, 2, 0), start(2, 2, 4)], 9),
    );
    assert!(bench.said(|m| matches!(m, Message::Resume { after_seq: 3, .. })));

    let mut bench = Bench::with(FAILOVER, &[start(1, 1, 0)], 0);
    let mut other = hello(Mode::Primary, &[start(1, 2, 0)], 9);
    other.head = head(8, start(1, 2, 0).epoch, 9);
    bench.accepted_by(1, &other);
    assert!(bench.did(|a| matches!(a, Action::ReceiveSnapshot { backup: false, .. })));
}

#[test]
fn data_of_its_own_is_replaced_only_when_the_operator_agrees_and_a_backup_is_kept() {
    let mut bench = Bench::with(FAILOVER, &[start(1, 1, 0)], 4);
    let mut other = hello(Mode::Primary, &[start(1, 2, 0)], 9);
    other.head = head(8, start(1, 2, 0).epoch, 9);
    bench.accepted_by(1, &other);
    assert_eq!(
        bench.status(),
        (Status::NotSynced, Reason::ReplaceNotConfirmed)
    );
    assert!(!bench.did(|a| matches!(a, Action::ReceiveSnapshot { .. })));
    assert_eq!(bench.command(Command::ResyncNow), Some(Ok(())));
    assert!(bench.did(|a| matches!(a, Action::ReceiveSnapshot { backup: true, .. })));
}

#[test]
fn entries_that_the_primary_lacks_are_put_aside_before_it_is_followed() {
    let mut bench = Bench::with(FAILOVER, &[start(1, 1, 0)], 9);
    bench.accepted_by(
        1,
        &hello(Mode::Primary, &[start(1, 1, 0), start(2, 2, 6)], 8),
    );
    assert!(bench.did(|a| matches!(
        a,
        Action::Rewind {
            to_seq: 6,
            last_epoch: 1,
            ..
        }
    )));
    assert!(
        !bench.said(|m| matches!(m, Message::Resume { .. })),
        "nothing is asked for before that"
    );
}

#[test]
fn a_primary_of_a_lower_epoch_is_not_followed() {
    let led = [start(1, 2, 0), start(2, 1, 5)];
    let mut bench = Bench::with(FAILOVER, &led, 7);
    bench.accepted_by(1, &hello(Mode::Primary, &[start(1, 2, 0)], 6));
    assert_eq!(bench.status(), (Status::NotSynced, Reason::DecisionOwed));
    assert!(!bench.did(|a| matches!(a, Action::StartApplying { .. } | Action::Rewind { .. })));
    assert_eq!(bench.command(Command::ResyncNow), Some(Ok(())));
    assert!(bench.said(|m| *m == Message::Yield));
}

#[test]
fn a_cut_journal_leads_to_a_comparison_and_another_chain_to_a_stop() {
    let epochs = [start(1, 2, 0)];
    let refuse = |why| {
        let mut bench = Bench::with(FAILOVER, &epochs, 3);
        bench.accepted_by(1, &hello(Mode::Primary, &epochs, 9));
        bench.event(Event::Received {
            link: LinkId(1),
            message: Message::ResumeRefused { why },
        });
        bench
    };
    assert!(refuse(TailRefusal::JournalCut).did(|a| matches!(a, Action::Compare { .. })));
    let stopped = refuse(TailRefusal::ChainDiffers);
    assert_eq!(stopped.status(), (Status::NotSynced, Reason::ChainDiffers));
}

#[test]
fn a_hand_over_is_taken_only_at_its_position_with_an_equal_sum() {
    let id = HandoverId {
        run: pair::config::RunId(uuid::Uuid::from_u128(22)),
        number: 1,
    };
    let at = head(9, start(1, 2, 0).epoch, 5);
    let mut bench = Bench::synced(FAILOVER, 5);
    assert_eq!(bench.command(Command::MakePrimary { force: false }), None);
    assert!(bench.said(|m| *m == Message::HandoverRequest));
    let offer = |head, late| Event::Received {
        link: LinkId(1),
        message: Message::Handover { id, head, late },
    };
    bench.event(offer(at, false));
    assert_eq!(bench.answer(1), Some(Ok(())));
    assert!(bench.edits());
    assert!(bench.said(|m| matches!(m, Message::HandoverTaken { .. })));

    let mut other_rows = at;
    other_rows.sum.0 += 1;
    let mut bench = Bench::synced(FAILOVER, 5);
    bench.event(offer(other_rows, false));
    bench.wait(2_250);
    assert!(bench.opened().is_empty());
    assert_eq!(bench.state.durable().refused, Some(id));
    assert!(
        bench.said(|m| matches!(m, Message::HandoverRefused { .. })),
        "said once it is durable"
    );
    bench.event(offer(at, false));
    assert!(bench.opened().is_empty(), "what was refused is never taken");

    let mut bench = Bench::synced(FAILOVER, 5);
    bench.event(offer(at, true));
    assert!(bench.opened().is_empty(), "an old offer is refused");
}

#[test]
fn frames_of_a_stream_that_was_given_up_count_for_nothing() {
    let mut bench = Bench::synced(FAILOVER, 5);
    let old = Bench::stream(start(1, 2, 0).epoch, 99);
    bench.event(Event::ApplyFailed {
        stream: old,
        why: ApplyFault::SumDiffers,
    });
    assert_eq!(bench.status().0, Status::Synced);
}

#[test]
fn a_message_that_makes_no_sense_ends_the_link_and_changes_nothing() {
    let mut bench = Bench::synced(FAILOVER, 5);
    let before = bench.state.durable().clone();
    bench.event(Event::Received {
        link: LinkId(1),
        message: Message::SnapshotRequest { resume: None },
    });
    assert!(bench.did(|a| matches!(a, Action::Hangup { .. })));
    assert_eq!(*bench.state.durable(), before);
}

#[test]
fn nothing_more_is_applied_before_an_epoch_is_opened() {
    let leads = |bench: &mut Bench, command| {
        bench.seen.clear();
        bench.command(command);
        let at = |what: fn(&Action) -> bool| bench.seen.iter().position(what);
        let stopped = at(|a| *a == Action::StopApplying).expect("stops applying");
        let opened = at(|a| matches!(a, Action::OpenEpoch { .. })).expect("opens an epoch");
        assert!(stopped < opened);
    };
    leads(
        &mut Bench::synced(FAILOVER, 5),
        Command::Configure {
            config: super::bench::config(Mode::Primary),
            confirm_replace: false,
        },
    );
    let mut silent = Bench::synced(FAILOVER, 5);
    silent.wait(2_000);
    leads(&mut silent, Command::MakePrimary { force: false });
}

#[test]
fn a_refusal_is_said_only_once_it_is_durable() {
    let id = HandoverId {
        run: pair::config::RunId(uuid::Uuid::from_u128(22)),
        number: 1,
    };
    let mut bench = Bench::synced(FAILOVER, 5);
    bench.disk_full = true;
    let at = head(9, start(1, 2, 0).epoch, 5);
    let message = Message::Handover {
        id,
        head: at,
        late: true,
    };
    bench.event(Event::Received {
        link: LinkId(1),
        message,
    });
    let refused = |m: &Message| matches!(m, Message::HandoverRefused { .. });
    assert!(!bench.said(refused));
    bench.disk_full = false;
    bench.wait(1_000);
    assert!(bench.said(refused));
}

#[test]
fn a_failover_whose_primary_gets_another_name_stays_armed_and_counts_anew() {
    let mut bench = Bench::synced(FAILOVER, 5);
    cut(&mut bench);
    bench.wait(20_000);
    let mut config = super::bench::config(FAILOVER);
    let peer = config.peer.as_mut().expect("a peer");
    peer.url = "https://by-another-name:1/".to_owned();
    let renamed = Command::Configure {
        config,
        confirm_replace: false,
    };
    assert_eq!(bench.command(renamed), Some(Ok(())));
    assert_eq!(bench.armed(), Armed::Armed, "the certificate is the same");
    bench.wait(29_500);
    assert!(bench.opened().is_empty(), "it counts anew");
    bench.wait(1_000);
    assert_eq!(bench.opened(), [2]);
}
