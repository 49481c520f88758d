//! Full checks of the data, on either side.

use domain::ids::LineageId;
use pair::action::{Action, RefusalCode, Token};
use pair::check::{Checked, Scan};
use pair::durable::Durable;
use pair::event::{Away, Command, ContactFailure, Event, LinkId, Own, SnapshotFault};
use pair::message::{Head, Heartbeat, Message, Standing, Writer};
use pair::view::{Armed, Notice, Record};
use pair::{Mode, Reason, Status};
use uuid::Uuid;

use super::bench::{Bench, FAILOVER, config, head, hello, own, start};

const GOOD: Scan = Scan::Done {
    ok: true,
    cells: 5,
    took_ms: 1,
};
const BAD: Scan = Scan::Done {
    ok: false,
    cells: 5,
    took_ms: 1,
};

impl Bench {
    fn checks(&self) -> Vec<Token> {
        let begun = |action: &Action| match action {
            Action::Check { token } => Some(*token),
            _ => None,
        };
        self.seen.iter().filter_map(begun).collect()
    }

    fn last_check(&self) -> Token {
        *self.checks().last().expect("a check was begun")
    }

    fn found(&mut self, token: Token, scan: Scan) {
        self.event(Event::Verified { token, scan });
    }

    fn last_verify(&self) -> Token {
        let begun = |action: &Action| match action {
            Action::Verify { token } => Some(*token),
            _ => None,
        };
        let last = self.seen.iter().filter_map(begun).next_back();
        last.expect("Resync now began with a check")
    }

    fn logged(&self, record: Record) -> usize {
        let same = |action: &&Action| **action == Action::Log(record);
        self.seen.iter().filter(same).count()
    }

    /// The peer's heartbeat, with what is wrong there.
    fn beat_with(&mut self, number: u64, seq: u64, trouble: Option<Reason>) {
        self.beat_on(1, number, head(9, start(1, 2, 0).epoch, seq), trouble);
    }

    fn beat_on(&mut self, link: u64, number: u64, head: Head, trouble: Option<Reason>) {
        let beat = Heartbeat {
            number,
            heard: number.min(self.said),
            head,
            writer: Writer::Ok,
            trouble,
            standing: Standing::Editing,
            promised: false,
            checked: trouble.map(|_| Checked {
                at_ms: 7,
                ok: false,
                cells: 5,
                took_ms: 1,
            }),
            wall_ms: 0,
        };
        self.event(Event::Received {
            link: LinkId(link),
            message: Message::Heartbeat(beat),
        });
    }
}

/// A primary that is Synced with its secondary: both at entry 5.
fn primary_in_step() -> Bench {
    let epochs = [start(1, 1, 0)];
    let mut bench = Bench::with(Mode::Primary, &epochs, 5);
    let follower = hello(Mode::SecondaryCopy, &epochs, 5);
    bench.probed(follower.clone());
    bench.followed_by(1, &follower);
    assert_ne!(
        bench.status().0,
        Status::Synced,
        "it has not said yet whether its rows are whole"
    );
    bench.beat_on(1, 1, head(9, start(1, 1, 0).epoch, 5), None);
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
    bench
}

#[test]
fn a_primary_says_synced_only_once_its_secondary_has_said_that_its_rows_are_whole() {
    let epochs = [start(1, 1, 0)];
    let mut bench = Bench::with(Mode::Primary, &epochs, 5);
    let follower = hello(Mode::SecondaryCopy, &epochs, 5);
    bench.probed(follower.clone());
    bench.followed_by(1, &follower);
    bench.beat_on(
        1,
        1,
        head(9, start(1, 1, 0).epoch, 5),
        Some(Reason::DataDamaged),
    );
    assert_eq!(bench.status(), (Status::NotSynced, Reason::DataDamaged));
    let synced = |record: &Record| {
        matches!(
            record,
            Record::Status {
                status: Status::Synced,
                ..
            }
        )
    };
    let said = bench
        .seen
        .iter()
        .any(|action| matches!(action, Action::Log(record) if synced(record)));
    assert!(!said, "not for a moment");
}

#[test]
fn a_station_checks_its_data_after_its_start_and_every_ten_minutes_in_every_mode() {
    for mode in [Mode::None, Mode::Primary, Mode::SecondaryCopy] {
        let mut bench = Bench::with(mode, &[start(1, 1, 0)], 5);
        bench.wait(29_000);
        assert_eq!(bench.checks().len(), 0, "{mode:?}");
        bench.wait(2_000);
        assert_eq!(bench.checks().len(), 1, "{mode:?}");
        let token = bench.last_check();
        bench.found(token, GOOD);
        bench.wait(599_000);
        assert_eq!(bench.checks().len(), 1, "{mode:?}");
        bench.wait(2_000);
        assert_eq!(bench.checks().len(), 2, "{mode:?}");
    }
}

