/** Nobody is shut out: axe finds nothing on any screen and state, in dark and in light, and every control is reached by keys. */
import type { Page } from '@playwright/test';
import { expect, Screen, test } from './fixtures';
import { AXE, HAS_AXE, RUN_AXE } from '../harness/axe';
import { fill } from '../harness/channel-day';
import { unreachable } from '../harness/reachable';
import { schedule, today } from '../harness/schedule';
import { ALL, Stage } from '../harness/staged';

/** What axe finds (in a part of the page, where one is given), in both schemes. What does not depend on colours is looked at once. */
async function violations(page: Page, part: string | null): Promise<string[]> {
  const found: string[] = [];
  const run = <T>(body: string, ...args: unknown[]) =>
    page.evaluate<T>(`(async function () {${body}}).apply(null, ${JSON.stringify(args)})`);
  if (!(await run<boolean>(HAS_AXE))) await page.evaluate(AXE);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    const rules = colorScheme === 'light' ? ['color-contrast'] : null;
    found.push(...(await run<string[]>(RUN_AXE, part, rules)).map((each) => `${colorScheme}: ${each}`));
  }
  return found;
}

/** Looks at what is on the screen now. */
async function look(page: Page, where: string, part: string | null = null): Promise<void> {
  expect.soft(await violations(page, part), where).toEqual([]);
}

/** The same, and goes around by Tab. */
async function lookAndWalk(page: Page, where: string, part: string | null = null): Promise<void> {
  await look(page, where, part);
  expect.soft(await unreachable(page), `${where}: what Tab never comes to`).toEqual([]);
}

test('axe finds nothing in any status on either role', async ({ page, stations: { primary } }) => {
  test.setTimeout(300_000);
  await schedule(primary, 'Opener', 'Film');
  const stage = await Stage.before(page);
  const screen = await new Screen(page).open(primary);
  await expect(screen.item('Film')).toBeVisible();
  for (const role of ['primary', 'secondary'] as const) {
    for (const status of ALL) {
      stage.show(role, status);
      await expect(screen.chip).toHaveAttribute('data-status', status);
      await look(page, `${role}, ${status}`, status === 'synced' ? undefined : 'header');
      const overlay = await screen.overlay();
      await (status === 'unavailable' ? lookAndWalk : look)(page, `${role}, ${status}, overlay`, 'dialog[open]');
      await page.keyboard.press('Escape');
      await expect(overlay).toBeHidden();
    }
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.close();
});

test('axe finds nothing in any dialog or panel, and each control is reached by keys', async ({ page, stations: { primary } }) => {
  test.setTimeout(300_000);
  await fill(primary);
  const date = await today(primary);
  const { items } = await primary.call('get_playlist', { date });
  await primary.call('create_template', { name: 'Evening', ids: items.slice(0, 3).map(({ id }) => id) });
  const screen = await new Screen(page).open(primary);
  const inspector = page.getByRole('region', { name: 'Inspector' });
  const assets = screen.library.getByRole('listbox', { name: 'Assets' }).getByRole('option');
  const open = page.locator('dialog[open]');
  const close = async () => {
    await page.keyboard.press('Escape');
    await expect(open).toHaveCount(0);
  };

  await screen.item('The long valley').first().click();
  await expect(inspector.getByLabel('Duration')).toBeVisible();
  await lookAndWalk(page, 'an item');
  await screen.rundown.getByRole('row', { name: /^Gap/ }).first().click();
  await expect(inspector.getByRole('heading', { name: /gap/i }).first()).toBeVisible();
  await look(page, 'a gap');
  await screen.item('The long valley').first().click({ button: 'right' });
  await expect(page.getByRole('menu')).toBeVisible();
  await look(page, "an item's menu");
  await page.keyboard.press('Escape');
  await screen.rundown.focus();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('news');
  await look(page, 'find in the day');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Home');
  await page.keyboard.press('d');
  await page.keyboard.type('x');
  await look(page, 'a cell with what cannot be');
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await look(page, 'go to a time');
  await page.keyboard.press('Escape');

  await assets.first().click();
  await page.keyboard.press('f');
  await inspector.getByRole('button', { name: 'Replace everywhere…' }).click();
  await lookAndWalk(page, 'an asset, filters, and what replaces it');
  await assets.first().click();
  await page.keyboard.press('F2');
  await expect(open).toBeVisible();
  await lookAndWalk(page, 'an asset by hand', 'dialog[open]');
  await close();

  await screen.item('Weather').first().click();
  for (const [keys, name] of [
    ['F1', 'help'],
    ['Control+Shift+F', 'find in all days'],
    ['Control+Shift+D', 'copy'],
    ['Control+i', 'import'],
    ['Control+e', 'export'],
    ['Control+o', 'a folder'],
    ['m', 'templates'],
    ['r', 'repeat'],
  ] as const) {
    await screen.rundown.focus();
    await page.keyboard.press(keys);
    await expect(open, name).toBeVisible();
    await lookAndWalk(page, name, 'dialog[open]');
    await close();
  }
  await page.getByRole('button', { name: 'History' }).click();
  await look(page, 'history');
  await page.keyboard.press('Escape');
  await page.route(/\/call\/(undo|check_files)$/, (route) =>
    route.fulfill({ status: 503, json: { code: 'unavailable', message: 'The disk does not answer.', details: null } }),
  );
  await screen.rundown.focus();
  await page.keyboard.press('Control+z');
  await assets.first().click();
  await page.keyboard.press('c');
  await page.getByRole('button', { name: '2 messages' }).click();
  await expect(page.getByRole('dialog', { name: 'Messages' })).toBeVisible();
  await lookAndWalk(page, 'messages');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+,');
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await lookAndWalk(page, `settings: ${await tab.textContent()}`, 'dialog[open]');
  }
  await page.getByRole('tab', { name: 'Redundancy' }).click();
  for (const mode of await page.getByRole('form', { name: 'Redundancy mode' }).getByRole('radio').all()) {
    await mode.check();
    await look(page, `redundancy form: ${await mode.getAttribute('value')}`, 'dialog[open]');
  }
});

