//! Whole copies of the real store: what the driver of the product does with it, call by call.

use pair::event::SnapshotFault;
use store::{Error, Install, SnapshotError, SnapshotHeader, SnapshotImport, Store};

use super::super::disk::{Copies, Hazards as _, Keep, NotDone};
use super::super::rng::Rng;
use super::files::block_on;
use super::hazards::flip;
use super::{Real, rows};

/// A snapshot as it is sent.
#[derive(Debug)]
pub(in crate::sim) struct Frames {
    base: u64,
    header: Vec<u8>,
    chunks: Vec<Vec<u8>>,
}

impl Real {
    /// What there is of this snapshot, up to so many chunks of it, or a new import.
    pub(super) async fn begin(
        store: &Store,
        snapshot: &Frames,
        earlier: Option<(SnapshotImport, u32)>,
    ) -> Result<SnapshotImport, SnapshotError> {
        let header = SnapshotHeader::decode(&snapshot.header)?;
        if let Some((mut import, chunks)) = earlier
            && import.header() == &header
            && import.resume_after(chunks)
        {
            return Ok(import);
        }
        store.import_snapshot(header).await
    }

    pub(super) async fn replace(
        store: &Store,
        import: SnapshotImport,
        keep: Keep,
    ) -> Result<(), SnapshotError> {
        if keep.backup {
            store.create_backup("before its data was replaced").await?;
        }
        import.install(install(keep)).await.map(drop)
    }

    /// After the data was replaced, or not.
    pub(super) fn after_replacing(&mut self, replaced: bool, backed_up: bool) {
        self.look();
        self.count_orphans();
        if replaced {
            if backed_up {
                let edits = block_on(rows::of_newest_backup(self.store()));
                self.backups.extend(edits);
            }
            (self.rotten, self.sum_is_off) = (false, false);
        }
    }

    pub(super) fn not_copied(&mut self, error: &SnapshotError) -> SnapshotFault {
        self.why = error.to_string();
        match error {
            SnapshotError::Damaged { .. } => SnapshotFault::Damaged,
            SnapshotError::Excessive { .. } => SnapshotFault::Excessive,
            SnapshotError::Store(Error::NoSpace { .. }) => SnapshotFault::NoSpace,
            SnapshotError::Store(Error::Damaged { .. }) => SnapshotFault::Broken,
            // A bit of the schema's hash flipped on its way.
            SnapshotError::SchemaDiffers => SnapshotFault::Broken,
            error => panic!("VIOLATED: the store fails: {error}"),
        }
    }
}

pub(super) fn install(keep: Keep) -> Install {
    Install {
        orphans_after: keep.orphans_after,
        reason: String::from("the primary's data replaced it"),
        local: Vec::new(),
    }
}

impl Copies for Real {
    type Snapshot = Frames;

    fn snapshot(&mut self) -> Result<Frames, NotDone> {
        self.told();
        let read = block_on(async {
            let mut export = self.store().export_snapshot().await?;
            let (header, mut chunks) = (export.header().clone(), Vec::new());
            while let Some(chunk) = export.next().await {
                chunks.push(chunk?);
            }
            Ok::<_, SnapshotError>(Frames {
                base: header.head.position.seq,
                header: header.encode(),
                chunks,
            })
        });
        Ok(read.expect("a snapshot can be read"))
    }

    fn begin_copy(&mut self, snapshot: &Frames, resume: Option<u32>) -> Result<u32, SnapshotFault> {
        let earlier = self.import.take().zip(resume);
        let begun = block_on(Self::begin(self.store(), snapshot, earlier));
        let import = begun.map_err(|error| self.not_copied(&error))?;
        let chunks = import.chunks();
        self.import = Some(import);
        Ok(chunks)
    }

    fn take_chunk(&mut self, snapshot: &Frames, chunk: u32) -> Result<u32, SnapshotFault> {
        let Some(mut import) = self.import.take() else {
            return Err(SnapshotFault::Damaged);
        };
        let bytes = snapshot.chunks[chunk as usize].clone();
        block_on(import.push(bytes)).map_err(|error| self.not_copied(&error))?;
        let chunks = import.chunks();
        self.import = Some(import);
        Ok(chunks)
    }

    fn drop_copy(&mut self) {
        self.import = None;
    }

    fn install(&mut self, _snapshot: &Frames, keep: Keep) -> Result<(), SnapshotFault> {
        let Some(import) = self.import.take() else {
            return Err(SnapshotFault::Damaged);
        };
        let installed = block_on(Self::replace(self.store(), import, keep));
        self.after_replacing(installed.is_ok(), keep.backup);
        installed.map_err(|error| self.not_copied(&error))
    }

    fn base_of(snapshot: &Frames) -> u64 {
        snapshot.base
    }

    fn chunks_of(snapshot: &Frames) -> u32 {
        snapshot.chunks.len() as u32
    }

    fn flip_snapshot(snapshot: &mut Frames, rng: &mut Rng) {
        let at = rng.below(snapshot.chunks.len() + 1);
        match snapshot.chunks.get_mut(at) {
            Some(chunk) => flip(chunk, rng),
            None => flip(&mut snapshot.header, rng),
        }
    }
}
