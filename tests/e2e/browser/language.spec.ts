import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, Screen, test } from './fixtures';
import { misfitsOf, textsOf } from '../harness/readable';
import { screenshot } from '../harness/paths';
import { schedule } from '../harness/schedule';

/** Names that are the same in every language (the contract's), and what was stored in words. */
const STAYS = [
  /URL of the (primary|secondary) system/g,
  /Failover offset time/g,
  /Redundancy mode/g,
  /(Make|Become) (primary|secondary)/g,
  /Secondary (copy|failover)/g,
  /(Resync now|Hand over|Hold|No redundancy|Primary)/g,
  /“?(Add|Insert|Edit|Change|Move|Delete)[^„]*?(item|asset|note)s?[^„]*/g,
];
/** Words that every English sentence has some of, and no German one. */
const ENGLISH =
  /\b(the|and|of|is|are|to|with|from|not|this|that|for|by|on|at|it|no|all|select|nothing|every|item|items|day|days|settings|edit|find|copy|close|cancel|start|library)\b/i;
/** German or international, though they look English. */
const FALSE_FRIENDS = /\b(Start|Live|Clip|Clips|Asset|Assets|System|Name|in|an|am|so|was|hat|die)\b/g;

/** Every text of the page that looks English. */
async function english(page: Page): Promise<string[]> {
  const texts = await textsOf(page);
  return texts.filter((text) =>
    ENGLISH.test([...STAYS, FALSE_FRIENDS].reduce((left, known) => left.replace(known, ''), text)),
  );
}

const speaks = (page: Page, language: 'en' | 'de') =>
  page.addInitScript((chosen) => localStorage.setItem('tandem.language', chosen), language);

/** Opens every screen, one after the other, and has each looked at. */
async function tour(page: Page, screen: Screen, look: (name: string) => Promise<void>): Promise<void> {
  const close = () => page.keyboard.press('Escape');
  await screen.item('Film').click();
  await look('item');
  await screen.item('Film').click({ button: 'right' });
  await look('menu');
  await close();
  await screen.rundown.focus();
  await page.keyboard.press('Control+a');
  await look('items');
  await screen.library.getByRole('button').nth(1).click();
  await expect(page.locator('dialog[open]')).toBeVisible();
  await look('asset');
  await close();
  await screen.rundown.focus();
  for (const [keys, name] of [
    ['F8', 'overlay'],
    ['F1', 'help'],
    ['Control+Shift+f', 'find'],
    ['Control+Shift+d', 'copy'],
    ['Control+i', 'import'],
    ['Control+e', 'export'],
    ['Control+o', 'scan'],
    ['m', 'templates'],
    ['Control+,', 'settings'],
  ] as const) {
    await page.keyboard.press(keys);
    await expect(page.locator('dialog[open]')).toBeVisible();
    if (name === 'settings') {
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click();
        await look(`settings ${(await tab.getAttribute('id'))!.replace(/.*-tab-/, '')}`);
      }
    } else await look(name);
    await close();
    await expect(page.locator('dialog[open]')).toHaveCount(0);
  }
}

test('in German no screen says anything in English, everything fits, and axe finds nothing', async ({
  page,
  stations,
}) => {
  await schedule(stations.primary, 'Opener', 'Film', 'Closer');
  await speaks(page, 'de');
  const screen = await new Screen(page, 'de').open(stations.primary);
  await expect(screen.item('Film')).toBeVisible();
  const found: Record<string, string[]> = {};
  await tour(page, screen, async (name) => {
    await page.screenshot({ path: screenshot(`german-${name.replace(' ', '-')}`) });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const wrong = [
      ...(await english(page)),
      ...(await misfitsOf(page)),
      ...violations.map(({ id }) => `axe: ${id}`),
    ];
    if (wrong.length > 0) found[name] = wrong;
  });
  expect(found).toEqual({});
});

test('the search for English finds it', async ({ page, station }) => {
  await speaks(page, 'en');
  await new Screen(page).open(station);
  await page.keyboard.press('F1');
  await expect(page.locator('dialog[open]')).toBeVisible();
  expect((await english(page)).length).toBeGreaterThan(20);
});

test('the language changes at once, stays after a reload, and the page says which it is', async ({
  page,
  station,
}) => {
  const screen = await new Screen(page).open(station);
  await page.keyboard.press('Control+,');
  await page.getByRole('tab', { name: 'Language' }).click();
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await expect(page.getByRole('dialog', { name: 'Einstellungen' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.reload();
  await expect(screen.banner).toContainText('Einzelstation');
});

for (const [language, density] of [
  ['en', 'compact'],
  ['de', 'comfortable'],
] as const) {
  test(`at 130 % on 1280×720 nothing overlaps (${language}, ${density})`, async ({ page, stations }) => {
    await schedule(stations.primary, 'Opener', 'Film', 'Closer');
    await page.setViewportSize({ width: 1280, height: 720 });
    await speaks(page, language);
    await page.addInitScript((chosen) => {
      localStorage.setItem('tandem.size', '130');
      localStorage.setItem('tandem.density', chosen);
    }, density);
    const screen = await new Screen(page, language).open(stations.primary);
    await expect(screen.item('Film')).toBeVisible();
    const found: Record<string, string[]> = {};
    await tour(page, screen, async (name) => {
      await page.screenshot({ path: screenshot(`large-${language}-${density}-${name.replace(' ', '-')}`) });
      const wrong = await misfitsOf(page);
      if (wrong.length > 0) found[name] = wrong;
    });
    expect(found).toEqual({});
  });
}
