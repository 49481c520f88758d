/** How the app's own window keeps up with the hand: edits, search and scrolling, on a full station. */
import { test } from '@playwright/test';
import { Desktop } from '../harness/desktop';
import { until } from '../harness/wait';
import { Key } from '../harness/webdriver';
import { keep, spread } from './figures';
import { AWAIT_EDIT, AWAIT_SEARCH, IDLE, MEASURED, REMEMBER_DURATION, ROWS, SCROLL, USABLE } from './in-page';
import { measured } from './station';

const EDITS = 100;
const SEARCHES = ['harbor', 'night 01', '00123', 'train', 'bread va'];

async function edit({ page }: Desktop): Promise<number> {
  await page.press(Key.pageDown);
  await page.run(REMEMBER_DURATION);
  await page.press('d');
  await page.press('+');
  await page.press('1');
  await page.run(AWAIT_EDIT);
  await page.press(Key.enter);
  return page.runAsync<number>(MEASURED);
}

async function search({ page }: Desktop, words: string): Promise<number[]> {
  const took: number[] = [];
  await page.press('/');
  for (const letter of words) {
    await page.run(AWAIT_SEARCH);
    await page.press(letter);
    took.push(await page.runAsync<number>(MEASURED));
  }
  return took;
}

test('edits, search and scrolling in the window', async () => {
  test.setTimeout(300_000);
  const desktop = await Desktop.open(measured());
  const { page } = desktop;
  try {
    await until('the window can be used', () => page.run<number | null>(USABLE));
    const idle_fps = await page.runAsync<number>(IDLE);
    await page.press(Key.f6);
    await page.press(Key.home);
    await desktop.find('gridcell', 'Item 0', true);
    const edits: number[] = [];
    for (let n = 0; n < EDITS; n++) edits.push(await edit(desktop));
    const searches: number[] = [];
    for (const words of SEARCHES) searches.push(...(await search(desktop, words)));
    const { fps, longest_ms } = await page.runAsync<{ fps: number; longest_ms: number }>(SCROLL);
    keep('window', {
      place: 'The app’s window',
      order: 2,
      edits: spread(edits),
      search: spread(searches),
      idle_fps,
      scrolling_fps: fps,
      scrolling_longest_ms: longest_ms,
      rows_in_document: await page.run<number>(ROWS),
    });
  } finally {
    await desktop.end();
  }
});
