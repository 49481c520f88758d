import { expect, test } from '@playwright/test';
import { Desktop } from '../harness/desktop';
import { has, schedule } from '../harness/schedule';
import { pair, Station } from '../harness/station';
import { until } from '../harness/wait';
import { Key } from '../harness/webdriver';

const CHIP = 'Open the redundancy status';

test('two windows: an edit on one shows on the other, which cannot edit, and takes over when the first dies', async () => {
  test.setTimeout(180_000);
  const a = await Desktop.open(new Station('Station A'));
  const b = await Desktop.open(new Station('Station B'));
  try {
    await pair(a.station, b.station, 'secondary_failover', 3);
    await a.shows('Station A leads: edits are made here');
    await b.shows('Station B follows Station A: read only');
    await b.find('button', 'Synced');

    await test.step('an edit on the primary', async () => {
      await schedule(a.station, 'Opener');
      await a.click('gridcell', 'Opener', true);
      await a.page.press(Key.f2);
      await a.page.type(await a.find('textbox', 'Title of Opener'), `Evening news${Key.enter}`);
      await a.find('gridcell', 'Evening news', true);
      await b.find('gridcell', 'Evening news', true);
      await a.photograph('window-primary');
      await b.photograph('window-secondary');
    });

    await test.step('the controls of the secondary', async () => {
      for (const name of ['Add a folder of media', 'Undo', 'Insert note']) {
        const disabled = await b.page.run<string | null>(
          'return arguments[0].getAttribute("aria-disabled")',
          await b.find('button', name),
        );
        expect(disabled, name).toBe('true');
      }
      await b.click('gridcell', 'Evening news', true);
      await b.page.press(Key.delete);
      await has(b.station, ['Evening news']);
      const refused = b.page.runAsync('return window.__TAURI_INTERNALS__.invoke("call", { command: "undo", args: {} })');
      await expect(refused).rejects.toThrow(/secondary|primary|edit/i);
    });

    await test.step('the takeover', async () => {
      a.kill();
      await b.find('button', 'Unavailable');
      await b.click('button', CHIP);
      await b.photograph('window-unavailable');
      await b.page.press(Key.escape);
      await b.shows('Station B leads: edits are made here');
      await b.click('gridcell', 'Evening news', true);
      await b.page.press(Key.delete);
      await has(b.station, []);
      await b.photograph('window-took-over');
    });
  } finally {
    await Promise.all([a.remove(), b.remove()]);
  }
});

test('the window refuses what its capabilities do not grant', async () => {
  const desktop = await Desktop.open(new Station('Station A'));
  try {
    const invoke = (command: string, args: object = {}) =>
      desktop.page.runAsync('return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])', command, args);

    await expect(invoke('call', { command: 'get_station', args: {} })).resolves.toMatchObject({ name: 'Station A' });
    await expect(invoke('call', { command: 'no_such_command', args: {} })).rejects.toThrow('no_such_command');
    const denied = [
      ['plugin:window|set_title', { label: 'main', value: 'x' }],
      ['plugin:window|close', { label: 'main' }],
      ['plugin:webview|create_webview_window', { options: { label: 'other', url: 'index.html' } }],
      ['plugin:event|emit', { event: 'tandem://event', payload: {} }],
      ['plugin:path|resolve_directory', { directory: 21 }],
      ['plugin:notification|notify', { options: { title: 'x' } }],
      ['plugin:dialog|save', { options: {} }],
      ['plugin:window-state|filename', {}],
      ['plugin:shell|execute', { program: 'id' }],
      ['plugin:fs|read_text_file', { path: '/etc/passwd' }],
      ['plugin:http|fetch', { url: 'http://127.0.0.1/' }],
    ] as const;
    for (const [command, args] of denied) {
      await expect(invoke(command, args), command).rejects.toThrow(/not allowed|not found/);
    }
  } finally {
    await desktop.remove();
  }
});

test('the window runs nothing and reaches nothing that did not come with it', async () => {
  const desktop = await Desktop.open(new Station('Station A'));
  const own = new URL(desktop.station.screen).origin;
  try {
    const blocked = await desktop.page.runAsync<string[]>(`
      const blocked = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        blocked.push(event.effectiveDirective + ' ' + event.blockedURI));
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      // Pictures and films come from the station's own port, and there from their own place; from nowhere else.
      const [own] = arguments;
      for (const address of ['http://localhost:4711/x', 'http://127.0.0.1:4711/thumbnail/x', own + '/x']) {
        for (const kind of ['img', 'video']) {
          const element = document.createElement(kind);
          document.body.append(element);
          await new Promise((resolve) => {
            element.addEventListener('error', resolve);
            element.src = address;
          });
        }
      }
      await fetch('http://127.0.0.1:4711/').catch(() => {});
      for (let tries = 0; tries < 100 && blocked.length < 8; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
      if (window.injected) blocked.push('nothing: the script ran');
      return blocked;`, own);
    const elsewhere = ['http://127.0.0.1:4711/thumbnail/x', `${own}/x`, 'http://localhost:4711/x'];
    const expected = ['img-src', 'media-src'].flatMap((directive) => elsewhere.map((address) => `${directive} ${address}`));
    expect(blocked.toSorted()).toEqual(['connect-src http://127.0.0.1:4711/', ...expected, 'script-src-elem inline'].toSorted());
  } finally {
    await desktop.remove();
  }
});

test('the screen itself breaks no rule of the content security policy', async () => {
  const desktop = await Desktop.open(new Station('Station A'));
  try {
    await schedule(desktop.station, 'Film');
    await desktop.page.run(`
      window.violations = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        window.violations.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sample));`);
    await desktop.click('gridcell', 'Film', true);
    await desktop.click('button', CHIP);
    await desktop.click('button', 'Settings', true);
    await desktop.find('tab', 'Redundancy');
    expect(await desktop.page.run('return window.violations')).toEqual([]);
  } finally {
    await desktop.remove();
  }
});

test('a second start on the same data directory raises the first window and ends', async () => {
  const desktop = await Desktop.open(new Station('Station A'));
  try {
    const { code, said } = await desktop.startAgain();
    expect(said).toContain('already runs');
    expect(code).toBe(0);
    await expect(desktop.station.call('get_station', {})).resolves.toMatchObject({ name: 'Station A' });
  } finally {
    await desktop.remove();
  }
});

test('ending the app ends its station cleanly', async () => {
  const desktop = await Desktop.open(new Station('Station A'));
  await schedule(desktop.station, 'Film');
  process.kill(desktop.pid, 'SIGTERM');
  await until('the app has ended', async () => !desktop.running);
  try {
    await desktop.station.run();
    await has(desktop.station, ['Film']);
  } finally {
    await desktop.remove();
  }
});
