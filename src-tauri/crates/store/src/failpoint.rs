//! Failpoints: moments at which a test makes a station die, stand still or fail. Every point of the whole station is
//! listed here, the node's too, so that one list tells what can be tested; `tests/system` has a case for each.
//!
//! They exist in builds with debug assertions and the feature `failpoints`, which only tests turn on. In every other
//! build each call is nothing.

use std::io;

macro_rules! points {
    ($($(#[doc = $doc:literal])+ $point:ident = $name:literal,)+) => {
        /// A moment that a test can get hold of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Point {
            $($(#[doc = $doc])+ $point,)+
        }

        impl Point {
            /// Every point.
            pub const ALL: &[Self] = &[$(Self::$point),+];

            /// Its name for people and programs.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)+
                }
            }
        }
    };
}

points! {
    /// An edit is written, with its entry; it is not committed.
    EditBeforeCommit = "edit.before-commit",
    /// An edit is durable; nobody knows of it.
    EditAfterCommit = "edit.after-commit",
    /// An entry is about to be handed to the link.
    EntryBeforeSend = "entry.before-send",
    /// Bulk frames (entries, snapshots) were handed to the network.
    BulkAfterSend = "bulk.after-send",

    /// Entries have arrived; nothing was begun.
    ApplyBefore = "apply.before",
    /// The rows of a batch are changed, its entries are not in the journal.
    ApplyMid = "apply.mid",
    /// A batch is written; it is not committed.
    ApplyBeforeCommit = "apply.before-commit",
    /// A batch is durable; nobody knows of it.
    ApplyAfterCommit = "apply.after-commit",
    /// What was applied is about to be acknowledged.
    AckBeforeSend = "ack.before-send",
    /// What was applied is acknowledged.
    AckAfterSend = "ack.after-send",

    /// A pair record of a primary (or of no mode) is about to be made durable.
    RecordPrimaryBefore = "record.primary.before",
    /// A pair record of a primary (or of no mode) is durable; nobody knows of it.
    RecordPrimaryAfter = "record.primary.after",
    /// A pair record that says "handing over" is about to be made durable.
    RecordHandingOverBefore = "record.handing-over.before",
    /// A pair record that says "handing over" is durable; nobody knows of it.
    RecordHandingOverAfter = "record.handing-over.after",
    /// A pair record of a secondary is about to be made durable.
    RecordSecondaryBefore = "record.secondary.before",
    /// A pair record of a secondary is durable; nobody knows of it.
    RecordSecondaryAfter = "record.secondary.after",
    /// An epoch is written with its pair record; it is not committed.
    EpochBeforeCommit = "epoch.before-commit",
    /// An epoch is durable; nobody knows of it.
    EpochAfterCommit = "epoch.after-commit",
    /// A lineage is written with its pair record; it is not committed.
    LineageBeforeCommit = "lineage.before-commit",
    /// A lineage is durable; nobody knows of it.
    LineageAfterCommit = "lineage.after-commit",

    /// The secondary is about to ask for the lead.
    HandoverRequestBeforeSend = "handover-request.before-send",
    /// The secondary has asked for the lead.
    HandoverRequestAfterSend = "handover-request.after-send",
    /// The primary hears that its secondary asks for the lead.
    HandoverRequestReceived = "handover-request.received",
    /// The primary is about to say that it hands over.
    HandoverBeforeSend = "handover.before-send",
    /// The primary has said that it hands over.
    HandoverAfterSend = "handover.after-send",
    /// The secondary hears that its primary hands over.
    HandoverReceived = "handover.received",
    /// The new primary is about to say that it took the lead.
    HandoverTakenBeforeSend = "handover-taken.before-send",
    /// The new primary has said that it took the lead.
    HandoverTakenAfterSend = "handover-taken.after-send",
    /// The former primary hears that the lead was taken.
    HandoverTakenReceived = "handover-taken.received",
    /// The secondary is about to say that it refused the lead.
    HandoverRefusedBeforeSend = "handover-refused.before-send",
    /// The secondary has said that it refused the lead.
    HandoverRefusedAfterSend = "handover-refused.after-send",
    /// The primary hears that the lead was refused.
    HandoverRefusedReceived = "handover-refused.received",

    /// A history is cut back and its orphans are saved; it is not committed.
    RewindBeforeCommit = "rewind.before-commit",
    /// A history is cut back, durably; nobody knows of it.
    RewindAfterCommit = "rewind.after-commit",

    /// A snapshot's header is about to be sent.
    SnapshotHeaderBeforeSend = "snapshot.header.before-send",
    /// A snapshot's chunk is about to be sent.
    SnapshotChunkBeforeSend = "snapshot.chunk.before-send",
    /// A snapshot's end is about to be sent.
    SnapshotEndBeforeSend = "snapshot.end.before-send",
    /// A snapshot's header has arrived.
    SnapshotHeaderReceived = "snapshot.header.received",
    /// A snapshot's chunk has arrived.
    SnapshotChunkReceived = "snapshot.chunk.received",
    /// A snapshot's end has arrived.
    SnapshotEndReceived = "snapshot.end.received",
    /// A snapshot is whole and is about to replace this station's data.
    InstallBefore = "install.before",
    /// A snapshot has replaced this station's data; it is not committed.
    InstallBeforeCommit = "install.before-commit",
    /// A snapshot has replaced this station's data, durably; nobody knows of it.
    InstallAfterCommit = "install.after-commit",

    /// An answer about the primary's data is about to be sent.
    CompareAnswerBeforeSend = "compare.answer.before-send",
    /// What differs is all there and is about to be put in place.
    ResyncBefore = "resync.before",
    /// What differed is replaced; it is not committed.
    ResyncBeforeCommit = "resync.before-commit",
    /// What differed is replaced, durably; nobody knows of it.
    ResyncAfterCommit = "resync.after-commit",
    /// A backup is about to be made.
    BackupBefore = "backup.before",
    /// A backup is copied; it does not have its name.
    BackupBeforeFinish = "backup.before-finish",
    /// A backup is there; nobody knows of it.
    BackupAfterFinish = "backup.after-finish",

    /// What an entry becomes on its way to the secondary, below TLS: `flip`, `truncate` or `twice`.
    EntryFrame = "entry.frame",
    /// Milliseconds by which this station's wall clock is wrong.
    WallClock = "wall-clock",
    /// Bytes that are free on the disk for what comes in.
    DiskFree = "disk.free",
    /// How many entries the journal keeps, acknowledged or not; it is pruned every second then.
    JournalKeeps = "journal.keeps",
}

impl Point {
    /// The point of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|point| point.name() == name)
    }
}

