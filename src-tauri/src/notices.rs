//! What an operator must know even when the window is out of sight, as desktop notifications.
//!
//! Pure: what was and what is in, notices out. Which trouble is worth a notice, and when it is over, is the station's
//! rule (`node::api::Alarms`): a pair that comes and goes is one alarm there, and one notice here.

use node::api::{Alarm, AlarmCause, Alarms, Mode, Redundancy, StationInfo, Status};

use crate::speech::Speech;
use crate::words;

/// A desktop notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) body: String,
}

/// What is to be said when the alarms go from `before` to `after`: each new one once, and that the pair is in step again
/// after trouble.
pub(crate) fn alarms(
    speech: &Speech,
    station: &StationInfo,
    pair: &Redundancy,
    before: &Alarms,
    after: &Alarms,
) -> Vec<Notice> {
    let known = before.open.last().map_or(0, |alarm| alarm.number);
    let new = after.open.iter().filter(|alarm| alarm.number > known);
    // That the lead changed hands is said by `lead`, whoever did it.
    let new = new.filter(|alarm| alarm.cause != AlarmCause::TookOver);
    let mut notices: Vec<_> = new
        .map(|alarm| raised(speech, station, pair, alarm))
        .collect();
    if before.trouble && !after.trouble && pair.status == Status::Synced {
        notices.push(Notice {
            title: words::in_step_again(speech.language, station, pair),
            body: speech.cause(pair).into(),
        });
    }
    notices
}

fn raised(speech: &Speech, station: &StationInfo, pair: &Redundancy, alarm: &Alarm) -> Notice {
    let (cause, cure) = speech.said(alarm.reason, &alarm.text, alarm.cure.as_deref());
    let mut body = cause.to_owned();
    if let Some(seconds) = pair.countdown_s.filter(|_| !pair.held) {
        body.push_str(&words::takes_over(speech.language, seconds));
    }
    if let Some(cure) = cure {
        body.push(' ');
        body.push_str(cure);
    }
    Notice {
        title: words::alarm(speech.language, station, pair, alarm.cause),
        body,
    }
}

