//! The alarm that can be heard: what an operator must see to, until somebody says that he has seen it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Reason;

/// Why the alarm was raised: a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AlarmCause {
    /// The other station is unavailable.
    Unavailable,
    /// The primary failed and this station took over by itself.
    TookOver,
    /// The other station became primary meanwhile: this one stopped editing.
    Superseded,
    /// Both stations lead, or stopped because both led.
    TwoPrimaries,
    /// This primary does not edit before its operator has decided.
    Waiting,
    /// This station cannot take over.
    CannotTakeOver,
    /// The pair does not come into step by itself.
    NotSynced,
    /// The stations do not fit any longer: another version, another configuration.
    Incompatible,
}

/// One alarm that nobody has acknowledged yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Alarm {
    /// Its number on this station; a later one has a higher number.
    pub number: u64,
    /// Why it was raised.
    pub cause: AlarmCause,
    /// The reason of the pair's status then.
    pub reason: Reason,
    /// What was the case, in one sentence, for people.
    pub text: String,
    /// What to do about it in one sentence; null where nothing is to be done.
    pub cure: Option<String>,
    /// When it was raised, or last came back (RFC 3339).
    pub at: String,
    /// How often it came back since.
    pub again: u32,
    /// The pair has been in step again for a while: nobody has to act, but somebody has to know.
    pub over: bool,
}

/// `get_alarms`: what nobody has acknowledged, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Alarms {
    /// The alarms.
    pub open: Vec<Alarm>,
    /// Whether they are to be heard now: one of them is not over.
    pub sounds: bool,
    /// Whether there was trouble since the pair was last in step for a while, acknowledged or not.
    pub trouble: bool,
}

/// `acknowledge_alarms`: an operator has seen these.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AcknowledgeAlarms {
    /// The highest number that was on the screen: one that comes at this very moment is not silenced unseen.
    pub up_to: u64,
}
