//! Deliberate faults, one at a time: the checks must find every one of them.

/// What a driver, a store or a clock does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The clock runs a quarter too fast: promotions come early.
    FastClock,
    /// The clock runs a quarter too slow: promotions come late.
    SlowClock,
    /// The store opens an epoch that was open before.
    EpochReused,
    /// "Durable" is said before it is.
    SaysDurableTooSoon,
    /// The write path lets edits in though the gate was closed.
    GateIgnored,
    /// The secondary acknowledges before it has applied.
    AckBeforeApplied,
    /// A rewind throws away what it cuts off.
    OrphansDropped,
    /// A snapshot replaces the data without a backup.
    NoBackup,
    /// Frames of any stream are applied, though they were fenced off.
    AnyStream,
    /// The sum is not checked, and the primary's is passed on as one's own.
    SumNotChecked,
    /// A hand-over does not wait for the edit that is under way.
    QuiesceLies,
    /// A hand-over is forgotten by a crash.
    ForgetsHandover,
    /// That it is superseded is forgotten by a crash.
    ForgetsSuperseded,
    /// The permission to edit holds on though its time is over.
    PermitNeverLapses,
    /// What is written reaches the disk later than the store says: a disk that lies, or a commit that does not wait.
    DiskLies,
    /// A snapshot is put in place whatever the sum of its rows is.
    SnapshotNotSummed,
    /// A rewind leaves the epochs that it cuts back in the history.
    EpochsKept,
    /// Entries are applied without a note of where that leads to.
    HeadNotSaved,
    /// An edit that has begun is committed whoever may edit by then.
    PermitNotChecked,
    /// A copy that was cut off goes on after another chunk than was said.
    ResumedElsewhere,
    /// A comparison leaves out a range in which it found a difference.
    RangeSkipped,
    /// A comparison leaves rows in place that the primary does not have.
    RowsKept,
    /// What differed is put in place whatever the sum of the rows is then.
    ResyncNotSummed,
    /// With a witness: the lease is counted from the answer, not from the sending.
    LeaseFromAnswer,
    /// With a witness: the secondary's promise is forgotten by a crash.
    ForgetsPromise,
    /// With a witness: the secondary's clock runs twice too fast, so it does not wait out what the primary relies on.
    WaitsTooShort,
    /// With a witness: its transaction does not compare, so that a lease is had by two.
    LeaseNotExclusive,
}

impl Fault {
    /// Whether only a pair with a witness can show it.
    pub(super) fn of_witness(self) -> bool {
        matches!(
            self,
            Self::LeaseFromAnswer
                | Self::ForgetsPromise
                | Self::WaitsTooShort
                | Self::LeaseNotExclusive
        )
    }

    /// Those that the model of a store can have, or its driver; each with the schedule that shows it.
    pub(super) const OF_THE_MODEL: [(Self, u64); 18] = [
        (Self::FastClock, 13),
        (Self::SlowClock, 42),
        (Self::EpochReused, 0),
        (Self::SaysDurableTooSoon, 0),
        (Self::GateIgnored, 0),
        (Self::AckBeforeApplied, 2),
        (Self::OrphansDropped, 12),
        (Self::NoBackup, 24),
        (Self::AnyStream, 6),
        (Self::SumNotChecked, 71),
        (Self::QuiesceLies, 44),
        (Self::ForgetsHandover, 6),
        (Self::ForgetsSuperseded, 58),
        (Self::PermitNeverLapses, 42),
        (Self::LeaseFromAnswer, 46),
        (Self::ForgetsPromise, 115),
        (Self::WaitsTooShort, 26),
        (Self::LeaseNotExclusive, 7),
    ];

    /// Those that the real store can have, or its driver; each with the schedule that shows it.
    pub(super) const OF_THE_REAL: [(Self, u64); 22] = [
        (Self::FastClock, 42),
        (Self::SlowClock, 58),
        (Self::EpochReused, 0),
        (Self::SaysDurableTooSoon, 0),
        (Self::DiskLies, 0),
        (Self::GateIgnored, 0),
        (Self::PermitNotChecked, 15),
        (Self::PermitNeverLapses, 13),
        (Self::AckBeforeApplied, 14),
        (Self::SumNotChecked, 69),
        (Self::SnapshotNotSummed, 115),
        (Self::OrphansDropped, 104),
        (Self::EpochsKept, 697),
        (Self::NoBackup, 3),
        (Self::AnyStream, 11),
        (Self::HeadNotSaved, 14),
        (Self::QuiesceLies, 19),
        (Self::ForgetsHandover, 24),
        (Self::ResumedElsewhere, 9),
        (Self::RangeSkipped, 6),
        (Self::RowsKept, 6),
        (Self::ResyncNotSummed, 38),
    ];

    /// Where the fault lies in the code of the store itself.
    pub(super) const fn of_the_store(self) -> Option<store::faults::Fault> {
        use store::faults::Fault as Of;
        Some(match self {
            Self::EpochReused => Of::EpochReused,
            Self::OrphansDropped => Of::OrphansDropped,
            Self::SnapshotNotSummed => Of::SnapshotNotSummed,
            Self::EpochsKept => Of::EpochsKept,
            Self::HeadNotSaved => Of::HeadNotSaved,
            Self::PermitNotChecked => Of::PermitNotChecked,
            Self::SumNotChecked => Of::SumNotChecked,
            Self::ResumedElsewhere => Of::ResumedElsewhere,
            Self::RangeSkipped => Of::RangeSkipped,
            Self::RowsKept => Of::RowsKept,
            Self::ResyncNotSummed => Of::ResyncNotSummed,
            _ => return None,
        })
    }
}
