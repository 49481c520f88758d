//! What a driver does with the machine's actions, over the model disk and network.

use pair::action::{Action, Edits};
use pair::check::Scan;
use pair::event::{ApplyFault, Event, SnapshotFault};
use pair::message::{Stream, TailRefusal};
use pair::view::{Opening, Record};

use super::disk::{Entry, Snapshot};
use super::faults::Fault;
use super::world::{Ev, Item, Op, Receiving, World};

impl World {
    pub(super) fn act(&mut self, s: usize, actions: Vec<Action>) {
        for action in actions {
            self.act_one(s, action);
        }
    }

    fn act_one(&mut self, s: usize, action: Action) {
        if !matches!(
            action,
            Action::Edits(Edits::Allowed { .. }) | Action::Changed | Action::Send { .. }
        ) {
            self.note(|| format!("{s}   {action:?}"));
        }
        let head = self.st[s].disk.head();
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        match action {
            Action::Edits(edits) => {
                let ignored = self.fault == Some(Fault::GateIgnored)
                    && matches!(edits, Edits::Refused { .. });
                if !ignored {
                    proc.gate = edits;
                }
            }
            Action::Persist { token, durable } => self.queue(
                s,
                Op::Persist {
                    token,
                    record: durable,
                },
            ),
            Action::OpenEpoch {
                token,
                number,
                durable,
            } => {
                proc.silent = self.now - proc.heard;
                self.queue(
                    s,
                    Op::OpenEpoch {
                        token,
                        number,
                        record: durable,
                    },
                );
            }
            Action::OpenLineage { token, durable } => self.queue(
                s,
                Op::OpenLineage {
                    token,
                    record: durable,
                },
            ),
            Action::Quiesce { token } if self.fault == Some(Fault::QuiesceLies) => {
                let boot = proc.boot;
                if let Some(Op::Commit { id }) = proc.ops.front().filter(|_| proc.op_runs) {
                    let id = *id;
                    proc.ops.pop_front();
                    proc.op_runs = false;
                    self.at(60, Ev::LateCommit { s, boot, id });
                }
                if let Some(proc) = self.st[s].proc.as_mut() {
                    proc.inbox.push_back(Event::Quiesced { token, head });
                }
                self.at(0, Ev::Wake { s });
            }
            Action::Quiesce { token } => self.queue(s, Op::Quiesce { token }),
            Action::Verify { token } | Action::Check { token } => {
                self.queue(s, Op::Verify { token })
            }
            Action::Rewind {
                token,
                to_seq,
                last_epoch,
            } => self.queue(
                s,
                Op::Rewind {
                    token,
                    to_seq,
                    last_epoch,
                },
            ),
            Action::Probe => {
                let boot = proc.boot;
                let hello = Box::new(
                    self.st[s]
                        .proc
                        .as_ref()
                        .map(|p| p.state.hello(self.clock(s)))
                        .expect("running"),
                );
                let wait = self.delay();
                if self.rng.chance(2) {
                    let again = wait + self.rng.range(1, 900);
                    self.at(
                        again,
                        Ev::Ask {
                            from: s,
                            boot,
                            hello: hello.clone(),
                        },
                    );
                }
                self.at(
                    wait,
                    Ev::Ask {
                        from: s,
                        boot,
                        hello,
                    },
                );
            }
            Action::Dial => {
                let boot = proc.boot;
                let wait = self.delay();
                self.at(wait, Ev::DialArrives { from: s, boot });
            }
            Action::Hangup { link, .. } => {
                if let Some((conn, end)) = self.conn_of(s, link)
                    && self.conns[conn].open[end]
                {
                    self.conns[conn].open[end] = false;
                    self.push(conn, 1 - end, Item::Fin);
                }
            }
            Action::Send { link, message } => {
                if let Some((conn, end)) = self.conn_of(s, link)
                    && self.conns[conn].open[end]
                {
                    self.push(conn, 1 - end, Item::Control(message));
                }
            }
            Action::StreamTail {
                link,
                stream,
                after_seq,
                chain,
            } => {
                let disk = &self.st[s].disk;
                let why = if after_seq < disk.cut() {
                    Some(TailRefusal::JournalCut)
                } else {
                    match disk.chain_at(after_seq) {
                        None => Some(TailRefusal::NoSuchSeq),
                        Some(own) if own != chain => Some(TailRefusal::ChainDiffers),
                        Some(_) => None,
                    }
                };
                if let Some(why) = why {
                    self.feed(s, Event::TailRefused { stream, why });
                } else if let Some((conn, _)) = self.conn_of(s, link) {
                    self.set_streaming(s, conn, stream, after_seq + 1);
                }
            }
            Action::SendSnapshot { link, stream } => {
                let snapshot = self.st[s].disk.snapshot();
                if let Some((conn, end)) = self.conn_of(s, link) {
                    let next = snapshot.position.seq + 1;
                    self.push(conn, 1 - end, Item::Whole(stream, Box::new(snapshot)));
                    self.set_streaming(s, conn, stream, next);
                }
            }
            Action::StartApplying { stream, epochs, .. } => {
                proc.applying = Some(stream);
                proc.epochs = epochs;
                self.queue(s, Op::Adopt { stream });
            }
            Action::ReceiveSnapshot {
                stream,
                epochs,
                backup,
                orphans_after,
                ..
            } => {
                proc.applying = None;
                proc.epochs = epochs;
                proc.receiving = Some(Receiving {
                    stream,
                    backup,
                    orphans_after,
                });
            }
            Action::StopApplying => self.stop_applying(s),
            Action::Reply { reply, result: _ } => {
                let known = proc.replies.remove(&reply.0);
                assert!(known, "a command is answered once");
            }
            Action::Log(record) => self.logged(s, record),
            Action::Notify(_) | Action::Changed => {}
            Action::Stopped => {
                self.crash(s, true);
                let wait = self.rng.range(50, 3_000);
                self.at(wait, Ev::Restart { s });
            }
        }
    }

