/** Photographs of the screen in its main states, for people to look at (`make screenshots`) and for the README. */
import { expect, Screen, test } from '../browser/fixtures';
import { screenshot } from '../harness/paths';
import { fill } from '../harness/channel-day';
import { today } from '../harness/schedule';

for (const colorScheme of ['dark', 'light'] as const) {
  test(`the main states (${colorScheme})`, async ({ page, context, stations: { primary, secondary } }) => {
    await page.emulateMedia({ colorScheme });
    await fill(primary);
    await Promise.all([primary.reaches('synced'), secondary.reaches('synced')]);
    const take = async (of: Screen, name: string) => {
      await of.page.screenshot({ path: screenshot(`${name}-${colorScheme}`) });
    };

    const lead = await new Screen(page).open(primary);
    await expect(lead.item('Concert: Winter songs').first()).toBeVisible();
    await lead.item('The long valley').first().click();
    await take(lead, 'primary');
    await lead.overlay();
    await take(lead, 'overlay');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+,');
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await take(lead, `settings-${(await tab.textContent())!.trim().toLowerCase()}`);
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    await take(lead, 'help');
    await page.keyboard.press('Escape');

    const other = await context.newPage();
    await other.emulateMedia({ colorScheme });
    const follower = await new Screen(other).open(secondary);
    await expect(follower.item('The long valley').first()).toBeVisible();
    await take(follower, 'secondary');
    await primary.end('SIGKILL');
    await expect(follower.chip).toContainText('Unavailable');
    await take(follower, 'unavailable');
    await expect(follower.banner).toContainText('leads');
    await primary.run();
    await lead.open(primary);
    await expect(lead.chip).toContainText('Incompatible');
    await lead.overlay();
    await take(lead, 'superseded');
  });
}

for (const colorScheme of ['dark', 'light'] as const) {
  test(`a channel on the air, with its films (${colorScheme})`, async ({ page, stations: { primary, secondary } }) => {
    await page.emulateMedia({ colorScheme });
    const date = await today(primary);
    await primary.call('make_sample', { date });
    await expect.poll(async () => (await primary.call('get_playlist', { date })).items.length, { timeout: 60_000 }).toBeGreaterThan(0);
    const lead = await new Screen(page).open(primary);
    await Promise.all([primary.reaches('synced'), secondary.reaches('synced')]);
    await expect(lead.library.locator('img')).toHaveCount(6);
    for (const picture of await lead.library.locator('img').all()) {
      await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth), { timeout: 60_000 }).toBeGreaterThan(0);
    }
    await lead.rundown.focus();
    await page.keyboard.press('.');
    await expect(lead.rundown.getByText(/^On air/)).toBeVisible();
    await lead.item('Short film').last().click();
    await expect(page.locator('video')).toHaveJSProperty('readyState', 4);
    await page.screenshot({ path: screenshot(`on-air-${colorScheme}`) });
  });
}
