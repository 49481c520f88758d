//! With a witness: no two primaries at once, and no pair in contact is taken off.

use std::time::Duration;

use pair::action::{Action, Edits, RefusalCode};
use pair::config::Config;
use pair::event::{Away, Command, Event};
use pair::message::{Heartbeat, Hello, Message, Standing, Writer};
use pair::time::{LEASE, RELIANCE};
use pair::witness::{Answer, Ask, WitnessFailure, WitnessRef, WitnessState};
use pair::{Durable, Mode, Mono, Reason, Status};
use uuid::Uuid;

use super::bench::{Bench, FAILOVER, config, head, hello, own, start};

const HOLDS: Answer = Answer::Holds { ttl: LEASE };
const ELSEWHERE: Answer = Answer::HeldBy { station: None };
const DOWN: Answer = Answer::Failed(WitnessFailure::Unreachable);

fn witness() -> WitnessRef {
    WitnessRef {
        url: "https://witness:2379/".to_owned(),
        user: None,
        id: Uuid::from_u128(5),
    }
}

fn witnessed(mode: Mode) -> Durable {
    Durable {
        config: Config {
            witness: Some(witness()),
            ..config(mode)
        },
        ..Durable::default()
    }
}

/// What the other station says, set to the same witness.
fn theirs(mode: Mode, seq: u64) -> Hello {
    Hello {
        witness: Some(witness().id),
        ..hello(
            mode,
            &[start(1, if mode.is_secondary() { 1 } else { 2 }, 0)],
            seq,
        )
    }
}

/// A primary in epoch 1 of its own whose peer is silent from the start and cannot have led meanwhile.
fn lone_primary(says: Option<Answer>) -> Bench {
    let own = own(&[start(1, 1, 0)], 3);
    let mut bench = Bench::new(witnessed(Mode::Primary), own, Away::AtMost(Duration::ZERO));
    bench.witness = says;
    bench.wait(2_500);
    bench
}

/// A primary that a secondary follows, on link 1.
fn followed_primary(says: Option<Answer>) -> Bench {
    let own = own(&[start(1, 1, 0)], 3);
    let mut bench = Bench::new(witnessed(Mode::Primary), own, Away::AtMost(Duration::ZERO));
    bench.witness = says;
    bench.wait(250);
    bench.followed_by(1, &theirs(FAILOVER, 3));
    bench
}

/// A secondary that follows, on link 1.
fn following_secondary(says: Option<Answer>) -> Bench {
    let own = own(&[start(1, 2, 0)], 3);
    let mut bench = Bench::new(witnessed(FAILOVER), own, Away::Unknown);
    bench.witness = says;
    bench.accepted_by(1, &theirs(Mode::Primary, 3));
    bench
}

/// The secondary's heartbeat on link 1: it heard up to `heard`.
fn promise(bench: &mut Bench, heard: u64) {
    let beat = Heartbeat {
        number: heard,
        heard,
        head: bench.state.own().head,
        writer: Writer::Ok,
        trouble: None,
        standing: Standing::Following,
        promised: true,
        checked: None,
        wall_ms: 0,
    };
    let link = pair::event::LinkId(1);
    bench.event(Event::Received {
        link,
        message: Message::Heartbeat(beat),
    });
}

fn beats_sent(bench: &Bench) -> u64 {
    let number = |action: &Action| match action {
        Action::Send {
            message: Message::Heartbeat(beat),
            ..
        } => Some(beat.number),
        _ => None,
    };
    bench.seen.iter().filter_map(number).max().unwrap_or(0)
}

fn until(bench: &Bench) -> Option<Mono> {
    match bench.state.edits(bench.now()) {
        Edits::Allowed { until, .. } => until,
        Edits::Refused { .. } => None,
    }
}

fn asked(bench: &Bench, what: impl Fn(Ask) -> bool) -> bool {
    bench.did(|action| matches!(action, Action::Witness { what: asked, .. } if what(*asked)))
}

