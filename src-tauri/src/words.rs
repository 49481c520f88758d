//! What the tray and the notifications say: the status in words, what each action would do and to whom, what quitting does to the pair.
//!
//! Pure: values in, text out. The rules themselves are the station's (`Redundancy::offers`).

use node::api::{AlarmCause, Mode, Redundancy, StationInfo, Status};

use crate::speech::Language;

/// How the other station is called here, by name once it was heard.
pub(crate) fn peer(language: Language, redundancy: &Redundancy) -> &str {
    let unknown = language.pick("the other station", "Gegenstation");
    redundancy
        .peer
        .as_ref()
        .map_or(unknown, |peer| peer.name.as_str())
}

/// The status in a word or two: beside the tray's icon, where the desktop shows that.
pub(crate) fn status(language: Language, status: Status) -> &'static str {
    let german = match status {
        Status::NoRedundancy => "Keine Redundanz",
        Status::Connecting => "Verbindet",
        Status::Syncing => "Gleicht ab",
        Status::Synced => "Synchron",
        Status::NotSynced => "Nicht synchron",
        Status::Unavailable => "Nicht erreichbar",
        Status::Incompatible => "Unvereinbar",
    };
    language.pick(status.words(), german)
}

/// The first line of the tray's menu: role, status, and what an operator would ask next.
pub(crate) fn headline(language: Language, redundancy: &Redundancy) -> String {
    let role = match redundancy.mode {
        Mode::None => return language.pick("No redundancy", "Keine Redundanz").into(),
        Mode::Primary => language.pick("Primary", "Hauptsystem"),
        Mode::SecondaryCopy => language.pick("Secondary copy", "Reservesystem, Kopie"),
        Mode::SecondaryFailover => language.pick("Secondary failover", "Reservesystem, Failover"),
    };
    let peer = peer(language, redundancy);
    let counts = redundancy.countdown_s.filter(|_| !redundancy.held);
    let (en, de) = match redundancy.status {
        Status::NoRedundancy => ("no redundancy".into(), "keine Redundanz".into()),
        Status::Connecting => (
            format!("connecting to {peer}"),
            format!("verbindet sich mit {peer}"),
        ),
        Status::Syncing => (
            format!("syncing with {peer}"),
            format!("gleicht mit {peer} ab"),
        ),
        Status::Synced => (
            format!("synced with {peer}"),
            format!("synchron mit {peer}"),
        ),
        Status::NotSynced => (
            format!("not synced with {peer}"),
            format!("nicht synchron mit {peer}"),
        ),
        Status::Unavailable => match counts {
            Some(seconds) => (
                format!("{peer} is unavailable, takes over in {seconds} s"),
                format!("{peer} ist nicht erreichbar, übernimmt in {seconds} s"),
            ),
            None => (
                format!("{peer} is unavailable"),
                format!("{peer} ist nicht erreichbar"),
            ),
        },
        Status::Incompatible => (
            format!("incompatible with {peer}"),
            format!("unvereinbar mit {peer}"),
        ),
    };
    format!("{role}: {}", language.pick(en, de))
}

/// Shows the window.
pub(crate) fn open(language: Language, station: &StationInfo) -> String {
    let name = &station.name;
    language.pick(format!("Open {name}"), format!("{name} öffnen"))
}

/// What has the data checked and mended: the contract's name for it.
pub(crate) const RESYNC_NOW: &str = "Resync now";

/// What stops the countdown.
pub(crate) fn hold(language: Language) -> &'static str {
    language.pick("Hold the countdown", "Countdown anhalten")
}

/// "Make primary" with both names beside it, so that nobody promotes the wrong machine.
pub(crate) fn make_primary(
    language: Language,
    station: &StationInfo,
    redundancy: &Redundancy,
) -> String {
    let (own, peer) = (&station.name, peer(language, redundancy));
    language.pick(
        format!("Make primary ({own} takes over from {peer})"),
        format!("Make primary ({own} übernimmt von {peer})"),
    )
}

/// "Hand over" with the name of who gets the lead.
pub(crate) fn hand_over(language: Language, redundancy: &Redundancy) -> String {
    let peer = peer(language, redundancy);
    language.pick(
        format!("Hand over to {peer}"),
        format!("Hand over (an {peer})"),
    )
}

