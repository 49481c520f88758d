//! Why the pair is in its status: a closed set, each with a stable code, one sentence of cause and one of cure.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::event::ContactFailure;
use crate::view::Status;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident, $status:ident, $code:literal, $cause:literal, $cure:literal;)*) => {
        /// Why the pair is in its status. Codes are stable: translations are keyed by them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        #[ts(export)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason, in the order of the statuses.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The status that this is a reason of.
            #[must_use]
            pub const fn status(self) -> Status {
                match self { $(Self::$name => Status::$status,)* }
            }

            /// One sentence: what is the case.
            #[must_use]
            pub const fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause,)* }
            }

            /// One sentence: what to do.
            #[must_use]
            pub const fn cure(self) -> &'static str {
                match self { $(Self::$name => $cure,)* }
            }
        }
    };
}

reasons! {
    /// Mode none.
    NoRedundancy, NoRedundancy, "no_redundancy",
        "This station works on its own.", "Open Settings to pair it with a second one.";

    /// Semantic versions differ in more than build metadata.
    DifferentVersion, Incompatible, "different_version",
        "The stations run different versions of Tandem, so nothing is copied.",
        "Update the station with the older version.";
    /// Equal versions, other tables.
    DifferentSchema, Incompatible, "different_schema",
        "The stations keep their data in different shapes, so nothing is copied.",
        "Install the same build of Tandem on both stations.";
    /// Another wire protocol.
    DifferentProtocol, Incompatible, "different_protocol",
        "The stations speak different protocols, so nothing is copied.",
        "Update the station with the older version.";
    /// Two primaries that share no history.
    BothPrimary, Incompatible, "both_primary",
        "Both stations are set to Primary.", "Set one of them to Secondary copy or Secondary failover.";
    /// Two secondaries.
    BothSecondary, Incompatible, "both_secondary",
        "Both stations are set to secondary, so there is no primary to follow.",
        "Choose Make primary on the station that holds the right data.";
    /// The peer has no redundancy.
    PeerNotPaired, Incompatible, "peer_not_paired",
        "The other station is set to No redundancy.", "Set its mode and give it this station's URL.";
    /// Its own URL.
    OwnUrl, Incompatible, "own_url",
        "The URL leads to this very station.", "Copy the URL from the other station's redundancy panel.";
    /// One data directory, two processes on two machines.
    Cloned, Incompatible, "cloned",
        "The other station runs on a copy of this station's data directory, so the two cannot be told apart.",
        "Start the other station on a new data directory and pair it again.";
    /// The peer answers, and its URL names another station.
    PeerNamesOther, Incompatible, "peer_names_other",
        "The other station's URL names another station than this one.",
        "Copy this station's URL into the other station's settings.";
    /// A primary that met its successor.
    Superseded, Incompatible, "superseded",
        "Two primaries: the other station became primary meanwhile, and this one stopped editing.",
        "Choose Become secondary here; what only this station has is kept.";
    /// The successor of a primary that has not yet followed.
    TwoPrimaries, Incompatible, "two_primaries",
        "Two primaries: this station leads, and the former primary has not yet become a secondary.",
        "Choose Become secondary on the other station.";
    /// A secondary whose primary is superseded.
    PeerSuperseded, Incompatible, "peer_superseded",
        "The other station is a primary that was superseded, so it cannot be followed.",
        "Choose on the other station whether it becomes a secondary or takes the lead.";
    /// Two epochs of one number.
    Forked, Incompatible, "forked",
        "Both stations became primary apart from each other, and both stopped editing.",
        "Choose on either one which of them goes on: Make primary or Become secondary.";

    /// Nothing listens.
    Refused, Unavailable, "refused",
        "The other station's machine answers, but Tandem does not run there or its port changed.",
        "Start Tandem there and compare its URL with the one set here.";
    /// No answer in time.
    NoAnswer, Unavailable, "no_answer",
        "The other station does not answer.", "Check that its machine is on and that the network reaches it.";
    /// The name has no address.
    UnknownHost, Unavailable, "unknown_host",
        "The host name in the URL has no address.", "Check the URL for a slip, or use the machine's IP address.";
    /// No way there.
    Unreachable, Unavailable, "unreachable",
        "The network has no way to the other station.", "Check the cables and network settings of this machine.";
    /// Another certificate.
    WrongCertificate, Unavailable, "wrong_certificate",
        "The address answers with another certificate than the URL names.",
        "Copy the other station's URL anew; if it was not reinstalled, find out who answers there.";
    /// Not Tandem, or not well-formed.
    BadAnswer, Unavailable, "bad_answer",
        "The address gives answers that are not Tandem's.", "Check the host and port in the URL.";
    /// The link broke.
    Lost, Unavailable, "lost",
        "The connection to the other station was lost.", "Check that its machine is on and that the network reaches it.";
    /// Rule 0.
    Waiting, Unavailable, "waiting",
        "The other station is silent and may have become primary while this one was away, so this one does not edit.",
        "Reconnect the other station, or choose Make primary here.";
    /// Rule 4, out of contact.
    HandoverOpen, Unavailable, "handover_open",
        "A hand-over was under way when the other station fell silent, and it may have taken the lead.",
        "Reconnect the other station, or choose Make primary here.";
    /// The store refuses the new epoch.
    PromotionFails, Unavailable, "promotion_fails",
        "This station cannot take over, because its disk does not accept the change.",
        "Free space on the disk of this station.";

    /// With a witness: it is somebody else's turn.
    LeaseElsewhere, Unavailable, "lease_elsewhere",
        "The other station is silent here but holds the witness's lease, so it may be editing, and this one does not lead.",
        "Reconnect the stations; Make primary here in spite of it leaves the guarantee that only one of them edits.";
    /// With a witness: neither of the two others is there.
    WitnessSilent, Unavailable, "witness_silent",
        "Neither the other station nor the witness can be reached, so this station does not lead.",
        "Reconnect either one; Make primary here in spite of it leaves the guarantee that only one station edits.";
    /// With a witness: the operator's word.
    Overridden, Unavailable, "overridden",
        "This station edits on its operator's word, without the witness's lease, so the other one may be editing, too.",
        "Reconnect the other station or the witness.";

    /// Never met.
    FirstContact, Connecting, "first_contact",
        "The other station has not been reached yet.", "Start it and give it this station's URL.";
    /// The short code.
    ConfirmCode, Connecting, "confirm_code",
        "A URL without a fingerprint must be confirmed.", "Compare the short codes on both screens and confirm.";
    /// Rule 0, in its two seconds.
    AskingPeer, Connecting, "asking_peer",
        "This primary asks the other station before it edits.", "Wait two seconds.";
    /// The first sync runs.
    FirstSync, Connecting, "first_sync",
        "The first copy is under way.", "Wait until it is complete.";

    /// One witness for both, or none.
    DifferentWitness, NotSynced, "different_witness",
        "The stations are not set to the same witness, so nothing takes over by itself and a second primary is not ruled out.",
        "Set the same witness, or none, in the redundancy settings of both stations.";
    /// Equal positions, other data.
    SumsDiffer, NotSynced, "sums_differ",
        "The data of the two stations differs though they are at the same entry.", "Choose Resync now.";
    /// `SQLite` refused an entry.
    ApplyFailed, NotSynced, "apply_failed",
        "The secondary could not apply an entry of the primary.", "Choose Resync now.";
    /// Equal epochs, other entries.
    ChainDiffers, NotSynced, "chain_differs",
        "The histories of the two stations differ though their epochs agree.", "Choose Resync now.";
    /// Data of another lineage.
    ReplaceNotConfirmed, NotSynced, "replace_not_confirmed",
        "The secondary holds data of its own that the first copy would replace.",
        "Choose Resync now on the secondary to replace it; a backup is kept.";
    /// Rule 5.
    DecisionOwed, NotSynced, "decision_owed",
        "The secondary has led since the primary last did, and may hold what the primary lacks.",
        "Choose Make primary on the secondary to keep its data, or Resync now to replace it.";
    /// The secondary holds more.
    SecondaryAhead, NotSynced, "secondary_ahead",
        "The secondary holds entries that the primary has lost.",
        "Choose Make primary on the secondary to keep them, or Resync now to put them aside.";
    /// The primary's disk hangs.
    PrimaryWriterHangs, NotSynced, "primary_writer_hangs",
        "The primary's disk has not answered for over two seconds.", "Check the primary's disk, or choose Make primary.";
    /// The secondary's disk hangs.
    SecondaryWriterHangs, NotSynced, "secondary_writer_hangs",
        "The secondary's disk has not answered for over two seconds.", "Check the secondary's disk.";
    /// The secondary's disk is full.
    NoSpace, NotSynced, "no_space",
        "The secondary's disk is full.", "Free space there; following goes on by itself.";
    /// A snapshot did not get in.
    SnapshotFailed, NotSynced, "snapshot_failed",
        "A full copy arrived damaged or could not be put in place; nothing was replaced.", "Choose Resync now.";
    /// The peer sent more than it announced.
    SnapshotExcessive, NotSynced, "snapshot_excessive",
        "The primary sent more than its full copy announced and was cut off; nothing was replaced.",
        "Check that both stations run the same build, and choose Resync now.";
    /// The peer is cut off again and again.
    RulesBroken, NotSynced, "rules_broken",
        "The other station was cut off more than once because it broke the rules of the link; nothing that it sent then was taken in.",
        "See in the redundancy log what it did, check that both stations run the same build, and restart the other one.";
    /// The full scan and the rolling sum differ on the secondary.
    DataDamaged, NotSynced, "data_damaged",
        "A full check found data on the secondary that no edit made.", "Choose Resync now on the secondary.";
    /// The same on the primary.
    PrimaryDamaged, NotSynced, "primary_damaged",
        "A full check found data on the primary that no edit made.",
        "Choose Hand over on the primary, then Resync now; or restore a backup there.";
    /// The same on the primary, and the secondary needs a whole copy: that of damaged data is never put in place.
    NoWholeCopy, NotSynced, "no_whole_copy",
        "Data on the primary is damaged, and what the secondary holds is damaged or incomplete, too.",
        "Restore a backup on the primary, then choose Resync now on the secondary.";

    /// Behind.
    Behind, Syncing, "behind",
        "The secondary is catching up.", "Wait a moment.";
    /// In contact, no link yet.
    Reconnecting, Syncing, "reconnecting",
        "The stations are in contact and set up their link.", "Wait a moment.";
    /// Cutting back.
    Rewinding, Syncing, "rewinding",
        "The entries that only the secondary has are put aside.", "Wait a moment.";
    /// A whole copy.
    Copying, Syncing, "copying",
        "A full copy is under way.", "Wait until it is complete.";
    /// A resync.
    Comparing, Syncing, "comparing",
        "The data of both stations is compared, and only what differs is copied.", "Wait until it is complete.";
    /// A planned switch.
    Switching, Syncing, "switching",
        "The stations are exchanging their roles.", "Wait a moment.";
    /// A verify before a resync.
    Verifying, Syncing, "verifying",
        "The data of this station is being checked.", "Wait until it is complete.";

    /// Equal.
    Equal, Synced, "equal",
        "Both stations hold the same data.", "Nothing needs to be done.";
}

impl From<ContactFailure> for Reason {
    fn from(cause: ContactFailure) -> Self {
        match cause {
            ContactFailure::Refused => Self::Refused,
            ContactFailure::Timeout => Self::NoAnswer,
            ContactFailure::Dns => Self::UnknownHost,
            ContactFailure::Unreachable => Self::Unreachable,
            ContactFailure::WrongCertificate => Self::WrongCertificate,
            ContactFailure::NotPaired => Self::PeerNamesOther,
            ContactFailure::ConfirmCode => Self::ConfirmCode,
            ContactFailure::BadAnswer | ContactFailure::Broke(_) => Self::BadAnswer,
            ContactFailure::OwnUrl => Self::OwnUrl,
            ContactFailure::Cut => Self::Lost,
        }
    }
}
