import AxeBuilder from '@axe-core/playwright';
import { expect, Screen, test } from './fixtures';
import { screenshot } from '../harness/paths';
import { today } from '../harness/schedule';

const HOUR = 3600 * 25;

for (const colorScheme of ['dark', 'light'] as const) {
  test(`the calendar shows how the days stand, and goes to one (${colorScheme})`, async ({ page, station }) => {
    await page.emulateMedia({ colorScheme });
    const date = await today(station);
    const month = date.slice(0, 7);
    const { assets } = await station.call('add_assets', { assets: [{ title: 'Film', duration: 2 * HOUR }] });
    const film = { asset_id: assets[0]!.id };
    const days: [day: string, items: object[]][] = [
      ['05', [...Array(12).fill(film)]],
      ['10', [film, { title: 'Alone', duration: HOUR }]],
      ['15', [film, { ...film, fixed_start: '07:00:00:00' }]],
      ['20', [...Array(13).fill(film)]],
    ];
    for (const [day, items] of days) {
      await station.call('insert_items', { date: `${month}-${day}`, after: null, items });
    }
    const screen = await new Screen(page).open(station);
    await screen.playlist.getByRole('button', { name: new RegExp(String(Number(date.slice(8)))) }).first().click();
    const calendar = page.getByRole('dialog', { name: 'Choose a day' });
    await expect(calendar.getByRole('button', { name: /\b5\b.*12 items and 100 % filled/ })).toBeVisible();
    const alone = calendar.getByRole('button', { name: /\b10\b.*1 gap,? and 1 clip without media/ });
    await expect(alone).toBeVisible();
    await expect(calendar.getByRole('button', { name: /\b15\b.*1 overrun/ })).toBeVisible();
    await page.screenshot({ path: screenshot(`calendar-${colorScheme}`) });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await alone.click();
    await expect(calendar).toBeHidden();
    await expect(screen.item('Alone')).toBeVisible();
  });
}