    fn logged(&mut self, s: usize, record: Record) {
        match record {
            Record::EpochOpened { why, .. } => {
                self.count(match why {
                    Opening::Failover => "failover",
                    Opening::MakePrimary => "make primary",
                    Opening::Switch => "switch",
                    Opening::Configured => "configured",
                    Opening::UncleanStop => "unclean stop",
                    Opening::Restored => "restored",
                    Opening::Decided => "decided",
                });
                self.check_opening(s, why);
            }
            Record::Configured { .. } => {
                let now = self.now;
                if let Some(proc) = self.st[s].proc.as_mut().filter(|proc| proc.reconfigures) {
                    proc.heard = now;
                    proc.reconfigures = false;
                }
            }
            Record::HandingOver => {
                self.st[s].handing_at = self.now;
                self.disturb_switch(s);
            }
            Record::Superseded { .. } => self.count("superseded"),
            Record::Forked { .. } => self.count("forked"),
            Record::SnapshotInstalled => self.count("snapshot"),
            Record::Rewound { orphans, .. } if orphans > 0 => self.count("orphans"),
            Record::Rewound { .. } => self.count("rewound without orphans"),
            Record::HandoverRefused { .. } => self.count("hand-over refused"),
            Record::HandedOver => self.count("handed over"),
            Record::Status {
                status: pair::Status::Synced,
                ..
            } => self.count("synced"),
            _ => {}
        }
    }

    /// A switch is the moment to fall over, or to hang.
    fn disturb_switch(&mut self, s: usize) {
        if self.chaotic && self.rng.chance(20) {
            let soon = self.rng.range(0, 60);
            let who = self.rng.below(2);
            self.at(soon, Ev::Kill { s: who });
        }
        if self.chaotic && self.rng.chance(20) {
            self.st[1 - s].hangs_until = self.now + self.rng.range(100, 3_000);
        }
    }

    /// An edit that a hand-over did not wait for.
    pub(super) fn commit_late(&mut self, s: usize, id: u64) {
        self.st[s].disk.commit(id);
        self.st[s].acked.insert(id);
        let head = self.st[s].disk.head();
        self.feed(s, Event::Committed { head });
    }

    fn set_streaming(&mut self, s: usize, conn: usize, stream: Stream, next: u64) {
        if let Some(proc) = self.st[s].proc.as_mut() {
            proc.streaming = Some((conn, stream, next));
        }
        self.send_entries(s);
    }

    /// Sends what is committed and was not sent.
    fn send_entries(&mut self, s: usize) {
        let Some((conn, stream, next)) = self.st[s].proc.as_ref().and_then(|proc| proc.streaming)
        else {
            return;
        };
        let end = usize::from(self.conns[conn].ends[0] != s);
        if !self.conns[conn].open[end] {
            return;
        }
        let due: Vec<Entry> = self.st[s]
            .disk
            .entries
            .iter()
            .filter(|e| e.seq >= next)
            .copied()
            .collect();
        for entry in &due {
            self.push(conn, 1 - end, Item::Data(stream, *entry));
        }
        if let (Some(last), Some(proc)) = (due.last(), self.st[s].proc.as_mut()) {
            proc.streaming = Some((conn, stream, last.seq + 1));
        }
    }

