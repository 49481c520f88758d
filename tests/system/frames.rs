//! Frames that are damaged or come again: below TLS, where a pinned station's own fault would be, and on the wire.

use store::failpoint::Point;

use crate::station::{DAY, Pair};

#[test]
fn a_damaged_entry_of_the_primary_itself_is_never_applied() {
    let pair = Pair::copy();
    for fault in ["flip", "truncate"] {
        let before = pair.secondary.verified_sum();
        let sent = pair.primary.reached(Point::EntryFrame);
        pair.primary
            .arm(Point::EntryFrame, &format!("value:{fault}"));
        pair.primary.note(DAY, fault);
        // It is refused, asked for anew, and refused again.
        pair.primary.until_reached(Point::EntryFrame, sent + 1);
        assert_eq!(pair.secondary.verified_sum(), before, "{fault}");
        assert_ne!(pair.secondary.status(), "synced", "{fault}");
        pair.primary.disarm(Point::EntryFrame);
        pair.until_synced();
        assert_eq!(pair.secondary.titles(DAY)[0], fault);
    }
}

#[test]
fn an_entry_that_comes_again_is_applied_once() {
    let pair = Pair::copy();
    pair.primary.arm(Point::EntryFrame, "value:twice");
    for n in 0..10 {
        pair.primary.note(DAY, &format!("edit {n}"));
    }
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY).len(), 13);
}
