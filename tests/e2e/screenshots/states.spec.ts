/** Photographs of the screen in its main states, for people to look at (`make screenshots`) and for the README. */
import { expect, Screen, test } from '../browser/fixtures';
import { screenshot } from '../harness/paths';
import { today } from '../harness/schedule';
import type { Station } from '../harness/station';

const MINUTE = 60 * 25;
const PROGRAMMES: [title: string, minutes: number, category: string][] = [
  ['Morning news', 30, 'News'],
  ['Weather', 4, 'News'],
  ['Harbor life: The pilots', 44, 'Documentary'],
  ['Station ident, summer', 1, 'Continuity'],
  ['The long valley', 92, 'Film'],
  ['Kitchen table: Bread', 26, 'Magazine'],
  ['Trailer: Night train', 2, 'Continuity'],
  ['Night train, part 1', 58, 'Series'],
  ['Night train, part 2', 57, 'Series'],
  ['Parliament this week', 45, 'News'],
  ['Concert: Winter songs', 81, 'Music'],
  ['Late news', 20, 'News'],
];

/** A library and a day that look like a small channel's. */
async function fill(station: Station): Promise<void> {
  const { assets } = await station.call('add_assets', {
    assets: PROGRAMMES.map(([title, minutes, category]) => ({ title, category, duration: minutes * MINUTE })),
  });
  const date = await today(station);
  const rounds = [...assets, ...assets, ...assets];
  await station.call('insert_items', { date, after: null, items: rounds.map(({ id }) => ({ asset_id: id })) });
  const { items } = await station.call('get_playlist', { date });
  await station.call('update_items', { ids: [items[9]!.id], set: { start_mode: 'fixed', fixed_start: '12:00:00:00' } });
  await station.call('insert_items', {
    date,
    after: items[11]!.id,
    items: [{ kind: 'live', title: 'Live from the harbor', duration: 15 * MINUTE }],
  });
}

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
