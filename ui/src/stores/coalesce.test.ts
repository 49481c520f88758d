import { expect, test } from 'vitest';
import { coalesce } from './coalesce';

function controlled() {
  const started: (() => void)[] = [];
  const run = coalesce(() => new Promise<void>((resolve) => started.push(resolve)));
  return { run, started };
}

test('calls while a run is going share one further run', async () => {
  const { run, started } = controlled();
  const first = run();
  const [second, third] = [run(), run()];
  expect(started).toHaveLength(1);
  started[0]?.();
  await first;
  await Promise.resolve();
  expect(started).toHaveLength(2);
  started[1]?.();
  await Promise.all([second, third]);
  expect(started).toHaveLength(2);
});

test('a failed run does not keep the next one from starting', async () => {
  let runs = 0;
  const run = coalesce(async () => {
    runs += 1;
    if (runs === 1) throw new Error('down');
  });
  const first = run();
  const second = run();
  await expect(first).rejects.toThrow('down');
  await second;
  expect(runs).toBe(2);
});