    pub(super) fn take_data(&mut self, s: usize, stream: Stream, entry: Entry) {
        let any = self.fault == Some(Fault::AnyStream);
        let Some(proc) = self.st[s].proc.as_ref() else {
            return;
        };
        let after_snapshot = proc.receiving.as_ref().is_some_and(|r| r.stream == stream);
        if proc.applying == Some(stream) || after_snapshot || any {
            if self.fault == Some(Fault::AckBeforeApplied) && self.st[s].disk.seq() + 1 == entry.seq
            {
                let mut ahead = self.st[s].disk.clone();
                ahead.adopt(&proc.epochs.clone());
                ahead.entries.push(entry);
                let head = ahead.head();
                self.queue(s, Op::Apply { stream, entry });
                self.feed(s, Event::Applied { stream, head });
                return;
            }
            self.queue(s, Op::Apply { stream, entry });
        }
    }

    pub(super) fn take_whole(&mut self, s: usize, stream: Stream, snapshot: Box<Snapshot>) {
        let Some(receiving) = self.st[s]
            .proc
            .as_ref()
            .and_then(|proc| proc.receiving.as_ref())
        else {
            return;
        };
        if receiving.stream != stream {
            return;
        }
        let (backup, orphans_after) = (receiving.backup, receiving.orphans_after);
        self.feed(
            s,
            Event::SnapshotProgress {
                stream,
                done: 1,
                total: 2,
            },
        );
        let keeps = self.fault != Some(Fault::NoBackup);
        let op = Op::Install {
            stream,
            snapshot,
            backup: backup && keeps,
            orphans_after: orphans_after.filter(|_| keeps),
        };
        self.queue(s, op);
    }

