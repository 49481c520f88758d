/** The tray as a desktop sees it: over D-Bus, with a panel of the tests' own. */
import { expect, test } from '@playwright/test';
import { Desktop } from '../harness/desktop';
import { Display } from '../harness/display';
import { drawing, pixels, type Pixels } from '../harness/pixels';
import { damage, schedule, titles } from '../harness/schedule';
import { SessionBus, type TrayIcon } from '../harness/session-bus';
import { pair, Station } from '../harness/station';
import { until } from '../harness/wait';

let bus: SessionBus;
test.beforeEach(async () => {
  bus = await SessionBus.join();
});
test.afterEach(() => bus.end());

/** Waits until the icon, what stands beside it and the menu's first line all show the status, and what else holds then. */
async function shows(
  status: string,
  label: string,
  headline: string,
  also: (face: TrayIcon) => void = () => {},
): Promise<{ face: TrayIcon; icon: Pixels }> {
  return until(`the tray shows ${label}`, async () => {
    const face = await bus.tray();
    const icon = pixels(face.icon);
    if (!icon.equals(drawing(status))) throw new Error(`${face.icon} is not the drawing of ${status}`);
    expect(face).toMatchObject({ status: 'Active', label });
    expect(face.menu[0]).toMatchObject({ label: headline, enabled: false });
    // The parts of a menu reach the bus one after the other.
    also(face);
    return { face, icon };
  });
}

/** What the menu says of an action, by its first words. */
function entry(face: TrayIcon, words: string): TrayIcon['menu'][number] {
  const found = face.menu.find(({ label }) => label.startsWith(words));
  if (found === undefined) throw new Error(`the menu has no "${words}"`);
  return found;
}

test('the tray shows each of the seven statuses by an icon of its own, in a word, and in the first line of its menu', async () => {
  test.setTimeout(240_000);
  await bus.offer('tray');
  const a = await Desktop.open(new Station('Station A'));
  const b = await Station.start('Station B');
  const icons: Pixels[] = [];
  const see = async (status: string, label: string, headline: string, also?: (face: TrayIcon) => void) => {
    const { face, icon } = await shows(status, label, headline, also);
    icons.push(icon);
    await a.find('button', label);
    await a.photograph(`window-${status}`);
    return face;
  };
  try {
    const alone = await see('no_redundancy', 'No redundancy', 'No redundancy');
    expect(alone.menu.map(({ label, enabled }) => [label, enabled])).toEqual([
      ['No redundancy', false],
      ['Open Station A', true],
      ['Resync now', false],
      ['Make primary (Station A takes over from the other station)', false],
      ['Hand over to the other station', false],
      ['Hold the countdown', false],
      ['Quit', true],
    ]);

    // A URL without a fingerprint waits for its code to be confirmed.
    const [own, other] = [await a.station.call('get_station', {}), await b.call('get_station', {})];
    await b.call('set_redundancy', { mode: 'secondary_failover', peer_url: own.url, confirm_replace: true });
    await a.station.call('set_redundancy', { mode: 'primary', peer_url: other.url.split('#')[0]! });
    await see('connecting', 'Connecting', 'Primary: connecting to the other station');

    await pair(a.station, b, 'secondary_failover', 300);
    await see('synced', 'Synced', 'Primary: synced with Station B', (face) => {
      expect(entry(face, 'Hand over').label).toBe('Hand over to Station B');
      expect(entry(face, 'Hand over').enabled).toBe(true);
      expect(entry(face, 'Make primary').enabled).toBe(false);
      expect(entry(face, 'Quit').label).toBe('Quit (Station B takes over after 300 s)');
    });

    await until('the tray shows Syncing while the secondary answers late', async () => {
      await b.reaches('synced');
      b.freeze('SIGSTOP');
      try {
        await schedule(a.station, 'Film');
        await until('the edit is under way', async () => (await bus.tray()).label !== 'Synced');
        icons[3] = (await shows('syncing', 'Syncing', 'Primary: syncing with Station B')).icon;
        await a.photograph('window-syncing');
        return true;
      } finally {
        b.freeze('SIGCONT');
      }
    });

    await until('the edit is there', async () => (await titles(b)).includes('Film'));
    await b.end('SIGKILL');
    await see('unavailable', 'Unavailable', 'Primary: Station B is unavailable');

    await b.run({ TANDEM_VERSION_OVERRIDE: '9.9.9' });
    await see('incompatible', 'Incompatible', 'Primary: incompatible with Station B');

    await b.end();
    damage(b, 'Film');
    await b.run();
    await b.reaches('synced');
    await b.call('verify', {});
    await see('not_synced', 'Not synced', 'Primary: not synced with Station B', (face) => {
      expect(entry(face, 'Resync now').enabled).toBe(true);
    });

    // Told apart by shape alone, and by colour alone.
    const all = icons.flatMap((one, at) => icons.slice(at + 1).map((other) => [one, other] as const));
    expect(all).toHaveLength(21);
    for (const [one, other] of all) {
      expect(one.shape.equals(other.shape)).toBe(false);
      expect(one.colour).not.toBe(other.colour);
    }
  } finally {
    await Promise.all([a.remove(), b.remove()]);
  }
});

