/** The alarm: seen, heard and acknowledged. What is heard is measured where it leaves the page. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, Screen, test } from './fixtures';
import { screenshot } from '../harness/paths';

/** Listens to everything that the page sends to the loudspeaker. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const connect = AudioNode.prototype.connect as unknown as (this: AudioNode, ...to: unknown[]) => AudioNode;
    AudioNode.prototype.connect = function (this: AudioNode, ...to: unknown[]) {
      if (to[0] instanceof AudioDestinationNode) {
        const ear = this.context.createAnalyser();
        connect.call(this, ear);
        Object.assign(globalThis, { ear });
      }
      return connect.call(this, ...to);
    } as typeof AudioNode.prototype.connect;
  });
}

/**
 * Holds sound back until somebody presses a key, as browsers do. Played here, since each of Playwright's questions to a page
 * counts as a touch.
 */
async function holdBack(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let touched = false;
    addEventListener('keydown', () => (touched = true), { capture: true });
    globalThis.AudioContext = class extends AudioContext {
      constructor() {
        super();
        void super.suspend();
      }
      override resume(): Promise<void> {
        return touched ? super.resume() : new Promise(() => {});
      }
    };
  });
}

/** How loud it is at the loudest moment of more than a round of the tone, from 0 to 1. */
function loudness(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { ear } = globalThis as unknown as { ear?: AnalyserNode };
    await new Promise((resume) => setTimeout(resume, 200));
    if (!ear || ear.context.state !== 'running') return 0;
    let peak = 0;
    const frames = new Float32Array(ear.fftSize);
    for (let n = 0; n < 48; n += 1) {
      ear.getFloatTimeDomainData(frames);
      peak = frames.reduce((most, frame) => Math.max(most, Math.abs(frame)), peak);
      await new Promise((resume) => setTimeout(resume, 50));
    }
    return peak;
  });
}

test('a lost primary sounds on every screen of the station until one of them acknowledges, and who did is on record', async ({
  page,
  context,
  stations: { primary, secondary },
}) => {
  test.setTimeout(120_000);
  await secondary.call('set_redundancy', {
    mode: 'secondary_failover',
    peer_url: (await primary.call('get_station', {})).url,
    failover_offset_s: 20,
  });
  await secondary.reaches('synced');
  await holdBack(page);
  await listen(page);
  const screen = await new Screen(page).open(secondary);
  const other = await new Screen(await context.newPage()).open(secondary);
  const bar = page.getByRole('alert', { name: 'Alarm' });
  await expect(bar).toBeEmpty();
  expect(await loudness(page)).toBe(0);

  await primary.end('SIGKILL');
  await expect(bar).toContainText('Station A is unavailable');
  // A browser allows no sound before somebody has touched the page: the bar says so.
  await expect(bar).toContainText('No sound yet');
  expect(await loudness(page)).toBe(0);
  await page.screenshot({ path: screenshot('alarm-blocked') });
  await page.keyboard.press('Shift');
  await expect(bar).not.toContainText('No sound yet');
  expect(await loudness(page)).toBeGreaterThan(0.2);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.screenshot({ path: screenshot('alarm') });

  // Also while a dialog is open.
  await screen.overlay();
  await page.keyboard.press('F9');
  await page.keyboard.press('Escape');
  await expect(bar).toBeEmpty();
  await expect(other.page.getByRole('alert', { name: 'Alarm' })).toBeEmpty();
  expect(await loudness(page)).toBe(0);
  const { user } = await secondary.call('get_station', {});
  const log = await secondary.call('get_redundancy_log', {});
  expect(log.find(({ event }) => event === 'acknowledged')?.detail).toContain(`${user} acknowledged`);

  // The takeover is a new one: it sounds by itself.
  await expect(bar).toContainText('Station B took over from Station A and is primary now', { timeout: 40_000 });
  expect(await loudness(page)).toBeGreaterThan(0.2);
  await page.screenshot({ path: screenshot('alarm-takeover') });
  await other.page.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(bar).toBeEmpty();
  expect(await loudness(page)).toBe(0);
});

test('the alarm is tried, set and turned off in the settings, and a screen without sound says so beside an alarm', async ({
  page,
  stations: { primary, secondary },
}) => {
  await listen(page);
  const screen = await new Screen(page).open(primary);
  await page.keyboard.press('Control+,');
  await page.getByRole('tab', { name: 'Alarm' }).click();
  await page.getByRole('button', { name: 'Test the alarm' }).click();
  const full = await loudness(page);
  expect(full).toBeGreaterThan(0.2);
  await page.screenshot({ path: screenshot('settings-alarm') });
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  await page.getByRole('slider', { name: 'Volume' }).fill('35');
  await page.getByRole('button', { name: 'Test the alarm' }).click();
  const half = await loudness(page);
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(full / 2);

  await page.getByRole('checkbox', { name: 'Sound the alarm on this screen' }).uncheck();
  await page.reload();
  await screen.open(primary);
  await page.keyboard.press('Shift');
  await secondary.end('SIGKILL');
  const bar = page.getByRole('alert', { name: 'Alarm' });
  await expect(bar).toContainText('Station B is unavailable');
  await expect(bar).toContainText('The sound is off on this screen');
  expect(await loudness(page)).toBe(0);
});
