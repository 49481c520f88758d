import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { DaySummary } from '../backend';
import DayCalendar from '../playlist/DayCalendar.svelte';
import type { App } from '../stores/app.svelte';
import { stationBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import { inShort, percentFilled } from './strings';

const DAY = 24 * 3600 * 25;
const aSummary = (change: Partial<DaySummary> = {}): DaySummary => ({
  id: 'd',
  date: '2026-11-24',
  items: 120,
  day_length: DAY,
  filled: DAY,
  gaps: 0,
  gap_frames: 0,
  unfilled: 0,
  overruns: 0,
  lost: 0,
  overrun: 0,
  without_media: 0,
  files_missing: 0,
  ...change,
});
let app: App | undefined;

afterEach(() => app?.stop());

test('a day in short says how far it is filled and what is wrong', () => {
  expect(inShort(undefined)).toBe('nothing scheduled');
  expect(inShort(aSummary())).toBe('120 items and 100 % filled');
  const wrong = aSummary({ filled: DAY - 1, gaps: 1, unfilled: 1, overruns: 1, without_media: 3 });
  expect(inShort(wrong)).toBe('120 items, 99 % filled, 2 gaps, 1 overrun, and 3 clips without media');
  expect(inShort(aSummary({ files_missing: 1 }))).toBe('120 items, 100 % filled, and 1 missing file');
  expect(percentFilled(aSummary({ filled: 0 }))).toBe(0);
});

test('the month asks once for all its days, tells each, and a key goes to one', async () => {
  const backend = stationBackend();
  backend.handlers.list_days = () => [aSummary({ overruns: 2 })];
  const started = await startApp(backend);
  app = started;
  let closed = false;
  const props = { date: '2026-11-22', onclose: () => (closed = true) };
  render(Provide, { props: { app: started, of: DayCalendar, props } });
  expect(await screen.findByRole('button', { name: /24.*120 items.*2 overruns/ })).toBeVisible();
  expect(backend.argsOf('list_days')).toEqual([{ from: '2026-10-26', to: '2026-12-06' }]);
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  expect(screen.getByRole('status', { name: 'The day in short' })).toHaveTextContent('100 % filled');
  await userEvent.keyboard('{Enter}');
  await until(() => started.day.date === '2026-11-24');
  expect(closed).toBe(true);
});
