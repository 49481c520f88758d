import { execFileSync } from 'node:child_process';
import type { Answer } from '../../../ui/src/backend/contract';
import type { Station } from './station';
import { until } from './wait';

/** The broadcast day that the station's screen opens with: the one that is on now. */
export async function today(station: Station): Promise<string> {
  const { day_start, time_zone } = (await station.call('get_settings', {})).channel;
  const now = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone, dateStyle: 'short', timeStyle: 'medium' });
  const [date, time] = now.format(new Date()).split(' ') as [string, string];
  if (time >= day_start.slice(0, 8)) return date;
  const before = new Date(`${date}T12:00:00Z`);
  before.setUTCDate(before.getUTCDate() - 1);
  return before.toISOString().slice(0, 10);
}

/** Schedules clips of 250 frames with these titles, in order, after what is there. */
export async function schedule(station: Station, ...titles: string[]): Promise<Answer<'insert_items'>> {
  const date = await today(station);
  const { items } = await station.call('get_playlist', { date });
  return station.call('insert_items', {
    date,
    after: items.at(-1)?.id ?? null,
    items: titles.map((title) => ({ kind: 'clip', title, duration: 250 })),
  });
}

/** The titles of the day, in order. */
export async function titles(station: Station): Promise<string[]> {
  const { items } = await station.call('get_playlist', { date: await today(station) });
  return items.map((item) => item.title);
}

/** Waits until the day of the station has these titles, in this order. */
export async function has(station: Station, wanted: string[]): Promise<void> {
  await until(`${station.name} has ${wanted.join(', ')}`, async () => {
    const found = await titles(station);
    if (found.join() !== wanted.join()) throw new Error(`it has ${found.join(', ')}`);
    return true;
  });
}

/** Changes a row as no edit would, behind the station's back. */
export function damage(station: Station, title: string): void {
  const change = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
assert db.execute("UPDATE item SET title = 'rotten' WHERE title = ?", sys.argv[2:]).rowcount >= 1
db.commit()`;
  execFileSync('/usr/bin/python3', ['-c', change, `${station.dir}/tandem.db`, title]);
}
