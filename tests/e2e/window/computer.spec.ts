/** What the app does to the computer that it runs on: it starts at login, and keeps it awake while it is one of a pair. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { PrivateBus } from '../harness/bus';
import { Desktop } from '../harness/desktop';
import { Display } from '../harness/display';
import { SessionBus } from '../harness/session-bus';
import { Station } from '../harness/station';
import { until } from '../harness/wait';
import { Key } from '../harness/webdriver';

async function settings(desktop: Desktop): Promise<void> {
  await desktop.press(Key.control, ',');
  await desktop.click('tab', 'This computer');
}

test('start at login is what the autostart folder says, and its entry starts this very station', async () => {
  const config = mkdtempSync(join(tmpdir(), 'tandem-config-'));
  const display = await Display.managed();
  const a = await Desktop.open(new Station('Station A'), { XDG_CONFIG_HOME: config });
  const box = 'Start Tandem when I log in';
  const checked = (wanted: boolean) =>
    until(`the box is ${wanted ? 'checked' : 'not checked'}`, async () => {
      const element = await a.find('checkbox', box);
      return (await a.page.run<boolean>('return arguments[0].checked', element)) === wanted;
    });
  const folder = join(config, 'autostart');
  try {
    await settings(a);
    await checked(false);
    await a.photograph('window-settings-computer');
    await a.click('checkbox', box);
    await until('there is an entry', async () => existsSync(folder) && readdirSync(folder).length === 1);
    const entry = join(folder, readdirSync(folder)[0]!);
    expect(readFileSync(entry, 'utf8')).toContain('"--name" "Station A"');
    await checked(true);

    // As a desktop starts it at login. The station runs already: its window comes up.
    await display.close('Station A – Tandem');
    await until('the window is away', async () => display.place('Station A – Tandem') === 'minimized');
    const launch = 'import sys\nfrom gi.repository import Gio\nGio.DesktopAppInfo.new_from_filename(sys.argv[1]).launch([], None)';
    execFileSync('/usr/bin/python3', ['-c', launch, entry]);
    await until('the entry raised it', async () => display.place('Station A – Tandem') === 'shown');

    // The desktop's own settings turn it off by a key.
    appendFileSync(entry, 'X-GNOME-Autostart-enabled=false\n');
    await checked(false);
    await a.click('checkbox', box);
    await checked(true);
    await a.click('checkbox', box);
    await until('the entry is gone', async () => readdirSync(folder).length === 0);
    await checked(false);
  } finally {
    await a.remove();
    await display.end();
    rmSync(config, { recursive: true, force: true });
  }
});

test('the computer is kept awake exactly while a redundancy mode is set, by logind or else by the desktop', async () => {
  const system = await PrivateBus.start();
  const logind = await SessionBus.join(system.address);
  const desktop = await SessionBus.join();
  await logind.offer('login');
  const a = await Desktop.open(new Station('Station A'), { DBUS_SYSTEM_BUS_ADDRESS: system.address });
  const b = await Station.start('Station B');
  const held = async () => [...(await logind.inhibitors('login')), ...(await desktop.inhibitors('power'))];
  const holds = (wanted: object[]) =>
    until(`${wanted.length} inhibitors are held`, async () => {
      expect(await held()).toEqual(wanted);
      return true;
    });
  const who = 'Tandem';
  const why = 'This station and its peer back each other up';
  try {
    await settings(a);
    await a.shows('This computer may sleep');
    expect(await held()).toEqual([]);
    const { url } = await b.call('get_station', {});
    const pairUp = () => a.station.call('set_redundancy', { mode: 'primary', peer_url: url });
    const alone = () => a.station.call('set_redundancy', { mode: 'none' });

    await pairUp();
    await holds([{ what: 'sleep:idle', who, why, mode: 'block' }]);
    await a.shows('This computer is kept awake');
    await alone();
    await holds([]);
    await a.shows('This computer may sleep');

    await logind.withdraw('login');
    await pairUp();
    await a.shows('Nothing on this computer answers that could keep it awake');
    await alone();
    await a.shows('This computer may sleep');

    await desktop.offer('power');
    await pairUp();
    await holds([{ who, why }]);
    await a.shows('This computer is kept awake');
    await a.end();
    await holds([]);
  } finally {
    await Promise.all([a.remove(), b.remove()]);
    await Promise.all([logind.end(), desktop.end()]);
    await system.end();
  }
});
