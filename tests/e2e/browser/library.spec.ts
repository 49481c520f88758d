import { renameSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, Screen, test } from './fixtures';
import { films, scanned } from '../harness/media';
import { screenshot } from '../harness/paths';
import { today } from '../harness/schedule';

/** The lines of the library's list. */
function assetRows(screen: Screen): Locator {
  return screen.library.getByRole('listbox', { name: 'Assets' }).getByRole('option');
}

async function withoutFaults(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

test('an empty station leads to a scheduled day: a folder, the library, the day', async ({ page, station }) => {
  const media = films();
  try {
    await new Screen(page).open(station);
    await withoutFaults(page);
    await page.screenshot({ path: screenshot('first-minute-1') });
    await page.getByRole('button', { name: 'Choose a folder of media…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a folder of media' });
    await dialog.getByLabel('Folder', { exact: true }).fill(media.path);
    await dialog.getByRole('button', { name: 'Add this folder' }).click();
    const fill = page.getByRole('button', { name: 'Fill the day' });
    await expect(page.getByText('2 assets are in the library')).toBeVisible();
    await withoutFaults(page);
    await page.screenshot({ path: screenshot('first-minute-2') });
    await fill.click();
    await expect(page.getByText('The day is scheduled')).toBeVisible();
    await withoutFaults(page);
    await page.screenshot({ path: screenshot('first-minute-3') });
    const { items } = await station.call('get_playlist', { date: await today(station) });
    expect(items.length).toBeGreaterThan(100);
  } finally {
    media.remove();
  }
});

test('a sample channel is a library with pictures and a full day', async ({ page, station }) => {
  const screen = await new Screen(page).open(station);
  await page.getByRole('button', { name: 'Make a sample channel' }).click();
  await expect(page.getByText('The day is scheduled')).toBeVisible({ timeout: 60_000 });
  await expect(screen.item('Station ident').first()).toBeVisible();
  await expect(screen.library.locator('img').first()).toBeVisible();
  for (const scheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: screenshot(`sample-${scheme}`) });
  }
});

test('a missing and a changed file are seen in library, rundown and inspector, and mended', async ({
  page,
  station,
}) => {
  const media = films();
  try {
    await scanned(station, media.path, 2);
    const { assets } = await station.call('list_assets', {});
    await station.call('insert_items', {
      date: await today(station),
      after: null,
      items: assets.map(({ id }) => ({ asset_id: id })),
    });
    const screen = await new Screen(page).open(station);
    renameSync(join(media.path, 'Weather.webm'), join(media.path, 'hidden'));
    media.make('Evening news.webm', 6);
    await screen.library.getByRole('listbox', { name: 'Assets' }).focus();
    await page.keyboard.press('c');
    await expect(screen.item('Weather')).toContainText('File missing');
    const rows = assetRows(screen);
    await expect(rows.filter({ hasText: 'Evening news' })).toContainText('File changed');
    await rows.filter({ hasText: 'Weather' }).click();
    await expect(page.getByRole('region', { name: 'File missing' })).toContainText('not on this station');
    await rows.filter({ hasText: 'Evening news' }).click();
    await expect(page.getByRole('region', { name: 'File changed' })).toContainText('2 s longer');
    await withoutFaults(page);
    for (const scheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: screenshot(`files-${scheme}`) });
    }
    await page.getByRole('button', { name: 'Update duration' }).click();
    await expect(rows.filter({ hasText: 'Evening news' })).toContainText('00:00:06:00');
    await page.getByRole('button', { name: 'Show the assets whose file is missing' }).click();
    await expect(rows).toHaveCount(1);
    renameSync(join(media.path, 'hidden'), join(media.path, 'Weather.webm'));
    await screen.library.getByRole('listbox', { name: 'Assets' }).focus();
    await page.keyboard.press('c');
    await expect(page.getByText('Nothing matches')).toBeVisible();
  } finally {
    media.remove();
  }
});

