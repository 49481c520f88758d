import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleKey } from '../actions';
import type { EditPreview, PlannedEdit } from '../backend';
import PlaylistPanel from '../playlist/PlaylistPanel.svelte';
import type { App } from '../stores/app.svelte';
import { anItem, FakeBackend, stationBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import { DEFAULT_RATE } from '../time/frame-rate';
import { PreviewStore } from './preview.svelte';
import { sentences } from './sentences';

const same = { was: 0, now: 0 };
const aPreview = (change: Partial<EditPreview> = {}): EditPreview => ({
  starts_at: '10:00:00:00',
  shifts: [],
  shifts_total: 0,
  cuts: [],
  cuts_total: 0,
  gaps: [],
  gaps_total: 0,
  overrun: same,
  unfilled: same,
  removed: 0,
  aired: null,
  left_out: 0,
  rows: [],
  ...change,
});
const at = (title: string, starts_at: string) => ({ id: title, title, starts_at });
const insert: PlannedEdit = { kind: 'insert', after: null, items: [] };
const update: PlannedEdit = { kind: 'update', ids: ['b'], set: { duration: 375 } };
const said = (preview: EditPreview, edit: PlannedEdit = update) =>
  sentences(preview, edit, DEFAULT_RATE).map(({ text }) => text);

describe('in words', () => {
  test('what moves, by how much, and until where', () => {
    const shift = {
      first: at('B', '10:01:00:00'),
      items: 12,
      frames: 750,
      until: at('News', '18:00:00:00'),
    };
    expect(said(aPreview({ shifts: [shift], shifts_total: 1 }), insert)).toEqual([
      'Starts at 10:00:00:00.',
      '12 items move by +00:00:30:00, until the fixed start at 18:00:00:00 (“News”).',
    ]);
    const earlier = { ...shift, items: 1, frames: -50, until: null };
    expect(said(aPreview({ shifts: [earlier], shifts_total: 1 }))).toEqual([
      '1 item moves by −00:00:02:00, to the end of the day.',
    ]);
    expect(said(aPreview({ shifts: [earlier, shift], shifts_total: 2 }))[1]).toBe(
      '1 other stretch moves as well.',
    );
  });

  test('what is lost is an alarm, and says how much', () => {
    const cuts = [
      { item: at('Film', '17:00:00:00'), lost: { was: 0, now: 300 }, never_plays: false },
      { item: at('Promo', '18:00:00:00'), lost: { was: 0, now: 250 }, never_plays: true },
      { item: at('More', '18:00:00:00'), lost: { was: 0, now: 250 }, never_plays: true },
    ];
    const all = sentences(aPreview({ cuts, cuts_total: 3 }), update, DEFAULT_RATE);
    expect(all.map(({ text }) => text)).toEqual([
      '“Film” is cut short by 12 s.',
      '“Promo” never plays: 10 s lost.',
      '1 other item is cut short otherwise.',
    ]);
    expect(all.every(({ tone }) => tone === 'alarm')).toBe(true);
    const whole = { item: at('Film', '17:00:00:00'), lost: { was: 300, now: 0 }, never_plays: false };
    expect(said(aPreview({ cuts: [whole], cuts_total: 1 }))).toEqual(['“Film” plays whole again.']);
  });

  test('gaps that are left, open and close, and the day’s end', () => {
    const gap = (was: number, now: number) => ({ before: at('D', '07:00:00:00'), frames: { was, now } });
    expect(said(aPreview({ gaps: [gap(1500, 750)], gaps_total: 1 }))).toEqual([
      'Gap before 07:00:00:00: 30 s left (was 1 min 00 s).',
    ]);
    expect(said(aPreview({ gaps: [gap(0, 750)], gaps_total: 1 }))).toEqual([
      'A gap of 30 s opens before 07:00:00:00.',
    ]);
    expect(said(aPreview({ gaps: [gap(750, 0)], gaps_total: 1 }))).toEqual([
      'The gap of 30 s before 07:00:00:00 closes.',
    ]);
    expect(said(aPreview({ overrun: { was: 0, now: 1500 } }))).toEqual(['The day overruns by 1 min 00 s.']);
    expect(said(aPreview())).toEqual(['Nothing else moves.']);
  });
});

test('of the questions that come while one is answered, only the last is asked', async () => {
  const backend = new FakeBackend({ preview_edit: () => aPreview() });
  const store = new PreviewStore(backend);
  const question = (duration: number) => ({
    date: '2026-11-22',
    edit: { kind: 'update' as const, ids: ['b'], set: { duration } },
    rows: [],
  });
  [1, 2, 3].forEach((duration) => store.ask(question(duration)));
  await until(() => store.answer !== null);
  expect(backend.argsOf('preview_edit').map(({ edit }) => edit)).toEqual([
    question(1).edit,
    question(3).edit,
  ]);
  store.ask(question(4));
  store.clear();
  await tick();
  await until(() => backend.argsOf('preview_edit').length === 3);
  expect(store.answer).toBeNull();
});

describe('while a duration is typed', () => {
  let app: App | undefined;
  let listening: AbortController;

  beforeEach(() => {
    listening = new AbortController();
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  });

  afterEach(() => {
    listening.abort();
    app?.stop();
  });

  test('the rows below show where they would start, until Escape', async () => {
    const backend = stationBackend(['a', 'b', 'c'].map((id) => anItem(id)));
    backend.handlers.preview_edit = () =>
      aPreview({ rows: [{ id: 'c', starts_at: '06:00:35:00', frames: 125 }] });
    const started = await startApp(backend);
    app = started;
    window.addEventListener('keydown', (event) => handleKey(event, started), { signal: listening.signal });
    render(Provide, { props: { app: started, of: PlaylistPanel } });
    await tick();
    started.selectItem('b');
    screen.getByRole('grid').focus();
    await userEvent.keyboard('d');
    await userEvent.clear(screen.getByRole('textbox'));
    await userEvent.type(screen.getByRole('textbox'), '1500');
    expect(await screen.findByText('06:00:35:00')).toBeVisible();
    expect(screen.getByRole('status', { name: 'What this would move' })).toHaveTextContent(/Nothing else/);
    const asked = backend.argsOf('preview_edit').at(-1);
    expect(asked).toMatchObject({ edit: { kind: 'update', ids: ['b'], set: { duration: 375 } } });
    expect(asked?.rows).toEqual(['a', 'b', 'c']);
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByText('06:00:35:00')).toBeNull();
    expect(backend.argsOf('update_items')).toEqual([]);
  });
});
