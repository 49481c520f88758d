//! The state of this station's writer, as its peer is told.

use std::time::Duration;

use pair::message::Writer;
use pair::time::WRITER_HANGS;
use store::Store;

/// Watches how long a write has been waiting for the disk.
pub(super) struct WriterWatch {
    store: Store,
    told: Writer,
}

impl WriterWatch {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            told: Writer::Ok,
        }
    }

    /// The state, where it is another than when asked last. `installing` is true while a snapshot is being put in place: that takes
    /// as long as it takes.
    pub(super) fn changed(&mut self, installing: bool) -> Option<Writer> {
        let busy_for = self.store.writer_busy_for().filter(|_| !installing);
        let writer = judge(busy_for);
        (std::mem::replace(&mut self.told, writer) != writer).then_some(writer)
    }
}

fn judge(busy_for: Option<Duration>) -> Writer {
    match busy_for {
        Some(busy_for) if busy_for > WRITER_HANGS => Writer::Hangs {
            for_ms: u64::try_from(busy_for.as_millis()).unwrap_or(u64::MAX),
        },
        _ => Writer::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_hangs_when_one_write_takes_longer_than_the_limit() {
        assert_eq!(judge(None), Writer::Ok);
        assert_eq!(judge(Some(WRITER_HANGS)), Writer::Ok);
        let over = WRITER_HANGS + Duration::from_millis(1);
        assert_eq!(judge(Some(over)), Writer::Hangs { for_ms: 2_001 });
    }
}