test('a clip is looked at in the inspector, by frame, and found by its filters', async ({ page, station }) => {
  const media = films();
  try {
    await scanned(station, media.path, 2);
    const screen = await new Screen(page).open(station);
    const rows = assetRows(screen);
    await rows.filter({ hasText: 'Evening news' }).click();
    const player = page.getByRole('group', { name: /^Player/ });
    const film = player.locator('video');
    await expect.poll(() => film.evaluate((video: HTMLVideoElement) => video.readyState)).toBeGreaterThan(0);
    await player.focus();
    for (let frame = 0; frame < 3; frame++) await page.keyboard.press('ArrowRight');
    await expect(player.getByRole('slider')).toHaveAttribute('aria-valuetext', '00:00:00:03');
    await page.keyboard.press('Space');
    await expect.poll(() => film.evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(0.3);
    await page.keyboard.press('Space');
    await expect.poll(() => film.evaluate((video: HTMLVideoElement) => video.paused)).toBe(true);
    // A place that was not loaded yet is asked for as a part.
    await page.keyboard.press('End');
    await expect(player.getByRole('slider')).toHaveAttribute('aria-valuetext', '00:00:03:24');
    await withoutFaults(page);
    for (const scheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: screenshot(`preview-${scheme}`) });
    }
    await screen.library.getByRole('listbox', { name: 'Assets' }).focus();
    await page.keyboard.press('f');
    await page.getByLabel('At least').fill('3:00');
    await page.keyboard.press('Enter');
    await expect(rows).toHaveCount(1);
    await withoutFaults(page);
  } finally {
    media.remove();
  }
});

test('several assets are changed in the inspector as one step', async ({ page, station }) => {
  const assets = ['Ident', 'Promo', 'Weather'].map((title) => ({ title, duration: 250, notes: 'HD' }));
  await station.call('add_assets', { assets });
  const screen = await new Screen(page).open(station);
  const rows = assetRows(screen);
  await rows.filter({ hasText: 'Ident' }).click();
  await rows.filter({ hasText: 'Promo' }).click({ modifiers: ['Shift'] });
  const inspector = page.getByRole('region', { name: 'Inspector' });
  await expect(inspector.getByRole('heading', { name: '2 assets' })).toBeVisible();
  await expect(inspector.getByLabel('Title')).toHaveAttribute('placeholder', 'mixed');
  await expect(inspector.getByLabel('Notes')).toHaveValue('HD');
  await inspector.getByLabel('Category').fill('Trailer');
  await page.keyboard.press('Enter');
  await expect(rows.filter({ hasText: 'Trailer' })).toHaveCount(2);
  await withoutFaults(page);
  await page.screenshot({ path: screenshot('assets-several') });
  await screen.library.getByRole('listbox', { name: 'Assets' }).focus();
  await page.keyboard.press('Control+z');
  await expect(rows.filter({ hasText: 'Trailer' })).toHaveCount(0);
});

test('files that are dropped on a browser do not replace the screen, which says what to do', async ({
  page,
  station,
}) => {
  const screen = await new Screen(page).open(station);
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['film'], 'film.mp4', { type: 'video/mp4' }));
    document
      .querySelector('section.library')
      ?.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  await expect(page.getByText('does not tell where dropped files lie')).toBeVisible();
  await expect(screen.banner).toBeVisible();
});

test('a watched folder is chosen in the settings and fills the library by itself', async ({ page, station }) => {
  const media = films();
  try {
    await scanned(station, media.path, 2);
    const screen = await new Screen(page).open(station);
    await page.keyboard.press('Control+,');
    await page.getByRole('dialog').getByText('Media folders').first().click();
    await page.getByRole('button', { name: `Watch ${media.path}` }).click();
    await expect(page.getByRole('button', { name: `Stop watching ${media.path}` })).toBeVisible();
    await withoutFaults(page);
    for (const scheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: screenshot(`watch-${scheme}`) });
    }
    await page.keyboard.press('Escape');
    media.make('Late film.webm', 1);
    await expect(assetRows(screen).filter({ hasText: 'Late film' })).toBeVisible();
    renameSync(media.path, `${media.path}-away`);
    await expect(screen.library.getByText(`The watched folder ${media.path} is not there`)).toBeVisible();
    await expect(screen.library.getByText('3 files are missing')).toBeVisible();
    await withoutFaults(page);
    await page.screenshot({ path: screenshot('watch-gone') });
    await screen.library.getByRole('button', { name: 'Media folders' }).click();
    await expect(page.getByRole('dialog').getByText('The folder is not there · media folder')).toBeVisible();
    await withoutFaults(page);
    await page.screenshot({ path: screenshot('watch-gone-settings') });
    renameSync(`${media.path}-away`, media.path);
  } finally {
    media.remove();
  }
});
