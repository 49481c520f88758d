import type { Page } from '@playwright/test';
import { expect, Screen, test } from './fixtures';
import { has, titles, today } from '../harness/schedule';
import type { Station } from '../harness/station';

const SECOND = 25;

async function library(station: Station): Promise<void> {
  await station.call('add_assets', {
    assets: ['Morning news', 'Weather', 'The long valley', 'Late news'].map((title) => ({ title, duration: 60 * SECOND })),
  });
}

/** Presses keys one after the other. The keyboard must always be somewhere: lost on the page itself, an operator is stuck. */
async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const each of keys) {
    await page.keyboard.press(each);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.tagName ?? 'none'), { message: `after ${each}` })
      .not.toBe('BODY');
  }
}

/** Walks on by Tab until something of this name has the keyboard. */
async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press(key);
    const now = await page.evaluate(() => {
      const { activeElement: at } = document;
      return at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '';
    });
    if (name.test(now)) return;
  }
  throw new Error(`Tab never came to ${name}`);
}

// No step of this test uses the mouse.
test('an operator’s morning is done with the keyboard alone', async ({ page, station }) => {
  await library(station);
  const screen = await new Screen(page).open(station);
  const date = await today(station);
  const assets = screen.library.getByRole('listbox', { name: 'Assets' }).getByRole('option');
  await expect(assets.first()).toBeVisible();

  /** What an edit put somewhere is selected once the screen shows it: an operator looks before pressing the next key. */
  const selected = (title: string) => expect(screen.rundown.getByRole('row', { selected: true })).toContainText(title);

  await test.step('help says which keys there are', async () => {
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard' })).toContainText('Find in all days');
    await page.keyboard.press('Escape');
  });

  await test.step('clips come from the library', async () => {
    await press(page, '/');
    await page.keyboard.type('news');
    await expect(assets).toHaveCount(2);
    await press(page, 'ArrowDown', 'Shift+End', 'Enter');
    await has(station, ['Late news', 'Morning news']);
    await expect(screen.item('Morning news')).toBeVisible();
    await press(page, '/', 'Escape', 'ArrowDown');
    await expect(assets).toHaveCount(4);
    await press(page, 'End', 'Enter');
    await has(station, ['Late news', 'Morning news', 'Weather']);
    await expect(screen.item('Weather')).toBeVisible();
  });

  await test.step('items are moved, doubled, cut and put elsewhere', async () => {
    await press(page, 'F6', 'Home', 'Alt+ArrowDown');
    await has(station, ['Morning news', 'Late news', 'Weather']);
    await press(page, 'Control+d');
    await has(station, ['Morning news', 'Late news', 'Late news', 'Weather']);
    await press(page, 'Control+x');
    await has(station, ['Morning news', 'Late news', 'Weather']);
    await press(page, 'End', 'Control+v');
    await has(station, ['Morning news', 'Late news', 'Weather', 'Late news']);
    await expect(screen.item('Late news')).toHaveCount(2);
    await selected('Late news');
  });

  await test.step('items and clips are put before others, at the head of the day too', async () => {
    const before = await titles(station);
    await press(page, 'Home', 'Control+Shift+v');
    await has(station, ['Late news', ...before]);
    await selected('Late news');
    await press(page, '/', 'ArrowDown', 'End', 'Shift+Enter');
    await has(station, ['Weather', 'Late news', ...before]);
    await selected('Weather');
    await press(page, 'Control+z', 'Control+z');
    await has(station, before);
    await expect(screen.item('Late news')).toHaveCount(2);
    await press(page, 'F6', 'End');
    await selected('Late news');
  });

  await test.step('titles, durations and starts are typed in place', async () => {
    await press(page, 'F2');
    await page.keyboard.type('Night news');
    await press(page, 'Enter');
    await expect(screen.item('Night news')).toBeVisible();
    await press(page, 'd');
    await page.keyboard.type('2m30s');
    await press(page, 'Enter');
    await expect(screen.item('Night news')).toContainText('00:02:30:00');
    await press(page, 's');
    await page.keyboard.type('23:00');
    await press(page, 'Enter');
    await expect(screen.item('Night news')).toContainText('23:00:00:00');
    await press(page, 'f');
    await expect(screen.item('Night news')).not.toContainText('23:00:00:00');
    await press(page, 'h');
    await expect(screen.item('Night news')).toContainText('Hold');
    await press(page, 'x');
    await expect(screen.item('Night news')).toContainText('Fixed');
  });

  await test.step('the gap before the fixed start is stepped onto and filled', async () => {
    const before = await titles(station);
    const gap = screen.rundown.getByRole('row', { name: /^Gap/ });
    await press(page, 's');
    await page.keyboard.type('07:00');
    await press(page, 'Enter');
    await expect(gap).toBeVisible();
    await press(page, 'End', 'ArrowUp');
    await expect(gap).toHaveAttribute('aria-selected', 'true');
    await press(page, 'Enter');
    await expect.poll(async () => (await titles(station)).length).toBeGreaterThan(before.length);
    const filled = await titles(station);
    expect([...filled.slice(0, before.length - 1), ...filled.slice(-1)]).toEqual(before);
    await expect(screen.rundown.getByRole('row', { selected: true }).first()).toBeVisible();
    await press(page, 'Control+z');
    await has(station, before);
    await expect(gap).toBeVisible();
    await press(page, 'End');
    await selected('Night news');
  });

  await test.step('a note and a live source are put in, and every step is taken back and made again', async () => {
    const before = await titles(station);
    await press(page, 'n');
    await has(station, [...before, 'Note']);
    await selected('Note');
    await press(page, 'l');
    await has(station, [...before, 'Note', 'Live']);
    await selected('Live');
    await press(page, 'Control+z', 'Control+z');
    await has(station, before);
    await expect(page.getByRole('button', { name: 'Redo', exact: true })).not.toHaveAttribute('aria-disabled');
    await press(page, 'Control+Shift+z');
    await has(station, [...before, 'Note']);
    await expect(screen.item('Note')).toBeVisible();
    await press(page, 'End', 'Delete');
    await has(station, before);
  });

  await test.step('the day is copied to the next one', async () => {
    await press(page, 'Control+a', 'Control+Shift+d');
    await tabTo(page, /^Copy$/);
    await page.keyboard.press('Enter');
    await expect(page.locator('dialog[open]')).toHaveCount(0);
    await press(page, 'F6', ']');
    await expect(screen.item('Night news')).toBeVisible();
    expect((await station.call('list_playlists', {})).map((day) => day.items)).toEqual([4, 4]);
    await press(page, 't');
    await expect(screen.item('Night news')).toBeVisible();
  });

  await test.step('an item of another day is found and gone to', async () => {
    await press(page, 'Control+Shift+f');
    await page.keyboard.type('Night');
    await expect(page.locator('dialog[open]')).toContainText('2 items on 2 days');
    await page.keyboard.press('Enter');
    await expect(page.locator('dialog[open]')).toHaveCount(0);
    await selected('Night news');
  });

  await test.step('menu, redundancy, settings and history are reached and left', async () => {
    await press(page, 'F6', 'Home', 'ContextMenu');
    await expect(page.getByRole('menu', { name: 'Item' })).toBeVisible();
    await press(page, 'Escape', 'F8');
    await expect(page.getByRole('dialog', { name: 'Redundancy', exact: true })).toBeVisible();
    await tabTo(page, /^redundancy settings$/);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('form', { name: 'Redundancy mode' })).toBeVisible();
    await page.keyboard.press('Escape');
    await press(page, 'F6', 'Control+,');
    await tabTo(page, /^(Channel|Redundancy|Media folders)$/);
    await press(page, 'ArrowDown', 'ArrowDown');
    await expect(page.getByRole('tab', { selected: true })).toHaveText('Data');
    await page.keyboard.press('Escape');
    await press(page, 'F6');
    await tabTo(page, /^History$/);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'History' })).toBeVisible();
    await page.keyboard.press('Escape');
  });
  expect((await station.call('get_playlist', { date })).items).toHaveLength(4);
});