#[test]
fn a_primary_out_of_contact_edits_only_while_it_holds_the_lease() {
    let mut bench = lone_primary(Some(HOLDS));
    assert!(bench.edits());
    assert_eq!(
        bench.view().witness.map(|w| w.state),
        Some(WitnessState::Holding)
    );
    bench.witness = Some(DOWN);
    bench.wait(3_000);
    assert!(bench.edits(), "what it holds, it holds to its end");
    bench.wait(2_000);
    assert!(!bench.edits());
    assert_eq!(bench.status(), (Status::Unavailable, Reason::WitnessSilent));
    bench.witness = Some(ELSEWHERE);
    bench.wait(1_000);
    assert_eq!(
        bench.status(),
        (Status::Unavailable, Reason::LeaseElsewhere)
    );
    bench.witness = Some(HOLDS);
    bench.wait(1_000);
    assert!(bench.edits());
}

#[test]
fn the_lease_counts_from_the_sending_of_the_request_with_a_margin_for_the_clocks() {
    let mut bench = lone_primary(None);
    bench.seen.clear();
    // It asks again and again; this is the moment of one request.
    let token = loop {
        bench.wait(250);
        let asked = bench.seen.iter().find_map(|action| match action {
            Action::Witness {
                token,
                what: Ask::Hold { .. },
            } => Some(*token),
            _ => None,
        });
        if let Some(token) = asked {
            break token;
        }
    };
    let sent = bench.ms;
    // The answer takes its time.
    bench.ms += 1_200;
    bench.event(Event::Witness {
        token,
        answer: HOLDS,
    });
    let most = Mono::from_ms(sent) + (LEASE - LEASE / 10);
    bench.wait(1_000);
    assert!(bench.edits());
    assert!(until(&bench).is_some_and(|until| until <= most));
    bench.wait(2_500);
    assert!(
        !bench.edits(),
        "the lease has run out {LEASE:?} after the sending"
    );
}

#[test]
fn a_primary_in_contact_edits_on_its_secondarys_promise_for_a_time_that_counts_from_its_own_heartbeat()
 {
    let mut bench = followed_primary(Some(DOWN));
    assert!(!bench.edits(), "neither lease nor promise yet");
    let sent_at = bench.ms;
    let number = beats_sent(&bench);
    bench.wait(750);
    promise(&mut bench, number);
    assert!(bench.edits());
    assert_eq!(
        bench.view().witness.map(|w| w.state),
        Some(WitnessState::Promised)
    );
    assert!(until(&bench).is_some_and(|until| until <= Mono::from_ms(sent_at) + RELIANCE));
    bench.wait(3_000);
    assert!(!bench.edits(), "nothing was acknowledged since");
}

#[test]
fn a_promise_that_names_no_heartbeat_of_this_link_or_another_witness_is_none() {
    let mut bench = followed_primary(Some(DOWN));
    let number = beats_sent(&bench);
    promise(&mut bench, number + 7);
    assert!(!bench.edits());

    let own = own(&[start(1, 1, 0)], 3);
    let mut bench = Bench::new(witnessed(Mode::Primary), own, Away::AtMost(Duration::ZERO));
    bench.witness = Some(DOWN);
    bench.followed_by(1, &hello(FAILOVER, &[start(1, 1, 0)], 3));
    let number = beats_sent(&bench);
    promise(&mut bench, number);
    assert!(!bench.edits());
    assert_eq!(bench.status().1, Reason::DifferentWitness);
}

#[test]
fn a_secondary_says_that_it_promised_only_once_that_is_durable() {
    let mut bench = following_secondary(None);
    bench.disk_full = true;
    let epoch = bench.state.own().head.position.epoch;
    let hear = |bench: &mut Bench| {
        bench.beat(1, head(9, epoch, 3), Standing::Editing);
        bench.wait(500);
    };
    let says = |m: &Message| matches!(m, Message::Heartbeat(beat) if beat.promised);
    (0..4).for_each(|_| hear(&mut bench));
    assert!(!bench.said(says));
    bench.disk_full = false;
    (0..4).for_each(|_| hear(&mut bench));
    assert!(bench.said(says));
    assert!(bench.state.durable().promised.is_some());
}

