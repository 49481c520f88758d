//! What operators are answered (DESIGN.md 6.2).

use pair::action::RefusalCode;
use pair::event::{Command, ContactFailure, Event, LinkId};
use pair::message::Hello;
use pair::{Mode, Reason, Status};

use super::bench::{Bench, FAILOVER, config, hello, own, start};

fn configure(mode: Mode, confirm_replace: bool) -> Command {
    Command::Configure {
        config: config(mode),
        confirm_replace,
    }
}

const MAKE: Command = Command::MakePrimary { force: false };
const FORCE: Command = Command::MakePrimary { force: true };

#[test]
fn a_bad_offset_or_a_missing_url_is_invalid_and_changes_nothing() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 0);
    for offset_s in [0, 1, 86_401] {
        let refused = bench.command(configure(Mode::SecondaryFailover { offset_s }, true));
        assert_eq!(refused, Some(Err(RefusalCode::Invalid)), "{offset_s} s");
    }
    let mut nowhere = config(Mode::Primary);
    nowhere.peer = None;
    let refused = bench.command(Command::Configure {
        config: nowhere,
        confirm_replace: false,
    });
    assert_eq!(refused, Some(Err(RefusalCode::Invalid)));
    assert_eq!(bench.state.mode(), Mode::None);
}

#[test]
fn a_station_with_data_becomes_a_secondary_only_when_that_is_confirmed() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 4);
    assert_eq!(
        bench.command(configure(FAILOVER, false)),
        Some(Err(RefusalCode::Conflict))
    );
    assert!(bench.edits());
    assert_eq!(bench.command(configure(FAILOVER, true)), Some(Ok(())));
    assert!(!bench.edits());

    let mut empty = Bench::with(Mode::None, &[start(1, 1, 0)], 0);
    assert_eq!(empty.command(configure(FAILOVER, false)), Some(Ok(())));
}

#[test]
fn a_station_on_its_own_goes_on_editing_as_it_becomes_primary() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 4);
    assert_eq!(bench.command(configure(Mode::Primary, false)), Some(Ok(())));
    assert!(bench.edits());
    assert!(bench.opened().is_empty());
}

#[test]
fn a_former_secondary_opens_an_epoch_to_lead_and_a_lineage_to_leave() {
    let mut bench = Bench::synced(FAILOVER, 5);
    assert_eq!(bench.command(configure(Mode::Primary, false)), Some(Ok(())));
    assert_eq!(bench.opened(), [2]);
    let lineage = bench.state.own().head.position.lineage;
    assert_eq!(bench.command(configure(Mode::None, false)), Some(Ok(())));
    assert_ne!(bench.state.own().head.position.lineage, lineage);
    assert_eq!(bench.status(), (Status::NoRedundancy, Reason::NoRedundancy));
    assert!(bench.edits());
}

#[test]
fn make_primary_is_answered_by_status() {
    let epochs = [start(1, 2, 0)];
    let unsuited = |change: fn(&mut Hello)| {
        let mut bench = Bench::with(FAILOVER, &epochs, 5);
        let mut other = hello(Mode::Primary, &epochs, 5);
        change(&mut other);
        bench.probed(other);
        bench
    };
    let mut connecting = Bench::with(FAILOVER, &epochs, 5);
    assert_eq!(connecting.command(MAKE), Some(Err(RefusalCode::Conflict)));
    assert_eq!(connecting.command(FORCE), Some(Ok(())));

    let mut unavailable = Bench::synced(FAILOVER, 5);
    unavailable.event(Event::LinkLost {
        link: pair::event::LinkId(1),
        cause: ContactFailure::Cut,
    });
    unavailable.wait(1_500);
    assert_eq!(unavailable.command(MAKE), Some(Ok(())), "at once");
    assert!(unavailable.edits());

    let mut version = unsuited(|h| h.version = semver::Version::new(2, 0, 0));
    assert_eq!(version.command(MAKE), Some(Err(RefusalCode::Incompatible)));
    assert_eq!(version.command(FORCE), Some(Ok(())));
    let mut schema = unsuited(|h| h.schema = "others".to_owned());
    assert_eq!(schema.command(MAKE), Some(Err(RefusalCode::Incompatible)));

    let mut alone = Bench::with(Mode::None, &epochs, 5);
    assert_eq!(alone.command(MAKE), Some(Err(RefusalCode::Invalid)));
    let mut primary = Bench::with(Mode::Primary, &[start(1, 1, 0)], 5);
    primary.probed(hello(FAILOVER, &[start(1, 1, 0)], 5));
    assert_eq!(
        primary.command(MAKE),
        Some(Err(RefusalCode::Invalid)),
        "it edits already"
    );
}

#[test]
fn a_switch_that_the_primary_does_not_begin_in_time_is_answered() {
    let mut bench = Bench::synced(FAILOVER, 5);
    assert_eq!(bench.command(MAKE), None);
    for _ in 0..10 {
        bench.wait(500);
        bench.beat(
            1,
            super::bench::head(9, start(1, 2, 0).epoch, 5),
            pair::message::Standing::Editing,
        );
    }
    bench.wait(250);
    assert_eq!(bench.answer(1), Some(Err(RefusalCode::Unavailable)));
}

#[test]
fn what_makes_no_sense_is_invalid() {
    let mut alone = Bench::with(Mode::None, &[start(1, 1, 0)], 5);
    for command in [
        Command::HandOver,
        Command::BecomeSecondary,
        Command::ResyncNow,
        Command::HoldFailover,
    ] {
        assert_eq!(alone.command(command), Some(Err(RefusalCode::Invalid)));
    }
    let mut copy = Bench::synced(Mode::SecondaryCopy, 5);
    for command in [
        Command::HandOver,
        Command::BecomeSecondary,
        Command::HoldFailover,
    ] {
        assert_eq!(copy.command(command), Some(Err(RefusalCode::Invalid)));
    }
}

#[test]
fn a_change_that_does_not_become_durable_is_refused_and_nothing_changes() {
    let mut bench = Bench::with(Mode::None, &[start(1, 1, 0)], 0);
    bench.disk_full = true;
    assert_eq!(
        bench.command(configure(FAILOVER, false)),
        Some(Err(RefusalCode::Unavailable))
    );
    assert_eq!(bench.state.mode(), Mode::None);
    assert!(bench.edits());
}

#[test]
fn a_backup_is_not_restored_into_a_secondary() {
    assert!(Bench::synced(FAILOVER, 5).state.may_restore().is_err());
    assert!(
        Bench::with(Mode::None, &[start(1, 1, 0)], 5)
            .state
            .may_restore()
            .is_ok()
    );
}

#[test]
fn a_station_that_comes_back_to_a_lineage_opens_no_epoch_of_it_a_second_time() {
    // It led in an epoch that the other one never heard of, left, and follows the other one in the epoch before.
    let first = start(1, 2, 0);
    let mut bench = Bench::with(Mode::Primary, &[first, start(2, 1, 5)], 8);
    bench.wait(2_500);
    assert_eq!(bench.command(configure(Mode::None, true)), Some(Ok(())));
    assert_eq!(bench.command(configure(FAILOVER, true)), Some(Ok(())));
    let stream = bench.accepted_by(1, &hello(Mode::Primary, &[first], 5));
    bench.event(Event::SnapshotInstalled {
        stream,
        own: own(&[first], 5),
    });
    bench.event(Event::LinkLost {
        link: LinkId(1),
        cause: ContactFailure::Cut,
    });
    bench.wait(3_000);
    assert_eq!(bench.command(FORCE), Some(Ok(())));
    assert_eq!(bench.opened().last(), Some(&3));
}
