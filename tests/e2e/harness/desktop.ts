import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { AXE, RUN_AXE } from './axe';
import { Child } from './child';
import { program, screenshot } from './paths';
import { Station } from './station';
import { until } from './wait';
import { Key, Session, type Element } from './webdriver';

/** What can be reached in the page by role and name (in the open dialog, if there is one): the body of a function. */
const FIND = `
  const [role, name, exact] = arguments;
  const tags = {
    button: 'button', link: 'a[href]', textbox: 'input:not([type]), input[type=text], input[type=search], textarea',
    radio: 'input[type=radio]', heading: 'h1, h2, h3', dialog: 'dialog', option: 'option', row: 'tr',
    spinbutton: 'input[type=number]', checkbox: 'input[type=checkbox]',
  };
  const text = (element) => (element?.textContent ?? '').replace(/\\s+/g, ' ').trim();
  const nameOf = (element) =>
    element.getAttribute('aria-label') ??
    (element.getAttribute('aria-labelledby')?.split(' ').map((id) => text(document.getElementById(id))).join(' ') ||
      [...(element.labels ?? [])].map(text).join(' ') || text(element) || element.title || element.placeholder || '');
  const wanted = '[role="' + role + '"]' + (tags[role] ? ', ' + tags[role] : '');
  const shown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;
  const reachable = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
  return [...reachable.querySelectorAll(wanted)].filter(shown).find((element) => {
    const its = nameOf(element);
    return exact ? its === name : its.includes(name);
  }) ?? null;`;

/** A station with its real window, driven over WebDriver. */
export class Desktop {
  private constructor(
    readonly station: Station,
    readonly page: Session,
    private readonly driver: Child,
    /** The process of the app. */
    readonly pid: number,
  ) {}

  /** Starts `tandem` on a station's data directory. */
  static async open(station: Station, env: Record<string, string> = {}): Promise<Desktop> {
    const port = await freePort();
    const driver = Child.start(
      `webdriver-${station.name}`,
      'WebKitWebDriver',
      ['--host=127.0.0.1', `--port=${port}`],
      { TAURI_WEBVIEW_AUTOMATION: 'true', ...env },
    );
    const url = `http://127.0.0.1:${port}`;
    await until('the driver answers', async () => (await fetch(`${url}/status`)).ok);
    const page = await Session.open(url, program('tandem'), station.options);
    const desktop = new Desktop(station, page, driver, childOf(driver.pid, 'tandem'));
    await until(`${station.name}'s screen is there`, () =>
      page.run<boolean>('return document.querySelector("main") !== null'),
    );
    return desktop;
  }

  /** The element of this role whose accessible name holds (or, if `exact`, is) `name`; waits for it. */
  find(role: string, name: string, exact = false): Promise<Element> {
    return until(`there is a ${role} "${name}"`, () => this.page.run<Element | null>(FIND, role, name, exact));
  }

  /** Whether such an element is there now. */
  async has(role: string, name: string, exact = false): Promise<boolean> {
    return (await this.page.run<Element | null>(FIND, role, name, exact)) !== null;
  }

  async click(role: string, name: string, exact = false): Promise<void> {
    await this.page.click(await this.find(role, name, exact));
  }

  /** Gives a file to the open dialog's chooser of this name. */
  async chooseFile(name: string, path: string): Promise<void> {
    const chooser = await until(`there is a chooser "${name}"`, () =>
      this.page.run<Element | null>(
        'return document.querySelector(`dialog[open] input[type=file][aria-label="${arguments[0]}"]`)',
        name,
      ),
    );
    await this.page.type(chooser, path);
  }

  /** Presses keys of the page, whatever has the focus. */
  press(...keys: string[]): Promise<void> {
    return this.page.press(...keys);
  }

  /** Chooses German in the settings. */
  async speakGerman(): Promise<void> {
    await this.press(Key.control, ',');
    await this.click('tab', 'Language');
    await this.click('radio', 'Deutsch');
    await this.find('heading', 'Einstellungen');
    await this.press(Key.escape);
  }

  /** What axe finds in the open dialog, in dark and in light. */
  async violations(): Promise<string[]> {
    const found: string[] = [];
    await this.page.run(AXE);
    for (const theme of ['dark', 'light']) {
      await this.page.run('document.documentElement.dataset.theme = arguments[0]', theme);
      const these = await this.page.runAsync<string[]>(RUN_AXE, 'dialog[open]', null);
      found.push(...these.map((each) => `${theme}: ${each}`));
    }
    return found;
  }

  /** Waits until the page shows this text. */
  async shows(text: string): Promise<void> {
    await until(`the window shows "${text}"`, () =>
      this.page.run<boolean>('return document.body.innerText.includes(arguments[0])', text),
    );
  }

  /** As it is once it has been drawn: a busy machine draws later than it lays out. */
  async photograph(name: string): Promise<void> {
    await this.page.runAsync(`
      const drawn = new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume)));
      await Promise.race([drawn, new Promise((resume) => setTimeout(resume, 2000))]);`);
    writeFileSync(screenshot(name), await this.page.screenshot());
  }

  /** Whether the app's process is there. */
  get running(): boolean {
    return isRunning(this.pid);
  }

  /** Starts `tandem` a second time on the same data directory. */
  async startAgain(): Promise<{ code: number | null; said: string }> {
    const second = spawn(program('tandem'), this.station.options, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    second.stderr.on('data', (data: Buffer) => (said += data.toString()));
    const [code] = (await once(second, 'close')) as [number | null];
    return { code, said };
  }

  /** Ends the app at once, as a power cut would. */
  kill(): void {
    process.kill(this.pid, 'SIGKILL');
  }

  /** Ends app and driver; the station's data stay. */
  async end(): Promise<void> {
    try {
      process.kill(this.pid, 'SIGTERM');
      await until('the app has ended', async () => !isRunning(this.pid));
    } catch {
      // It was killed by the test itself.
    }
    await this.driver.end();
  }

  /** Ends app and driver, and removes the station's data. */
  async remove(): Promise<void> {
    await this.end();
    await this.station.remove();
  }
}

function isRunning(pid: number): boolean {
  try {
    return statusOf(pid).state !== 'Z';
  } catch {
    return false;
  }
}

/** Reads /proc/PID/stat: the name stands in parentheses and may itself hold any character. */
function statusOf(pid: number): { name: string; state: string; parent: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const end = stat.lastIndexOf(')');
  const [state, parent] = stat.slice(end + 2).split(' ');
  return { name: stat.slice(stat.indexOf('(') + 1, end), state: state!, parent: Number(parent) };
}

function childOf(parent: number, name: string): number {
  for (const entry of readdirSync('/proc').map(Number).filter(Boolean)) {
    try {
      const status = statusOf(entry);
      if (status.parent === parent && status.name === name) return entry;
    } catch {
      // It has ended in the meantime.
    }
  }
  throw new Error(`process ${parent} has no child "${name}"`);
}

/** A port that nothing listened on a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
