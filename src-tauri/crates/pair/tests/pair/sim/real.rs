//! The real store on real files. A crash leaves what a torn write may leave of the WAL; the next process opens that.

mod comparisons;
mod copies;
mod files;
mod hazards;
mod rows;
mod tail;

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ids::StationId;
use pair::action::Edits;
use pair::config::Config;
use pair::event::Own;
use pair::message::Head;
use pair::{Durable, Mono};
use store::{Edit, EditMeta, EditPermit, Error, LocalPut, SnapshotImport, Store};

use self::files::{Files, Mark, block_on};
use self::rows::Rows;
use super::disk::{Disk, Hazards as _, NotDone};
use super::faults::Fault;
use super::world::Pace;

/// The local record that the pair's state is kept under.
const RECORD: &str = "pair";

pub(super) struct Real {
    files: Files,
    fault: Option<Fault>,
    /// `None` while no process runs.
    store: Option<Store>,
    record: Durable,
    head: Head,
    rows: Rows,
    /// The edit that was begun.
    edit: Option<Edit>,
    /// A snapshot of which a part has arrived.
    import: Option<SnapshotImport>,
    orphans: BTreeSet<u64>,
    /// Edits that are in backups which were made before the data was replaced.
    backups: BTreeSet<u64>,
    /// A row is not as it was written.
    rotten: bool,
    /// The rolling sum is not.
    sum_is_off: bool,
    /// What was told to anybody by now.
    told: Mark,
    told_record: Durable,
    /// Whether the data were damaged then.
    told_damage: bool,
    /// Why the last job was not done.
    why: String,
}

impl Real {
    fn store(&self) -> &Store {
        self.store.as_ref().expect("a process runs")
    }

    fn open(&mut self) {
        let opened = block_on(Store::open(&self.files.dir()));
        let store =
            opened.unwrap_or_else(|error| panic!("VIOLATED: a station does not start: {error}"));
        if let Some(fault) = self.fault.and_then(Fault::of_the_store) {
            store.set_fault(fault, true);
        }
        let record = block_on(store.local(RECORD));
        let record: Durable = record.expect("the record can be read").unwrap_or_default();
        let lost = record != self.told_record && record != self.record;
        assert!(
            !lost,
            "VIOLATED: a record that was said to be durable is not there"
        );
        self.record = record;
        self.store = Some(store);
        self.look();
        self.count_orphans();
        // The copy that had replaced damaged rows may be torn off.
        self.rotten |= self.told_damage && !self.is_damaged() && !self.verify();
        self.told = self.files.mark();
        self.told_damage = self.is_damaged();
        self.told_record.clone_from(&self.record);
    }

    /// Looks at what is there, after every change.
    fn look(&mut self) {
        let store = self.store();
        let head = store.head();
        let rows = block_on(rows::read(store));
        self.rows = rows;
        self.head = Head {
            position: head.position,
            sum: head.sum,
            journal_bytes: head.journal_bytes,
        };
    }

    fn count_orphans(&mut self) {
        let (_, orphans) =
            block_on(self.store().orphans(u32::MAX)).expect("the orphans can be read");
        self.orphans = orphans
            .iter()
            .filter_map(|kept| edit_of(&kept.orphan.label))
            .collect();
    }

    fn puts(record: &Durable) -> Vec<LocalPut> {
        vec![LocalPut::new(RECORD, record).expect("a record has a JSON form")]
    }

    fn done<T>(&mut self, outcome: Result<T, Error>) -> Result<T, NotDone> {
        self.look();
        outcome.map_err(|error| {
            self.why = error.to_string();
            unexpected(&error)
        })
    }

    /// The permit as the store compares it with its own clock: it has lapsed, or it has not.
    fn permit(&self, edits: Edits, now: Mono) {
        let permit = match edits {
            Edits::Refused { .. } => EditPermit::ReadOnly { why: String::new() },
            Edits::Allowed { epoch, until } => EditPermit::Allowed {
                epoch,
                until: until.map(|until| match now < until {
                    true => store::boot_time() + Duration::from_secs(3_600),
                    false => Duration::ZERO,
                }),
            },
        };
        self.store().set_permit(permit);
    }
}

/// What an edit's label says.
fn edit_of(label: &str) -> Option<u64> {
    label.strip_prefix("edit ")?.parse().ok()
}

