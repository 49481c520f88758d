/** Photographs of a pair that was cut in two: what each side has, what was put aside, and why some of it does not fit. */
import { expect, Screen, test } from '../browser/fixtures';
import { screenshot } from '../harness/paths';
import { today } from '../harness/schedule';
import type { Station } from '../harness/station';

/** Changes the item of this title. */
async function change(station: Station, date: string, title: string, set: { title?: string; duration?: number }) {
  const { items } = await station.call('get_playlist', { date });
  const ids = items.filter((item) => item.title === title).map(({ id }) => id);
  await station.call('update_items', { ids, set });
}

for (const colorScheme of ['dark', 'light'] as const) {
  test(`a pair that was cut in two (${colorScheme})`, async ({ page, stations: { primary, secondary } }) => {
    await page.setViewportSize({ width: 1600, height: 1400 });
    await page.emulateMedia({ colorScheme });
    const date = await today(primary);
    const titles = ['Morning news', 'Weather', 'The long valley', 'Late news'];
    const items = titles.map((title) => ({ title, duration: 45_000 }));
    await primary.call('insert_items', { date, after: null, items });
    await Promise.all([primary.reaches('synced'), secondary.reaches('synced')]);

    await secondary.end('SIGKILL');
    await primary.call('insert_items', { date, after: null, items: [{ title: 'Breaking news', duration: 9_000 }] });
    await change(primary, date, 'Late news', { title: 'Late news, extended', duration: 60_000 });
    const two = (await primary.call('get_playlist', { date })).items.filter(({ title }) => title !== 'Breaking news');
    await primary.call('update_items', { ids: two.slice(1, 4).map(({ id }) => id), set: { notes: 'Checked' } });
    await primary.end('SIGKILL');

    await secondary.run();
    await secondary.call('make_primary', { force: true });
    await change(secondary, date, 'Late news', { title: 'Late news, shortened', duration: 30_000 });
    await change(secondary, date, 'Weather', { title: 'Weather and traffic' });
    const { items: there } = await secondary.call('get_playlist', { date });
    await secondary.call('update_items', { ids: [there[1]!.id], set: { notes: 'With a map' } });
    await primary.run();
    await primary.reaches('incompatible');

    const screen = await new Screen(page).open(primary);
    const overlay = await screen.overlay();
    await expect(overlay.getByRole('group', { name: 'Only on Station B' }).getByRole('listitem').first()).toBeVisible();
    await page.screenshot({ path: screenshot(`comparison-${colorScheme}`) });

    await primary.call('become_secondary', {});
    await Promise.all([primary.reaches('synced'), secondary.reaches('synced')]);
    const apply = overlay.getByRole('button', { name: /^Apply again: / });
    await expect(apply).toHaveCount(3);
    await apply.first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: screenshot(`orphans-${colorScheme}`) });
    await apply.nth(2).click();
    await expect(overlay.getByRole('button', { name: /^Apply what fits/ })).toBeVisible();
    await apply.nth(1).click();
    await expect(overlay.getByRole('button', { name: 'Leave it' })).toHaveCount(2);
    await apply.first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: screenshot(`orphan-conflict-${colorScheme}`) });
    await overlay.getByRole('button', { name: /^Apply what fits/ }).click();
    await expect(overlay.getByText(/change was left out/).first()).toBeVisible();
    await apply.first().click();
    await expect(apply).toHaveCount(1);
    await overlay.getByText(/^Dealt with/).click();
    await page.screenshot({ path: screenshot(`orphans-dealt-with-${colorScheme}`) });
  });
}
