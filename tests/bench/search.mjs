#!/usr/bin/env node
// Measures the search of the library over 100,000 assets, from the asking to the parsed answer, as the screen asks:
//   node tests/bench/search.mjs [path of tandem-node]
// Starts a station of its own on a temporary folder. The results are in docs/search.md.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ASSETS = 100_000;
const ROUNDS = 15;
const program = process.argv[2] ?? 'target/release/tandem-node';
const dir = mkdtempSync(join(tmpdir(), 'tandem-search-'));
const node = spawn(program, ['run', '--data-dir', dir, '--check-files-every', '0', '--verify-every', '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});

try {
  await new Promise((resolve) => node.stdout.once('data', resolve));
  const { url, token } = JSON.parse(readFileSync(join(dir, 'control.json'), 'utf8'));
  const call = async (command, args) => {
    const answer = await fetch(`${url}/api/v1/call/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(args),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };

  const words = ['Morning', 'Evening', 'News', 'Weather', 'Promo', 'Sport', 'Film', 'Music', 'Ident', 'Report', 'Live', 'Special'];
  const categories = ['', 'News', 'Promo', 'Film', 'Music', 'Sport'];
  // A fixed sequence: every run measures the same library.
  let seed = 1;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const ids = [];
  for (let from = 0; from < ASSETS; from += 10_000) {
    const assets = Array.from({ length: 10_000 }, (_, at) => {
      const title = `${words[random(12)]} ${words[random(12)]} ${from + at}`;
      const category = categories[random(6)];
      const file = { root: 'media', path: `${category || 'misc'}/${title.replaceAll(' ', '_')}.mxf` };
      return { title, category, duration: 25 * (5 + random(3600)), file };
    });
    ids.push(...(await call('add_assets', { assets })).assets.map(({ id }) => id));
  }
  for (let day = 1; day <= 30; day++) {
    const items = Array.from({ length: 1_000 }, () => ({ asset_id: ids[random(ASSETS)] }));
    await call('insert_items', { date: `2026-11-${String(day).padStart(2, '0')}`, after: null, items });
  }

  const typed = (word) => Array.from(word, (_, at) => ({ query: word.slice(0, at + 1) }));
  const questions = {
    'as typed, “morning news 99”': typed('morning news 99'),
    'as typed, “weather”, newest first': typed('weather').map((q) => ({ ...q, sort: 'added_desc' })),
    'everything, by title': [{}],
    'everything, longest first, page 500': [{ sort: 'duration_desc', offset: 50_000 }],
    'one category': [{ category: 'Promo' }],
    'one category and words': typed('news').map((q) => ({ ...q, category: 'Promo' })),
    'a range of durations': [{ duration_min: 25 * 60, duration_max: 25 * 120 }],
    'a range of durations and words': typed('news').map((q) => ({ ...q, duration_min: 1500, duration_max: 3000 })),
    'never scheduled': [{ only: 'unused' }],
    'never scheduled and words': typed('news').map((q) => ({ ...q, only: 'unused' })),
    'file missing': [{ only: 'missing' }],
  };
  console.log('| question | p50 ms | p95 ms | slowest ms |\n|---|---|---|---|');
  for (const [what, asked] of Object.entries(questions)) {
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const question of asked) {
        const began = performance.now();
        await call('list_assets', { limit: 100, ...question });
        times.push(performance.now() - began);
      }
    }
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
    console.log(`| ${what} | ${at(0.5)} | ${at(0.95)} | ${times.at(-1).toFixed(1)} |`);
  }
} finally {
  node.kill();
  await new Promise((resolve) => node.once('exit', resolve));
  rmSync(dir, { recursive: true, force: true });
}