/// Failures that schedules lead to; any other is the store's own fault.
fn unexpected(error: &Error) -> NotDone {
    match error {
        Error::NoSpace { .. } | Error::ReadOnly { .. } | Error::Busy { .. } => NotDone,
        Error::NotFound(_) | Error::Damaged { .. } => NotDone,
        other => panic!("VIOLATED: the store fails: {other}"),
    }
}

impl Disk for Real {
    const PACE: Pace = Pace {
        long_ms: (8_000, 40_000),
        pause_ms: (5, 400),
    };

    fn new(s: usize, station: StationId, config: Config, fault: Option<Fault>) -> Self {
        let record = Durable {
            config,
            ..Durable::default()
        };
        let files = Files::new(s, station);
        let mut real = Self {
            told: files.mark(),
            files,
            fault,
            store: None,
            record: Durable::default(),
            told_record: Durable::default(),
            told_damage: false,
            head: rows::no_head(),
            rows: Rows::default(),
            edit: None,
            import: None,
            orphans: BTreeSet::new(),
            backups: BTreeSet::new(),
            rotten: false,
            sum_is_off: false,
            why: String::new(),
        };
        real.open();
        real.persist(record).expect("there is room");
        real.told();
        real
    }

    fn record(&self) -> &Durable {
        &self.record
    }

    fn head(&self) -> Head {
        self.head
    }

    fn own(&mut self) -> Own {
        let overview = block_on(self.store().overview()).expect("the store can be read");
        Own {
            head: self.head,
            epochs: overview.epochs,
            empty: overview.empty,
            left: overview.left,
        }
    }

    fn edits(&self) -> Vec<u64> {
        self.rows.edits.clone()
    }

    fn put_aside(&self, id: u64) -> bool {
        self.orphans.contains(&id) || self.backups.contains(&id)
    }

    fn rows(&self) -> u64 {
        self.rows.hash
    }

    fn is_damaged(&self) -> bool {
        self.rotten || self.sum_is_off
    }

    fn why(&mut self) -> String {
        std::mem::take(&mut self.why)
    }

    fn set_full(&mut self, full: bool) {
        self.store().set_fault(store::faults::Fault::DiskFull, full);
    }

    fn persist(&mut self, record: Durable) -> Result<(), NotDone> {
        let outcome = block_on(self.store().put_local(RECORD, &record));
        outcome.map_err(|error| unexpected(&error))?;
        self.record = record;
        Ok(())
    }

    fn open_epoch(&mut self, number: u64, record: Durable) -> Result<(), NotDone> {
        let outcome = block_on(self.store().open_epoch(number, Self::puts(&record)));
        self.done(outcome)?;
        self.record = record;
        Ok(())
    }

    fn open_lineage(&mut self, _lineage: u128, record: Durable) -> Result<(), NotDone> {
        let outcome = block_on(self.store().open_lineage(Self::puts(&record)));
        self.done(outcome)?;
        self.record = record;
        Ok(())
    }

    fn begin(&mut self, id: u64, edits: Edits, now: Mono) -> Result<(), NotDone> {
        self.permit(edits, now);
        let meta = EditMeta::new("sim", format!("edit {id}"));
        let begun = block_on(async {
            let mut edit = self.store().begin(meta).await?;
            rows::edit(edit.connection(), id).await?;
            Ok(edit)
        });
        self.edit = Some(begun.map_err(|error: Error| unexpected(&error))?);
        Ok(())
    }

    fn commit(&mut self, edits: Edits, now: Mono) -> Result<(), NotDone> {
        let edit = self.edit.take().ok_or(NotDone)?;
        self.permit(edits, now);
        let outcome = block_on(edit.commit());
        self.done(outcome).map(|written| assert!(written.changed))
    }

    fn give_up(&mut self) {
        if let Some(edit) = self.edit.take() {
            block_on(edit.rollback()).expect("an edit can be given up");
        }
    }

    /// The store cuts all epochs that begin at the shared entry.
    fn rewind(&mut self, to_seq: u64, _last_epoch: u64) -> Result<u64, NotDone> {
        let outcome = block_on(self.store().rewind(to_seq, "the other station led on"));
        let rewound = self.done(outcome)?;
        self.count_orphans();
        Ok(rewound.orphans)
    }

    fn verify(&mut self) -> bool {
        block_on(self.store().verify())
            .expect("the data can be scanned")
            .ok
    }
}
