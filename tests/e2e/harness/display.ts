import { execFileSync } from 'node:child_process';
import { Child } from './child';
import { until } from './wait';

/** After which a key that had no effect is pressed again. */
const KEY_MS = 2_000;

/** The display that the windows are on, with a window manager: what a person does with a window's frame. */
export class Display {
  private constructor(private readonly manager: Child) {}

  static async managed(): Promise<Display> {
    const display = new Display(Child.start('openbox', 'openbox', ['--sm-disable']));
    await until('there is a window manager', async () => ask('xprop', '-root', '_NET_SUPPORTING_WM_CHECK').includes('#'));
    return display;
  }

  /** Closes the window with this title as its user would: by the frame's keys. */
  async close(title: string): Promise<void> {
    const window = await until(`there is a window "${title}"`, async () => this.windows(title)[0]);
    // A key may come while the window manager is about to turn to the window: then it goes nowhere.
    await until(`"${title}" is closed`, async () => {
      ask('xdotool', 'windowactivate', '--sync', window);
      ask('xdotool', 'key', 'alt+F4');
      return until('it is away', async () => this.place(title) !== 'shown', KEY_MS).catch(() => false);
    });
  }

  /** Where the window with this title is: on the screen, in the task bar only, or in neither. */
  place(title: string): 'shown' | 'minimized' | 'hidden' {
    const [window] = this.windows(title);
    if (window === undefined) return 'hidden';
    return ask('xprop', '-id', window, 'WM_STATE').includes('Iconic') ? 'minimized' : 'shown';
  }

  end(): Promise<void> {
    return this.manager.end();
  }

  /** The windows that the window manager lists, by title. */
  private windows(title: string): string[] {
    const listed = ask('xprop', '-root', '_NET_CLIENT_LIST').match(/0x[0-9a-f]+/g) ?? [];
    return listed.filter((window) => ask('xprop', '-id', window, '_NET_WM_NAME').includes(title));
  }
}

function ask(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 });
}
