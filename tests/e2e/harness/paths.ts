import { tmpdir } from 'node:os';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** A program that cargo has built. */
export function program(name: 'tandem' | 'tandem-node'): string {
  const profile = process.env['TANDEM_PROFILE'] ?? 'debug';
  return join(process.env['CARGO_TARGET_DIR'] ?? join(root, 'target'), profile, name);
}

/** A place for what a run leaves behind: outside the repository. */
export function artifacts(...path: string[]): string {
  return join(process.env['TANDEM_ARTIFACTS'] ?? join(tmpdir(), 'tandem-artifacts'), ...path);
}

/** The file for a screenshot of this name. */
export function screenshot(name: string): string {
  const folder = artifacts('screenshots');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}
