//! The disk of a station at work: one thing at a time, in order, and what a crash or a full disk makes of it.

use pair::action::{Edits, Token};
use pair::check::Scan;
use pair::event::Event;
use pair::message::{Stream, Writer};
use pair::time::WRITER_HANGS;
use pair::witness::WitnessState;

use super::disk::{Disk, NotDone};
use super::faults::Fault;
use super::station::{Op, Station};
use super::world::{Ev, World};

/// Entries that are applied in one commit at most.
const BATCH_MAX: usize = 8;

impl<D: Disk> World<D> {
    /// In force before the next action: what is in the data by now stays, the rest never gets in.
    pub(super) fn stop_applying(&mut self, s: usize) {
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        if self.fault == Some(Fault::AnyStream) {
            proc.assigned = None;
            return;
        }
        proc.applying = None;
        proc.receiving = None;
        let applies = |op: &Op<D>| {
            matches!(
                op,
                Op::Apply { .. } | Op::Adopt { .. } | Op::Install { .. } | Op::PutInPlace { .. }
            )
        };
        let running = proc.op_runs && proc.ops.front().is_some_and(applies);
        let first = if running { proc.ops.pop_front() } else { None };
        let mut kept = std::mem::take(&mut proc.ops);
        kept.retain(|op| !applies(op));
        // The one that runs is waited for: it gets in, or not, before anything else is done.
        let outcome = first.map(|op| {
            if self.rng.chance(50) {
                self.perform(s, op, false)
            } else {
                None
            }
        });
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        proc.assigned = None;
        proc.ops = kept;
        if let Some(outcome) = outcome {
            proc.op_runs = false;
            self.st[s].disk.told();
            self.run_ops(s);
            if let Some(event) = outcome
                && let Some(proc) = self.st[s].proc.as_mut()
            {
                // Told later, as the applier's own thread does.
                proc.inbox.push_back(event);
                self.at(3, Ev::Wake { s });
            }
        }
    }

    pub(super) fn queue(&mut self, s: usize, op: Op<D>) {
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        if self.fault == Some(Fault::SaysDurableTooSoon)
            && let Op::Persist { token, ref record } = op
        {
            self.st[s].told_record.clone_from(record);
            proc.inbox.push_back(Event::Persisted { token });
            proc.ops.push_back(op);
            self.at(0, Ev::Wake { s });
        } else {
            proc.ops.push_back(op);
        }
        self.run_ops(s);
    }

    /// The disk does one thing at a time.
    pub(super) fn run_ops(&mut self, s: usize) {
        if self.now < self.st[s].stalled_until {
            return;
        }
        if self.st[s].proc.as_ref().is_none_or(|proc| proc.op_runs) {
            return;
        }
        while let Some(id) = self.next_edit(s) {
            if self.begin_edit(s, id) {
                break;
            }
            if let Some(proc) = self.st[s].proc.as_mut() {
                proc.ops.pop_front();
            }
        }
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        if proc.ops.is_empty() {
            return;
        }
        // A step that others rely on is the moment to die.
        let weighty = !matches!(
            proc.ops.front(),
            None | Some(Op::Commit { .. } | Op::Apply { .. } | Op::Verify { .. })
        );
        proc.op_runs = true;
        proc.op_since = self.now;
        let boot = proc.boot;
        let mut wait = self.rng.range(1, 15);
        if self.now < self.st[s].hangs_until {
            wait += self.st[s].hangs_until - self.now;
        }
        self.at(wait, Ev::OpDone { s, boot });
        if weighty && self.chaotic && self.rng.chance(4) {
            let soon = self.rng.range(0, 20);
            self.at(soon, Ev::Kill { s });
        }
    }

    fn next_edit(&self, s: usize) -> Option<u64> {
        match self.st[s].proc.as_ref()?.ops.front()? {
            Op::Commit { id } => Some(*id),
            _ => None,
        }
    }

