//! Whether two stations fit (DESIGN.md 5.2, Incompatible), from what each says of itself.

use semver::Version;

use crate::config::Mode;
use crate::message::{Hello, Standing};
use crate::reason::Reason;

/// Why this station and the other do not fit; `None` where they do.
#[must_use]
pub fn compat(mine: &Hello, theirs: &Hello) -> Option<Reason> {
    if mine.run == theirs.run {
        return Some(Reason::OwnUrl);
    }
    if mine.station == theirs.station {
        return Some(Reason::Cloned);
    }
    if mine.protocol != theirs.protocol {
        return Some(Reason::DifferentProtocol);
    }
    if theirs
        .peer
        .as_ref()
        .is_some_and(|named| *named != mine.fingerprint)
    {
        return Some(Reason::PeerNamesOther);
    }
    if theirs.mode == Mode::None {
        return Some(Reason::PeerNotPaired);
    }
    if !same_release(&mine.version, &theirs.version) {
        return Some(Reason::DifferentVersion);
    }
    if mine.schema != theirs.schema {
        return Some(Reason::DifferentSchema);
    }
    roles(mine, theirs)
}

/// Equal in major, minor, patch and pre-release; build metadata is ignored.
#[must_use]
pub fn same_release(a: &Version, b: &Version) -> bool {
    (a.major, a.minor, a.patch, &a.pre) == (b.major, b.minor, b.patch, &b.pre)
}

fn roles(mine: &Hello, theirs: &Hello) -> Option<Reason> {
    let (my_epoch, their_epoch) = (mine.head.position.epoch, theirs.head.position.epoch);
    let one_lineage = mine.head.position.lineage == theirs.head.position.lineage;
    let forked = one_lineage && my_epoch.number == their_epoch.number && my_epoch != their_epoch;
    match (mine.mode.is_secondary(), theirs.mode.is_secondary()) {
        (true, true) => Some(Reason::BothSecondary),
        (false, false) if !one_lineage => Some(Reason::BothPrimary),
        (false, false) if switching(mine, theirs) => None,
        (false, false) if forked => Some(Reason::Forked),
        (false, false) if my_epoch.number > their_epoch.number => Some(Reason::TwoPrimaries),
        (false, false) if my_epoch.number < their_epoch.number => Some(Reason::Superseded),
        (false, false) => Some(Reason::BothPrimary),
        _ if forked => Some(Reason::Forked),
        (true, false) => match theirs.standing {
            Standing::Superseded => Some(Reason::PeerSuperseded),
            Standing::Forked => Some(Reason::Forked),
            _ => None,
        },
        (false, true) => None,
    }
}

/// Two primaries for the moment in which a planned switch is through on one side only.
fn switching(mine: &Hello, theirs: &Hello) -> bool {
    let names = |from: &Hello, to: &Hello| from.handing_over.is_some_and(|h| h.to == to.station);
    names(mine, theirs) || names(theirs, mine)
}
