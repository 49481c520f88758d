/** Fills the station that is measured in the window, unless it is full. */
import { test } from '@playwright/test';
import { today } from '../harness/schedule';
import { ASSETS, CONTROL, DAYS, ITEMS } from './figures';
import { fillDay, fillLibrary, fillMonth } from './fill';
import { measured } from './station';

test('a station with a full day, a full library and a month of playlists', async () => {
  test.setTimeout(600_000);
  const station = measured();
  await station.run();
  try {
    const date = await today(station);
    const { total } = await station.call('list_assets', { limit: 1 });
    if (total < ASSETS && !CONTROL) await fillLibrary(station, ASSETS - total);
    const { items } = await station.call('get_playlist', { date });
    if (items.length < ITEMS) {
      await fillDay(station, date, ITEMS);
      if (!CONTROL) await fillMonth(station, date, DAYS);
    }
  } finally {
    await station.end();
  }
});
