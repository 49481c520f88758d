/**
 * How long an edit in a day of 10,000 items takes from the key press to the frame that shows it, and how fast the day scrolls,
 * in Chromium: `make measure-screen`. The control is the same build with the rows of the whole day in the document
 * (VITE_WHOLE_LISTS). Not a test: nothing here fails because it is slow.
 */
import type { Page } from '@playwright/test';
import { expect, Screen, test } from '../browser/fixtures';
import { today } from '../harness/schedule';
import { CONTROL, CONTROLS, ITEMS, keep, spread } from './figures';
import { fillDay } from './fill';
import { AWAIT_EDIT, IDLE, MEASURED, REMEMBER_DURATION, ROWS, scroll } from './in-page';

// Of the control, an edit takes a second, and scrolling goes slowly.
const EDITS = CONTROL ? 10 : 60;
const FRAMES = CONTROL ? 60 : 240;

/** Runs a body of in-page.ts. */
function run<T>(page: Page, body: string): Promise<T> {
  return page.evaluate<T>(`(async () => {${body}})()`);
}

async function edit(page: Page): Promise<number> {
  await page.keyboard.press('PageDown');
  await run(page, REMEMBER_DURATION);
  await page.keyboard.press('d');
  await page.keyboard.type('+1');
  await run(page, AWAIT_EDIT);
  await page.keyboard.press('Enter');
  return run<number>(page, MEASURED);
}

test(`a day of ${ITEMS} items in Chromium${CONTROL ? ', all rows in the document' : ''}`, async ({ page, station }) => {
  test.setTimeout(600_000);
  await fillDay(station, await today(station), ITEMS);
  const screen = await new Screen(page).open(station);
  await expect(screen.rundown).toBeVisible({ timeout: 120_000 });
  // It opens where it is now, whatever time of day that is.
  await screen.rundown.focus();
  await page.keyboard.press('Home');
  await expect(screen.item('Item 0')).toBeVisible({ timeout: 120_000 });
  const idle_fps = await run<number>(page, IDLE);
  await screen.item('Item 0').click();
  const took: number[] = [];
  for (let n = 0; n < EDITS; n++) took.push(await edit(page));
  const { fps, longest_ms } = await run<{ fps: number; longest_ms: number }>(page, scroll(FRAMES));
  keep(CONTROL ? 'chromium-control' : 'chromium', {
    place: CONTROL ? 'Control: Chromium, all rows' : 'Chromium',
    order: CONTROL ? CONTROLS : 1,
    edits: spread(took),
    idle_fps,
    scrolling_fps: fps,
    scrolling_longest_ms: longest_ms,
    rows_in_document: await run<number>(page, ROWS),
  });
});
