import { expect, Screen, test } from './fixtures';
import { mediaFolder } from '../harness/media';
import { screenshot } from '../harness/paths';
import { has, schedule } from '../harness/schedule';

test('an empty station says what to do first', async ({ page, station }) => {
  const screen = await new Screen(page).open(station);
  await expect(screen.banner).toContainText('Single station');
  await expect(screen.chip).toContainText('No redundancy');
  await expect(page.getByRole('button', { name: 'Add a folder of media' }).first()).toBeVisible();
  await expect(page.getByText('Nothing is scheduled on this day')).toBeVisible();
});

test('a day is scheduled from a folder of real media, and is still there after a restart', async ({ page, station }) => {
  const media = mediaFolder();
  try {
    const screen = await new Screen(page).open(station);
    await screen.library.getByRole('button', { name: 'Add a folder of media' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add a folder of media' });
    await dialog.getByLabel('Folder', { exact: true }).fill(media.path);
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await dialog.getByRole('button', { name: 'Add this folder' }).click();

    const clips = screen.library.getByRole('listbox', { name: 'Assets' }).getByRole('option');
    await expect(clips).toHaveCount(2);
    await expect(clips.filter({ hasText: 'Evening news' })).toContainText('00:00:04:00');
    await expect(page.getByText('2 added, 1 could not be read')).toBeVisible();
    await clips.filter({ hasText: 'Evening news' }).click();
    await page.keyboard.press('Enter');
    await expect(screen.item('Evening news')).toBeVisible();
    await clips.filter({ hasText: 'Weather' }).click();
    await page.keyboard.press('Enter');
    await expect(screen.item('Weather')).toBeVisible();
    await has(station, ['Evening news', 'Weather']);

    await station.end();
    await station.run();
    await screen.open(station);
    await expect(screen.item('Evening news')).toBeVisible();
    await expect(screen.item('Weather')).toBeVisible();
  } finally {
    media.remove();
  }
});

test('items are edited in place, deleted, and every step is undone and redone', async ({ page, station }) => {
  await schedule(station, 'Opener', 'Film', 'Closer');
  const screen = await new Screen(page).open(station);

  await screen.item('Film').click();
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'Title of Film' }).fill('Feature');
  await page.keyboard.press('Enter');
  await expect(screen.item('Feature')).toBeVisible();

  await page.keyboard.press('d');
  await page.getByRole('textbox', { name: 'Duration of Feature' }).fill('20:00');
  await page.keyboard.press('Enter');
  await expect(screen.item('Feature')).toContainText('00:00:20:00');

  await page.keyboard.press('Delete');
  await expect(screen.item('Feature')).toHaveCount(0);
  await has(station, ['Opener', 'Closer']);

  await page.keyboard.press('Control+z');
  await expect(screen.item('Feature')).toBeVisible();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(screen.item('Film')).toContainText('00:00:10:00');
  await page.keyboard.press('Control+Shift+z');
  await expect(screen.item('Feature')).toBeVisible();
  await has(station, ['Opener', 'Feature', 'Closer']);
});

test('an item is moved by dragging it and by the keyboard', async ({ page, station }) => {
  await schedule(station, 'One', 'Two', 'Three');
  const screen = await new Screen(page).open(station);

  const from = (await screen.item('Three').boundingBox())!;
  const to = (await screen.item('One').boundingBox())!;
  await page.mouse.move(from.x + 200, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + 200, to.y + to.height / 2, { steps: 8 });
  await page.mouse.move(to.x + 200, to.y + 2, { steps: 4 });
  await page.mouse.up();
  await has(station, ['Three', 'One', 'Two']);

  await screen.item('Two').click();
  await page.keyboard.press('Alt+ArrowUp');
  await has(station, ['Three', 'Two', 'One']);
});

test('a day of ten thousand items scrolls to its end without drawing them all', async ({ page, station }) => {
  const titles = Array.from({ length: 10_000 }, (_, index) => `Item ${index + 1}`);
  await schedule(station, ...titles);
  const screen = await new Screen(page).open(station);
  await screen.rundown.focus();
  await page.keyboard.press('Home');
  await expect(screen.item('Item 1')).toBeVisible();
  expect(await screen.rundown.getByRole('row').count()).toBeLessThan(300);
  await page.keyboard.press('End');
  await expect(screen.item('Item 10000')).toBeVisible();
  await page.screenshot({ path: screenshot('ten-thousand-items') });
});
