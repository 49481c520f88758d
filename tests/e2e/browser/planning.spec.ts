import AxeBuilder from '@axe-core/playwright';
import { expect, Screen, test } from './fixtures';
import { screenshot } from '../harness/paths';
import { today } from '../harness/schedule';

const SECOND = 25;

function daysAfter(date: string, days: number): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}

test('a day is planned: a gap is filled, the day copied for a week, a clip replaced everywhere, and an item found', async ({
  page,
  station,
}) => {
  const date = await today(station);
  const { assets } = await station.call('add_assets', {
    assets: [
      { title: 'News', duration: 1800 * SECOND, category: 'News' },
      { title: 'Promo 1', duration: 90 * SECOND, category: 'Promo' },
      { title: 'Promo 2', duration: 60 * SECOND, category: 'Promo' },
      { title: 'Ident', duration: 30 * SECOND, category: 'Ident' },
    ],
  });
  const [news] = assets;
  await station.call('insert_items', {
    date,
    after: null,
    items: [{ asset_id: news!.id }, { title: 'Film', duration: 3600 * SECOND, fixed_start: '06:32:30:00' }],
  });
  const screen = await new Screen(page).open(station);

  // The gap of two and a half minutes before the film.
  const gap = screen.rundown.getByRole('row', { name: /^Gap/ });
  await gap.click();
  const inspector = page.getByRole('region', { name: 'Inspector' });
  await expect(inspector.getByText('Fills the gap to the frame.')).toBeVisible();
  await page.screenshot({ path: screenshot('gap-fill') });
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await inspector.getByRole('button', { name: 'Insert 2 clips' }).click();
  await expect(gap).toBeHidden();
  const day = await station.call('get_playlist', { date });
  expect(day.gaps).toBe(0);
  expect(day.items.map(({ title }) => title).sort()).toEqual(['Film', 'News', 'Promo 1', 'Promo 2']);

  await screen.item('Film').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+D');
  const copy = page.getByRole('dialog', { name: /^Copy/ });
  await copy.getByRole('radio', { name: 'Every day' }).check();
  await copy.getByLabel('How many times').fill('7');
  await page.screenshot({ path: screenshot('copy-days') });
  await copy.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(copy).toBeHidden();
  const films = await station.call('find_items', { query: 'film' });
  expect(films.days).toBe(8);
  expect(films.items.at(-1)!.date).toBe(daysAfter(date, 7));

  await screen.library.getByRole('option').filter({ hasText: 'Promo 1' }).click();
  const uses = inspector.getByRole('region', { name: 'Where it is scheduled' });
  const { total } = await station.call('find_items', { asset_id: assets[1]!.id });
  await uses.getByRole('button', { name: 'Replace everywhere…' }).click();
  await uses.getByLabel('Search the library').fill('Ident');
  await expect(uses.getByRole('combobox', { name: 'Replace with' })).toContainText('Ident');
  await page.screenshot({ path: screenshot('replace') });
  await uses.getByRole('button', { name: /^Replace in/ }).click();
  await expect.poll(async () => (await station.call('find_items', { asset_id: assets[3]!.id })).total).toBe(total);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await station.call('find_items', { asset_id: assets[1]!.id })).total).toBe(total);

  await page.keyboard.press('Control+Shift+F');
  const find = page.getByRole('dialog', { name: 'Find in all days' });
  await find.getByRole('searchbox').fill('fil');
  await expect(find.getByRole('listitem')).toHaveCount(8);
  await page.screenshot({ path: screenshot('find') });
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await find.getByRole('listitem').last().click();
  await expect(find).toBeHidden();
  await expect(screen.playlist.getByRole('button', { name: new RegExp(String(Number(daysAfter(date, 7).slice(8)))) }).first()).toBeVisible();
  await expect(screen.item('Film')).toHaveAttribute('aria-selected', 'true');
});