test('axe finds nothing at the first start, nor when a pair was cut in two', async ({ page, stations: { primary, secondary } }) => {
  test.setTimeout(300_000);
  const screen = await new Screen(page).open(primary);
  await expect(page.getByText('Nothing is scheduled on this day')).toBeVisible();
  await lookAndWalk(page, 'the first start');

  await schedule(primary, 'Opener', 'Film');
  await Promise.all([primary.reaches('synced'), secondary.reaches('synced')]);
  await secondary.end('SIGKILL');
  await schedule(primary, 'Breaking news');
  await primary.end('SIGKILL');
  await secondary.run();
  await secondary.call('make_primary', { force: true });
  await schedule(secondary, 'Late news');
  await primary.run();
  await primary.reaches('incompatible');
  await screen.open(primary);
  await expect(page.getByRole('button', { name: /^Acknowledge/ })).toBeVisible();
  const overlay = await screen.overlay();
  await expect(overlay.getByRole('group', { name: 'Only on Station B' }).getByRole('listitem').first()).toBeVisible();
  await lookAndWalk(page, 'two histories, and an alarm');
  await primary.call('become_secondary', {});
  await primary.reaches('synced');
  await expect(overlay.getByRole('button', { name: /^Apply again: / }).first()).toBeVisible();
  await lookAndWalk(page, 'orphans', 'dialog[open]');
});

test('the screen without its token shows nothing and says what to do', async ({ page, station }) => {
  await page.goto(station.screen.replace(/#.*/, ''));
  await expect(page.locator('body')).toContainText(/token|address/i);
  await expect(page.getByRole('grid')).toHaveCount(0);
  await look(page, 'no token');
});
