/** A library and a day that look like a small channel's. */
import { today } from './schedule';
import type { Station } from './station';

const MINUTE = 60 * 25;
const PROGRAMMES: [title: string, minutes: number, category: string][] = [
  ['Morning news', 30, 'News'],
  ['Weather', 4, 'News'],
  ['Harbor life: The pilots', 44, 'Documentary'],
  ['Station ident, summer', 1, 'Continuity'],
  ['The long valley', 92, 'Film'],
  ['Kitchen table: Bread', 26, 'Magazine'],
  ['Trailer: Night train', 2, 'Continuity'],
  ['Night train, part 1', 58, 'Series'],
  ['Night train, part 2', 57, 'Series'],
  ['Parliament this week', 45, 'News'],
  ['Concert: Winter songs', 81, 'Music'],
  ['Late news', 20, 'News'],
];

/** Fills a station's library, and its day from it. */
export async function fill(station: Station): Promise<void> {
  const { assets } = await station.call('add_assets', {
    assets: PROGRAMMES.map(([title, minutes, category]) => ({ title, category, duration: minutes * MINUTE })),
  });
  const date = await today(station);
  const rounds = [...assets, ...assets, ...assets];
  await station.call('insert_items', { date, after: null, items: rounds.map(({ id }) => ({ asset_id: id })) });
  const { items } = await station.call('get_playlist', { date });
  await station.call('update_items', { ids: [items[9]!.id], set: { start_mode: 'fixed', fixed_start: '12:00:00:00' } });
  await station.call('insert_items', {
    date,
    after: items[11]!.id,
    items: [{ kind: 'live', title: 'Live from the harbor', duration: 15 * MINUTE }],
  });
}
