import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, Screen, test } from './fixtures';
import { schedule } from '../harness/schedule';

async function findsNothing(page: Page, where: string) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect.soft(found, where).toEqual([]);
}

for (const colorScheme of ['dark', 'light'] as const) {
  test(`axe finds nothing on any screen (${colorScheme})`, async ({ page, stations: { primary, secondary } }) => {
    await page.emulateMedia({ colorScheme });
    await schedule(primary, 'Opener', 'Film');

    const screen = await new Screen(page).open(primary);
    await screen.item('Film').click();
    await findsNothing(page, 'the primary');
    const overlay = await screen.overlay();
    await findsNothing(page, 'the overlay');
    await overlay.getByRole('button', { name: 'Settings', exact: true }).click();
    const tabs = page.getByRole('tab');
    for (const tab of await tabs.all()) {
      await tab.click();
      await findsNothing(page, `settings: ${await tab.textContent()}`);
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    await findsNothing(page, 'the help sheet');

    await screen.open(secondary);
    await expect(screen.item('Film')).toBeVisible();
    await findsNothing(page, 'the secondary');
  });
}

test('the screen without its token shows nothing and says what to do', async ({ page, station }) => {
  await page.goto(station.screen.replace(/#.*/, ''));
  await expect(page.locator('body')).toContainText(/token|address/i);
  await expect(page.getByRole('grid')).toHaveCount(0);
});
