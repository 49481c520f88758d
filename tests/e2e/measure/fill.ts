/** A station as full as it gets: a day, a library, a month. */
import type { Station } from '../harness/station';

const AT_ONCE = 10_000;
const WORDS = ['Harbor', 'Night', 'Winter', 'Valley', 'Bread', 'Pilots', 'Train', 'Concert', 'Parliament', 'Kitchen'];
const CATEGORIES = ['News', 'Film', 'Series', 'Magazine', 'Music', 'Promo'];

/** Schedules this many short clips on a day. */
export async function fillDay(station: Station, date: string, count: number): Promise<void> {
  const items = Array.from({ length: count }, (_, n) => ({
    kind: 'clip' as const,
    title: `Item ${n}`,
    duration: 150 + (n % 7) * 10,
  }));
  await station.call('insert_items', { date, after: null, items });
}

/** Enters this many assets. */
export async function fillLibrary(station: Station, count: number): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const assets = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => {
      const n = from + at;
      const word = WORDS[n % WORDS.length]!;
      const title = `${word} ${WORDS[Math.floor(n / 10) % WORDS.length]!.toLowerCase()} ${String(n).padStart(6, '0')}`;
      return { title, category: CATEGORIES[n % CATEGORIES.length]!, duration: 250 + (n % 5000) };
    });
    await station.call('add_assets', { assets });
  }
}

/** Plans so many days from this one on, each as full as a day of long and short items is. */
export async function fillMonth(station: Station, first: string, days: number): Promise<void> {
  const { assets } = await station.call('list_assets', { limit: 300 });
  const day = (n: number) => {
    const date = new Date(`${first}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + n);
    return date.toISOString().slice(0, 10);
  };
  const items = assets.map(({ id }) => ({ asset_id: id }));
  const { items: made } = await station.call('insert_items', { date: day(1), after: null, items });
  const to = Array.from({ length: days - 2 }, (_, n) => day(n + 2));
  await station.call('copy_items', { ids: made.map(({ id }) => id), to });
}
