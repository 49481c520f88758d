/**
 * How long the library takes from a key press in its search to the frame that shows what it finds, over 100,000 assets, in Chromium:
 * `make measure-screen`. The control is the same screen over 100 assets. Not a test: nothing here fails because it is slow.
 */
import { expect, Screen, test } from '../browser/fixtures';
import { ASSETS, CONTROLS, keep, spread } from './figures';
import { fillLibrary } from './fill';
import { AWAIT_SEARCH, MEASURED } from './in-page';

const SEARCHES = ['harbor', 'night 01', '00123', 'train', 'bread va', 'zzz'];
const ROUNDS = 3;

for (const assets of [100, ASSETS]) {
  test(`searching ${assets} assets in Chromium`, async ({ page, station }) => {
    test.setTimeout(600_000);
    await fillLibrary(station, assets);
    const screen = await new Screen(page).open(station);
    const field = screen.library.getByRole('searchbox');
    const count = screen.library.locator('.count');
    await expect(count).toContainText('assets', { timeout: 60_000 });
    const all = (await count.textContent()) ?? '';
    const took: number[] = [];
    for (let n = 0; n < ROUNDS * SEARCHES.length; n++) {
      await field.fill('');
      await expect(count).toHaveText(all);
      for (const letter of SEARCHES[n % SEARCHES.length]!) {
        await page.evaluate(`(() => {${AWAIT_SEARCH}})()`);
        await page.keyboard.press(letter === ' ' ? 'Space' : letter);
        took.push(await page.evaluate<number>(`(async () => {${MEASURED}})()`));
      }
    }
    if (assets === ASSETS) keep('chromium', { place: 'Chromium', order: 1, search: spread(took) });
    else keep('chromium-few', { place: `Control: Chromium, ${assets} assets`, order: CONTROLS + 2, search: spread(took) });
  });
}
