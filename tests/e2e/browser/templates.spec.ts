import AxeBuilder from '@axe-core/playwright';
import { expect, Screen, test } from './fixtures';
import { screenshot } from '../harness/paths';
import { has, today } from '../harness/schedule';

const MINUTE = 60 * 25;

for (const colorScheme of ['dark', 'light'] as const) {
  test(`a block is saved as a template and inserted again, by keyboard alone (${colorScheme})`, async ({ page, station }) => {
    await page.emulateMedia({ colorScheme });
    const date = await today(station);
    await station.call('insert_items', {
      date,
      after: null,
      items: [
        { title: 'Film', duration: 20 * MINUTE },
        { title: 'Promo', duration: 2 * MINUTE },
        { title: 'Ident', duration: MINUTE },
        { title: 'Magazine', duration: 30 * MINUTE },
      ],
    });
    const screen = await new Screen(page).open(station);
    await screen.item('Promo').click();
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog', { name: 'Templates' });
    await expect(dialog).toContainText('There is no template yet.');
    await dialog.getByRole('textbox', { name: 'Save 2 items as a template' }).focus();
    await page.keyboard.type('Break');
    await page.keyboard.press('Enter');
    const chosen = dialog.getByRole('radio', { name: /^Break/ });
    await expect(chosen).toBeChecked();

    // Over the start of the magazine, which keeps its end.
    await dialog.getByRole('radio', { name: 'Here, behind the selection' }).focus();
    await page.keyboard.press('Space');
    await dialog.getByRole('radio', { name: 'is replaced' }).focus();
    await page.keyboard.press('Space');
    const preview = dialog.getByRole('status', { name: 'What this would do' });
    await expect(preview).toContainText('Starts at 06:23:00:00.');
    await page.screenshot({ path: screenshot(`templates-${colorScheme}`) });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await has(station, ['Film', 'Promo', 'Ident', 'Promo', 'Ident', 'Magazine']);
    const { items } = await station.call('get_playlist', { date });
    expect(items[5]).toMatchObject({ starts_at: '06:26:00:00', ends_at: '06:53:00:00' });

    await page.keyboard.press('Control+z');
    await has(station, ['Film', 'Promo', 'Ident', 'Magazine']);
    await page.keyboard.press('m');
    await dialog.getByRole('button', { name: 'Rename: Break' }).click();
    await page.keyboard.type('Short break');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('radio', { name: /^Short break/ })).toBeChecked();
    await dialog.getByRole('button', { name: 'Delete: Short break' }).click();
    await expect(dialog).toContainText('There is no template yet.');
    expect((await station.call('list_templates', {})).templates).toEqual([]);
  });
}
