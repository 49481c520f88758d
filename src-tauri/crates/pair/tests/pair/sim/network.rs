//! The network between the two stations: probes, links, and what befalls them on their way.

use std::collections::VecDeque;
use std::rc::Rc;

use pair::Mode;
use pair::event::{Attempt, ContactFailure, Event, LinkId, Side};
use pair::message::{Hello, Message, Stream};
use uuid::Uuid;

use super::disk::Disk;
use super::faults::Fault;
use super::world::{Ev, Time, World};

/// Snapshots are sent in these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Header,
    Chunk(u32),
    End,
}

pub(super) enum Item<D: Disk> {
    Control(Message),
    Data(Stream, D::Entry),
    /// A piece of the snapshot of this name.
    Piece(Stream, Uuid, Piece, Rc<D::Snapshot>),
    /// A question about the primary's data; `None`: no more.
    Question(Stream, Option<D::Part>),
    /// A part of an answer.
    Answer(Stream, D::Part),
    Fin,
}

/// A link: end 0 dialed, end 1 accepted.
pub(super) struct Conn<D: Disk> {
    pub(super) ends: [usize; 2],
    pub(super) boots: [u32; 2],
    pub(super) links: [LinkId; 2],
    pub(super) open: [bool; 2],
    /// What is on its way to each end.
    pub(super) queues: [VecDeque<Item<D>>; 2],
}

impl<D: Disk> World<D> {
    pub(super) fn delay(&mut self) -> Time {
        if self.rng.chance(3) {
            self.rng.range(100, 600)
        } else {
            self.rng.range(1, 12)
        }
    }

    /// Puts something on its way to an end of a link.
    pub(super) fn push(&mut self, conn: usize, end: usize, item: Item<D>) {
        let delay = self.delay();
        self.conns[conn].queues[end].push_back(item);
        self.at(delay, Ev::Pump { conn, end });
    }

    pub(super) fn conn_of(&self, s: usize, link: LinkId) -> Option<(usize, usize)> {
        self.conns.iter().enumerate().rev().find_map(|(n, conn)| {
            let boot = self.st[s].proc.as_ref()?.boot;
            (0..2)
                .find(|&e| conn.ends[e] == s && conn.boots[e] == boot && conn.links[e] == link)
                .map(|e| (n, e))
        })
    }

    pub(super) fn ask(&mut self, from: usize, boot: u32, hello: Hello) {
        let to = 1 - from;
        let reachable = self.up[0] && self.up[1] && self.now >= self.st[to].stalled_until;
        let now = self.clock(to);
        let Some(proc) = self.st[to].proc.as_ref().filter(|_| reachable) else {
            let refused = reachable && self.st[to].proc.is_none();
            let cause = if refused {
                ContactFailure::Refused
            } else {
                ContactFailure::Timeout
            };
            let wait = if refused { self.delay() } else { 1_900 };
            self.at(
                wait,
                Ev::Fail {
                    to: from,
                    boot,
                    attempt: Attempt::Probe,
                    cause,
                },
            );
            return;
        };
        if proc.state.mode() == Mode::None {
            let wait = self.delay();
            self.at(
                wait,
                Ev::Fail {
                    to: from,
                    boot,
                    attempt: Attempt::Probe,
                    cause: ContactFailure::Refused,
                },
            );
            return;
        }
        let answer = proc.state.hello(now);
        let wait = self.delay();
        if self.rng.chance(90) {
            self.at(
                wait,
                Ev::Answer {
                    to: from,
                    boot,
                    hello: Box::new(answer),
                },
            );
        } else {
            self.at(
                1_900,
                Ev::Fail {
                    to: from,
                    boot,
                    attempt: Attempt::Probe,
                    cause: ContactFailure::Cut,
                },
            );
        }
        if self.is_running(from, boot) {
            self.feed(
                to,
                Event::Asked {
                    hello: Box::new(hello),
                },
            );
        }
    }