#[test]
fn a_second_check_is_never_begun_while_one_runs() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 5);
    bench.wait(7_200_000);
    assert_eq!(bench.checks().len(), 1);
}

#[test]
fn a_station_that_is_told_never_to_check_does_not() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 5);
    bench.state.check_every(None);
    bench.wait(3_600_000);
    assert_eq!(bench.checks().len(), 0);
}

#[test]
fn a_check_that_could_not_be_made_says_nothing_and_is_tried_again_in_a_minute() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 5);
    bench.wait(31_000);
    let token = bench.last_check();
    bench.found(token, Scan::NotMade);
    assert_eq!(bench.view().checked, None);
    assert_eq!(bench.logged(Record::NotVerified), 1);
    bench.wait(59_000);
    assert_eq!(bench.checks().len(), 1);
    bench.wait(2_000);
    assert_eq!(bench.checks().len(), 2);
}

#[test]
fn good_checks_are_shown_and_only_the_first_is_logged() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 5);
    for _ in 0..3 {
        bench.wait(601_000);
        let token = bench.last_check();
        bench.found(token, GOOD);
    }
    let checked = bench.view().checked.expect("a check");
    assert!(checked.ok && checked.cells == 5 && checked.at_ms > 0);
    assert_eq!(bench.logged(Record::Verified { ok: true }), 1);
}

#[test]
fn an_operators_check_is_always_logged() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 5);
    for _ in 0..2 {
        let token = bench.state.operator_checks();
        bench.found(token, GOOD);
    }
    assert_eq!(bench.logged(Record::Verified { ok: true }), 2);
}

#[test]
fn a_damaged_secondary_is_not_synced_and_not_armed_until_a_check_finds_it_whole() {
    let mut bench = Bench::synced(FAILOVER, 5);
    let token = bench.state.operator_checks();
    bench.found(token, BAD);
    assert_eq!(bench.status(), (Status::NotSynced, Reason::DataDamaged));
    assert_eq!(bench.armed(), Armed::NotInStep);
    assert!(bench.did(|action| *action == Action::Notify(Notice::NotSynced)));

    let token = bench.state.operator_checks();
    bench.found(token, GOOD);
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
    assert_eq!(bench.armed(), Armed::Armed);
}

#[test]
fn damage_is_remembered_over_a_restart() {
    let mut bench = Bench::synced(FAILOVER, 5);
    let token = bench.state.operator_checks();
    bench.found(token, BAD);
    let durable = bench.state.durable().clone();
    let epochs = [start(1, 2, 0)];
    let mut again = Bench::new(durable, own(&epochs, 5), Away::Unknown);
    again.accepted_by(1, &hello(Mode::Primary, &epochs, 5));
    assert_eq!(again.status(), (Status::NotSynced, Reason::DataDamaged));
}

#[test]
fn a_secondary_that_is_found_damaged_while_the_countdown_runs_does_not_take_over() {
    let mut bench = Bench::synced(FAILOVER, 5);
    bench.wait(3_000);
    assert!(bench.view().countdown.is_some());
    let token = bench.state.operator_checks();
    bench.found(token, BAD);
    bench.wait(60_000);
    assert_eq!(bench.opened(), [] as [u64; 0]);
}

#[test]
fn a_primary_shows_for_how_long_its_secondary_has_been_behind() {
    let mut bench = primary_in_step();
    bench.event(Event::Committed {
        head: head(9, start(1, 1, 0).epoch, 6),
    });
    bench.wait(1_000);
    let lag = bench.view().lag;
    assert_eq!((lag.entries, lag.bytes), (1, 100));
    assert!(lag.time.as_millis() >= 1_000, "{lag:?}");
}

#[test]
fn a_damaged_primary_goes_on_editing_is_not_synced_and_may_hand_over() {
    let mut bench = primary_in_step();
    let token = bench.state.operator_checks();
    bench.found(token, BAD);
    assert_eq!(bench.status(), (Status::NotSynced, Reason::PrimaryDamaged));
    assert!(bench.edits());
    bench.wait(500);
    assert!(
        bench.said(|message| matches!(message, Message::Heartbeat(beat)
        if beat.trouble == Some(Reason::PrimaryDamaged) && beat.checked.is_some_and(|c| !c.ok)))
    );
    assert_eq!(bench.command(Command::HandOver), None, "it is under way");
    assert!(bench.said(|message| matches!(message, Message::Handover { .. })));
}

