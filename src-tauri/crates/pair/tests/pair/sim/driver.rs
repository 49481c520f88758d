//! What a driver does with the machine's actions, over the simulated disk and network.

use pair::action::{Action, Edits};
use pair::event::Event;
use pair::message::{Stream, TailRefusal};
use pair::view::{Opening, Record};

use super::disk::{Disk, Keep};
use super::faults::Fault;
use super::network::Item;
use super::station::{Op, Receiving};
use super::world::{Ev, World};

impl<D: Disk> World<D> {
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
                proc.quiesced &= !matches!(edits, Edits::Allowed { .. });
                proc.gate = edits;
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
                if let Some(Op::Commit { id }) = proc.ops.front()
                    && proc.op_runs
                    && proc.committed.is_none()
                {
                    let id = *id;
                    proc.ops.pop_front();
                    proc.op_runs = false;
                    self.st[s].disk.give_up();
                    let late = self.rng.range(5, 80);
                    self.at(late, Ev::LateCommit { s, boot, id });
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
            } => match self.st[s].disk.check_shared(after_seq, chain) {
                Err(why) => self.feed(s, Event::TailRefused { stream, why }),
                Ok(()) => {
                    if let Some((conn, _)) = self.conn_of(s, link) {
                        self.set_streaming(s, conn, stream, after_seq);
                    }
                }
            },
            Action::SendSnapshot {
                link,
                stream,
                resume,
            } => self.send_snapshot(s, link, stream, resume),
            Action::ServeComparison { link, stream } => self.serve_comparison(s, link, stream),
            Action::StartApplying { stream, epochs, .. } => {
                proc.applying = Some(stream);
                proc.assigned = Some(stream);
                proc.epochs = epochs;
                (proc.partial, proc.comparing) = (None, None);
                self.st[s].disk.drop_copy();
                self.queue(s, Op::Adopt { stream });
            }
            Action::ReceiveSnapshot {
                stream,
                epochs,
                backup,
                orphans_after,
                resume,
                ..
            } => {
                proc.applying = None;
                proc.assigned = Some(stream);
                proc.epochs = epochs;
                proc.partial = proc.partial.filter(|_| resume.is_some());
                proc.comparing = None;
                let stays = proc.partial.is_some();
                proc.receiving = Some(Receiving {
                    stream,
                    keep: Keep {
                        backup,
                        orphans_after,
                    },
                    compares: false,
                });
                if !stays {
                    self.st[s].disk.drop_copy();
                }
            }
            Action::Compare {
                stream,
                epochs,
                orphans_after,
                ..
            } => {
                proc.applying = None;
                proc.assigned = Some(stream);
                proc.epochs = epochs;
                (proc.partial, proc.comparing) = (None, None);
                proc.receiving = Some(Receiving {
                    stream,
                    keep: Keep {
                        backup: true,
                        orphans_after,
                    },
                    compares: true,
                });
                self.st[s].disk.drop_copy();
            }
            Action::DiscardSnapshot => {
                proc.partial = None;
                self.st[s].disk.drop_copy();
            }
            Action::StopApplying => self.stop_applying(s),
            Action::Witness { token, what } => {
                let boot = proc.boot;
                self.ask_witness(s, boot, token, what);
            }
            Action::Reply { reply, result: _ } => {
                let known = proc.replies.remove(&reply.0);
                assert!(known, "a command is answered once");
            }
            Action::Log(record) => self.logged(s, record),
            Action::Notify(_) | Action::Changed => {}
            Action::Stopped => {
                self.end(s);
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
                    Opening::Overridden => "overridden",
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
            Record::Superseded { .. } => {
                self.st[s].stopped_at_ms = self.now;
                self.count("superseded");
                self.interrupt_the_end(s);
            }
            Record::Forked { .. } => {
                self.st[s].stopped_at_ms = self.now;
                self.count("forked");
            }
            Record::SnapshotInstalled => {
                self.count("snapshot");
                self.check_copied(s);
            }
            Record::SnapshotResumed { .. } => self.count("snapshot resumed"),
            Record::Resynced { moved, removed, .. } => {
                self.count(match moved + removed {
                    0 => "resync found all equal",
                    _ => "resync moved what differs",
                });
                self.check_resynced(s, moved, removed);
            }
            Record::Rewound { orphans, .. } if orphans > 0 => self.count("orphans"),
            Record::Rewound { .. } => self.count("rewound without orphans"),
            Record::HandoverRefused { .. } => self.count("hand-over refused"),
            Record::HandedOver => {
                self.count("handed over");
                self.check_handed_over(s);
            }
            Record::Status {
                status: pair::Status::Synced,
                ..
            } => {
                self.count("synced");
                if self.chaotic && self.rng.chance(12) {
                    let soon = self.rng.range(5, 200);
                    self.at(soon, Ev::WantsResync { s });
                }
            }
            _ => {}
        }
    }

    /// A switch is the moment to fall over, or to hang.
    fn disturb_switch(&mut self, s: usize) {
        if !self.chaotic {
            return;
        }
        if self.rng.chance(40) {
            self.interrupt_switch(s);
            return;
        }
        if self.rng.chance(30) {
            let soon = self.rng.range(0, 60);
            let who = self.rng.below(2);
            self.at(soon, Ev::Kill { s: who });
        }
        if self.rng.chance(30) {
            self.st[1 - s].hangs_until = self.now + self.rng.range(100, 3_000);
        }
    }

    /// A primary that was superseded dies as soon as it knows, and is back alone.
    fn interrupt_the_end(&mut self, s: usize) {
        if !self.chaotic || !self.rng.chance(20) {
            return;
        }
        let dies = self.rng.range(10, 100);
        self.at(dies, Ev::Kill { s });
        let back = dies + self.rng.range(20, 300);
        self.at(back, Ev::Restart { s });
        self.up = [false; 2];
        let long = self.rng.range(2_500, 6_000);
        self.at(long, Ev::Heal);
        self.calm_until = self.now + long;
    }

    /// The primary dies when it has said that it hands over, and is back before the other one's disk has done its part;
    /// its operators want to go on.
    fn interrupt_switch(&mut self, s: usize) {
        self.st[1 - s].hangs_until = self.now + self.rng.range(300, 3_000);
        self.calm_until = self.now + 3_000;
        let dies = self.rng.range(5, 60);
        self.at(dies, Ev::Kill { s });
        let back = dies + self.rng.range(20, 200);
        self.at(back, Ev::Restart { s });
        for _ in 0..3 {
            let wait = back + self.rng.range(20, 1_500);
            self.at(wait, Ev::WantsEdit { s });
        }
    }

    pub(super) fn set_streaming(&mut self, s: usize, conn: usize, stream: Stream, after_seq: u64) {
        if let Some(proc) = self.st[s].proc.as_mut() {
            proc.streaming = Some((conn, stream, after_seq));
        }
        self.send_entries(s);
    }

    /// Sends what is committed and was not sent.
    pub(super) fn send_entries(&mut self, s: usize) {
        let Some((conn, stream, sent)) = self.st[s].proc.as_ref().and_then(|proc| proc.streaming)
        else {
            return;
        };
        let end = usize::from(self.conns[conn].ends[0] != s);
        if !self.conns[conn].open[end] || self.st[s].disk.head().position.seq <= sent {
            return;
        }
        let due = match self.st[s].disk.entries_after(sent) {
            Ok(due) => due,
            Err(why) => return self.refuse_tail(s, stream, why),
        };
        if let (Some(last), Some(proc)) = (due.last(), self.st[s].proc.as_mut()) {
            proc.streaming = Some((conn, stream, D::seq_of(last)));
        }
        for entry in due {
            self.send_entry(conn, 1 - end, stream, entry);
        }
    }

    fn refuse_tail(&mut self, s: usize, stream: Stream, why: TailRefusal) {
        if let Some(proc) = self.st[s].proc.as_mut() {
            proc.streaming = None;
        }
        self.feed(s, Event::TailRefused { stream, why });
    }

    /// An entry on its way: it may be damaged, repeated or lost.
    fn send_entry(&mut self, conn: usize, end: usize, stream: Stream, mut entry: D::Entry) {
        match self.rng.below(300) {
            0..3 => D::flip(&mut entry, &mut self.rng),
            3..6 => self.push(conn, end, Item::Data(stream, entry.clone())),
            6 if self.chaotic => return,
            _ => {}
        }
        self.push(conn, end, Item::Data(stream, entry));
    }

    pub(super) fn take_data(&mut self, s: usize, stream: Stream, entry: D::Entry) {
        let any = self.fault == Some(Fault::AnyStream);
        let Some(proc) = self.st[s].proc.as_ref() else {
            return;
        };
        let after_snapshot = proc.receiving.as_ref().is_some_and(|r| r.stream == stream);
        if !(proc.applying == Some(stream) || after_snapshot || any) {
            return;
        }
        let next = self.st[s].disk.head().position.seq + 1;
        if self.fault == Some(Fault::AckBeforeApplied) && D::seq_of(&entry) == next {
            self.acknowledge_ahead(s, stream, entry);
        } else {
            self.queue(s, Op::Apply { stream, entry });
        }
    }
}