test("the tray's menu acts on the pair, with the target's name, and offers what the station offers", async () => {
  await bus.offer('tray');
  const a = await Desktop.open(new Station('Station A'));
  const b = await Station.start('Station B');
  try {
    await pair(a.station, b, 'secondary_failover', 300);
    await shows('synced', 'Synced', 'Primary: synced with Station B', (face) => {
      expect(entry(face, 'Hand over')).toMatchObject({ label: 'Hand over to Station B', enabled: true });
    });
    await bus.choose('Hand over to Station B');
    await shows('synced', 'Synced', 'Secondary failover: synced with Station B', (face) => {
      expect(entry(face, 'Make primary')).toMatchObject({
        label: 'Make primary (Station A takes over from Station B)',
        enabled: true,
      });
      expect(entry(face, 'Hand over').enabled).toBe(false);
      expect(entry(face, 'Quit').label).toBe('Quit (Station B goes on without a backup)');
    });
    expect((await b.call('get_station', {})).mode).toBe('primary');

    await bus.choose('Make primary (Station A takes over from Station B)');
    await shows('synced', 'Synced', 'Primary: synced with Station B', (face) => {
      expect(entry(face, 'Resync now').enabled).toBe(true);
    });
    expect((await a.station.call('get_station', {})).mode).toBe('primary');

    // So little data are copied whole.
    const copies = async () =>
      (await b.call('get_redundancy_log', {})).filter(({ event }) => event === 'copied' || event === 'resynced').length;
    const before = await copies();
    await bus.choose('Resync now');
    await until('the resync is on record', async () => (await copies()) > before);

    await a.speakGerman();
    await shows('synced', 'Synchron', 'Hauptsystem: synchron mit Station B', ({ menu }) => {
      expect(menu.map(({ label }) => label)).toEqual([
        'Hauptsystem: synchron mit Station B',
        'Station A öffnen',
        'Resync now',
        'Make primary (Station A übernimmt von Station B)',
        'Hand over (an Station B)',
        'Countdown anhalten',
        'Beenden (Station B übernimmt nach 300 s)',
      ]);
    });
  } finally {
    await Promise.all([a.remove(), b.remove()]);
  }
});

test('a closed window lies in the tray; where no tray is, it is minimized; when the tray goes away, it comes back', async () => {
  const display = await Display.managed();
  const a = await Desktop.open(new Station('Station A'));
  const is = (place: string) => until(`the window is ${place}`, async () => display.place('Station A – Tandem') === place);
  try {
    await is('shown');
    await display.close('Station A – Tandem');
    await is('minimized');

    await bus.offer('tray');
    await until('the icon is in the tray', () => bus.tray());
    await bus.choose('Open Station A');
    await is('shown');
    await display.close('Station A – Tandem');
    await is('hidden');
    await bus.choose('Open Station A');
    await is('shown');

    await display.close('Station A – Tandem');
    await is('hidden');
    await bus.withdraw('tray');
    await is('shown');
    await expect(a.station.call('get_station', {})).resolves.toMatchObject({ name: 'Station A' });
  } finally {
    await a.remove();
    await display.end();
  }
});