#[test]
fn the_secondary_of_a_damaged_primary_says_so_stays_armed_and_takes_the_lead_by_a_planned_switch() {
    let mut bench = Bench::synced(FAILOVER, 5);
    bench.beat_with(1, 5, Some(Reason::PrimaryDamaged));
    assert_eq!(bench.status(), (Status::NotSynced, Reason::PrimaryDamaged));
    assert_eq!(bench.armed(), Armed::Armed);
    let peer = bench.view().peer.expect("a peer");
    assert!(peer.checked.is_some_and(|checked| !checked.ok));
    bench.command(Command::MakePrimary { force: false });
    assert!(bench.said(|message| *message == Message::HandoverRequest));
}

#[test]
fn a_primary_whose_secondary_is_damaged_too_does_not_hand_over_and_names_the_way_out() {
    let mut bench = primary_in_step();
    let token = bench.state.operator_checks();
    bench.found(token, BAD);
    bench.beat_with(2, 5, Some(Reason::DataDamaged));
    assert_eq!(bench.status(), (Status::NotSynced, Reason::NoWholeCopy));
    assert!(
        Reason::NoWholeCopy
            .cure()
            .starts_with("Restore a backup on the primary")
    );
    assert_eq!(
        bench.command(Command::HandOver),
        Some(Err(RefusalCode::Conflict))
    );
}

/// Both are damaged, or the copy of a damaged primary was refused: Resync now alone would go on failing.
#[test]
fn where_no_station_has_whole_data_a_restored_backup_and_resync_now_bring_the_pair_into_step() {
    let mut bench = Bench::synced(FAILOVER, 5);
    let token = bench.state.operator_checks();
    bench.found(token, BAD);
    bench.beat_with(1, 5, Some(Reason::PrimaryDamaged));
    assert_eq!(bench.status(), (Status::NotSynced, Reason::NoWholeCopy));
    assert_eq!(bench.armed(), Armed::NotInStep);
    bench.command(Command::ResyncNow);
    let token = bench.last_verify();
    bench.found(token, BAD);
    let damaged_primary = hello(Mode::Primary, &[start(1, 2, 0)], 5);
    let stream = bench.accepted_by(2, &damaged_primary);
    bench.event(Event::SnapshotFailed {
        stream,
        why: SnapshotFault::Damaged,
    });
    bench.beat_on(2, 1, damaged_primary.head, Some(Reason::PrimaryDamaged));
    assert_eq!(bench.status(), (Status::NotSynced, Reason::NoWholeCopy));

    // The primary's operator restores a backup: another lineage, and no damage.
    bench.event(Event::LinkLost {
        link: LinkId(2),
        cause: ContactFailure::Cut,
    });
    let mut restored = hello(Mode::Primary, &[start(1, 2, 5)], 5);
    restored.head.position.lineage = LineageId(Uuid::from_u128(77));
    let stream = bench.accepted_by(3, &restored);
    bench.beat_on(3, 1, restored.head, None);
    assert_eq!(
        bench.status(),
        (Status::NotSynced, Reason::ReplaceNotConfirmed)
    );
    bench.command(Command::ResyncNow);
    bench.event(Event::SnapshotInstalled {
        stream,
        own: Own {
            head: restored.head,
            epochs: restored.epochs,
            empty: false,
            left: None,
        },
    });
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
}

#[test]
fn a_station_without_redundancy_that_is_found_damaged_tells_its_operator() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 5);
    let token = bench.state.operator_checks();
    bench.found(token, BAD);
    assert!(bench.did(|action| *action == Action::Notify(Notice::Damaged)));
    assert_eq!(bench.logged(Record::Verified { ok: false }), 1);
}

#[test]
fn a_check_that_began_before_the_data_were_replaced_says_nothing_of_the_new() {
    let durable = Durable {
        config: config(Mode::Primary),
        ..Durable::default()
    };
    let epochs = [start(1, 1, 0)];
    let mut bench = Bench::new(durable, own(&epochs, 5), Away::Unknown);
    bench.wait(31_000);
    let background = bench.last_check();
    let asked = bench.state.operator_checks();
    bench.event(Event::Restored {
        own: own(&epochs, 4),
    });
    bench.found(background, BAD);
    bench.found(asked, BAD);
    assert_eq!(bench.view().checked, None);
    bench.wait(31_000);
    assert_eq!(bench.checks().len(), 2, "the new data are looked at soon");
}
