/**
 * How long an edit in a day of 10,000 items takes from the key press to the frame that shows it, and how fast the day scrolls,
 * in Chromium: `make measure-screen`. The control is the same build with the rows of the whole day in the document
 * (VITE_WHOLE_LISTS). Not a test: nothing here fails because it is slow.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Page } from '@playwright/test';
import { expect, Screen, test } from '../browser/fixtures';
import { artifacts } from '../harness/paths';
import { today } from '../harness/schedule';
import type { Station } from '../harness/station';

const ITEMS = 10_000;
const EDITS = Number(process.env['MEASURE_EDITS'] ?? 60);
const control = process.env['MEASURE_CONTROL'] === '1';
const name = control ? 'all rows in the document' : 'as it is';

async function fill(station: Station): Promise<void> {
  const items = Array.from({ length: ITEMS }, (_, n) => ({
    kind: 'clip' as const,
    title: `Item ${n}`,
    duration: 150 + (n % 7) * 10,
  }));
  await station.call('insert_items', { date: await today(station), after: null, items });
}

/** From the key press until the frame after the focused row shows another duration has been handed over, in milliseconds. */
async function repaintAfter(page: Page, key: string): Promise<number> {
  const measured = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const grid = document.querySelector('[role=grid]') as HTMLElement;
        const text = () => {
          const row = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
          return row?.querySelector('input') ? null : (row?.children[2]?.textContent ?? null);
        };
        const before = (window as unknown as { shown: string }).shown;
        let pressed = 0;
        window.addEventListener('keydown', (event) => (pressed = event.timeStamp), { capture: true, once: true });
        const observer = new MutationObserver(() => {
          const now = text();
          if (pressed === 0 || now === null || now === before) return;
          observer.disconnect();
          // After the next frame is painted, the message is handled.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.now() - pressed);
            port2.postMessage(null);
          });
        });
        observer.observe(grid, { subtree: true, childList: true, characterData: true });
      }),
  );
  await page.keyboard.press(key);
  return measured;
}

async function edit(page: Page): Promise<number> {
  await page.keyboard.press('PageDown');
  await page.evaluate(() => {
    const grid = document.querySelector('[role=grid]') as HTMLElement;
    const row = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
    (window as unknown as { shown: string | null | undefined }).shown = row?.children[2]?.textContent;
  });
  await page.keyboard.press('d');
  await page.keyboard.type('+1');
  return repaintAfter(page, 'Enter');
}

/** Frames a second while the day scrolls by a row's height and more in each of them. */
function scrolling(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const grid = document.querySelector('[role=grid]') as HTMLElement;
        grid.scrollTop = 0;
        const FRAMES = 240;
        let frames = 0;
        const began = performance.now();
        const step = () => {
          grid.scrollTop += 60;
          frames += 1;
          if (frames < FRAMES) requestAnimationFrame(step);
          else resolve((frames * 1000) / (performance.now() - began));
        };
        requestAnimationFrame(step);
      }),
  );
}

const at = (sorted: number[], part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;

test(`a day of ${ITEMS} items, ${name}`, async ({ page, station }) => {
  test.setTimeout(600_000);
  await fill(station);
  const screen = await new Screen(page).open(station);
  await expect(screen.item('Item 0')).toBeVisible({ timeout: 120_000 });
  await screen.item('Item 0').click();
  const took: number[] = [];
  for (let n = 0; n < EDITS; n++) took.push(await edit(page));
  const frames = await scrolling(page);
  const rows = await screen.rundown.getByRole('row').count();
  const sorted = took.toSorted((a, b) => a - b);
  const result = {
    name,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    edits: EDITS,
    p50_ms: Math.round(at(sorted, 0.5)),
    p95_ms: Math.round(at(sorted, 0.95)),
    most_ms: Math.round(sorted.at(-1)!),
    scrolling_fps: Math.round(frames),
    rows_in_document: rows,
  };
  console.log(JSON.stringify(result));
  writeFileSync(artifacts(`day-${control ? 'control' : 'screen'}.json`), JSON.stringify(result, null, 2));
});
