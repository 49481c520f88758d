//! Whole copies, piece by piece, and comparisons, question by question: the driver's part at both ends (rule 8).

use std::rc::Rc;

use pair::event::{CompareFault, Event, LinkId, SnapshotFault};
use pair::message::{SnapshotAt, Stream};
use uuid::Uuid;

use super::disk::{Damage, Disk, Found, Keep};
use super::faults::Fault;
use super::network::{Item, Piece};
use super::station::Op;
use super::world::World;

impl<D: Disk> World<D> {
    // --- the primary ---

    /// The rest of a snapshot that is still there, or a new one, in its pieces.
    pub(super) fn send_snapshot(
        &mut self,
        s: usize,
        link: LinkId,
        stream: Stream,
        resume: Option<SnapshotAt>,
    ) {
        let Some((conn, _)) = self.conn_of(s, link) else {
            return;
        };
        let kept = self.st[s]
            .proc
            .as_mut()
            .and_then(|proc| proc.outgoing.take());
        let kept = kept.filter(|(id, _, made_at)| {
            let disk = &mut self.st[s].disk;
            resume.is_some_and(|resume| resume.id == *id)
                && made_at.lineage == disk.position().lineage
                && disk.check_shared(made_at.seq, made_at.chain).is_ok()
        });
        let from = kept.as_ref().and(resume).map_or(0, |resume| resume.chunks);
        let (id, snapshot, made_at) = match kept {
            Some(kept) => kept,
            None => {
                let made_at = self.st[s].disk.position();
                let Ok(mut snapshot) = self.st[s].disk.snapshot() else {
                    let why = SnapshotFault::Broken;
                    return self.feed(s, Event::SnapshotFailed { stream, why });
                };
                let id = Uuid::from_u128(self.rng.next().into());
                if self.chaotic && self.rng.chance(8) {
                    D::flip_snapshot(&mut snapshot, &mut self.rng);
                    self.spoilt_copies.insert(id);
                }
                (id, Rc::new(snapshot), made_at)
            }
        };
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        proc.outgoing = Some((id, Rc::clone(&snapshot), made_at));
        let chunks = (from..D::chunks_of(&snapshot)).map(Piece::Chunk);
        let pieces = [Piece::Header].into_iter().chain(chunks);
        let mut wait = 0;
        for piece in pieces.chain([Piece::End]) {
            wait += self.rng.range(2, 90);
            let item = Item::Piece(stream, id, piece, Rc::clone(&snapshot));
            self.send_later(s, conn, wait, item);
        }
    }

    pub(super) fn serve_comparison(&mut self, s: usize, link: LinkId, stream: Stream) {
        let Some((conn, _)) = self.conn_of(s, link) else {
            return;
        };
        let Ok((pinned, header)) = self.st[s].disk.pin() else {
            let why = SnapshotFault::Broken;
            return self.feed(s, Event::SnapshotFailed { stream, why });
        };
        if let Some(proc) = self.st[s].proc.as_mut() {
            proc.pinned = Some((conn, stream, pinned));
        }
        self.answer_with(s, conn, stream, vec![header]);
    }

    /// The parts of an answer, on their way one after the other; each may be damaged.
    fn answer_with(&mut self, s: usize, conn: usize, stream: Stream, parts: Vec<D::Part>) {
        let mut wait = 0;
        for mut part in parts {
            if self.chaotic && self.rng.chance(3) {
                D::flip_part(&mut part, &mut self.rng);
                self.spoilt.insert(stream);
            }
            wait += self.rng.range(2, 90);
            self.send_later(s, conn, wait, Item::Answer(stream, part));
        }
    }

    /// Answers what a secondary asks about the pinned data; after its last question, entries are sent.
    pub(super) fn take_question(&mut self, s: usize, stream: Stream, question: Option<D::Part>) {
        let pinned = self.st[s].proc.as_mut().and_then(|p| p.pinned.take());
        let Some((conn, of, mut pinned)) = pinned.filter(|(_, of, _)| *of == stream) else {
            return;
        };
        let Some(question) = question else {
            let base = D::pinned_at(&pinned);
            drop(pinned);
            return self.set_streaming(s, conn, stream, base);
        };
        let Ok(parts) = D::answer(&mut pinned, &question) else {
            let why = SnapshotFault::Broken;
            return self.feed(s, Event::SnapshotFailed { stream, why });
        };
        if let Some(proc) = self.st[s].proc.as_mut() {
            proc.pinned = Some((conn, of, pinned));
        }
        self.answer_with(s, conn, stream, parts);
    }

    /// Puts bulk data on its way; after the last of it, entries.
    pub(super) fn send_bulk(&mut self, s: usize, conn: usize, item: Item<D>) {
        let end = usize::from(self.conns[conn].ends[0] != s);
        if !self.conns[conn].open[end] {
            return;
        }
        let last = match &item {
            Item::Piece(stream, _, Piece::End, snapshot) => Some((*stream, D::base_of(snapshot))),
            _ => None,
        };
        self.push(conn, 1 - end, item);
        if let Some((stream, base)) = last {
            self.set_streaming(s, conn, stream, base);
        }
    }

    // --- the secondary ---

    /// What is to be kept of the data that is replaced, where this stream is being received in this way.
    fn receives(&self, s: usize, stream: Stream, compares: bool) -> Option<Keep> {
        let receiving = self.st[s].proc.as_ref()?.receiving.as_ref()?;
        let fits = receiving.stream == stream && receiving.compares == compares;
        let keep = match self.fault {
            Some(Fault::NoBackup) => Keep {
                backup: false,
                orphans_after: None,
            },
            _ => receiving.keep,
        };
        fits.then_some(keep)
    }

