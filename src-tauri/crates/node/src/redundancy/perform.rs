//! Carrying out what the pair's machine decides, in its order. Nothing here waits.

use std::sync::Arc;

use pair::Now;
use pair::action::{Action, Edits, EditsRefused, HangupReason};
use pair::breach::Breach;
use pair::event::{ContactFailure, Event, LinkId};
use pair::message::{Message, Stream};
use pair::view::Record;
use store::EditPermit;
use tokio::sync::Mutex;
use tokio_util::task::AbortOnDropHandle;

use super::answer::Answering;
use super::describe;
use super::driver::{Driver, Held};
use super::follow::Assignment;
use super::handle::RedundancyError;
use super::lane::Job;
use super::send::Sending;
use super::tail;

impl Driver {
    pub(super) fn perform(&mut self, action: Action, now: Now) {
        match action {
            Action::Edits(edits) => self.store.set_permit(permit(&edits)),
            Action::Persist { token, durable } => self.lane.run(Job::Persist { token, durable }),
            Action::OpenEpoch {
                token,
                number,
                durable,
            } => self.lane.run(Job::OpenEpoch {
                token,
                number,
                durable,
            }),
            Action::OpenLineage { token, durable } => {
                self.lane.run(Job::OpenLineage { token, durable })
            }
            Action::Quiesce { token } => self.lane.run(Job::Quiesce { token }),
            // The store cuts the epochs that begin at the shared entry, too; those that both share come back with the first
            // entries that are applied.
            Action::Rewind {
                token,
                to_seq,
                last_epoch: _,
            } => self.lane.run(Job::Rewind { token, to_seq }),
            Action::Verify { token } => self.scans.now(token, None),
            Action::Check { token } => self.scans.in_background(token),
            Action::Witness { token, what } => self.third.ask(token, what),
            Action::Log(record) => {
                self.count(&record);
                let (event, detail) = describe::record(&record);
                tracing::info!(event, %detail, "redundancy");
                self.lane.run(Job::Log { event, detail });
            }

            Action::Probe => self.connection.probe(self.state.hello(now)),
            Action::Dial => self.connection.dial(),
            Action::Hangup { link, why } => self.hang_up(link, why),
            Action::Send { link, message } => {
                if matches!(message, Message::Heartbeat(_)) {
                    self.metrics.heartbeats_sent.one();
                }
                self.say(link, message);
            }
            Action::StreamTail {
                link,
                stream,
                after_seq,
                chain,
            } => {
                self.send_bulk(link, |driver, held| {
                    let start = tail::Start {
                        stream,
                        after_seq,
                        chain,
                    };
                    tail::send_tail(
                        driver.store.clone(),
                        held.link.bulk_out.clone(),
                        driver.inputs.clone(),
                        start,
                    )
                });
            }
            Action::SendSnapshot {
                link,
                stream,
                resume,
            } => {
                self.send_bulk(link, |driver, held| {
                    let sending = Sending {
                        store: driver.store.clone(),
                        link: held.link.bulk_out.clone(),
                        inputs: driver.inputs.clone(),
                        stream,
                        metrics: driver.metrics.clone(),
                        kept: driver.kept.clone(),
                    };
                    sending.run(resume)
                });
            }
            Action::ServeComparison { link, stream } => self.serve_comparison(link, stream),

            Action::StartApplying {
                link,
                stream,
                epochs,
            } => {
                self.assign(link, Assignment::Apply { stream, epochs });
            }
            Action::ReceiveSnapshot {
                link,
                stream,
                epochs,
                backup,
                orphans_after,
                resume,
            } => {
                self.assign(
                    link,
                    Assignment::Snapshot {
                        stream,
                        epochs,
                        backup,
                        orphans_after,
                        resume,
                    },
                );
            }
            Action::Compare {
                link,
                stream,
                epochs,
                orphans_after,
            } => {
                // A link that is gone is reported, and the machine begins anew.
                if let Some(held) = self.links.get(&link) {
                    let questions = held.link.bulk_out.clone();
                    let comparison = Assignment::Compare {
                        stream,
                        epochs,
                        orphans_after,
                        questions,
                    };
                    self.assign(link, comparison);
                }
            }
            Action::StopApplying => self.follower.stop_applying(),
            Action::DiscardSnapshot => self.follower.discard(),

            Action::Reply { reply, result } => {
                if result.is_err() {
                    self.connection.close_unneeded();
                }
                if let Some(answer) = self.replies.remove(&reply) {
                    // Whoever asked may have gone.
                    let _ = answer.send(result.map_err(RedundancyError::Refused));
                }
            }
            Action::Notify(notice) => {
                // Nobody listening is no error: a station without a window.
                let _ = self.notices.send(notice);
            }
            Action::Changed => {}
            Action::Stopped => self.stopped = true,
        }
    }

    /// What the redundancy log tells is what is counted.
    fn count(&self, record: &Record) {
        match record {
            Record::EpochOpened { why, .. } => self.metrics.epochs_opened.one(describe::word(*why)),
            Record::SnapshotInstalled => {
                self.metrics.snapshots_installed.one();
                self.lane.note_journal();
            }
            Record::Resynced { .. } => self.metrics.resyncs.one(),
            Record::Rewound { .. } => self.metrics.rewinds.one(),
            _ => {}
        }
    }

    fn hang_up(&mut self, link: LinkId, why: HangupReason) {
        if let Some(held) = self.links.remove(&link) {
            held.link.hang_up(describe::hangup(why));
        }
    }

    fn say(&mut self, link: LinkId, message: Message) {
        let stuck = self
            .links
            .get(&link)
            .is_some_and(|held| held.link.say(message).is_err());
        if stuck {
            self.links.remove(&link);
            let lost = Event::LinkLost {
                link,
                cause: ContactFailure::Broke(Breach::Deaf),
            };
            self.report(lost);
        }
    }

    fn serve_comparison(&mut self, link: LinkId, stream: Stream) {
        let questions = self.links.get_mut(&link).and_then(|held| {
            if let Some(bulk) = held.link.bulk_in.take() {
                held.questions = Some(Arc::new(Mutex::new(bulk)));
            }
            held.questions.clone()
        });
        let Some(questions) = questions else { return };
        self.send_bulk(link, |driver, held| {
            let answering = Answering {
                store: driver.store.clone(),
                link: held.link.bulk_out.clone(),
                inputs: driver.inputs.clone(),
                stream,
                questions,
            };
            answering.run()
        });
    }

    fn assign(&mut self, link: LinkId, assignment: Assignment) {
        let bulk = self
            .links
            .get_mut(&link)
            .and_then(|held| held.link.bulk_in.take());
        self.follower.assign(link, bulk, assignment);
    }

    fn send_bulk<F>(&mut self, link: LinkId, sending: impl FnOnce(&Self, &Held) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        // What was being sent before ends first: one stream of frames at a time.
        let Some(held) = self.links.get(&link) else {
            return;
        };
        let task = sending(self, held);
        if let Some(held) = self.links.get_mut(&link) {
            held.sending = None;
            held.sending = Some(AbortOnDropHandle::new(tokio::spawn(task)));
        }
    }
}

fn permit(edits: &Edits) -> EditPermit {
    match edits {
        Edits::Allowed { epoch, until } => EditPermit::Allowed {
            epoch: *epoch,
            until: until.map(|until| until.0),
        },
        Edits::Refused { why } => refused(*why),
    }
}

fn refused(why: EditsRefused) -> EditPermit {
    let message = why.message().to_owned();
    match why.code() {
        "busy" => EditPermit::Busy { why: message },
        _ => EditPermit::ReadOnly { why: message },
    }
}