    /// What the write path is told about who may edit.
    fn permit(&self, s: usize) -> Option<Edits> {
        let told = self.st[s].proc.as_ref()?.gate;
        Some(match (self.fault, told) {
            (Some(Fault::PermitNeverLapses), Edits::Allowed { epoch, .. }) => {
                Edits::Allowed { epoch, until: None }
            }
            (Some(Fault::GateIgnored), Edits::Refused { .. }) => Edits::Allowed {
                epoch: self.st[s].disk.epoch(),
                until: None,
            },
            _ => told,
        })
    }

    /// Lets an edit begin, or refuses it. The commit may be on its way to the disk at once; then nothing stops it.
    fn begin_edit(&mut self, s: usize, id: u64) -> bool {
        let Some(permit) = self.permit(s) else {
            return false;
        };
        let (now, full) = (self.clock(s).mono, self.now < self.st[s].full_until);
        let disk = &mut self.st[s].disk;
        disk.set_full(full);
        if disk.begin(id, permit, now).is_err() {
            return false;
        }
        if self.rng.chance(40) {
            let committed = self.commit(s, permit);
            if let Some(proc) = self.st[s].proc.as_mut() {
                proc.committed = Some(committed);
            }
        }
        true
    }

    fn commit(&mut self, s: usize, permit: Edits) -> Result<(), NotDone> {
        let now = self.clock(s).mono;
        self.st[s].disk.commit(permit, now)?;
        self.check_commit(s);
        self.check_quiesced(s);
        self.tally_commit(s);
        self.witness(s, true);
        Ok(())
    }

    pub(super) fn op_done(&mut self, s: usize, boot: u32) {
        if self.now < self.st[s].stalled_until {
            let wait = self.st[s].stalled_until - self.now + 1;
            self.at(wait, Ev::OpDone { s, boot });
            return;
        }
        let Some(proc) = self.st[s]
            .proc
            .as_mut()
            .filter(|proc| proc.boot == boot && proc.op_runs)
        else {
            return;
        };
        proc.op_runs = false;
        let Some(op) = proc.ops.pop_front() else {
            return;
        };
        let event = self.perform(s, op, false);
        self.st[s].disk.told();
        let why = self.st[s].disk.why();
        if !why.is_empty() {
            self.note(|| format!("{s}   not done: {why}"));
        }
        // Whoever reads the journal to send it may be quicker than whoever tells the machine.
        let sends_first = self.rng.chance(30);
        if sends_first {
            self.send_entries(s);
        }
        if let Some(event) = event {
            if matches!(event, Event::Persisted { .. } | Event::Opened { .. }) {
                let Station {
                    disk, told_record, ..
                } = &mut self.st[s];
                told_record.clone_from(disk.record());
            }
            self.acknowledged(s, &event);
            self.feed(s, event);
        }
        if !sends_first {
            self.send_entries(s);
        }
        self.run_ops(s);
    }

    /// What a secondary says that it holds, it must keep as well.
    fn acknowledged(&mut self, s: usize, event: &Event) {
        if matches!(
            event,
            Event::Applied { .. } | Event::SnapshotInstalled { .. } | Event::Resynced { .. }
        ) {
            let edits = self.st[s].disk.edits();
            self.st[s].acked.extend(edits);
        }
    }

    /// The machine learns that its writer waits for the disk, and that it no longer does.
    pub(super) fn watch_writer(&mut self, s: usize) {
        let now = self.now;
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        let busy_ms = if proc.op_runs { now - proc.op_since } else { 0 };
        let hangs = u128::from(busy_ms) > WRITER_HANGS.as_millis();
        if std::mem::replace(&mut proc.hangs, hangs) != hangs {
            let writer = match hangs {
                true => Writer::Hangs { for_ms: busy_ms },
                false => Writer::Ok,
            };
            self.feed(s, Event::Writer(writer));
        }
    }

