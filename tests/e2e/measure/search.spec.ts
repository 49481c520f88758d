/**
 * How long the library takes from a key press in its search field to the frame that shows what it finds, over 100,000 assets,
 * in Chromium: `make measure-screen`. The control is the same screen over 100 assets. Not a test: nothing here fails because it is slow.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Page } from '@playwright/test';
import { expect, Screen, test } from '../browser/fixtures';
import { artifacts } from '../harness/paths';
import type { Station } from '../harness/station';

const WORDS = [
  'Morning',
  'Evening',
  'News',
  'Weather',
  'Promo',
  'Sport',
  'Film',
  'Music',
  'Ident',
  'Report',
  'Live',
  'Special',
];
const CATEGORIES = ['', 'News', 'Promo', 'Film', 'Music', 'Sport'];
/** From words that a sixth of the library has, to one asset. */
const TYPED = ['news', 'morning film 7', 'weather', 'promo music 12', 'zzz'];
const ROUNDS = Number(process.env['MEASURE_ROUNDS'] ?? 3);
const BATCH = 10_000;

/** The same library in every run. */
async function fill(station: Station, count: number): Promise<void> {
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let from = 0; from < count; from += BATCH) {
    const assets = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => {
      const title = `${WORDS[random(WORDS.length)]} ${WORDS[random(WORDS.length)]} ${from + n}`;
      const category = CATEGORIES[random(CATEGORIES.length)]!;
      const file = { root: 'media', path: `${category || 'misc'}/${title.replaceAll(' ', '_')}.mxf` };
      return { title, category, duration: 25 * (5 + random(3_600)), file };
    });
    await station.call('add_assets', { assets });
  }
}

/** From a key press until the frame that shows what the words find has been handed over, in milliseconds. */
async function keyToResult(page: Page, key: string, words: string): Promise<number> {
  const measured = page.evaluate(
    (words) =>
      new Promise<number>((resolve) => {
        const count = document.querySelector('section.library [role=status].count') as HTMLElement;
        let pressed = 0;
        window.addEventListener('keydown', (event) => (pressed = event.timeStamp), { capture: true, once: true });
        const observer = new MutationObserver(() => {
          if (pressed === 0 || !count.textContent?.includes(`“${words}”`)) return;
          observer.disconnect();
          // After the next frame is painted, the message is handled.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.now() - pressed);
            port2.postMessage(null);
          });
        });
        observer.observe(count, { subtree: true, childList: true, characterData: true });
      }),
    words,
  );
  await page.keyboard.press(key);
  return measured;
}

const at = (sorted: number[], part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;

for (const assets of [100, 100_000]) {
  test(`searching ${assets} assets as they are typed`, async ({ page, station }) => {
    test.setTimeout(600_000);
    await fill(station, assets);
    const screen = await new Screen(page).open(station);
    const field = screen.library.getByRole('searchbox');
    await expect(screen.library.getByRole('option').first()).toBeVisible({ timeout: 60_000 });
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const words of TYPED) {
        await field.fill('');
        await expect(screen.library.locator('.count')).not.toContainText('“');
        await field.focus();
        for (let end = 1; end <= words.length; end++) {
          const key = words[end - 1]!;
          took.push(await keyToResult(page, key === ' ' ? 'Space' : key, words.slice(0, end)));
        }
      }
    }
    const sorted = took.toSorted((a, b) => a - b);
    const result = {
      assets,
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      keys: took.length,
      p50_ms: Math.round(at(sorted, 0.5)),
      p95_ms: Math.round(at(sorted, 0.95)),
      most_ms: Math.round(sorted.at(-1)!),
    };
    console.log(JSON.stringify(result));
    writeFileSync(artifacts(`search-${assets}.json`), JSON.stringify(result, null, 2));
  });
}
