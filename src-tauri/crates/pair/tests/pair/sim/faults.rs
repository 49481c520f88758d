//! Deliberate faults, one at a time: the checks must find every one of them.

/// What a driver, a store or a clock does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The clock runs a quarter too fast: promotions come early.
    FastClock,
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
}

impl Fault {
    pub(super) const ALL: [Self; 13] = [
        Self::FastClock,
        Self::EpochReused,
        Self::SaysDurableTooSoon,
        Self::GateIgnored,
        Self::AckBeforeApplied,
        Self::OrphansDropped,
        Self::NoBackup,
        Self::AnyStream,
        Self::SumNotChecked,
        Self::QuiesceLies,
        Self::ForgetsHandover,
        Self::ForgetsSuperseded,
        Self::PermitNeverLapses,
    ];
}
