//! Which changes of the pair an operator must know even when the window is out of sight.
//!
//! Pure: the pair before and after in, at most one notice out.

use node::api::{Mode, Reason, Redundancy, StationInfo, Status};

use crate::words;

/// A desktop notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) body: String,
}

/// What is to be said when the pair goes from `before` to `after`: a takeover, a superseded or forked primary, an
/// unavailable peer, data that are not equal. Nothing for what stays, or for a mode that the operator has just set.
pub(crate) fn notice(
    station: &StationInfo,
    before: &Redundancy,
    after: &Redundancy,
) -> Option<Notice> {
    if let Some(title) = takeover(station, before, after) {
        return Some(Notice {
            title,
            body: sentences(after),
        });
    }
    if (before.status, before.reason) == (after.status, after.reason) {
        return None;
    }
    let peer = words::peer(after);
    let title = match (after.status, after.reason) {
        (_, Reason::Superseded) => format!("{}: superseded by {peer}", station.name),
        (
            _,
            Reason::TwoPrimaries | Reason::PeerSuperseded | Reason::Forked | Reason::BothPrimary,
        ) => {
            format!("{} and {peer}: two primaries", station.name)
        }
        (_, Reason::Waiting | Reason::HandoverOpen) => {
            format!("{} waits for a decision", station.name)
        }
        (_, Reason::PromotionFails) => format!("{} cannot take over", station.name),
        (Status::Unavailable, _) if before.status != Status::Unavailable => {
            format!("{peer} is unavailable")
        }
        (Status::NotSynced, _) => format!("{} and {peer} are not synced", station.name),
        _ => return None,
    };
    Some(Notice {
        title,
        body: sentences(after),
    })
}

/// The lead changed hands, here to there or there to here.
fn takeover(station: &StationInfo, before: &Redundancy, after: &Redundancy) -> Option<String> {
    let peer = words::peer(after);
    match (before.mode, after.mode) {
        (Mode::SecondaryCopy | Mode::SecondaryFailover, Mode::Primary) => {
            Some(format!("{} is primary now", station.name))
        }
        (Mode::Primary, Mode::SecondaryCopy | Mode::SecondaryFailover) => {
            Some(format!("{peer} is primary now; {} follows", station.name))
        }
        _ => None,
    }
}

/// The cause and the cure in the station's own words, and the countdown where one runs.
fn sentences(redundancy: &Redundancy) -> String {
    let mut text = redundancy.cause.clone();
    if let Some(seconds) = redundancy.countdown_s.filter(|_| !redundancy.held) {
        text.push_str(&format!(" This station takes over in {seconds} s."));
    }
    if let Some(cure) = &redundancy.cure {
        text.push(' ');
        text.push_str(cure);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::notice;
    use crate::fixtures::{peer, redundancy, station};
    use node::api::{Mode, Reason, Redundancy, Status};

    fn pair(mode: Mode, status: Status, reason: Reason) -> Redundancy {
        Redundancy {
            reason,
            peer: Some(peer("Station B", Mode::Primary)),
            ..redundancy(mode, status)
        }
    }

    #[test]
    fn an_unavailable_peer_is_announced_once_with_its_countdown() {
        let synced = pair(Mode::SecondaryFailover, Status::Synced, Reason::Equal);
        let mut lost = pair(
            Mode::SecondaryFailover,
            Status::Unavailable,
            Reason::NoAnswer,
        );
        lost.countdown_s = Some(30);
        let said = notice(&station("A"), &synced, &lost).unwrap();
        assert_eq!(said.title, "Station B is unavailable");
        assert!(said.body.contains("takes over in 30 s"), "{}", said.body);

        let mut later = lost.clone();
        later.countdown_s = Some(29);
        assert_eq!(notice(&station("A"), &lost, &later), None);
    }

    #[test]
    fn a_takeover_is_announced_on_both_stations() {
        let lost = pair(
            Mode::SecondaryFailover,
            Status::Unavailable,
            Reason::NoAnswer,
        );
        let lead = pair(Mode::Primary, Status::Unavailable, Reason::NoAnswer);
        let follows = pair(Mode::SecondaryFailover, Status::Synced, Reason::Equal);
        assert_eq!(
            notice(&station("A"), &lost, &lead).unwrap().title,
            "A is primary now"
        );
        assert_eq!(
            notice(&station("A"), &lead, &follows).unwrap().title,
            "Station B is primary now; A follows"
        );
    }

    #[test]
    fn superseded_forked_and_not_synced_are_announced() {
        let synced = pair(Mode::Primary, Status::Synced, Reason::Equal);
        let cases = [
            (
                Status::Incompatible,
                Reason::Superseded,
                "A: superseded by Station B",
            ),
            (
                Status::Incompatible,
                Reason::Forked,
                "A and Station B: two primaries",
            ),
            (
                Status::NotSynced,
                Reason::SumsDiffer,
                "A and Station B are not synced",
            ),
        ];
        for (status, reason, title) in cases {
            let after = pair(Mode::Primary, status, reason);
            assert_eq!(notice(&station("A"), &synced, &after).unwrap().title, title);
        }
    }

    #[test]
    fn everyday_changes_are_not_announced() {
        let synced = pair(Mode::Primary, Status::Synced, Reason::Equal);
        let syncing = pair(Mode::Primary, Status::Syncing, Reason::Behind);
        let alone = redundancy(Mode::None, Status::NoRedundancy);
        let connecting = pair(Mode::Primary, Status::Connecting, Reason::FirstContact);
        for (before, after) in [
            (&synced, &syncing),
            (&syncing, &synced),
            (&alone, &connecting),
            (&synced, &alone),
        ] {
            assert_eq!(notice(&station("A"), before, after), None);
        }
    }
}