#[test]
fn a_secondary_takes_over_only_with_the_lease() {
    let mut bench = following_secondary(Some(DOWN));
    let epoch = bench.state.own().head.position.epoch;
    bench.beat(1, head(9, epoch, 3), Standing::Editing);
    assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
    bench.wait(31_000);
    assert_eq!(bench.status(), (Status::Unavailable, Reason::WitnessSilent));
    assert_eq!(bench.view().countdown, None);
    bench.witness = Some(ELSEWHERE);
    bench.wait(1_000);
    assert_eq!(
        bench.status(),
        (Status::Unavailable, Reason::LeaseElsewhere)
    );
    assert!(bench.opened().is_empty());
    bench.witness = Some(HOLDS);
    bench.wait(1_000);
    assert_eq!(bench.opened(), [2]);
    assert!(bench.edits());
}

#[test]
fn a_secondary_that_starts_with_a_promise_on_record_keeps_it_before_it_asks_for_the_lease() {
    let mut durable = witnessed(FAILOVER);
    durable.promised = Some(Bench::stream(start(1, 2, 0).epoch, 1));
    let mut bench = Bench::new(
        durable,
        own(&[start(1, 2, 0)], 3),
        Away::AtMost(Duration::ZERO),
    );
    bench.witness = Some(HOLDS);
    bench.wait(2_250);
    bench.command(Command::MakePrimary { force: false });
    bench.wait(750);
    assert!(!asked(&bench, |what| matches!(what, Ask::Hold { .. })));
    assert!(bench.opened().is_empty());
    bench.wait(1_000);
    assert_eq!(bench.opened(), [2]);
    assert!(bench.edits());
}

#[test]
fn make_primary_in_spite_of_the_witness_is_labelled_until_the_guarantee_is_back() {
    let mut bench = lone_primary(Some(DOWN));
    bench.wait(1_000);
    let refused = bench.command(Command::MakePrimary { force: false });
    assert_eq!(refused, Some(Err(RefusalCode::Conflict)));
    assert!(!bench.edits());
    assert_eq!(
        bench.command(Command::MakePrimary { force: true }),
        Some(Ok(()))
    );
    assert!(bench.edits());
    assert_eq!(bench.status(), (Status::Unavailable, Reason::Overridden));
    assert!(
        bench
            .view()
            .witness
            .is_some_and(|witness| witness.overridden)
    );
    bench.witness = Some(HOLDS);
    bench.wait(1_000);
    assert!(bench.edits());
    assert!(
        bench
            .view()
            .witness
            .is_some_and(|witness| !witness.overridden)
    );
}

#[test]
fn a_primary_that_steps_down_gives_up_the_lease_after_its_gate_is_closed() {
    let mut bench = followed_primary(Some(HOLDS));
    let number = beats_sent(&bench);
    promise(&mut bench, number);
    assert!(bench.edits());
    bench.seen.clear();
    bench.probed(Hello {
        head: head(9, start(4, 2, 2).epoch, 2),
        ..Hello {
            epochs: vec![start(1, 1, 0), start(4, 2, 2)],
            ..theirs(Mode::Primary, 2)
        }
    });
    let at = |what: &dyn Fn(&Action) -> bool| bench.seen.iter().position(what);
    let closed = at(&|action| matches!(action, Action::Edits(Edits::Refused { .. })));
    let released = at(&|action| {
        matches!(
            action,
            Action::Witness {
                what: Ask::Release,
                ..
            }
        )
    });
    assert!(
        closed.is_some() && closed < released,
        "{closed:?} {released:?}"
    );
}

#[test]
fn with_a_witness_the_offset_outlasts_the_lease() {
    let short = Config {
        witness: Some(witness()),
        ..config(Mode::SecondaryFailover { offset_s: 5 })
    };
    assert!(
        short
            .check()
            .is_err_and(|error| error.to_string().contains("lease"))
    );
    let enough = Config {
        mode: Mode::SecondaryFailover { offset_s: 6 },
        ..short
    };
    assert!(enough.check().is_ok());
}

#[test]
fn without_a_witness_nothing_is_asked() {
    let mut bench = Bench::synced(FAILOVER, 3);
    bench.wait(35_000);
    assert_eq!(bench.opened(), [2]);
    assert!(!asked(&bench, |_| true));
}
