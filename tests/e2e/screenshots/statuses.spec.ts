/** Photographs of all seven statuses on both roles, in dark and in light: the screen with the overlay that explains it. */
import { expect, Screen, test } from '../browser/fixtures';
import { screenshot } from '../harness/paths';
import { fill } from '../harness/channel-day';
import { ALL, Stage } from '../harness/staged';

const WORDS = ['No redundancy', 'Connecting', 'Syncing', 'Synced', 'Not synced', 'Unavailable', 'Incompatible'];

for (const colorScheme of ['dark', 'light'] as const) {
  test(`every status on both roles (${colorScheme})`, async ({ page, stations: { primary } }) => {
    await page.emulateMedia({ colorScheme });
    await fill(primary);
    const stage = await Stage.before(page);
    const screen = await new Screen(page).open(primary);
    expect(ALL).toHaveLength(WORDS.length);
    for (const role of ['primary', 'secondary'] as const) {
      for (const [index, status] of ALL.entries()) {
        stage.show(role, status);
        await expect(screen.chip).toContainText(WORDS[index]!);
        await page.screenshot({ path: screenshot(`status-${role}-${status}-${colorScheme}-chip`), clip: CHIP });
        await screen.overlay();
        await page.screenshot({ path: screenshot(`status-${role}-${status}-${colorScheme}`) });
        await page.keyboard.press('Escape');
      }
    }
    // What is still on its way when the station ends is no fault of the photographs.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.close();
  });
}

/** The upper edge of the screen: banner, clock and chip. */
const CHIP = { x: 0, y: 0, width: 1600, height: 140 };