    /// Takes a piece of a snapshot. Only at its beginning may it be another than what is there.
    pub(super) fn take_piece(
        &mut self,
        s: usize,
        stream: Stream,
        id: Uuid,
        piece: Piece,
        snapshot: Rc<D::Snapshot>,
    ) {
        let Some(keep) = self.receives(s, stream, false) else {
            return;
        };
        if self.spoilt_copies.contains(&id) {
            self.spoilt.insert(stream);
        }
        let full = self.now < self.st[s].full_until;
        self.st[s].disk.set_full(full);
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        let there = proc.partial.filter(|there| there.id == id);
        let disk = &mut self.st[s].disk;
        let taken = match piece {
            Piece::Header => disk.begin_copy(&snapshot, there.map(|there| there.chunks)),
            Piece::Chunk(_) if there.is_none() => Err(SnapshotFault::Damaged),
            Piece::Chunk(chunk) => disk.take_chunk(&snapshot, chunk),
            Piece::End => {
                let op = Op::Install {
                    stream,
                    snapshot,
                    keep,
                };
                return self.queue(s, op);
            }
        };
        match taken {
            Ok(chunks) => {
                let at = SnapshotAt { id, chunks };
                proc.partial = Some(at);
                let progress = Event::SnapshotProgress {
                    stream,
                    done: chunks.into(),
                    total: D::chunks_of(&snapshot).into(),
                    at: Some(at),
                };
                self.feed(s, progress);
            }
            Err(why) => {
                (proc.partial, proc.receiving) = (None, None);
                disk.drop_copy();
                let failed = self.copy_failed(s, stream, why);
                self.feed(s, failed);
            }
        }
    }

    /// A copy did not get in: what there is to tell about it.
    pub(super) fn copy_failed(&mut self, s: usize, stream: Stream, why: SnapshotFault) -> Event {
        let said = self.st[s].disk.why();
        self.note(|| format!("{s}   not copied: {why:?}: {said}"));
        if matches!(why, SnapshotFault::Damaged | SnapshotFault::Broken) {
            self.check_refusal(s, stream, &said);
        }
        Event::SnapshotFailed { stream, why }
    }

    /// Takes a part of an answer, and asks on.
    pub(super) fn take_answer(&mut self, s: usize, stream: Stream, part: &D::Part) {
        let Some(keep) = self.receives(s, stream, true) else {
            return;
        };
        let full = self.now < self.st[s].full_until;
        self.st[s].disk.set_full(full);
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        let found = self.st[s].disk.take_part(&mut proc.comparing, part);
        if self.chaotic && self.rng.chance(15) {
            // It was found equal, or not, and is not what it was any more.
            self.damage(s, Damage::Row);
        }
        self.compared_on(s);
        let given_up = self.rng.chance(12) && !self.resyncs.on();
        let found = match found {
            Ok(Found::Ask(_) | Found::All) if given_up => Ok(Found::Whole),
            found => found,
        };
        let more = Event::CompareProgress {
            stream,
            done: 0,
            total: 0,
        };
        match found {
            Ok(Found::More) => self.feed(s, more),
            Ok(Found::Ask(question)) => {
                self.ask_on(s, stream, Some(question));
                self.feed(s, more);
            }
            Ok(Found::All) => {
                self.ask_on(s, stream, None);
                let proc = self.st[s].proc.as_mut();
                if let Some(found) = proc.and_then(|proc| proc.comparing.take()) {
                    let comparison = Box::new(found);
                    let op = Op::PutInPlace {
                        stream,
                        comparison,
                        keep,
                    };
                    self.queue(s, op);
                }
            }
            Ok(Found::Whole) => {
                let failed = self.compare_failed(s, stream, CompareFault::WholeIsShorter);
                self.feed(s, failed);
            }
            Err(why) => {
                let failed = self.compare_failed(s, stream, why);
                self.feed(s, failed);
            }
        }
    }

    fn ask_on(&mut self, s: usize, stream: Stream, mut question: Option<D::Part>) {
        if self.chaotic
            && self.rng.chance(3)
            && let Some(question) = &mut question
        {
            D::flip_part(question, &mut self.rng);
            self.spoilt.insert(stream);
        }
        let asked_on = self.conns.iter().enumerate().rev().find_map(|(n, conn)| {
            let boot = self.st[s].boots;
            let end = (0..2).find(|&end| conn.ends[end] == s && conn.boots[end] == boot)?;
            conn.open[end].then_some((n, end))
        });
        if let Some((conn, end)) = asked_on {
            self.push(conn, 1 - end, Item::Question(stream, question));
        }
    }

    /// A comparison did not come about: what there is to tell about it.
    pub(super) fn compare_failed(&mut self, s: usize, stream: Stream, why: CompareFault) -> Event {
        if let Some(proc) = self.st[s].proc.as_mut() {
            (proc.receiving, proc.comparing) = (None, None);
        }
        let said = self.st[s].disk.why();
        self.note(|| format!("{s}   not compared: {why:?}: {said}"));
        if matches!(why, CompareFault::Broken | CompareFault::PrimaryDamaged) {
            self.check_refusal(s, stream, &said);
        }
        Event::CompareFailed { stream, why }
    }
}