test('a clock time is gone to: what is on then is selected and in view', async ({ page, station }) => {
  const hour = 3600 * SECOND;
  const fill = (prefix: string) =>
    Array.from({ length: 60 }, (_, index) => ({ title: `${prefix} ${index}`, duration: 60 * SECOND }));
  await station.call('insert_items', {
    date: await today(station),
    after: null,
    items: [
      ...fill('Morning'),
      { title: 'Evening show', duration: 1.5 * hour, fixed_start: '22:00:00:00' },
      { title: 'Night film', duration: hour, fixed_start: '23:30:00:00' },
      ...fill('Night'),
    ],
  });
  const screen = await new Screen(page).open(station);
  const evening = screen.item('Evening show');
  for (const end of ['Home', 'End']) {
    await press(page, 'F6', end);
    await expect(evening).toHaveCount(0);
    await press(page, 'g');
    await page.keyboard.type('2300');
    await press(page, 'Enter');
    await expect(screen.rundown.getByRole('row', { selected: true })).toContainText('Evening show');
    await expect(evening).toBeInViewport();
    await expect(screen.rundown).toBeFocused();
  }
});

test('keys that an operator changed work at once, and the help sheet shows them', async ({ page, station }) => {
  const screen = await new Screen(page).open(station);
  await page.keyboard.press('Control+,');
  await page.getByRole('tab', { name: 'Shortcuts' }).click();
  await page.getByRole('button', { name: 'Change the keys of Redundancy status' }).click();
  await page.keyboard.press('Control+Alt+r');
  await expect(page.getByRole('group', { name: 'Redundancy status' })).toContainText('Ctrl + Alt + R');
  await page.getByRole('button', { name: 'Change the keys of Keyboard help' }).click();
  await page.keyboard.press('Control+Alt+r');
  await expect(page.getByRole('alert').filter({ hasText: 'is taken by “Redundancy status”' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('dialog[open]')).toHaveCount(0);

  await page.reload();
  await expect(screen.banner).toBeVisible();
  await page.keyboard.press('F8');
  await expect(page.locator('dialog[open]')).toHaveCount(0);
  await page.keyboard.press('Control+Alt+r');
  await expect(page.getByRole('dialog', { name: 'Redundancy', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('F1');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toContainText('Ctrl + Alt + R');
});
