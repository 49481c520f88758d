/** The rest of an operator's day, in the app's own window, on one station: a day from a folder, an overrun, ten steps back, other days, files. */
import { expect, test } from '@playwright/test';
import { join } from 'node:path';
import { Desktop } from '../harness/desktop';
import { mediaFolder } from '../harness/media';
import { has, schedule, today } from '../harness/schedule';
import { Station } from '../harness/station';
import { until } from '../harness/wait';
import { Key } from '../harness/webdriver';

const FORMATS = [
  ['ffplayout', 'day.json'],
  ['csv', 'day.csv'],
  ['m3u8', 'day.m3u8'],
  ['bxf', 'day.bxf'],
] as const;

function dayAfter(date: string): string {
  const next = new Date(`${date}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

/** A day as the head of the playlist calls it, without its weekday. */
function shown(date: string): string {
  return new Date(`${date}T12:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

async function titlesOf(station: Station, date: string): Promise<string> {
  const { items } = await station.call('get_playlist', { date });
  return items.map(({ title }) => title).join();
}

test('a day is built from a folder, its overrun is mended, and ten steps are undone', async () => {
  test.setTimeout(120_000);
  const media = mediaFolder();
  const a = await Desktop.open(new Station('Station A'));
  try {
    await test.step('a folder becomes the library, and the library a day', async () => {
      await a.click('button', 'Add a folder of media');
      const folder = await a.find('textbox', 'Folder');
      // It starts with the home folder.
      await a.press(Key.control, 'a');
      await a.page.type(folder, media.path);
      await a.click('button', 'Open', true);
      await a.click('button', 'Add this folder');
      await a.shows('2 added, 1 could not be read');
      for (const title of ['Evening news', 'Weather', 'Evening news']) {
        await a.click('option', title);
        await a.press(Key.enter);
      }
      await has(a.station, ['Evening news', 'Weather', 'Evening news']);
    });

    await test.step('a fixed start cuts the item before it; a shorter one mends that', async () => {
      await a.click('gridcell', 'Weather', true);
      await a.press('s');
      await a.page.type(await a.find('textbox', 'Start of Weather'), `-2${Key.enter}`);
      const date = await today(a.station);
      const marks = async () => {
        const { items } = await a.station.call('get_playlist', { date });
        return items.flatMap(({ marks }) => marks.map(({ kind }) => kind)).join();
      };
      await until('the item before it is cut', async () => (await marks()).includes('cut_short'));
      await a.press(Key.up);
      await a.shows('Cut short by');
      await a.photograph('window-overrun');
      await a.press('d');
      await a.page.type(await a.find('textbox', 'Duration of Evening news'), `2:00${Key.enter}`);
      await until('nothing is cut any more', async () => !(await marks()).includes('cut_short'));
    });

    await test.step('ten steps are undone by keys, and the day is as it was', async () => {
      const before = await a.station.call('get_playlist', { date: await today(a.station) });
      for (let n = 0; n < 10; n++) await a.press('n');
      await until('ten notes are there', async () =>
        (await a.station.call('get_playlist', { date: before.date })).items.length === before.items.length + 10,
      );
      for (let n = 0; n < 10; n++) await a.press(Key.control, 'z');
      await until('they are gone', async () =>
        (await a.station.call('get_playlist', { date: before.date })).items.length === before.items.length,
      );
      const { items } = await a.station.call('get_playlist', { date: before.date });
      expect(items).toEqual(before.items);
    });
  } finally {
    await a.remove();
    media.remove();
  }
});

test('days are switched and copied, and each format of other programs comes in', async () => {
  test.setTimeout(120_000);
  const a = await Desktop.open(new Station('Station A'));
  const names = ['Opener', 'Film', 'Late news'];
  try {
    await schedule(a.station, ...names);
    const date = await today(a.station);
    const next = dayAfter(date);
    await a.click('gridcell', 'Film', true);
    // What is selected would be copied alone.
    await a.press(Key.escape);

    await test.step('the day is copied to the next, and the next is looked at', async () => {
      await a.press(Key.control, Key.shift, 'd');
      await a.find('heading', 'Copy');
      await a.press(Key.enter);
      await until('the copy is there', async () => (await titlesOf(a.station, next)) === names.join());
      await a.click('gridcell', 'Opener', true);
      await a.press(']');
      await a.find('button', shown(next));
      await a.find('gridcell', 'Late news', true);
    });

    for (const [format, name] of FORMATS) {
      await test.step(`a day comes in as ${format}`, async () => {
        const file = join(a.station.dir, name);
        await a.station.call('export_playlist', { date: next, format, path: file });
        await a.click('gridcell', 'Opener', true);
        await a.press(Key.delete);
        await until('an item is missing', async () => (await titlesOf(a.station, next)) === 'Film,Late news');
        await a.press(Key.control, 'i');
        await a.chooseFile('Choose a file…', file);
        await a.click('radio', 'In place of the whole day');
        await a.click('button', 'Import 3 items');
        await until('the file is in', async () => (await titlesOf(a.station, next)) === names.join());
      });
    }
    await a.photograph('window-imported');
  } finally {
    await a.remove();
  }
});