pub use live::{at, reached, value};

/// As [`at`], for what must not block.
///
/// # Errors
/// As [`at`].
pub async fn reach(point: Point) -> io::Result<()> {
    live::reach(point).await
}

#[cfg(all(feature = "failpoints", debug_assertions))]
pub use live::{Action, arm, arm_from_env, disarm};

#[cfg(all(feature = "failpoints", debug_assertions))]
mod live {
    use std::io;
    use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

    use super::Point;

    static ARMED: AtomicU32 = AtomicU32::new(0);
    static REACHED: [AtomicU64; Point::ALL.len()] = [const { AtomicU64::new(0) }; Point::ALL.len()];

    /// What happens at a point.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Action {
        /// The process dies as by kill -9.
        Kill,
        /// Whoever gets there stands still until the point is disarmed.
        Pause,
        /// The step fails with an IO error.
        Fail,
        /// [`value`] answers this.
        Value(String),
    }

    impl std::str::FromStr for Action {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            Ok(match text {
                "kill" => Self::Kill,
                "pause" => Self::Pause,
                "fail" => Self::Fail,
                _ => match text.strip_prefix("value:") {
                    Some(value) => Self::Value(value.to_owned()),
                    None => return Err(format!("{text} is not kill, pause, fail or value:TEXT")),
                },
            })
        }
    }

    /// Has `action` happen at `point` from the `skip`-th next time on.
    ///
    /// # Errors
    /// A sentence, where the fail crate does not take the action.
    pub fn arm(point: Point, action: &Action, skip: u32) -> Result<(), String> {
        ARMED.fetch_add(1, Ordering::SeqCst);
        let after = |task: &str| format!("{skip}*off->{task}");
        match action {
            Action::Kill => {
                let left = AtomicU32::new(skip);
                fail::cfg_callback(point.name(), move || {
                    let gone =
                        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
                    if gone.is_err() {
                        die();
                    }
                })
            }
            Action::Pause => fail::cfg(point.name(), &after("pause")),
            Action::Fail => fail::cfg(point.name(), &after("return")),
            Action::Value(value) => fail::cfg(point.name(), &after(&format!("return({value})"))),
        }
    }

    /// Nothing happens at this point any more; whoever stands still there goes on.
    pub fn disarm(point: Point) {
        fail::remove(point.name());
    }

    /// Arms what `FAILPOINTS` says: `NAME=ACTION;NAME=ACTION…`, for points that a start passes.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub fn arm_from_env() -> Result<(), String> {
        let Ok(text) = std::env::var("FAILPOINTS") else {
            return Ok(());
        };
        for pair in text.split(';').filter(|pair| !pair.is_empty()) {
            let (name, action) = pair
                .split_once('=')
                .ok_or_else(|| format!("{pair} is not NAME=ACTION"))?;
            let point = Point::named(name).ok_or_else(|| format!("there is no point {name}"))?;
            arm(point, &action.parse()?, 0)?;
        }
        Ok(())
    }

    /// How often this process got to `point`.
    #[must_use]
    pub fn reached(point: Point) -> u64 {
        REACHED[point as usize].load(Ordering::SeqCst)
    }

    /// Does here what was armed for `point`.
    ///
    /// # Errors
    /// Where a test wants this step to fail.
    pub fn at(point: Point) -> io::Result<()> {
        REACHED[point as usize].fetch_add(1, Ordering::SeqCst);
        evaluate(point)
    }

    pub(super) async fn reach(point: Point) -> io::Result<()> {
        REACHED[point as usize].fetch_add(1, Ordering::SeqCst);
        if ARMED.load(Ordering::SeqCst) == 0 {
            return Ok(());
        }
        tokio::task::spawn_blocking(move || evaluate(point))
            .await
            .map_err(io::Error::other)?
    }

    /// What was armed for `point` as a value.
    #[must_use]
    pub fn value(point: Point) -> Option<String> {
        REACHED[point as usize].fetch_add(1, Ordering::SeqCst);
        if ARMED.load(Ordering::SeqCst) == 0 {
            return None;
        }
        fail::fail_point!(point.name(), |value| value);
        None
    }

    fn evaluate(point: Point) -> io::Result<()> {
        if ARMED.load(Ordering::SeqCst) == 0 {
            return Ok(());
        }
        fail::fail_point!(point.name(), |_| Err(io::Error::other(format!(
            "made to fail at {}",
            point.name()
        ))));
        Ok(())
    }

    fn die() {
        // Its own process may always be signalled, and SIGKILL cannot be refused.
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        loop {
            std::thread::park();
        }
    }
}

#[cfg(not(all(feature = "failpoints", debug_assertions)))]
mod live {
    use std::io;

    use super::Point;

    /// Nothing, in this build.
    ///
    /// # Errors
    /// None.
    #[inline]
    pub const fn at(_: Point) -> io::Result<()> {
        Ok(())
    }

    #[inline]
    pub(super) async fn reach(_: Point) -> io::Result<()> {
        Ok(())
    }

    /// Nothing, in this build.
    #[must_use]
    #[inline]
    pub const fn reached(_: Point) -> u64 {
        0
    }

    /// Nothing, in this build.
    #[must_use]
    #[inline]
    pub const fn value(_: Point) -> Option<String> {
        None
    }
}
