import { expect, Screen, test } from './fixtures';
import { screenshot } from '../harness/paths';
import { has, schedule } from '../harness/schedule';
import { Station } from '../harness/station';

test('both stations show Synced, their roles and each other', async ({ page, context, stations }) => {
  const primary = await new Screen(page).open(stations.primary);
  const secondary = await new Screen(await context.newPage()).open(stations.secondary);
  await expect(primary.chip).toContainText('Synced');
  await expect(primary.chip).toContainText('Station B');
  await expect(primary.banner).toContainText('Station A leads: edits are made here');
  await expect(secondary.chip).toContainText('Synced');
  await expect(secondary.banner).toContainText('Station B follows Station A: read only');
  await primary.page.screenshot({ path: screenshot('primary-synced') });
  await secondary.page.screenshot({ path: screenshot('secondary-synced') });

  const overlay = await secondary.overlay();
  await expect(overlay).toContainText('Station A');
  await expect(overlay).toContainText('Station B');
  await expect(overlay.getByRole('button', { name: 'Resync now' })).toBeVisible();
  await expect(overlay.getByRole('button', { name: 'Make primary' })).toBeVisible();
  await expect(overlay).toContainText('Station B takes over from Station A');
  await secondary.page.screenshot({ path: screenshot('overlay-synced') });
});

