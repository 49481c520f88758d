//! The redundancy log in words.

use pair::action::HangupReason;
use pair::view::{Opening, Record};

/// A line of the log: what happened in a word, and in a sentence.
pub(super) fn record(record: &Record) -> (&'static str, String) {
    match *record {
        Record::Started { mode, clean: true } => {
            ("started", format!("Started as {}.", mode.words()))
        }
        Record::Started { mode, clean: false } => (
            "started",
            format!(
                "Started as {}; the process before did not end in order.",
                mode.words()
            ),
        ),
        Record::Woke { gap_ms } => ("woke", format!("Was asleep or stopped for {gap_ms} ms.")),
        Record::Status { status, reason } => {
            ("status", format!("{}: {}", status.words(), reason.cause()))
        }
        Record::Configured { mode } => (
            "mode",
            format!("The operator set the mode to {}.", mode.words()),
        ),
        Record::EpochOpened { number, why } => (
            "promoted",
            format!("Opened epoch {number}: {}.", opening(why)),
        ),
        Record::HandingOver => (
            "handing_over",
            "Stopped editing to hand over to the other station.".into(),
        ),
        Record::HandedOver => (
            "handed_over",
            "The other station took the lead; this one follows.".into(),
        ),
        Record::HandoverRefused { reason } => (
            "handover_refused",
            format!("The hand-over was given up: {}", reason.cause()),
        ),
        Record::Superseded { number } => (
            "superseded",
            format!("Met a primary with the higher epoch {number} and stopped editing."),
        ),
        Record::Forked { number } => (
            "forked",
            format!("Met another station's epoch of the same number {number} and stopped editing."),
        ),
        Record::Following => (
            "following",
            "This station follows the other from now on.".into(),
        ),
        Record::Rewound { to_seq, orphans } => (
            "rewound",
            format!("Cut back to entry {to_seq}; {orphans} entries are kept as orphans."),
        ),
        Record::SnapshotInstalled => (
            "copied",
            "A full copy of the primary's data was put in place.".into(),
        ),
        Record::Overridden => (
            "overridden",
            "The operator chose Make primary in spite of the witness: until the lease or the secondary is back, the other \
             station may be editing, too."
                .into(),
        ),
        Record::GuaranteeBack => (
            "guarantee_back",
            "This station edits by the witness's rules again.".into(),
        ),
        Record::SnapshotResumed { done, total } => (
            "copying",
            format!(
                "The full copy goes on where it was cut off, at {} of {} rows.",
                grouped(done),
                grouped(total)
            ),
        ),
        Record::Resynced {
            moved,
            removed: 0,
            rows,
        } => (
            "resynced",
            format!("Resync moved {} of {} rows.", grouped(moved), grouped(rows)),
        ),
        Record::Resynced {
            moved,
            removed,
            rows,
        } => (
            "resynced",
            format!(
                "Resync moved {} of {} rows and took out {} that the primary does not have.",
                grouped(moved),
                grouped(rows),
                grouped(removed)
            ),
        ),
        Record::CutOff { why } => (
            "cut_off",
            format!("The other station was cut off: {}.", why.words()),
        ),
        Record::NotResynced { reason } => (
            "not_resynced",
            format!("Resync moved nothing: {}", reason.cause()),
        ),
        Record::JournalFills { bytes, bytes_max } => (
            "journal",
            format!(
                "The journal keeps {} of at most {} MiB that the other station has not acknowledged; beyond that it will need a full comparison or copy.",
                bytes >> 20,
                bytes_max >> 20
            ),
        ),
        Record::PeerCutOff => (
            "journal",
            "The other station is so far behind that its journal cannot be continued: it will compare all data, or copy it."
                .into(),
        ),
        Record::Held => ("held", "The operator stopped the countdown.".into()),
        Record::Verified { ok: true } => (
            "verified",
            "A full check found the data as recorded.".into(),
        ),
        Record::Verified { ok: false } => (
            "verified",
            "A full check found data on this station that no edit made.".into(),
        ),
        Record::NotVerified => (
            "verified",
            "A full check could not be made; it is tried again in a minute.".into(),
        ),
    }
}

/// A count as people write it: 20,004.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn opening(why: Opening) -> &'static str {
    match why {
        Opening::Failover => "the primary was unavailable for the failover offset",
        Opening::MakePrimary => "the operator chose Make primary",
        Opening::Overridden => {
            "the operator chose Make primary in spite of the witness, leaving its guarantee"
        }
        Opening::Switch => "a planned switch",
        Opening::Configured => "the mode was set to primary",
        Opening::UncleanStop => "the process before did not end in order",
        Opening::Restored => "a backup was restored",
        Opening::Decided => "the operator decided for this station's history",
    }
}

/// Why an epoch was opened, in a word.
pub(super) fn word(why: Opening) -> &'static str {
    match why {
        Opening::Failover => "failover",
        Opening::MakePrimary => "make_primary",
        Opening::Switch => "switch",
        Opening::Configured => "configured",
        Opening::UncleanStop => "unclean_stop",
        Opening::Restored => "restored",
        Opening::Overridden => "overridden",
        Opening::Decided => "decided",
    }
}

/// What the other side is told when a link is ended.
pub(super) fn hangup(why: HangupReason) -> &'static str {
    match why {
        HangupReason::Changed => "the mode, peer or role changed",
        HangupReason::Replaced => "a newer link took its place",
        HangupReason::Incompatible => "the stations do not fit",
        HangupReason::Fenced => "a higher epoch is in force",
        HangupReason::Silent => "nothing was heard, or nothing moved, for too long",
        HangupReason::Broke(why) => why.words(),
        HangupReason::Promoting => "this station takes the lead",
    }
}
