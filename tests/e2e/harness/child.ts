import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { artifacts } from './paths';

const END_MS = 15_000;

/** A program of this run's own, with its output in a file. Ended by its id, never by its name. */
export class Child {
  private constructor(
    private readonly process: ChildProcess,
    private readonly name: string,
  ) {}

  static start(name: string, command: string, args: string[], env: Record<string, string> = {}): Child {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = artifacts('logs', 'programs', `${name}-${child.pid ?? 'not-started'}.log`);
    mkdirSync(dirname(log), { recursive: true });
    const file = createWriteStream(log);
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    return new Child(child, name);
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.process.pid;
  }

  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The first line that the program prints. */
  async firstLine(patience_ms: number): Promise<string> {
    const lines = createInterface({ input: this.process.stdout! });
    try {
      return await new Promise<string>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${this.name} printed nothing`)), patience_ms);
        this.process.once('error', reject);
        this.process.once('exit', (code) => reject(new Error(`${this.name} ended with ${code} before it was ready`)));
        lines.once('line', (line) => {
          clearTimeout(timer);
          resolve(line);
        });
      });
    } finally {
      lines.close();
      this.process.stdout?.resume();
    }
  }

  /** Ends it as a person would and waits; what does not end is killed. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.ended || this.process.pid === undefined) return;
    const exit = once(this.process, 'exit');
    this.process.kill(signal);
    const timer = setTimeout(() => this.process.kill('SIGKILL'), END_MS);
    await exit;
    clearTimeout(timer);
  }
}