    pub(super) fn dial_arrives(&mut self, from: usize, boot: u32) {
        let to = 1 - from;
        if !self.is_running(from, boot) {
            return;
        }
        let reachable = self.up[0] && self.up[1] && self.now >= self.st[to].stalled_until;
        let accepts = self.st[to]
            .proc
            .as_ref()
            .is_some_and(|proc| proc.state.mode() != Mode::None);
        if !reachable || !accepts {
            let cause = if reachable {
                ContactFailure::Refused
            } else {
                ContactFailure::Timeout
            };
            let wait = if reachable { 5 } else { 1_900 };
            self.at(
                wait,
                Ev::Fail {
                    to: from,
                    boot,
                    attempt: Attempt::Dial,
                    cause,
                },
            );
            return;
        }
        self.tokens += 2;
        let links = [LinkId(self.tokens), LinkId(self.tokens + 1)];
        self.tokens += 1;
        let to_boot = self.st[to].boots;
        self.conns.push(Conn {
            ends: [from, to],
            boots: [boot, to_boot],
            links,
            open: [true; 2],
            queues: [VecDeque::new(), VecDeque::new()],
        });
        self.feed(
            to,
            Event::LinkUp {
                link: links[1],
                side: Side::Accepted,
            },
        );
        self.feed(
            from,
            Event::LinkUp {
                link: links[0],
                side: Side::Dialed,
            },
        );
    }

    pub(super) fn pump(&mut self, conn: usize, end: usize) {
        let c = &self.conns[conn];
        let (s, from, boot) = (c.ends[end], c.ends[1 - end], c.boots[end]);
        if !self.is_running(s, boot) {
            return;
        }
        if !c.open[end] {
            // Nothing comes out of a link that was given up, unless the driver is at fault.
            if self.fault == Some(Fault::AnyStream)
                && let Some(Item::Data(stream, entry)) = self.conns[conn].queues[end].pop_front()
            {
                self.take_data(s, stream, entry);
            }
            return;
        }
        let stalled = self.st[s].stalled_until;
        let is_bulk = !matches!(
            self.conns[conn].queues[end].front(),
            None | Some(Item::Control(_) | Item::Data(..) | Item::Fin)
        );
        if self.now < stalled && is_bulk {
            // It lies in the socket until the process goes on.
            return self.at(stalled - self.now + 1, Ev::Pump { conn, end });
        }
        if !self.up[from] {
            self.at(25, Ev::Pump { conn, end });
            return;
        }
        let link = c.links[end];
        match self.conns[conn].queues[end].pop_front() {
            None => {}
            Some(Item::Control(message)) => self.feed(s, Event::Received { link, message }),
            Some(Item::Data(stream, entry)) => self.take_data(s, stream, entry),
            Some(Item::Piece(stream, id, piece, snapshot)) => {
                self.take_piece(s, stream, id, piece, snapshot);
            }
            Some(Item::Question(stream, question)) => self.take_question(s, stream, question),
            Some(Item::Answer(stream, part)) => self.take_answer(s, stream, &part),
            Some(Item::Fin) => {
                self.conns[conn].open[end] = false;
                self.feed(
                    s,
                    Event::LinkLost {
                        link,
                        cause: ContactFailure::Cut,
                    },
                );
            }
        }
    }

    pub(super) fn reset_links(&mut self) {
        for conn in 0..self.conns.len() {
            for end in 0..2 {
                if self.conns[conn].open[end] {
                    self.conns[conn].open[end] = false;
                    let (s, boot, link) = (
                        self.conns[conn].ends[end],
                        self.conns[conn].boots[end],
                        self.conns[conn].links[end],
                    );
                    self.feed_boot(
                        s,
                        boot,
                        Event::LinkLost {
                            link,
                            cause: ContactFailure::Cut,
                        },
                    );
                }
            }
        }
    }
}