    /// Does one thing on the disk; what there is to tell about it.
    pub(super) fn perform(&mut self, s: usize, op: Op<D>, dying: bool) -> Option<Event> {
        let full = self.now < self.st[s].full_until;
        self.st[s].disk.set_full(full);
        let disk = &mut self.st[s].disk;
        match op {
            Op::Quiesce { token } => Some(Event::Quiesced {
                token,
                head: disk.head(),
            }),
            Op::Verify { token } => {
                let scan = Scan::Done {
                    ok: disk.verify(),
                    cells: 0,
                    took_ms: 0,
                };
                Some(Event::Verified { token, scan })
            }
            Op::Persist { token, record } => {
                let done = disk.persist(*record);
                self.note_record(s);
                Some(match done {
                    Ok(()) => Event::Persisted { token },
                    Err(NotDone) => Event::NotDurable { token },
                })
            }
            Op::OpenEpoch {
                token,
                number,
                record,
            } => {
                let before = disk.epoch();
                let opened = disk.open_epoch(number, *record);
                // What a dying process opens is looked at when the next one starts: it may be torn.
                if opened.is_ok() && !dying {
                    self.check_epoch(s, before);
                }
                Some(self.opened(s, token, opened))
            }
            Op::OpenLineage { token, record } => {
                let lineage = self.new_lineage();
                let opened = self.st[s].disk.open_lineage(lineage, *record);
                if opened.is_ok() {
                    let position = self.st[s].disk.position();
                    self.opened.insert((position.lineage, position.epoch));
                    self.witness(s, true);
                }
                Some(self.opened(s, token, opened))
            }
            Op::Commit { id } => self.finish_edit(s, id, dying),
            Op::Rewind {
                token,
                to_seq,
                last_epoch,
            } => {
                let rewound = disk.rewind(to_seq, last_epoch);
                let own = disk.own();
                self.check_kept(s);
                self.witness(s, false);
                Some(match rewound {
                    Ok(orphans) => Event::Rewound {
                        token,
                        own,
                        orphans,
                    },
                    Err(NotDone) => Event::RewindFailed { token },
                })
            }
            Op::Adopt { stream } => self.apply(s, stream, Vec::new()),
            Op::Apply { stream, entry } => {
                let batch = self.batch(s, stream, entry);
                self.apply(s, stream, batch)
            }
            Op::Install {
                stream,
                snapshot,
                keep,
            } => {
                self.check_frame(s, stream);
                if let Some(proc) = self.st[s].proc.as_mut() {
                    proc.partial = None;
                }
                let installed = self.st[s].disk.install(&snapshot, keep);
                self.replaced(s, stream, installed.is_ok());
                match installed {
                    Ok(()) => Some(Event::SnapshotInstalled {
                        stream,
                        own: self.st[s].disk.own(),
                    }),
                    Err(why) => Some(self.copy_failed(s, stream, why)),
                }
            }
            Op::PutInPlace {
                stream,
                comparison,
                keep,
            } => {
                self.check_frame(s, stream);
                let done = self.st[s].disk.put_in_place(*comparison, keep);
                self.replaced(s, stream, done.is_ok());
                match done {
                    Ok(done) => Some(Event::Resynced {
                        stream,
                        own: self.st[s].disk.own(),
                        moved: done.moved,
                        removed: done.removed,
                        rows: done.rows,
                    }),
                    Err(why) => Some(self.compare_failed(s, stream, why)),
                }
            }
        }
    }

    /// This station's data was replaced by its primary's, or not.
    fn replaced(&mut self, s: usize, stream: Stream, is_done: bool) {
        if is_done {
            self.check_installed(s);
        }
        self.check_kept(s);
        self.witness(s, false);
        if let Some(proc) = self.st[s].proc.as_mut() {
            proc.receiving = None;
            proc.applying = is_done.then_some(stream);
        }
    }

    fn opened(&mut self, s: usize, token: Token, done: Result<(), NotDone>) -> Event {
        self.note_record(s);
        match done {
            Ok(()) => Event::Opened {
                token,
                own: self.st[s].disk.own(),
            },
            Err(NotDone) => Event::NotDurable { token },
        }
    }

    fn finish_edit(&mut self, s: usize, id: u64, dying: bool) -> Option<Event> {
        let early = self.st[s]
            .proc
            .as_mut()
            .and_then(|proc| proc.committed.take());
        let committed = match early {
            Some(committed) => committed,
            None => {
                let permit = self.permit(s)?;
                self.commit(s, permit)
            }
        };
        committed.ok()?;
        self.count_ground(s);
        if !dying {
            self.st[s].acked.insert(id);
        }
        Some(Event::Committed {
            head: self.st[s].disk.head(),
        })
    }

