//! Whether two stations fit.

use pair::compat::{compat, same_release};
use pair::config::Fingerprint;
use pair::message::{Hello, Standing};
use pair::{Mode, Reason};
use semver::Version;

use super::bench::{Bench, FAILOVER, hello, start};

/// What a primary in epoch 3 says of itself, and the other as a secondary in it.
fn fitting() -> (Hello, Hello) {
    let epochs = [start(1, 1, 0), start(3, 1, 5)];
    let bench = Bench::with(Mode::Primary, &epochs, 5);
    (bench.state.hello(bench.now()), hello(FAILOVER, &epochs, 5))
}

#[test]
fn a_primary_and_a_secondary_of_one_release_fit() {
    let (mine, theirs) = fitting();
    assert_eq!(compat(&mine, &theirs), None);
    assert_eq!(compat(&theirs, &mine), None);
}

#[test]
fn everything_that_does_not_fit_has_its_reason() {
    type Change = fn(&mut Hello, &Hello);
    let table: [(Reason, Change); 11] = [
        (Reason::DifferentVersion, |t, _| {
            t.version = Version::new(1, 2, 4)
        }),
        (Reason::DifferentSchema, |t, _| {
            t.schema = "other tables".to_owned()
        }),
        (Reason::DifferentProtocol, |t, _| t.protocol += 1),
        (Reason::OwnUrl, |t, m| t.run = m.run),
        (Reason::Cloned, |t, m| t.station = m.station),
        (Reason::PeerNamesOther, |t, _| {
            t.peer = Some(Fingerprint("somebody else".to_owned()))
        }),
        (Reason::PeerNotPaired, |t, _| t.mode = Mode::None),
        (Reason::BothPrimary, |t, _| t.mode = Mode::Primary),
        (Reason::TwoPrimaries, |t, _| {
            t.mode = Mode::Primary;
            t.epochs.pop();
            t.head.position.epoch = t.epochs[0].epoch;
        }),
        (Reason::Superseded, |t, _| {
            t.mode = Mode::Primary;
            t.epochs.push(start(4, 2, 5));
            t.head.position.epoch = start(4, 2, 5).epoch;
        }),
        (Reason::Forked, |t, _| {
            t.head.position.epoch = start(3, 2, 5).epoch
        }),
    ];
    for (reason, change) in table {
        let (mine, mut theirs) = fitting();
        change(&mut theirs, &mine);
        assert_eq!(compat(&mine, &theirs), Some(reason));
    }
}

#[test]
fn two_secondaries_do_not_fit() {
    let (_, theirs) = fitting();
    let mine = Bench::with(Mode::SecondaryCopy, &theirs.epochs, 5);
    assert_eq!(
        compat(&mine.state.hello(mine.now()), &theirs),
        Some(Reason::BothSecondary)
    );
}

#[test]
fn a_superseded_primary_is_not_followed() {
    let (mut primary, theirs) = fitting();
    primary.standing = Standing::Superseded;
    assert_eq!(compat(&theirs, &primary), Some(Reason::PeerSuperseded));
}

#[test]
fn versions_fit_by_everything_but_build_metadata() {
    let table = [
        ("1.2.3", "1.2.3", true),
        ("1.2.3+a", "1.2.3+b", true),
        ("1.2.3-rc.1+a", "1.2.3-rc.1", true),
        ("1.2.3", "1.2.4", false),
        ("1.2.3", "1.3.3", false),
        ("1.2.3", "2.2.3", false),
        ("1.2.3-rc.1", "1.2.3", false),
        ("1.2.3-rc.1", "1.2.3-rc.2", false),
    ];
    for (a, b, fits) in table {
        let parse = |text: &str| Version::parse(text).expect("a version");
        assert_eq!(same_release(&parse(a), &parse(b)), fits, "{a} and {b}");
    }
}