test('a secondary disables every edit, says why, and stays usable', async ({ page, stations }) => {
  await schedule(stations.primary, 'Opener', 'Film');
  const screen = await new Screen(page).open(stations.secondary);
  await expect(screen.item('Film')).toBeVisible();

  for (const name of ['Add a folder of media', 'Add an asset by hand', 'Undo', 'Redo', 'Insert note', 'Insert live', 'Delete']) {
    const control = page.getByRole('button', { name, exact: true }).first();
    await expect(control, name).toHaveAttribute('aria-disabled', 'true');
    await expect(control, name).toHaveAccessibleDescription(/secondary|Station A|primary/i);
  }

  await screen.item('Film').click();
  await expect(screen.item('Film')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Delete');
  await expect(page.getByRole('status').filter({ hasText: /secondary|read.only|primary/i }).first()).toBeVisible();
  await has(stations.secondary, ['Opener', 'Film']);
  const date = (await stations.secondary.call('list_playlists', {}))[0]!.date;
  await expect(stations.secondary.call('insert_items', { date, items: [{ title: 'X' }] })).rejects.toMatchObject({
    code: 'read_only',
    status: 403,
  });
});

test('an edit on the primary shows on the secondary without losing its selection or scroll', async ({ page, stations }) => {
  const titles = Array.from({ length: 400 }, (_, index) => `Item ${index + 1}`);
  const { items } = await schedule(stations.primary, ...titles);
  const screen = await new Screen(page).open(stations.secondary);
  await screen.rundown.focus();
  await page.keyboard.press('End');
  await expect(screen.item('Item 400')).toBeVisible();
  await screen.item('Item 398').click();
  const before = (await screen.item('Item 398').boundingBox())!;

  await stations.primary.call('update_items', { ids: [items[396]!.id], set: { title: 'Changed far away' } });
  await expect(screen.item('Changed far away')).toBeVisible();
  await expect(screen.item('Item 398')).toHaveAttribute('aria-selected', 'true');
  expect((await screen.item('Item 398').boundingBox())!.y).toBeCloseTo(before.y, 0);

  // An item that is put in far above moves the numbers, not what the operator looks at.
  const playlist_id = (await stations.primary.call('list_playlists', {}))[0]!.id;
  await stations.primary.call('insert_items', { playlist_id, after: null, items: [{ title: 'First', duration: 25 }] });
  await has(stations.secondary, ['First', ...titles.map((title) => (title === 'Item 397' ? 'Changed far away' : title))]);
  await expect(screen.item('Item 398')).toHaveAttribute('aria-selected', 'true');
  await expect.poll(async () => (await screen.item('Item 398').boundingBox())!.y).toBeCloseTo(before.y, 0);
});

test('a pair is set up on the screen alone, each station with the URL of the other', async ({ page, context, station }) => {
  const other = await Station.start('Station B');
  try {
    await schedule(station, 'Film');
    const configure = async (screen: Screen, mode: string, field: string, url: string) => {
      const overlay = await screen.overlay();
      await overlay.getByRole('link', { name: 'redundancy settings' }).click();
      const form = screen.page.getByRole('form', { name: 'Redundancy mode' });
      await form.getByRole('radio', { name: mode, exact: true }).check();
      await form.getByRole('textbox', { name: field }).fill('not a url');
      await form.getByRole('button', { name: 'Apply' }).click();
      await expect(form.getByRole('textbox', { name: field })).toHaveAttribute('aria-invalid', 'true');
      await form.getByRole('textbox', { name: field }).fill(url);
      await screen.page.screenshot({ path: screenshot(`settings-${mode.toLowerCase().replace(' ', '-')}`) });
      await form.getByRole('button', { name: 'Apply' }).click();
      await expect(form.getByText('Applied.')).toBeVisible();
      await screen.page.keyboard.press('Escape');
    };
    const { url } = await station.call('get_station', {});
    const first = await new Screen(page).open(station);
    const second = await new Screen(await context.newPage()).open(other);
    await configure(first, 'Primary', 'URL of the secondary system', (await other.call('get_station', {})).url);
    await configure(second, 'Secondary failover', 'URL of the primary system', url);
    await expect(first.chip).toContainText('Synced');
    await expect(second.chip).toContainText('Synced');
    await expect(second.item('Film')).toBeVisible();
  } finally {
    await other.remove();
  }
});

test('the primary dies, the secondary takes over and edits, and the old primary follows when it is back', async ({
  page,
  context,
  stations: { primary, secondary },
}) => {
  await schedule(primary, 'Film');
  const screen = await new Screen(page).open(secondary);
  await expect(screen.item('Film')).toBeVisible();

  await primary.end('SIGKILL');
  await expect(screen.chip).toContainText('Unavailable');
  await page.screenshot({ path: screenshot('secondary-unavailable') });
  await expect(screen.banner).toContainText('Station B leads: edits are made here');

  await screen.item('Film').click();
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'Title of Film' }).fill('Edited by the new primary');
  await page.keyboard.press('Enter');
  await has(secondary, ['Edited by the new primary']);

  await primary.run();
  await expect(screen.chip).toContainText('Incompatible');
  const old = await new Screen(await context.newPage()).open(primary);
  await expect(old.chip).toContainText('Incompatible');
  const overlay = await old.overlay();
  await old.page.screenshot({ path: screenshot('overlay-superseded') });
  await overlay.getByRole('button', { name: 'Become secondary' }).click();
  await expect(old.chip).toContainText('Synced');
  await expect(screen.chip).toContainText('Synced');
  await old.page.keyboard.press('Escape');
  await expect(old.banner).toContainText('Station A follows Station B: read only');
  await expect(old.item('Edited by the new primary')).toBeVisible();
  const sums = await Promise.all([primary, secondary].map(async (station) => (await station.call('get_redundancy', {})).sum));
  expect(sums[0]).toBe(sums[1]);
});

test('Make primary on the secondary switches the roles without loss', async ({ page, stations: { primary, secondary } }) => {
  await schedule(primary, 'Film');
  const screen = await new Screen(page).open(secondary);
  const overlay = await screen.overlay();
  await overlay.getByRole('button', { name: 'Make primary' }).click();
  await page.keyboard.press('Escape');
  await expect(screen.banner).toContainText('Station B leads: edits are made here');
  await primary.reaches('synced');
  expect((await primary.call('get_station', {})).editable).toBe(false);
  await has(secondary, ['Film']);
});
