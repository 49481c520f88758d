import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { expect, Screen, test } from './fixtures';
import { screenshot } from '../harness/paths';
import { has, schedule, today } from '../harness/schedule';

const TABLE = [
  'Sendung;Dauer;Startzeit;Startart',
  'Frühnachrichten;00:30:00;;',
  'Wetter;00:04:00;06:40:00;fest',
  'Kaputt;bald;;',
  'Film;01:32:00;;',
].join('\n');

async function import_(screen: Screen, name: string, text: string) {
  await screen.page.keyboard.press('Control+i');
  const dialog = screen.page.getByRole('dialog', { name: /^Import into/ });
  await dialog
    .getByLabel('Choose a file…', { exact: true })
    .last()
    .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  return dialog;
}

test('a file of another program is looked at, imported, and undone in one step', async ({ page, station }) => {
  await schedule(station, 'Opener');
  const screen = await new Screen(page).open(station);
  await expect(screen.item('Opener')).toBeVisible();
  const dialog = await import_(screen, 'plan.csv', TABLE);
  await expect(dialog.getByRole('cell', { name: 'Wetter' })).toBeVisible();
  await expect(dialog.getByText('Line 4')).toBeVisible();
  await has(station, ['Opener']);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
  await page.screenshot({ path: screenshot('import') });

  await dialog.getByRole('radio', { name: 'In place of the whole day' }).check();
  await expect(dialog.getByText('The item that is there goes.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Import 3 items' }).click();
  await expect(screen.item('Film')).toBeVisible();
  await has(station, ['Frühnachrichten', 'Wetter', 'Film']);
  await page.keyboard.press('Control+z');
  await expect(screen.item('Opener')).toBeVisible();
  await has(station, ['Opener']);
});

test('a broken file says where, and changes nothing', async ({ page, station }) => {
  await schedule(station, 'Opener');
  const screen = await new Screen(page).open(station);
  const dialog = await import_(screen, 'day.json', '{\n  "program": [,]\n}');
  await expect(dialog.getByRole('alert')).toContainText('Line 2 is not JSON');
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toHaveAttribute('aria-disabled', 'true');
  await has(station, ['Opener']);
});

for (const label of ['ffplayout (JSON)', 'Table (CSV)', 'Media player list (M3U8)', 'BXF schedule']) {
  test(`a day goes out as ${label} and comes back as it was`, async ({ page, station }) => {
    await schedule(station, 'Opener', 'Film', 'Closer');
    const date = await today(station);
    const before = await station.call('get_playlist', { date });
    const screen = await new Screen(page).open(station);
    await expect(screen.item('Closer')).toBeVisible();
    await page.keyboard.press('Control+e');
    const out = page.getByRole('dialog', { name: /^Export/ });
    await out.getByRole('radio', { name: label }).check();
    const downloading = page.waitForEvent('download');
    await out.getByRole('button', { name: 'Download' }).click();
    const file = await downloading;
    const text = readFileSync(await file.path(), 'utf8');

    const dialog = await import_(screen, file.suggestedFilename(), text);
    await dialog.getByRole('radio', { name: 'In place of the whole day' }).check();
    await dialog.getByRole('button', { name: 'Import 3 items' }).click();
    await expect(dialog).toBeHidden();
    const essence = ({ items }: typeof before) =>
      items.map(({ id: _, ...rest }) => rest);
    expect(essence(await station.call('get_playlist', { date }))).toEqual(essence(before));
  });
}