/// The lead changed hands, here to there or there to here.
pub(crate) fn lead(
    speech: &Speech,
    station: &StationInfo,
    before: &Redundancy,
    after: &Redundancy,
) -> Option<Notice> {
    let title = match (before.mode, after.mode) {
        (Mode::SecondaryCopy | Mode::SecondaryFailover, Mode::Primary) => {
            words::leads_now(speech.language, station)
        }
        (Mode::Primary, Mode::SecondaryCopy | Mode::SecondaryFailover) => {
            words::follows_now(speech.language, station, after)
        }
        _ => return None,
    };
    Some(Notice {
        title,
        body: speech.cause(after).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::{alarms, lead};
    use crate::fixtures::{peer, redundancy, station};
    use crate::speech::{Language, Sentences, Speech};
    use node::api::{Alarm, AlarmCause, Alarms, Mode, Reason, Redundancy, Status};

    fn pair(mode: Mode, status: Status) -> Redundancy {
        Redundancy {
            peer: Some(peer("Station B", Mode::Primary)),
            ..redundancy(mode, status)
        }
    }

    fn board(trouble: bool, open: &[(u64, AlarmCause)]) -> Alarms {
        let alarm = |(number, cause): &(u64, AlarmCause)| Alarm {
            number: *number,
            cause: *cause,
            reason: Reason::NoAnswer,
            text: "What is the case.".into(),
            cure: Some("What to do.".into()),
            at: "2026-11-22T10:00:00Z".into(),
            again: 0,
            over: false,
        };
        Alarms {
            open: open.iter().map(alarm).collect(),
            sounds: !open.is_empty(),
            trouble,
        }
    }

    fn titles(pair: &Redundancy, before: &Alarms, after: &Alarms) -> Vec<String> {
        let notices = alarms(&Speech::default(), &station("A"), pair, before, after);
        notices.into_iter().map(|notice| notice.title).collect()
    }

    #[test]
    fn each_alarm_is_announced_once_with_the_stations_names() {
        let unavailable = board(true, &[(4, AlarmCause::Unavailable)]);
        let pair = pair(Mode::Primary, Status::Unavailable);
        assert_eq!(
            titles(&pair, &board(false, &[]), &unavailable),
            ["Station B is unavailable"]
        );
        assert_eq!(titles(&pair, &unavailable, &unavailable), [""; 0]);
        let both = board(
            true,
            &[(4, AlarmCause::Unavailable), (5, AlarmCause::NotSynced)],
        );
        assert_eq!(
            titles(&pair, &unavailable, &both),
            ["A and Station B are not synced"]
        );
    }

    #[test]
    fn the_screens_language_is_spoken_from_title_to_cure() {
        let lost = pair(Mode::Primary, Status::Unavailable);
        let raised = board(true, &[(1, AlarmCause::Unavailable)]);
        let german = Sentences {
            cause: "Station B antwortet nicht.".into(),
            cure: "Prüfen Sie das Netz.".into(),
        };
        let speech = Speech {
            language: Language::De,
            reasons: [(Reason::NoAnswer, german)].into(),
        };
        let notice = alarms(&speech, &station("A"), &lost, &board(false, &[]), &raised).pop();
        let notice = notice.unwrap();
        assert_eq!(notice.title, "Station B ist nicht erreichbar");
        assert_eq!(
            notice.body,
            "Station B antwortet nicht. Prüfen Sie das Netz."
        );
    }

    #[test]
    fn the_countdown_is_told_where_one_runs() {
        let mut lost = pair(Mode::SecondaryFailover, Status::Unavailable);
        let raised = board(true, &[(1, AlarmCause::Unavailable)]);
        let said = |pair: &Redundancy| {
            alarms(
                &Speech::default(),
                &station("A"),
                pair,
                &board(false, &[]),
                &raised,
            )
            .pop()
            .unwrap()
            .body
        };
        lost.countdown_s = Some(30);
        assert_eq!(
            said(&lost),
            "What is the case. This station takes over in 30 s. What to do."
        );
        lost.held = true;
        assert_eq!(said(&lost), "What is the case. What to do.");
    }

    #[test]
    fn being_in_step_again_is_announced_after_trouble_and_at_no_other_time() {
        let synced = pair(Mode::Primary, Status::Synced);
        let acknowledged = board(true, &[]);
        assert_eq!(
            titles(&synced, &acknowledged, &board(false, &[])),
            ["A and Station B are in step again"]
        );
        // The operator ended the pair: nothing is in step.
        let alone = redundancy(Mode::None, Status::NoRedundancy);
        assert_eq!(titles(&alone, &acknowledged, &board(false, &[])), [""; 0]);
        assert_eq!(
            titles(&synced, &board(false, &[]), &board(false, &[])),
            [""; 0]
        );
    }

    #[test]
    fn a_change_of_the_lead_is_announced_on_both_stations_and_once() {
        let follows = pair(Mode::SecondaryFailover, Status::Unavailable);
        let leads = pair(Mode::Primary, Status::Unavailable);
        let said = |before, after| {
            lead(&Speech::default(), &station("A"), before, after).map(|notice| notice.title)
        };
        assert_eq!(said(&follows, &leads).unwrap(), "A is primary now");
        assert_eq!(
            said(&leads, &follows).unwrap(),
            "Station B is primary now; A follows"
        );
        assert_eq!(said(&leads, &leads), None);
        assert_eq!(
            said(&redundancy(Mode::None, Status::NoRedundancy), &leads),
            None
        );
        let took_over = board(true, &[(1, AlarmCause::TookOver)]);
        assert_eq!(titles(&leads, &board(true, &[]), &took_over), [""; 0]);
    }
}
