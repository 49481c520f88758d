/** Part of an operator's day, in the app's own windows: a day is built and mended, the primary is lost, and found again. */
import { expect, test } from '@playwright/test';
import { Desktop } from '../harness/desktop';
import { has } from '../harness/schedule';
import { pair, Station } from '../harness/station';
import { until } from '../harness/wait';
import { Key } from '../harness/webdriver';

const CHIP = 'Open the redundancy status';

/** Changes an item's title in place, by keys alone once it is selected. */
async function retitle(desktop: Desktop, from: string, to: string): Promise<void> {
  await desktop.click('gridcell', from, true);
  await desktop.press(Key.f2);
  await desktop.page.type(await desktop.find('textbox', `Title of ${from}`), `${to}${Key.enter}`);
  await desktop.find('gridcell', to, true);
}

test('a day is built and mended, its primary is lost, the other carries on, and the old one follows when it is back', async () => {
  test.setTimeout(240_000);
  let a = await Desktop.open(new Station('Station A'));
  const b = await Desktop.open(new Station('Station B'));
  try {
    await pair(a.station, b.station, 'secondary_failover', 120);

    await test.step('insert from the library, mend, undo', async () => {
      await a.station.call('add_assets', {
        assets: ['Opener', 'Film', 'Late news'].map((title) => ({ title, duration: 250 })),
      });
      for (const title of ['Opener', 'Film', 'Late news']) {
        await a.click('option', title);
        await a.press(Key.enter);
        await a.find('gridcell', title, true);
      }
      await has(a.station, ['Opener', 'Film', 'Late news']);
      await retitle(a, 'Film', 'Feature');
      await a.press(Key.delete);
      await has(a.station, ['Opener', 'Late news']);
      await a.press(Key.control, 'z');
      await a.press(Key.control, 'z');
      await has(a.station, ['Opener', 'Film', 'Late news']);
      await b.find('gridcell', 'Film', true);
      await a.photograph('window-day-built');
    });

    await test.step('the primary is lost: unavailable, a countdown, an alarm', async () => {
      a.kill();
      await b.find('button', 'Unavailable');
      await b.shows('Station B takes over in');
      await b.shows('Station A is unavailable');
      await b.photograph('window-day-lost');
      await b.press(Key.f9);
      await until('the alarm is acknowledged', async () =>
        (await b.station.call('get_redundancy_log', {})).some(({ event }) => event === 'acknowledged'),
      );
    });

    await test.step('Make primary now, and edit on', async () => {
      await b.click('button', CHIP);
      await b.photograph('window-day-countdown');
      await b.click('button', 'Make primary');
      await until('Station B leads', async () => (await b.station.call('get_station', {})).editable);
      await b.press(Key.escape);
      await b.shows('Station B leads: edits are made here');
      await retitle(b, 'Film', 'Feature, by Station B');
      await has(b.station, ['Opener', 'Feature, by Station B', 'Late news']);
    });

    await test.step('the old primary is back, sees what happened, and follows', async () => {
      await a.end();
      a = await Desktop.open(a.station);
      await a.find('button', 'Incompatible');
      await b.find('button', 'Incompatible');
      await a.shows('Station B became primary meanwhile: Station A stopped editing');
      await a.press(Key.f9);
      await a.click('button', CHIP);
      await a.photograph('window-day-superseded');
      await a.click('button', 'Become secondary');
      await a.find('button', 'Resync now');
      await a.station.reaches('synced');
      await a.press(Key.escape);
      await a.shows('Station A follows Station B: read only');
      await a.find('gridcell', 'Feature, by Station B', true);
      await a.photograph('window-day-resolved');
      const [here, there] = await Promise.all([a, b].map(({ station }) => station.call('get_redundancy', {})));
      expect(here!.sum).toBe(there!.sum);
    });
  } finally {
    await Promise.all([a.remove(), b.remove()]);
  }
});