    /// With a witness: on what ground this edit was made.
    fn count_ground(&mut self, s: usize) {
        let now = self.clock(s);
        let proc = self.st[s].proc.as_ref();
        let Some(witness) = proc.and_then(|proc| proc.state.view(now).witness) else {
            return;
        };
        match witness.state {
            WitnessState::Holding => self.count("edit by the lease"),
            WitnessState::Promised => self.count("edit by the promise"),
            _ if witness.overridden => self.count("edit by the operator's word"),
            // The right ended while the disk was at it.
            _ => {}
        }
    }

    /// An edit that a hand-over did not wait for.
    pub(super) fn commit_late(&mut self, s: usize, id: u64) {
        let epoch = self.st[s].disk.epoch();
        let now = self.clock(s).mono;
        let permit = Edits::Allowed { epoch, until: None };
        // It was on its way to the disk while the machine was told that nothing is.
        let idle = self.st[s].proc.as_ref().is_some_and(|proc| !proc.op_runs);
        let disk = &mut self.st[s].disk;
        if idle && disk.begin(id, permit, now).is_ok() && disk.commit(permit, now).is_ok() {
            self.check_quiesced(s);
            self.witness(s, true);
            self.st[s].disk.told();
            self.st[s].acked.insert(id);
            let head = self.st[s].disk.head();
            self.feed(s, Event::Committed { head });
        }
    }

    /// The entries that are due and have arrived. What a tail that was begun anew repeats is skipped.
    fn batch(&mut self, s: usize, stream: Stream, first: D::Entry) -> Vec<D::Entry> {
        let mut due = self.st[s].disk.head().position.seq + 1;
        let mut batch = Vec::new();
        let mut next = Some(first);
        let most = 1 + self.rng.below(BATCH_MAX);
        while let Some(entry) = next.take() {
            if D::seq_of(&entry) == due {
                due += 1;
                batch.push(entry);
            }
            let Some(proc) = self.st[s].proc.as_mut() else {
                break;
            };
            let fits = |op: &Op<D>| matches!(op, Op::Apply { stream: of, .. } if *of == stream);
            if batch.len() < most
                && proc.ops.front().is_some_and(fits)
                && let Some(Op::Apply { entry, .. }) = proc.ops.pop_front()
            {
                next = Some(entry);
            }
        }
        batch
    }

    fn apply(&mut self, s: usize, stream: Stream, mut entries: Vec<D::Entry>) -> Option<Event> {
        let adopts = entries.is_empty();
        if self.fault == Some(Fault::AnyStream) {
            let due = self.st[s].disk.head().position.seq + 1;
            entries.retain(|entry| D::seq_of(entry) >= due);
        }
        if !adopts {
            self.check_frame(s, stream);
        }
        let epochs = self.st[s].proc.as_ref()?.epochs.clone();
        let applied = self.st[s].disk.apply(&epochs, &entries);
        self.witness(s, false);
        if let Err(why) = applied {
            if let Some(proc) = self.st[s].proc.as_mut() {
                proc.applying = None;
            }
            return Some(Event::ApplyFailed { stream, why });
        }
        let mut head = self.st[s].disk.head();
        if let (Some(Fault::SumNotChecked), Some(last)) = (self.fault, entries.last()) {
            head.sum = D::sum_of(last);
        }
        Some(Event::Applied { stream, head })
    }

    /// The fault: what will be applied is acknowledged already.
    pub(super) fn acknowledge_ahead(&mut self, s: usize, stream: Stream, entry: D::Entry) {
        let head = self.st[s].disk.head_ahead(&entry);
        self.queue(s, Op::Apply { stream, entry });
        self.feed(s, Event::Applied { stream, head });
    }

    /// What a crash finds under way at the disk: done, half done, or not begun.
    pub(super) fn die(&mut self, s: usize, op: Op<D>) {
        if self.rng.chance(60) {
            let _ = self.perform(s, op, true);
        }
    }
}
