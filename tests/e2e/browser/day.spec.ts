import AxeBuilder from '@axe-core/playwright';
import { expect, Screen, test } from './fixtures';
import { screenshot } from '../harness/paths';
import { has, today } from '../harness/schedule';

const MINUTE = 60 * 25;

function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

for (const colorScheme of ['dark', 'light'] as const) {
  test(`within a day: finding, repeating, and what runs over from yesterday (${colorScheme})`, async ({ page, station }) => {
    await page.emulateMedia({ colorScheme });
    const date = await today(station);
    await station.call('insert_items', {
      date: dayBefore(date),
      after: null,
      items: [{ title: 'Endless', duration: 24 * 60 * MINUTE }, { title: 'Night film', duration: 5 * MINUTE }],
    });
    await station.call('insert_items', {
      date,
      after: null,
      items: [
        { title: 'News', duration: 10 * MINUTE },
        { title: 'Film', duration: 40 * MINUTE },
        { title: 'Late news', duration: 10 * MINUTE },
        { title: 'Promo', duration: MINUTE, notes: 'for the news' },
        { title: 'Anthem', duration: 5 * MINUTE, fixed_start: '06:30:00:00' },
      ],
    });
    const screen = await new Screen(page).open(station);
    await expect(screen.rundown.getByText('“Night film” of the day before runs until 06:05:00:00')).toBeVisible();
    await expect(screen.item('Promo')).toContainText('Never plays: 1 min 00 s lost');

    await page.keyboard.press('F6');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('news');
    const find = page.getByRole('search', { name: 'Find in this day' });
    await expect(find).toContainText('1 of 3');
    await page.keyboard.press('Enter');
    await expect(screen.item('Late news')).toHaveAttribute('aria-selected', 'true');
    await page.screenshot({ path: screenshot(`find-here-${colorScheme}`) });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.keyboard.press('Escape');

    await page.keyboard.press('r');
    const repeat = page.getByRole('dialog', { name: 'Repeat 1 item' });
    await repeat.getByRole('spinbutton').fill('2');
    await expect(repeat).toContainText('Makes 2 items');
    await expect(repeat.getByRole('status')).toContainText('Starts at');
    await page.screenshot({ path: screenshot(`repeat-${colorScheme}`) });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.keyboard.press('Enter');
    await has(station, ['News', 'Film', 'Late news', 'Late news', 'Late news', 'Promo', 'Anthem']);
    // What is pressed before an operator sees the dialog gone is the dialog's.
    await expect(repeat).toBeHidden();
    await page.keyboard.press('Control+z');
    await has(station, ['News', 'Film', 'Late news', 'Promo', 'Anthem']);

    // All starts fixed at once, by one key, and undone in one step.
    await page.keyboard.press('Control+a');
    await page.keyboard.press('x');
    const modes = async () => (await station.call('get_playlist', { date })).items.map((item) => item.start_mode);
    await expect.poll(modes).toEqual(Array(5).fill('fixed'));
    await page.keyboard.press('Control+z');
    await expect.poll(modes).toEqual([...Array(4).fill('follow'), 'fixed']);
  });
}

test('an edit of what is on the air is done, and warns', async ({ page, station }) => {
  const now = new Date(Date.now() - 30 * 60_000).toISOString();
  const day_start = `${now.slice(11, 19)}:00`;
  await station.call('update_settings', { channel: { day_start } });
  const date = now.slice(0, 10);
  await station.call('insert_items', { date, after: null, items: [{ title: 'On now', duration: 60 * MINUTE }] });
  const screen = await new Screen(page).open(station);
  await screen.item('On now').click();
  await expect(screen.item('On now')).toContainText('On air');
  await page.keyboard.press('d');
  await page.getByRole('textbox', { name: 'Duration of On now' }).fill('50:00:00');
  await expect(page.getByRole('status', { name: 'What this would move' })).toContainText('on the air now');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This edit concerns the item that is on the air now.').first()).toBeVisible();
  await expect(screen.item('On now')).toContainText('00:50:00:00');
});
