//! One edit after the other, each system by turns.

use std::time::Instant;

use crate::client::Rows;
use crate::samples::{Ratio, Samples, ratio};
use crate::scenario::Side;
use crate::table::{Row, Section};
use crate::tandem::Operator;

/// Edits of each system that are measured.
const EDITS: usize = 1_000;
/// Edits before that: SQLite's log has begun to write over itself by then.
const WARM_UP: usize = 300;

#[derive(Default)]
struct Pair {
    answered: Samples,
    visible: Samples,
    twice: Samples,
}

pub fn measure(side: &mut Side) -> Section {
    let mut pair = Pair::default();
    let mut operator = Operator::of(&side.tandem.pair.primary, None);
    let mut operators_rows = Rows::default();
    let mut others = [
        side.postgres.system("PostgreSQL, local", "local"),
        side.postgres.system("PostgreSQL, on", "on"),
        side.postgres
            .system("PostgreSQL, remote_apply", "remote_apply"),
        side.redis.system(),
    ]
    .map(|system| ((system.connect)(), Rows::default(), Samples::default()));
    side.probe.restart();
    for round in 0..WARM_UP + EDITS {
        let counts = round >= WARM_UP;
        if counts {
            side.probe.sample();
        }
        // Who comes after whom changes, so that nobody always pays for what another left behind.
        let systems = others.len() + 1;
        for turn in 0..systems {
            match others.get_mut((round + turn) % systems) {
                Some((client, rows, samples)) => {
                    let row = rows.next();
                    let begun = Instant::now();
                    client.edit(&row);
                    if counts {
                        samples.push(begun.elapsed());
                    }
                }
                None => one(
                    side,
                    &mut operator,
                    &mut operators_rows,
                    counts.then_some(&mut pair),
                ),
            }
        }
    }
    drop(operator);
    let [local, on, remote_apply, redis] = others.map(|(_, _, samples)| samples);
    report(side, &pair, &[local, on, remote_apply, redis])
}

/// One edit of the pair, and when it was where.
fn one(side: &Side, operator: &mut Operator, rows: &mut Rows, pair: Option<&mut Pair>) {
    let row = rows.next();
    let begun = Instant::now();
    let seq = operator.add(&row);
    let answered = begun.elapsed();
    let visible = side.tandem.secondary.entry(seq).duration_since(begun);
    let twice = side.tandem.primary.durable(seq).duration_since(begun);
    if let Some(pair) = pair {
        pair.answered.push(answered);
        pair.visible.push(visible);
        // The secondary's event may be on its way longer than the primary's.
        pair.twice.push(twice.max(visible));
    }
}

fn report(side: &Side, pair: &Pair, [local, on, remote_apply, redis]: &[Samples; 4]) -> Section {
    let mut section = Section::new(
        "Latency of an edit",
        format!(
            "{EDITS} edits of each system, one after the other and by turns, after {WARM_UP} to warm up. A row of the same \
             shape, a transaction of its own. In brackets, how far a ratio moved over five parts of the run.\n\n\
             - *Tandem, answered*: the edit is durable on the primary and the client has its answer. Compare PostgreSQL's `local`.\n\
             - *Tandem, visible*: a client of the secondary has been told of the edit, which is durable there.\n\
             - *Tandem, durable twice*: a client of the primary has been told (`peer_durable`) that the secondary holds it \
             durably, and a client of the secondary sees it. Compare `remote_apply`, which promises the same.\n\
             - *PostgreSQL*: the commit returned with this `synchronous_commit`: `local` durable on the primary; `on` durable on \
             both; `remote_apply` also visible on the standby.\n\
             - *Redis*: `SET` and `WAIT 1` in one request, `appendfsync always` on both. `WAIT` of Redis 7.0 promises that \
             the replica received the write, not that it is on its disk."
        ),
    );
    let probe = &side.probe;
    let (to_local, seen) = (
        Ratio::of(&pair.answered, local),
        Ratio::of(&pair.visible, remote_apply),
    );
    section
        .row(Row::of(
            "probe: fdatasync of 4 KiB written over",
            &probe.fdatasync,
        ))
        .row(Row::of("probe: round trip on loopback", &probe.round_trip))
        .row(Row::of("PostgreSQL, local", local))
        .row(Row::of("PostgreSQL, on", on))
        .row(Row::of("PostgreSQL, remote_apply", remote_apply))
        .row(Row::of("Redis, WAIT 1", redis))
        .row(
            Row::of("Tandem, answered", &pair.answered)
                .ratio(to_local.whole, "PostgreSQL local")
                .moved(&to_local),
        )
        .row(
            Row::of("Tandem, visible", &pair.visible)
                .ratio(seen.whole, "remote_apply")
                .moved(&seen),
        );
    let twice = |what: &str| Row::of(format!("Tandem, durable twice{what}"), &pair.twice);
    let whole = Ratio::of(&pair.twice, remote_apply);
    let p50 = pair.twice.p50();
    section
        .row(
            twice("")
                .at_most(1.0, whole.whole, "remote_apply")
                .moved(&whole),
        )
        .row(twice(", beside the probe").at_most(
            1.5,
            ratio(p50, probe.least()),
            "(2 fdatasync + round trip)",
        ))
        .row(twice(", its p99").at_most(5.0, ratio(pair.twice.p99(), p50), "p50"));
    section
}
