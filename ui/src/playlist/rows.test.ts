import { describe, expect, test } from 'vitest';
import { aDay, anItem } from '../testing/fake-backend';
import { dayRows, dayTotals } from './rows';

const DAY = 24 * 3600 * 25;

describe('the lines of a day', () => {
  test('a gap has a row of its own before the item that it waits for', () => {
    const items = [anItem('a'), anItem('b', { start_offset: 1000, marks: [{ kind: 'gap', frames: 750 }] })];
    const rows = dayRows(aDay(items));
    expect(rows.map((row) => row.key)).toEqual(['a', 'gap-b', 'b', 'gap-to-day-end']);
    expect(rows[1]).toMatchObject({ gap: { after: 'a', before: 'b', startOffset: 250, frames: 750 } });
  });

  test('an empty day is one gap', () =>
    expect(dayRows(aDay([]))).toMatchObject([
      { kind: 'gap', gap: { after: null, before: null, frames: DAY } },
    ]));

  test('what still runs of the day before stands at the head', () => {
    const carried = { title: 'Night film', frames: 750, ends_at: '06:00:30:00' };
    expect(dayRows(aDay([anItem('a')], { carried }))[0]).toEqual({
      kind: 'carried',
      key: 'carried',
      carried,
    });
  });

  test('what starts past the day’s end stands below a line', () => {
    const items = [
      anItem('a', { duration: DAY, plays: DAY }),
      anItem('b', { start_offset: DAY, marks: [{ kind: 'past_day_end', frames: 250 }] }),
    ];
    expect(dayRows(aDay(items)).map((row) => row.key)).toEqual(['a', 'day-end', 'b']);
  });
});

test('the totals count each item once, and only what plays', () => {
  const items = [
    anItem('a', { plays: 100, marks: [{ kind: 'cut_short', frames: 150 }] }),
    anItem('b', { plays: 0, marks: [{ kind: 'never_plays' }] }),
    anItem('c', {
      marks: [
        { kind: 'gap', frames: 50 },
        { kind: 'past_day_end', frames: 10 },
      ],
    }),
    anItem('d'),
  ];
  expect(dayTotals(aDay(items, { gaps: 50, overrun: 10 }))).toEqual({
    items: 4,
    scheduled: 600,
    gaps: 1,
    gapFrames: 50,
    overruns: 3,
    lost: 0,
    overrun: 10,
  });
});
