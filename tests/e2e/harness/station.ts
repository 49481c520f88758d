import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child';
import { program } from './paths';
import { PATIENCE_MS, until } from './wait';
import type { Answer, Args, Command, Mode } from '../../../ui/src/backend/contract';

/** A refusal of the station, as the contract has it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A station on a data directory of its own, driven over its control API. */
export class Station {
  private node: Child | undefined;

  constructor(
    readonly name: string,
    readonly dir = mkdtempSync(join(tmpdir(), 'tandem-e2e-')),
  ) {}

  /** Starts a station without a window and waits until it is ready. */
  static async start(name: string): Promise<Station> {
    const station = new Station(name);
    await station.run();
    return station;
  }

  /** Starts it again on the same data directory. */
  async run(env: Record<string, string> = {}): Promise<void> {
    this.node = Child.start(this.name, program('tandem-node'), ['run', ...this.options], env);
    const line = await this.node.firstLine(PATIENCE_MS);
    const ready = JSON.parse(line) as { ready: boolean };
    if (!ready.ready) throw new Error(`${this.name} is not ready: ${line}`);
  }

  /** The options that every program of this station is started with. */
  get options(): string[] {
    return ['--data-dir', this.dir, '--listen', '127.0.0.1:0', '--name', this.name];
  }

  private get control(): { url: string; token: string } {
    return JSON.parse(readFileSync(join(this.dir, 'control.json'), 'utf8'));
  }

  /** The address of its screen for a browser. */
  get screen(): string {
    return `${this.control.url}/#token=${this.control.token}`;
  }

  async call<C extends Command>(command: C, args: Args<C>): Promise<Answer<C>> {
    const { url, token } = this.control;
    const answer = await fetch(`${url}/api/v1/call/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(args),
    });
    const body = (await answer.json()) as never;
    if (!answer.ok) {
      const { code, message } = body as { code: string; message: string };
      throw new Refused(answer.status, code, message);
    }
    return body as Answer<C>;
  }

  /** Waits until the pair has this status, as this station sees it. */
  async reaches(status: Answer<'get_redundancy'>['status']): Promise<void> {
    await until(`${this.name} is ${status}`, async () => {
      const now = await this.call('get_redundancy', {});
      if (now.status !== status) throw new Error(`it is ${now.status} (${now.reason})`);
      return true;
    });
  }

  /** Stops its process where it is, or lets it go on. */
  freeze(signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.node!.pid, signal);
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.node?.end(signal);
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.end();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Gives two running stations each other's URL and waits until they are synced. */
export async function pair(
  primary: Station,
  secondary: Station,
  mode: Mode = 'secondary_failover',
  failover_offset_s = 2,
): Promise<void> {
  const [a, b] = await Promise.all([primary.call('get_station', {}), secondary.call('get_station', {})]);
  await primary.call('set_redundancy', { mode: 'primary', peer_url: b.url, failover_offset_s });
  await secondary.call('set_redundancy', { mode, peer_url: a.url, failover_offset_s, confirm_replace: true });
  await Promise.all([primary.reaches('synced'), secondary.reaches('synced')]);
}