/// "Quit" with what it does to the pair.
pub(crate) fn quit(language: Language, redundancy: &Redundancy) -> String {
    let quit = language.pick("Quit", "Beenden");
    let peer = peer(language, redundancy);
    let in_contact = matches!(
        redundancy.status,
        Status::Syncing | Status::Synced | Status::NotSynced
    );
    let offset_s = redundancy
        .peer
        .as_ref()
        .and_then(|peer| peer.failover_offset_s);
    let (en, de) = match (redundancy.mode, offset_s) {
        (Mode::None, _) => return quit.into(),
        (Mode::Primary, _) if !in_contact => (
            "nobody schedules the channel then".into(),
            "dann plant niemand den Kanal".into(),
        ),
        (Mode::Primary, Some(seconds)) => (
            format!("{peer} takes over after {seconds} s"),
            format!("{peer} übernimmt nach {seconds} s"),
        ),
        (Mode::Primary, None) => (
            format!("{peer} does not take over by itself"),
            format!("{peer} übernimmt nicht von selbst"),
        ),
        (Mode::SecondaryCopy | Mode::SecondaryFailover, _) => (
            format!("{peer} goes on without a backup"),
            format!("{peer} läuft ohne Reserve weiter"),
        ),
    };
    format!("{quit} ({})", language.pick(en, de))
}

/// What an alarm is about, with both names.
pub(crate) fn alarm(
    language: Language,
    station: &StationInfo,
    redundancy: &Redundancy,
    cause: AlarmCause,
) -> String {
    let (own, peer) = (&station.name, peer(language, redundancy));
    let (en, de) = match cause {
        AlarmCause::Unavailable => (
            format!("{peer} is unavailable"),
            format!("{peer} ist nicht erreichbar"),
        ),
        AlarmCause::TookOver => return leads_now(language, station),
        AlarmCause::Superseded => (
            format!("{own}: superseded by {peer}"),
            format!("{own}: abgelöst von {peer}"),
        ),
        AlarmCause::TwoPrimaries => (
            format!("{own} and {peer}: two primaries"),
            format!("{own} und {peer}: zwei Hauptsysteme"),
        ),
        AlarmCause::Waiting => (
            format!("{own} waits for a decision"),
            format!("{own} wartet auf eine Entscheidung"),
        ),
        AlarmCause::CannotTakeOver => (
            format!("{own} cannot take over"),
            format!("{own} kann nicht übernehmen"),
        ),
        AlarmCause::NotSynced => (
            format!("{own} and {peer} are not synced"),
            format!("{own} und {peer} sind nicht synchron"),
        ),
        AlarmCause::Incompatible => (
            format!("{own} and {peer} are incompatible"),
            format!("{own} und {peer} passen nicht zusammen"),
        ),
    };
    language.pick(en, de)
}

/// How long it is until this station takes over, as a sentence that follows another.
pub(crate) fn takes_over(language: Language, seconds: u32) -> String {
    language.pick(
        format!(" This station takes over in {seconds} s."),
        format!(" Diese Station übernimmt in {seconds} s."),
    )
}

/// Trouble has passed.
pub(crate) fn in_step_again(
    language: Language,
    station: &StationInfo,
    redundancy: &Redundancy,
) -> String {
    let (own, peer) = (&station.name, peer(language, redundancy));
    language.pick(
        format!("{own} and {peer} are in step again"),
        format!("{own} und {peer} sind wieder auf gleichem Stand"),
    )
}

/// This station has the lead.
pub(crate) fn leads_now(language: Language, station: &StationInfo) -> String {
    let own = &station.name;
    language.pick(
        format!("{own} is primary now"),
        format!("{own} ist jetzt Hauptsystem"),
    )
}

/// The other station has the lead.
pub(crate) fn follows_now(
    language: Language,
    station: &StationInfo,
    redundancy: &Redundancy,
) -> String {
    let (own, peer) = (&station.name, peer(language, redundancy));
    language.pick(
        format!("{peer} is primary now; {own} follows"),
        format!("{peer} ist jetzt Hauptsystem; {own} folgt"),
    )
}

