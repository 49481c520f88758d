import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import type { Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FoundItems } from '../backend';
import type { App } from '../stores/app.svelte';
import { anAsset, anItem, SECONDARY, stationBackend, type FakeBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import AssetUses from './AssetUses.svelte';
import { copyDays } from './copy-days';
import CopyDialog from './CopyDialog.svelte';
import FindDialog from './FindDialog.svelte';
import GapFill from './GapFill.svelte';

const items = [anItem('x', { asset_id: 'a' }), anItem('y')];
const found: FoundItems = {
  total: 2,
  days: 2,
  items: ['2026-11-22', '2026-11-23'].map((date, index) => ({
    id: `f${index}`,
    date,
    kind: 'clip',
    title: `Film ${index}`,
    asset_id: null,
    start_mode: 'follow',
    fixed_start: null,
    duration: 250,
  })),
};
let app: App | undefined;

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
});

afterEach(() => app?.stop());

async function show(
  backend: FakeBackend,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a component of any props
  of: Component<any>,
  props: Record<string, unknown> = {},
): Promise<App> {
  const started = await startApp(backend);
  app = started;
  render(Provide, { props: { app: started, of, props } });
  return started;
}

const button = (name: string | RegExp) => screen.getByRole('button', { name });

describe('copying to other days', () => {
  test('counts the days from the first one on', () => {
    expect(copyDays('2026-12-31', 'once', 9)).toEqual(['2026-12-31']);
    expect(copyDays('2026-12-31', 'day', 2)).toEqual(['2026-12-31', '2027-01-01']);
    expect(copyDays('2026-12-24', 'week', 2)).toEqual(['2026-12-24', '2026-12-31']);
  });

  test('takes what is selected, or else the whole day', async () => {
    const backend = stationBackend(items);
    backend.handlers.copy_items = () => ({ items: 2, removed: 0, aired: null, epoch: 1, seq: 2 });
    const started = await show(backend, CopyDialog);
    started.overlay = 'copy';
    await screen.findByRole('dialog', { name: 'Copy 2 items to other days' });
    started.selection.items = { ids: new Set(['y']), focus: 'y', anchor: 'y' };
    await screen.findByRole('dialog', { name: 'Copy 1 item to other days' });
    await userEvent.click(screen.getByRole('radio', { name: 'Every week' }));
    await userEvent.clear(screen.getByLabelText('How many times'));
    await userEvent.type(screen.getByLabelText('How many times'), '2');
    await userEvent.click(button('Copy'));
    await until(() => started.overlay === null);
    const [sent] = backend.argsOf('copy_items');
    expect(sent).toMatchObject({ ids: ['y'], place: 'append' });
    expect(sent?.to).toHaveLength(2);
  });

  test('refuses a number of times that makes no sense, beside the field', async () => {
    const backend = stationBackend(items);
    const started = await show(backend, CopyDialog);
    started.overlay = 'copy';
    await userEvent.click(await screen.findByRole('radio', { name: 'Every day' }));
    await userEvent.clear(screen.getByLabelText('How many times'));
    await userEvent.type(screen.getByLabelText('How many times'), '400');
    expect(screen.getByLabelText('How many times')).toHaveAccessibleDescription(/from 1 to 366/);
    await userEvent.click(button('Copy'));
    expect(backend.argsOf('copy_items')).toEqual([]);
  });
});

describe('finding', () => {
  test('asks once typing pauses, and Enter opens the first day with the item selected', async () => {
    const backend = stationBackend(items);
    backend.handlers.find_items = () => found;
    const started = await show(backend, FindDialog);
    started.overlay = 'find';
    await userEvent.type(await screen.findByRole('searchbox'), 'film');
    expect(await screen.findByText('2 items on 2 days')).toBeVisible();
    expect(backend.argsOf('find_items')).toEqual([{ query: 'film' }]);
    await userEvent.keyboard('{Enter}');
    await until(() => started.day.date === '2026-11-22' && started.overlay === null);
    expect(started.selection.items.focus).toBe('f0');
  });
});

describe('filling a gap', () => {
  const gap = { after: 'x', before: 'y', startOffset: 250, frames: 500 };
  const fill = {
    clips: [{ asset_id: 'b', title: 'Promo', category: 'Promo', duration: 490 }],
    filled: 490,
    categories: ['Promo'],
  };

  test('leaves out the clips beside the gap, and inserts what it shows', async () => {
    const backend = stationBackend(items);
    backend.handlers.suggest_fill = () => fill;
    await show(backend, GapFill, { gap });
    expect(await screen.findByText('Leaves 10 frames.')).toBeVisible();
    expect(backend.argsOf('suggest_fill').at(-1)).toEqual({ frames: 500, category: null, avoid: ['a'] });
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'From' }), 'Promo');
    await until(() => backend.argsOf('suggest_fill').at(-1)?.category === 'Promo');
    await userEvent.click(button('Insert 1 clip'));
    await until(() => backend.argsOf('insert_items').length === 1);
    expect(backend.argsOf('insert_items')[0]).toMatchObject({ after: 'x', items: [{ asset_id: 'b' }] });
  });

  test('shows what would fit on a secondary, but inserts nothing', async () => {
    const backend = stationBackend(items, [], SECONDARY);
    backend.handlers.suggest_fill = () => fill;
    await show(backend, GapFill, { gap });
    await userEvent.click(await screen.findByRole('button', { name: 'Insert 1 clip' }));
    expect(backend.argsOf('insert_items')).toEqual([]);
  });
});

describe('where an asset is used', () => {
  test('lists the days, and replaces it there', async () => {
    const backend = stationBackend(items, [anAsset('a'), anAsset('b')]);
    backend.handlers.find_items = () => found;
    backend.handlers.replace_asset = () => ({ items: 2, aired: 'on_air', epoch: 1, seq: 2 });
    const started = await show(backend, AssetUses, { asset: anAsset('a') });
    await userEvent.click(await screen.findByRole('button', { name: 'Replace everywhere…' }));
    await userEvent.click(screen.getByRole('radio', { name: 'all days' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Replace in 2 items' }));
    await until(() => started.messages.list.length > 1);
    expect(backend.argsOf('replace_asset')).toEqual([{ asset_id: 'a', with: 'b', from: null }]);
    expect(started.messages.list.map(({ text }) => text)).toEqual([
      'This edit concerns the item that is on the air now.',
      '2 items now play “Asset b”.',
    ]);
  });
});
