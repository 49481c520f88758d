//! When the alarm is raised, when it falls silent, and what raises none.

use std::time::Duration;

use domain::history::{Chain, Sum};

use super::board::{Board, When};
use crate::api::{AlarmCause, Mode, Offers, PositionView, Reason, Redundancy};

fn pair(mode: Mode, reason: Reason) -> Redundancy {
    let id = "0192f0a0-0000-7000-8000-000000000001";
    Redundancy {
        mode,
        peer_url: Some("https://b:1/#sha256-00".into()),
        failover_offset_s: 30,
        status: reason.status(),
        reason,
        cause: reason.cause().into(),
        cure: Some(reason.cure().into()),
        since: "2026-11-22T10:00:00Z".into(),
        armed: false,
        unarmed_reason: None,
        countdown_s: None,
        held: false,
        lag: None,
        progress: None,
        position: PositionView {
            lineage: id.parse().unwrap(),
            epoch: 1,
            opener: id.parse().unwrap(),
            seq: 1,
            chain: Chain::default(),
        },
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

fn at(second: u64) -> When {
    When {
        mono: Duration::from_secs(second),
        wall: format!("second {second}"),
    }
}

/// A board that sees a primary's pair, at whole seconds.
#[derive(Default)]
struct Desk(Board);

impl Desk {
    /// A pair that is in step at second 0.
    fn in_step() -> Self {
        let mut desk = Self::default();
        desk.sees(0, Reason::FirstSync);
        desk.sees(0, Reason::Equal);
        desk
    }

    fn sees(&mut self, second: u64, reason: Reason) {
        self.0.settle(at(second).mono);
        self.0.see(&pair(Mode::Primary, reason), &at(second));
    }

    fn acknowledges(&mut self, second: u64) {
        let up_to = self.0.shown().open.last().map_or(0, |alarm| alarm.number);
        self.0.acknowledge(up_to, at(second).mono);
    }

    fn causes(&self) -> Vec<AlarmCause> {
        self.0
            .shown()
            .open
            .iter()
            .map(|alarm| alarm.cause)
            .collect()
    }

    fn sounds(&self) -> bool {
        self.0.shown().sounds
    }
}

#[test]
fn what_needs_the_operator_raises_the_alarm_once() {
    use AlarmCause as Cause;
    for (reason, cause) in [
        (Reason::NoAnswer, Cause::Unavailable),
        (Reason::Superseded, Cause::Superseded),
        (Reason::TwoPrimaries, Cause::TwoPrimaries),
        (Reason::Forked, Cause::TwoPrimaries),
        (Reason::SumsDiffer, Cause::NotSynced),
        (Reason::Waiting, Cause::Waiting),
        (Reason::PromotionFails, Cause::CannotTakeOver),
        (Reason::DifferentVersion, Cause::Incompatible),
    ] {
        let mut desk = Desk::in_step();
        desk.sees(20, reason);
        desk.sees(21, reason);
        assert_eq!(desk.causes(), [cause], "{reason:?}");
        assert!(desk.sounds());
        let [alarm] = &desk.0.shown().open[..] else {
            panic!("one alarm")
        };
        assert_eq!((alarm.text.as_str(), alarm.again), (reason.cause(), 0));
    }
}

#[test]
fn everyday_changes_and_a_pair_that_is_being_set_up_raise_none() {
    let mut desk = Desk::default();
    for reason in [
        Reason::FirstContact,
        Reason::NoAnswer,
        Reason::ConfirmCode,
        Reason::DifferentVersion,
        Reason::FirstSync,
        Reason::Equal,
        Reason::Behind,
        Reason::Equal,
        Reason::Switching,
        Reason::Equal,
    ] {
        desk.sees(1, reason);
    }
    assert_eq!(desk.causes(), []);
}

#[test]
fn an_acknowledged_alarm_is_silent_until_the_next_new_one() {
    let mut desk = Desk::in_step();
    desk.sees(20, Reason::NoAnswer);
    desk.acknowledges(25);
    assert!(!desk.sounds());
    desk.sees(26, Reason::Lost);
    assert!(!desk.sounds(), "still the same trouble");
    desk.sees(50, Reason::TwoPrimaries);
    assert_eq!(desk.causes(), [AlarmCause::TwoPrimaries]);
    assert!(desk.sounds());
}

#[test]
fn an_alarm_that_was_not_on_the_screen_is_not_silenced() {
    let mut desk = Desk::in_step();
    desk.sees(20, Reason::NoAnswer);
    let on_screen = desk.0.shown().open[0].number;
    desk.sees(21, Reason::Superseded);
    desk.0.acknowledge(on_screen, at(21).mono);
    assert_eq!(desk.causes(), [AlarmCause::Superseded]);
}

#[test]
fn a_pair_that_comes_and_goes_is_one_alarm() {
    let mut desk = Desk::in_step();
    desk.sees(20, Reason::NoAnswer);
    for flap in 1..=10 {
        desk.sees(20 + flap * 4, Reason::Equal);
        desk.sees(22 + flap * 4, Reason::NoAnswer);
    }
    let [alarm] = &desk.0.shown().open[..] else {
        panic!("one alarm: {:?}", desk.0.shown())
    };
    assert_eq!((alarm.number, alarm.again, alarm.over), (1, 10, false));
    // Having come back so often, it has to be in step for longer before it is believed.
    desk.sees(70, Reason::Equal);
    desk.0.settle(at(100).mono);
    assert!(desk.sounds());
    desk.0.settle(at(230).mono);
    assert!(!desk.sounds());
}

#[test]
fn once_acknowledged_a_pair_that_comes_and_goes_stays_silent() {
    let mut desk = Desk::in_step();
    desk.sees(20, Reason::NoAnswer);
    desk.acknowledges(21);
    for flap in 1..=10 {
        desk.sees(20 + flap * 30, Reason::Equal);
        desk.sees(35 + flap * 30, Reason::NoAnswer);
        assert_eq!(desk.causes(), [], "flap {flap}");
    }
    desk.sees(400, Reason::Equal);
    desk.sees(500, Reason::NoAnswer);
    assert!(
        desk.sounds(),
        "a minute and more of peace makes it a new one"
    );
}

#[test]
fn trouble_that_passed_falls_silent_but_stays_until_somebody_has_seen_it() {
    let mut desk = Desk::in_step();
    desk.sees(20, Reason::NoAnswer);
    desk.sees(30, Reason::Equal);
    assert!(desk.sounds(), "it may be gone again in a moment");
    desk.0.settle(at(40).mono);
    assert!(!desk.sounds());
    assert!(!desk.0.shown().trouble);
    assert_eq!(desk.causes(), [AlarmCause::Unavailable]);
    // When it comes back it is a new one.
    desk.sees(50, Reason::NoAnswer);
    let [alarm] = &desk.0.shown().open[..] else {
        panic!("one alarm")
    };
    assert_eq!((alarm.number, alarm.again, alarm.over), (2, 1, false));
}

#[test]
fn a_takeover_sounds_until_it_is_acknowledged_even_when_all_is_well_again() {
    let mut desk = Desk::in_step();
    desk.sees(20, Reason::NoAnswer);
    desk.0
        .took_over(&pair(Mode::Primary, Reason::NoAnswer), &at(50));
    desk.sees(90, Reason::Equal);
    desk.0.settle(at(200).mono);
    assert!(desk.sounds());
    let shown = desk.0.shown();
    let heard: Vec<_> = shown.open.iter().filter(|alarm| !alarm.over).collect();
    assert_eq!(heard[0].cause, AlarmCause::TookOver);
    desk.acknowledges(210);
    assert_eq!(desk.causes(), []);
}

#[test]
fn a_restart_forgets_no_alarm_and_repeats_none_that_was_acknowledged() {
    let restarted = |desk: &Desk| {
        let kept = serde_json::to_string(&desk.0).unwrap();
        Desk(serde_json::from_str(&kept).unwrap())
    };
    let mut desk = Desk::in_step();
    desk.sees(20, Reason::NoAnswer);
    let mut again = restarted(&desk);
    again.sees(0, Reason::FirstContact);
    again.sees(2, Reason::NoAnswer);
    assert_eq!(again.0.shown().open, desk.0.shown().open);
    again.acknowledges(3);
    let mut later = restarted(&again);
    later.sees(0, Reason::FirstContact);
    later.sees(2, Reason::NoAnswer);
    assert!(!later.sounds());
}

#[test]
fn another_peer_or_none_ends_what_was_the_matter_with_the_former() {
    let mut desk = Desk::in_step();
    desk.sees(20, Reason::NoAnswer);
    let alone = Redundancy {
        peer_url: None,
        ..pair(Mode::None, Reason::NoRedundancy)
    };
    desk.0.see(&alone, &at(30));
    assert!(!desk.sounds());
    desk.sees(40, Reason::NoAnswer);
    assert!(!desk.sounds(), "the new pair was never in step");
}