/// A command that the station refused.
pub(crate) fn refused(language: Language) -> &'static str {
    language.pick("Tandem did not do this", "Tandem hat das nicht ausgeführt")
}

#[cfg(test)]
mod tests {
    use super::{alarm, hand_over, headline, make_primary, quit, status};
    use crate::fixtures::{peer, redundancy, station};
    use crate::speech::Language::{De, En};
    use node::api::{AlarmCause, Mode, Status};

    #[test]
    fn the_headline_names_role_status_and_peer() {
        let mut pair = redundancy(Mode::Primary, Status::Synced);
        assert_eq!(
            headline(En, &pair),
            "Primary: synced with the other station"
        );
        pair.peer = Some(peer("Station B", Mode::SecondaryFailover));
        assert_eq!(headline(En, &pair), "Primary: synced with Station B");
        assert_eq!(
            headline(En, &redundancy(Mode::None, Status::NoRedundancy)),
            "No redundancy"
        );
    }

    #[test]
    fn the_headline_counts_down_only_what_can_fire() {
        let mut pair = redundancy(Mode::SecondaryFailover, Status::Unavailable);
        pair.peer = Some(peer("Station A", Mode::Primary));
        assert_eq!(
            headline(En, &pair),
            "Secondary failover: Station A is unavailable"
        );
        pair.countdown_s = Some(12);
        assert_eq!(
            headline(En, &pair),
            "Secondary failover: Station A is unavailable, takes over in 12 s"
        );
        pair.held = true;
        assert_eq!(
            headline(En, &pair),
            "Secondary failover: Station A is unavailable"
        );
    }

    #[test]
    fn actions_on_the_pair_name_their_target() {
        let mut pair = redundancy(Mode::SecondaryCopy, Status::Synced);
        pair.peer = Some(peer("Station A", Mode::Primary));
        assert_eq!(
            make_primary(En, &station("Station B"), &pair),
            "Make primary (Station B takes over from Station A)"
        );
        assert_eq!(hand_over(En, &pair), "Hand over to Station A");
    }

    #[test]
    fn quit_says_what_it_does_to_the_pair() {
        assert_eq!(
            quit(En, &redundancy(Mode::None, Status::NoRedundancy)),
            "Quit"
        );
        let mut pair = redundancy(Mode::Primary, Status::Synced);
        pair.peer = Some(peer("Station B", Mode::SecondaryFailover));
        assert_eq!(quit(En, &pair), "Quit (Station B takes over after 30 s)");
        pair.peer = Some(peer("Station B", Mode::SecondaryCopy));
        assert_eq!(
            quit(En, &pair),
            "Quit (Station B does not take over by itself)"
        );
        pair.status = Status::Unavailable;
        assert_eq!(quit(En, &pair), "Quit (nobody schedules the channel then)");
        let mut copy = redundancy(Mode::SecondaryCopy, Status::Synced);
        copy.peer = Some(peer("Station A", Mode::Primary));
        assert_eq!(quit(En, &copy), "Quit (Station A goes on without a backup)");
    }

    #[test]
    fn german_says_the_same_and_keeps_the_contracts_names() {
        let mut pair = redundancy(Mode::SecondaryFailover, Status::Unavailable);
        assert_eq!(
            headline(De, &pair),
            "Reservesystem, Failover: Gegenstation ist nicht erreichbar"
        );
        pair.peer = Some(peer("Station A", Mode::Primary));
        pair.countdown_s = Some(12);
        assert_eq!(
            headline(De, &pair),
            "Reservesystem, Failover: Station A ist nicht erreichbar, übernimmt in 12 s"
        );
        let own = station("Station B");
        assert_eq!(
            make_primary(De, &own, &pair),
            "Make primary (Station B übernimmt von Station A)"
        );
        assert_eq!(
            quit(De, &pair),
            "Beenden (Station A läuft ohne Reserve weiter)"
        );
        assert_eq!(status(De, Status::Synced), "Synchron");
        assert_eq!(
            alarm(De, &own, &pair, AlarmCause::Unavailable),
            "Station A ist nicht erreichbar"
        );
    }
}
