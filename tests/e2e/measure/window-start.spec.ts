/** How long the app takes from its process to a window that can be used, and how much memory it then has. */
import { test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Desktop } from '../harness/desktop';
import { until } from '../harness/wait';
import { keep } from './figures';
import { USABLE } from './in-page';
import { measured } from './station';

const STARTS = 5;
/** What the kernel counts a process's start in, a second. */
const TICKS = 100;

/** When a process started, in milliseconds since 1970: to a hundredth of a second. */
function startOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const uptime_s = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return Date.now() - (uptime_s - ticks / TICKS) * 1000;
}

/** A process and all that it started, by their parents. */
function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const id of readdirSync('/proc').map(Number).filter(Boolean)) {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
      parents.set(id, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended in the meantime.
    }
  }
  const found = [pid];
  for (const one of found) for (const [id, parent] of parents) if (parent === one) found.push(id);
  return found;
}

/** The memory of an app with all its processes: what they share is counted once. */
function memory_mib(pid: number): number {
  const kib = family(pid).map((id) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0));
  return Math.round(kib.reduce((sum, each) => sum + each, 0) / 1024);
}

async function start(): Promise<{ took_ms: number; memory_mib: number }> {
  const desktop = await Desktop.open(measured());
  try {
    const usable = await until('the window can be used', () => desktop.page.run<number | null>(USABLE));
    return { took_ms: Math.round(usable - startOf(desktop.pid)), memory_mib: memory_mib(desktop.pid) };
  } finally {
    await desktop.end();
  }
}

test('cold and warm starts in the window', async () => {
  test.setTimeout(300_000);
  const [cold, warm] = [[] as number[], [] as number[]];
  let memory = 0;
  for (let n = 0; n < STARTS; n++) {
    execFileSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    cold.push((await start()).took_ms);
  }
  for (let n = 0; n < STARTS; n++) {
    const { took_ms, memory_mib } = await start();
    warm.push(took_ms);
    memory = memory_mib;
  }
  keep('window', { place: 'The app’s window', order: 2, cold_start_ms: cold, warm_start_ms: warm, memory_mib: memory });
});