    /// In force before the next action: what is in the data by now stays, the rest never gets in.
    fn stop_applying(&mut self, s: usize) {
        if self.fault == Some(Fault::AnyStream) {
            return;
        }
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        proc.applying = None;
        proc.receiving = None;
        let applies =
            |op: &Op| matches!(op, Op::Apply { .. } | Op::Adopt { .. } | Op::Install { .. });
        let running = proc.op_runs && proc.ops.front().is_some_and(applies);
        let first = if running { proc.ops.pop_front() } else { None };
        let mut kept = std::mem::take(&mut proc.ops);
        kept.retain(|op| !applies(op));
        // The one that runs is waited for: it gets in, or not, before anything else is done.
        let outcome = first.map(|op| {
            if self.rng.chance(50) {
                self.perform_now(s, op)
            } else {
                None
            }
        });
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        proc.ops = kept;
        if let Some(outcome) = outcome {
            proc.op_runs = false;
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

    fn perform_now(&mut self, s: usize, op: Op) -> Option<Event> {
        let gate = self.st[s].proc.as_ref()?.gate;
        self.perform(s, op, gate, false)
    }

    pub(super) fn queue(&mut self, s: usize, op: Op) {
        if self.fault == Some(Fault::SaysDurableTooSoon)
            && let Op::Persist { token, .. } = op
            && let Some(proc) = self.st[s].proc.as_mut()
        {
            proc.ops.push_back(op);
            proc.inbox.push_back(Event::Persisted { token });
            self.at(0, Ev::Wake { s });
            self.run_ops(s);
            return;
        }
        if let Some(proc) = self.st[s].proc.as_mut() {
            proc.ops.push_back(op);
        }
        self.run_ops(s);
    }

    /// The disk does one thing at a time.
    pub(super) fn run_ops(&mut self, s: usize) {
        if self.now < self.st[s].stalled_until {
            return;
        }
        let gate_now = self.clock(s).mono;
        let Some(proc) = self.st[s].proc.as_mut().filter(|proc| !proc.op_runs) else {
            return;
        };
        while let Some(Op::Commit { .. }) = proc.ops.front() {
            let open = match proc.gate {
                Edits::Allowed { until, .. } => {
                    until.is_none_or(|until| gate_now < until)
                        || self.fault == Some(Fault::GateIgnored)
                }
                Edits::Refused { .. } => false,
            };
            if open {
                break;
            }
            proc.ops.pop_front();
        }
        if proc.ops.is_empty() {
            return;
        }
        proc.op_runs = true;
        let boot = proc.boot;
        let mut wait = self.rng.range(1, 15);
        if self.now < self.st[s].hangs_until {
            wait += self.st[s].hangs_until - self.now;
        }
        self.at(wait, Ev::OpDone { s, boot });
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
        let gate = proc.gate;
        let Some(op) = proc.ops.pop_front() else {
            return;
        };
        let event = self.perform(s, op, gate, false);
        if let Some(event) = event {
            self.feed(s, event);
        }
        self.send_entries(s);
        self.run_ops(s);
    }

    /// Does one thing on the disk; what there is to tell about it.
    pub(super) fn perform(&mut self, s: usize, op: Op, gate: Edits, dying: bool) -> Option<Event> {
        let full = self.now < self.st[s].full_until;
        match op {
            Op::Quiesce { token } => {
                return Some(Event::Quiesced {
                    token,
                    head: self.st[s].disk.head(),
                });
            }
            Op::Verify { token } => {
                return Some(Event::Verified {
                    token,
                    scan: Scan::Done {
                        ok: self.st[s].disk.damage == 0,
                        cells: 0,
                        took_ms: 0,
                    },
                });
            }
            Op::Persist { token, .. }
            | Op::OpenEpoch { token, .. }
            | Op::OpenLineage { token, .. }
                if full =>
            {
                return Some(Event::NotDurable { token });
            }
            Op::Persist { token, record } => {
                self.st[s].disk.record = *record;
                return Some(Event::Persisted { token });
            }
            Op::OpenEpoch {
                token,
                mut number,
                record,
            } => {
                if self.fault == Some(Fault::EpochReused) {
                    number = number.saturating_sub(1).max(1);
                }
                self.check_epoch(s, number);
                self.st[s].disk.open_epoch(number, *record);
                return Some(Event::Opened {
                    token,
                    own: self.st[s].disk.own(),
                });
            }
            Op::OpenLineage { token, record } => {
                let lineage = self.new_lineage();
                self.st[s].disk.open_lineage(lineage, *record);
                let (lineage, epoch) = (self.st[s].disk.lineage, self.st[s].disk.epoch());
                self.opened.insert((lineage, epoch));
                return Some(Event::Opened {
                    token,
                    own: self.st[s].disk.own(),
                });
            }
            Op::Commit { .. } if full => {}
            Op::Commit { id } => {
                self.check_commit(s, gate);
                self.st[s].disk.commit(id);
                if !dying {
                    self.st[s].acked.insert(id);
                }
                return Some(Event::Committed {
                    head: self.st[s].disk.head(),
                });
            }
            Op::Rewind { token, .. } if full => return Some(Event::RewindFailed { token }),
            Op::Rewind {
                token,
                to_seq,
                last_epoch,
            } => {
                let save = self.fault != Some(Fault::OrphansDropped);
                let orphans = self.st[s].disk.rewind(to_seq, last_epoch, save);
                self.check_kept(s);
                let own = self.st[s].disk.own();
                return Some(match orphans {
                    Some(orphans) => Event::Rewound {
                        token,
                        own,
                        orphans,
                    },
                    None => Event::RewindFailed { token },
                });
            }
            Op::Adopt { stream } => {
                let epochs = self.st[s]
                    .proc
                    .as_ref()
                    .map(|proc| proc.epochs.clone())
                    .unwrap_or_default();
                self.st[s].disk.adopt(&epochs);
                return Some(Event::Applied {
                    stream,
                    head: self.st[s].disk.head(),
                });
            }
            Op::Apply { stream, entry } => return self.apply(s, stream, entry, full, dying),
            Op::Install { stream, .. } if full => {
                return Some(Event::SnapshotFailed {
                    stream,
                    why: SnapshotFault::NoSpace,
                });
            }
            Op::Install {
                stream,
                snapshot,
                backup,
                orphans_after,
            } => {
                self.check_frame(s, stream);
                self.st[s].disk.install(&snapshot, backup, orphans_after);
                self.check_kept(s);
                if let Some(proc) = self.st[s].proc.as_mut() {
                    proc.applying = Some(stream);
                    proc.receiving = None;
                }
                return Some(Event::SnapshotInstalled {
                    stream,
                    own: self.st[s].disk.own(),
                });
            }
        }
        None
    }

    fn apply(
        &mut self,
        s: usize,
        stream: Stream,
        entry: Entry,
        full: bool,
        dying: bool,
    ) -> Option<Event> {
        if full {
            return Some(Event::ApplyFailed {
                stream,
                why: ApplyFault::NoSpace,
            });
        }
        if entry.seq <= self.st[s].disk.seq() {
            return None;
        }
        if entry.seq != self.st[s].disk.seq() + 1 {
            return Some(Event::ApplyFailed {
                stream,
                why: ApplyFault::Damaged,
            });
        }
        if self.rng.chance(1) && !dying {
            return Some(Event::ApplyFailed {
                stream,
                why: ApplyFault::Damaged,
            });
        }
        self.check_frame(s, stream);
        let epochs = self.st[s]
            .proc
            .as_ref()
            .map(|proc| proc.epochs.clone())
            .unwrap_or_default();
        let mut after = self.st[s].disk.clone();
        after.adopt(&epochs);
        after.entries.push(entry);
        let blind = self.fault == Some(Fault::SumNotChecked);
        if after.sum() != entry.sum && !blind {
            return Some(Event::ApplyFailed {
                stream,
                why: ApplyFault::SumDiffers,
            });
        }
        after.adopt(&epochs);
        self.st[s].disk = after;
        let mut head = self.st[s].disk.head();
        if blind {
            head.sum = entry.sum;
        }
        Some(Event::Applied { stream, head })
    }
}
