import AxeBuilder from '@axe-core/playwright';
import { expect, Screen, test } from './fixtures';
import { screenshot } from '../harness/paths';
import { has, today } from '../harness/schedule';

const MINUTE = 60 * 25;

for (const colorScheme of ['dark', 'light'] as const) {
  test(`what an edit moves is shown before it is made, and then it is so (${colorScheme})`, async ({ page, station }) => {
    await page.emulateMedia({ colorScheme });
    const date = await today(station);
    await station.call('insert_items', {
      date,
      after: null,
      items: [
        { title: 'Magazine', duration: 20 * MINUTE },
        { title: 'Weather', duration: 5 * MINUTE },
        { title: 'Film', duration: 30 * MINUTE },
        { title: 'News', duration: 15 * MINUTE, fixed_start: '07:00:00:00' },
      ],
    });
    const screen = await new Screen(page).open(station);
    const bar = page.getByRole('status', { name: 'What this would move' });

    // The news is dragged to the top.
    const [from, to] = [await screen.item('Weather').boundingBox(), await screen.item('Magazine').boundingBox()];
    await page.mouse.move(from!.x + 150, from!.y + 10);
    await page.mouse.down();
    await page.mouse.move(to!.x + 150, to!.y + 12, { steps: 4 });
    await page.mouse.move(to!.x + 150, to!.y + 3, { steps: 2 });
    await expect(bar).toContainText('Starts at 06:00:00:00. ');
    await expect(bar).toContainText('1 item moves by +00:05:00:00');
    await expect(screen.item('Magazine')).toContainText('06:05:00:00');
    await page.screenshot({ path: screenshot(`preview-drag-${colorScheme}`) });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await expect(bar).toBeHidden();
    await has(station, ['Magazine', 'Weather', 'Film', 'News']);

    // The magazine gets so long that the fixed start cuts the film.
    await screen.item('Magazine').click();
    await page.keyboard.press('d');
    await page.getByRole('textbox', { name: 'Duration of Magazine' }).fill('30:00:00');
    await expect(bar).toContainText('“Film” is cut short by 5 min 00 s.');
    await expect(bar).toContainText('The gap of 5 min 00 s before 07:00:00:00 closes.');
    await expect(screen.item('Film')).toContainText('06:35:00:00');
    await page.screenshot({ path: screenshot(`preview-type-${colorScheme}`) });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.keyboard.press('Enter');
    await expect(bar).toBeHidden();
    await expect(screen.item('Film')).toContainText('Cut short by 5 min 00 s');
    const { items } = await station.call('get_playlist', { date });
    expect(items[2]).toMatchObject({ title: 'Film', starts_at: '06:35:00:00' });

    // The inspector shows as much before it changes anything.
    const inspector = page.getByRole('region', { name: 'Inspector' });
    await inspector.getByLabel('Duration').fill('20:00:00');
    await expect(bar).toContainText('“Film” plays whole again.');
    await expect(screen.item('Film')).toContainText('06:25:00:00');
    await page.screenshot({ path: screenshot(`preview-inspector-${colorScheme}`) });
    await page.keyboard.press('Escape');
    await expect(bar).toBeHidden();
    await inspector.getByRole('button', { name: 'Fixed' }).hover();
    await expect(bar).toContainText('Nothing else moves.');
    await screen.item('Film').hover();
    await expect(bar).toBeHidden();
    expect((await station.call('get_playlist', { date })).items).toEqual(items);
  });
}
