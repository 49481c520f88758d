import { defineConfig } from '@playwright/test';
import { artifacts } from './harness/paths';

const chromium = {
  browserName: 'chromium' as const,
  viewport: { width: 1600, height: 1000 },
  launchOptions: {
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
};

export default defineConfig({
  outputDir: artifacts('e2e'),
  reporter: [['list'], ['json']],
  // Two cores: one station pair at a time. A test that needs a retry is a finding, not noise.
  workers: 1,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: { screenshot: 'only-on-failure', trace: 'retain-on-failure', actionTimeout: 15_000 },
  projects: [
    { name: 'browser', testDir: './browser', use: chromium },
    { name: 'window', testDir: './window' },
    { name: 'measure', testDir: './measure', testMatch: ['day.spec.ts', 'search.spec.ts'], use: { ...chromium, trace: 'off', screenshot: 'off' } },
    { name: 'measure-window', testDir: './measure', testMatch: 'window-*.spec.ts' },
    { name: 'screenshots', testDir: './screenshots', use: chromium },
  ],
});
