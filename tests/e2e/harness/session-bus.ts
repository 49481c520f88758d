import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HELPER = join(dirname(fileURLToPath(import.meta.url)), 'session_bus.py');

/** What a panel shows of a tray icon (StatusNotifierItem, com.canonical.dbusmenu). */
export type TrayIcon = {
  /** The file of the icon. */
  icon: string;
  /** What stands beside it. */
  label: string;
  title: string;
  status: string;
  /** The entries of the menu, without its lines. */
  menu: { id: number; label: string; enabled: boolean }[];
};

export type Notification = { id: number; replaces: number; title: string; body: string; urgency: number | null };

/** A desktop's services, each there while it is offered: who shows tray icons and notifications, who keeps a machine awake. */
type Service = 'tray' | 'notifications' | 'login' | 'power';

/** The desktop around the window, played on a bus by the tests themselves. */
export class SessionBus {
  private waiting: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly helper: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly reader: Interface,
  ) {}

  /** On the session's bus, or on the bus at this address. */
  static async join(address?: string): Promise<SessionBus> {
    // The system's own Python: Debian's packages are for that one.
    const env = address === undefined ? process.env : { ...process.env, DBUS_SESSION_BUS_ADDRESS: address };
    const helper = spawn('/usr/bin/python3', [HELPER], { stdio: ['pipe', 'pipe', 'inherit'], env });
    const reader = createInterface({ input: helper.stdout! });
    const bus = new SessionBus(helper, reader[Symbol.asyncIterator](), reader);
    await bus.line();
    return bus;
  }

  /** From now on this service is there. */
  offer = (service: Service): Promise<void> => this.ask('offer', service);
  /** From now on it is not. */
  withdraw = (service: Service): Promise<void> => this.ask('withdraw', service);

  /** The tray icon as it is now. Throws before there is one. */
  tray = (): Promise<TrayIcon> => this.ask('tray');
  /** Everything that stood beside the icon, in order. */
  labels = (): Promise<string[]> => this.ask('labels');
  notifications = (): Promise<Notification[]> => this.ask('notifications');
  /** Clicks on a notification. */
  click = ({ id }: Notification): Promise<void> => this.ask('click', id);
  /** What is kept from sleeping, and why. */
  inhibitors = (service: 'login' | 'power'): Promise<Record<string, string>[]> => this.ask('inhibitors', service);

  /** Chooses the menu's entry that starts with these words, as a click would. */
  async choose(words: string): Promise<void> {
    const { menu } = await this.tray();
    const entry = menu.find(({ label }) => label.startsWith(words));
    if (!entry?.enabled) throw new Error(`the menu offers no "${words}": ${menu.map(({ label }) => label).join(' | ')}`);
    await this.ask('choose', entry.id);
  }

  async end(): Promise<void> {
    if (this.helper.exitCode !== null) return;
    const exit = once(this.helper, 'exit');
    this.helper.stdin!.end();
    await exit;
    this.reader.close();
  }

  /** One question at a time: answers come in order. */
  private ask<T>(command: string, ...args: unknown[]): Promise<T> {
    const answered = this.waiting.then(async () => {
      this.helper.stdin!.write(`${JSON.stringify({ do: command, with: args })}\n`);
      const { answer, error } = await this.line();
      if (error !== undefined) throw new Error(`${command}: ${error}`);
      return answer as T;
    });
    this.waiting = answered.catch(() => {});
    return answered;
  }

  private async line(): Promise<{ answer?: unknown; error?: string }> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the desktop of the tests has ended');
    return JSON.parse(value as string) as { answer?: unknown; error?: string };
  }
}
