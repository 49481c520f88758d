//! What the tray and the notifications say: the status in words, what each action would do and to whom, what quitting does to the pair.
//!
//! Pure: values in, text out. The rules themselves are the station's (`Redundancy::offers`).

use node::api::{AlarmCause, Mode, Redundancy, StationInfo, Status};

/// How the other station is called here, by name once it was heard.
pub(crate) fn peer(redundancy: &Redundancy) -> &str {
    redundancy
        .peer
        .as_ref()
        .map_or("the other station", |peer| peer.name.as_str())
}

/// The status in a word or two: beside the tray's icon, where the desktop shows that.
pub(crate) fn status(status: Status) -> &'static str {
    status.words()
}

/// The first line of the tray's menu: role, status, and what an operator would ask next.
pub(crate) fn headline(redundancy: &Redundancy) -> String {
    let role = match redundancy.mode {
        Mode::None => return "No redundancy".into(),
        Mode::Primary => "Primary",
        Mode::SecondaryCopy => "Secondary copy",
        Mode::SecondaryFailover => "Secondary failover",
    };
    let peer = peer(redundancy);
    let status = match redundancy.status {
        Status::NoRedundancy => "no redundancy".into(),
        Status::Connecting => format!("connecting to {peer}"),
        Status::Syncing => format!("syncing with {peer}"),
        Status::Synced => format!("synced with {peer}"),
        Status::NotSynced => format!("not synced with {peer}"),
        Status::Unavailable => match redundancy.countdown_s {
            Some(seconds) if !redundancy.held => {
                format!("{peer} is unavailable, takes over in {seconds} s")
            }
            _ => format!("{peer} is unavailable"),
        },
        Status::Incompatible => format!("incompatible with {peer}"),
    };
    format!("{role}: {status}")
}

/// "Make primary" with both names beside it, so that nobody promotes the wrong machine.
pub(crate) fn make_primary(station: &StationInfo, redundancy: &Redundancy) -> String {
    format!(
        "Make primary ({} takes over from {})",
        station.name,
        peer(redundancy)
    )
}

/// "Hand over" with the name of who gets the lead.
pub(crate) fn hand_over(redundancy: &Redundancy) -> String {
    format!("Hand over to {}", peer(redundancy))
}

/// "Quit" with what it does to the pair.
pub(crate) fn quit(redundancy: &Redundancy) -> String {
    let peer = peer(redundancy);
    let in_contact = matches!(
        redundancy.status,
        Status::Syncing | Status::Synced | Status::NotSynced
    );
    let effect = match redundancy.mode {
        Mode::None => return "Quit".into(),
        Mode::Primary if !in_contact => "nobody schedules the channel then".into(),
        Mode::Primary => match redundancy
            .peer
            .as_ref()
            .and_then(|peer| peer.failover_offset_s)
        {
            Some(seconds) => format!("{peer} takes over after {seconds} s"),
            _ => format!("{peer} does not take over by itself"),
        },
        Mode::SecondaryCopy | Mode::SecondaryFailover => format!("{peer} goes on without a backup"),
    };
    format!("Quit ({effect})")
}

/// What an alarm is about, with both names.
pub(crate) fn alarm(station: &StationInfo, redundancy: &Redundancy, cause: AlarmCause) -> String {
    let (own, peer) = (&station.name, peer(redundancy));
    match cause {
        AlarmCause::Unavailable => format!("{peer} is unavailable"),
        AlarmCause::TookOver => leads_now(station),
        AlarmCause::Superseded => format!("{own}: superseded by {peer}"),
        AlarmCause::TwoPrimaries => format!("{own} and {peer}: two primaries"),
        AlarmCause::Waiting => format!("{own} waits for a decision"),
        AlarmCause::CannotTakeOver => format!("{own} cannot take over"),
        AlarmCause::NotSynced => format!("{own} and {peer} are not synced"),
        AlarmCause::Incompatible => format!("{own} and {peer} are incompatible"),
    }
}

/// How long it is until this station takes over, as a sentence that follows another.
pub(crate) fn takes_over(seconds: u32) -> String {
    format!(" This station takes over in {seconds} s.")
}

/// Trouble has passed.
pub(crate) fn in_step_again(station: &StationInfo, redundancy: &Redundancy) -> String {
    format!(
        "{} and {} are in step again",
        station.name,
        peer(redundancy)
    )
}

/// This station has the lead.
pub(crate) fn leads_now(station: &StationInfo) -> String {
    format!("{} is primary now", station.name)
}

/// The other station has the lead.
pub(crate) fn follows_now(station: &StationInfo, redundancy: &Redundancy) -> String {
    format!(
        "{} is primary now; {} follows",
        peer(redundancy),
        station.name
    )
}

/// A command that the station refused.
pub(crate) const REFUSED: &str = "Tandem did not do this";

#[cfg(test)]
mod tests {
    use super::{hand_over, headline, make_primary, quit};
    use crate::fixtures::{peer, redundancy, station};
    use node::api::{Mode, Status};

    #[test]
    fn the_headline_names_role_status_and_peer() {
        let mut pair = redundancy(Mode::Primary, Status::Synced);
        assert_eq!(headline(&pair), "Primary: synced with the other station");
        pair.peer = Some(peer("Station B", Mode::SecondaryFailover));
        assert_eq!(headline(&pair), "Primary: synced with Station B");
        assert_eq!(
            headline(&redundancy(Mode::None, Status::NoRedundancy)),
            "No redundancy"
        );
    }

    #[test]
    fn the_headline_counts_down_only_what_can_fire() {
        let mut pair = redundancy(Mode::SecondaryFailover, Status::Unavailable);
        pair.peer = Some(peer("Station A", Mode::Primary));
        assert_eq!(
            headline(&pair),
            "Secondary failover: Station A is unavailable"
        );
        pair.countdown_s = Some(12);
        assert_eq!(
            headline(&pair),
            "Secondary failover: Station A is unavailable, takes over in 12 s"
        );
        pair.held = true;
        assert_eq!(
            headline(&pair),
            "Secondary failover: Station A is unavailable"
        );
    }

    #[test]
    fn actions_on_the_pair_name_their_target() {
        let mut pair = redundancy(Mode::SecondaryCopy, Status::Synced);
        pair.peer = Some(peer("Station A", Mode::Primary));
        assert_eq!(
            make_primary(&station("Station B"), &pair),
            "Make primary (Station B takes over from Station A)"
        );
        assert_eq!(hand_over(&pair), "Hand over to Station A");
    }

    #[test]
    fn quit_says_what_it_does_to_the_pair() {
        assert_eq!(quit(&redundancy(Mode::None, Status::NoRedundancy)), "Quit");
        let mut pair = redundancy(Mode::Primary, Status::Synced);
        pair.peer = Some(peer("Station B", Mode::SecondaryFailover));
        assert_eq!(quit(&pair), "Quit (Station B takes over after 30 s)");
        pair.peer = Some(peer("Station B", Mode::SecondaryCopy));
        assert_eq!(quit(&pair), "Quit (Station B does not take over by itself)");
        pair.status = Status::Unavailable;
        assert_eq!(quit(&pair), "Quit (nobody schedules the channel then)");
        let mut copy = redundancy(Mode::SecondaryCopy, Status::Synced);
        copy.peer = Some(peer("Station A", Mode::Primary));
        assert_eq!(quit(&copy), "Quit (Station A goes on without a backup)");
    }
}
