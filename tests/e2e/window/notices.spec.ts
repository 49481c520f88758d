/** What the desktop is told while the window is out of sight: over D-Bus, with a notification server of the tests' own. */
import { expect, test } from '@playwright/test';
import { Desktop } from '../harness/desktop';
import { Display } from '../harness/display';
import { damage, schedule } from '../harness/schedule';
import { SessionBus } from '../harness/session-bus';
import { pair, Station } from '../harness/station';
import { until } from '../harness/wait';

test('the desktop is told of every change that an operator must know, of each once', async () => {
  test.setTimeout(240_000);
  const bus = await SessionBus.join();
  const display = await Display.managed();
  await bus.offer('notifications');
  await bus.offer('tray');
  const a = await Desktop.open(new Station('Station A'));
  const b = await Station.start('Station B');
  const expected: string[] = [];
  const told = async (title: string) => {
    expected.push(title);
    await until(`the desktop is told: ${title}`, async () => {
      const titles = (await bus.notifications()).map((notification) => notification.title);
      if (titles.join('\n') !== expected.join('\n')) throw new Error(`it was told ${titles.join(' | ')}`);
      return true;
    });
  };
  try {
    // Setting up a pair is no news.
    await pair(b, a.station, 'secondary_failover', 2);
    await schedule(b, 'Film');
    await a.station.reaches('synced');

    await b.end('SIGKILL');
    await told('Station B is unavailable');
    const [lost] = await bus.notifications();
    expect(lost!.body).toMatch(/takes over in \d s/);
    await told('Station A is primary now');

    await b.run();
    await told('Station A and Station B: two primaries');
    await b.call('become_secondary', {});
    await told('Station A and Station B are in step again');

    damage(b, 'Film');
    await b.call('verify', {});
    await told('Station A and Station B are not synced');
    await b.call('resync_now', {});
    await told('Station A and Station B are in step again');

    await a.speakGerman();
    await until('the secondary would take over', async () => (await b.call('get_redundancy', {})).armed);
    process.kill(a.pid, 'SIGSTOP');
    try {
      await until('Station B took over', async () => (await b.call('get_station', {})).mode === 'primary');
    } finally {
      process.kill(a.pid, 'SIGCONT');
    }
    await told('Station A: abgelöst von Station B');
    expect((await bus.notifications()).at(-1)!.body).toMatch(/Station B wurde inzwischen Hauptsystem.*„Become secondary“/);

    await display.close('Station A – Tandem');
    await until('the window is out of sight', async () => display.place('Station A – Tandem') === 'hidden');
    // Out of sight is not out of hearing: the page goes on playing.
    const played_s = await a.page.runAsync<number>(`
      const context = new AudioContext();
      await context.resume();
      const from = context.currentTime;
      await new Promise((resume) => setTimeout(resume, 1000));
      return context.currentTime - from;`);
    expect(played_s).toBeGreaterThan(0.3);
    await bus.click((await bus.notifications()).at(-1)!);
    await until('a click brings it back', async () => display.place('Station A – Tandem') === 'shown');
  } finally {
    await Promise.all([a.remove(), b.remove()]);
    await display.end();
    await bus.end();
  }
});
