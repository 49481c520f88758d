//! The planned switch, with a crash of either side at each of its steps (DESIGN.md 5.3 rule 4), while both stations are
//! edited without a pause.

use serde_json::json;
use store::failpoint::Point;

use crate::desk::{Acknowledged, Desk, ask, holds_all};
use crate::station::{DAY, Pair, Station, note, until_synced};

/// Which side of the switch dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Primary,
    Secondary,
}
use Side::{Primary, Secondary};

/// Who leads once the one that died is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// The switch did not come about.
    Same,
    /// The switch came about.
    Swapped,
    /// Either: by what the network had delivered when it died, or by how soon it is back.
    Either,
}
use After::{Either, Same, Swapped};

/// Where the primary's next entry stands still in a switch that is to be refused.
const HELD_BACK: Point = Point::EntryBeforeSend;

/// Two stations that take turns in leading.
struct Turns {
    stations: [Station; 2],
    lead: usize,
}

impl Turns {
    fn synced() -> Self {
        let pair = Pair::failover(30);
        Self {
            stations: [pair.primary, pair.secondary],
            lead: 0,
        }
    }

    fn lead(&self) -> &Station {
        &self.stations[self.lead]
    }

    fn other(&self) -> &Station {
        &self.stations[1 - self.lead]
    }

    fn side(&mut self, side: Side) -> &mut Station {
        match side {
            Primary => &mut self.stations[self.lead],
            Secondary => &mut self.stations[1 - self.lead],
        }
    }

    /// Edits go on; `switch` leads to `point`, where `victim` dies. It comes back, and nobody does anything: the pair must
    /// get into step by itself, with everything that was acknowledged.
    fn crash(&mut self, step: (Side, Point, After), switch: impl FnOnce(&Self)) {
        self.crash_prepared(step, |_| {}, switch);
    }

    /// The same; `prepare` is done first, and an entry that is held back gets through once the one that died is back.
    fn crash_prepared(
        &mut self,
        (victim, point, after): (Side, Point, After),
        prepare: impl FnOnce(&Self),
        switch: impl FnOnce(&Self),
    ) {
        let round = format!("{victim:?} at {}", point.name());
        let desk = Desk::edits([&self.stations[0], &self.stations[1]], &round);
        desk.until(5);
        prepare(self);
        self.side(victim).arm(point, "kill");
        switch(self);
        let victim = self.side(victim);
        victim.until_dead(&round);
        victim.run();
        self.lead().disarm(HELD_BACK);
        let edited = desk.count();
        desk.until(edited + 5);
        let acknowledged = desk.stop();
        self.in_step(&round, after, &acknowledged);
    }

    fn in_step(&mut self, round: &str, after: After, acknowledged: &[Acknowledged]) {
        until_synced(&self.stations[0], &self.stations[1]);
        let leads = |station: &Station| station.redundancy()["mode"] == "primary";
        let led = self.lead;
        self.lead = usize::from(!leads(&self.stations[0]));
        assert!(leads(self.lead()) && !leads(self.other()), "{round}");
        match after {
            Same => assert_eq!(self.lead, led, "{round}: the primary goes on"),
            Swapped => assert_ne!(self.lead, led, "{round}: the secondary took the lead"),
            Either => {}
        }
        for station in &self.stations {
            holds_all(station, acknowledged);
            assert_eq!(station.redundancy()["orphans"], 0, "{round}");
        }
    }
}

#[test]
fn a_crash_at_each_step_before_the_secondary_has_its_epoch_loses_nothing() {
    let mut pair = Turns::synced();
    for step in [
        (Secondary, Point::HandoverRequestBeforeSend, Same),
        // What was asked for is asked for again, or goes on, where the one that died is back in time.
        (Secondary, Point::HandoverRequestAfterSend, Either),
        (Primary, Point::HandoverRequestReceived, Either),
        (Primary, Point::RecordHandingOverBefore, Either),
        (Primary, Point::RecordHandingOverAfter, Same),
        (Primary, Point::HandoverBeforeSend, Same),
        (Secondary, Point::HandoverReceived, Either),
        (Secondary, Point::EpochBeforeCommit, Either),
    ] {
        pair.crash(step, |pair| drop(ask(pair.other(), "make_primary")));
    }
}

#[test]
fn a_crash_at_each_step_once_the_secondary_may_have_its_epoch_loses_nothing() {
    let mut pair = Turns::synced();
    for step in [
        // It is said: whether it was heard, only the secondary knows.
        (Primary, Point::HandoverAfterSend, Either),
        (Secondary, Point::EpochAfterCommit, Swapped),
        (Secondary, Point::HandoverTakenBeforeSend, Swapped),
        (Secondary, Point::HandoverTakenAfterSend, Swapped),
        (Primary, Point::HandoverTakenReceived, Swapped),
        (Primary, Point::RecordSecondaryBefore, Swapped),
        (Primary, Point::RecordSecondaryAfter, Swapped),
    ] {
        pair.crash(step, |pair| drop(ask(pair.lead(), "hand_over")));
    }
}

/// The secondary cannot reach the position that it is offered, so it refuses; one side dies meanwhile.
fn refused(pair: &mut Turns, step: (Side, Point, After)) {
    pair.crash_prepared(
        step,
        |pair| {
            let lead = pair.lead();
            let sent = lead.reached(HELD_BACK);
            lead.arm(HELD_BACK, "pause");
            lead.until_reached(HELD_BACK, sent);
        },
        |pair| drop(ask(pair.lead(), "hand_over")),
    );
}

#[test]
fn a_secondary_that_dies_at_each_step_of_refusing_the_lead_leaves_the_primary_in_it() {
    let mut pair = Turns::synced();
    for step in [
        // Not refused yet: once it is back, and can reach the position, it may take the lead.
        (Secondary, Point::RecordSecondaryBefore, Either),
        (Secondary, Point::RecordSecondaryAfter, Same),
        (Secondary, Point::HandoverRefusedBeforeSend, Same),
        (Secondary, Point::HandoverRefusedAfterSend, Same),
    ] {
        refused(&mut pair, step);
    }
}

#[test]
fn a_primary_that_dies_at_each_step_of_being_refused_goes_on_as_primary() {
    let mut pair = Turns::synced();
    for step in [
        (Primary, Point::HandoverRefusedReceived, Same),
        (Primary, Point::RecordPrimaryBefore, Same),
        (Primary, Point::RecordPrimaryAfter, Same),
    ] {
        refused(&mut pair, step);
    }
}

#[test]
fn a_switch_whose_record_cannot_be_saved_changes_nothing() {
    let pair = Pair::failover(30);
    pair.primary.arm(Point::RecordHandingOverBefore, "fail");
    let refused = pair
        .secondary
        .call("make_primary", json!({}))
        .expect_err("no switch without its record");
    assert_eq!(refused.code, "conflict", "{refused:?}");
    pair.primary.disarm(Point::RecordHandingOverBefore);
    pair.primary.until_editable();
    pair.primary.note(DAY, "the primary goes on");

    pair.secondary.arm(Point::EpochBeforeCommit, "fail");
    let refused = pair
        .secondary
        .call("make_primary", json!({}))
        .expect_err("no lead without its epoch");
    assert!(
        matches!(refused.code.as_str(), "conflict" | "unavailable"),
        "{refused:?}"
    );
    pair.secondary.disarm(Point::EpochBeforeCommit);
    pair.primary.until_editable();
    pair.secondary
        .refused("insert_items", note(DAY, "no"), "read_only");
    pair.until_synced();
    pair.secondary.ok("make_primary", json!({}));
    pair.until_synced();
}
