import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { redundancy } from '../redundancy/fixtures';
import { aDay, anAsset, anItem, aStation, SECONDARY, stationBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import FirstRun from './FirstRun.svelte';

async function start(...station: Parameters<typeof stationBackend>) {
  const app = await startApp(stationBackend(...station));
  await app.library.refresh();
  render(Provide, { props: { app, of: FirstRun } });
  return app;
}

const card = () => screen.queryByRole('heading', { name: 'An empty station' });

describe('what an empty station says', () => {
  it('is what to do first', async () => {
    const app = await start();
    expect(card()).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Choose a folder of media…' }));
    expect(app.overlay).toBe('scan');
  });

  it('goes when there is something in the library or in the day', async () => {
    await start([], [anAsset('a')]);
    expect(card()).toBeNull();
    await start([anItem('i')]);
    expect(card()).toBeNull();
  });

  it('stays away from a secondary, which is filled by its primary', async () => {
    await start([], [], SECONDARY);
    expect(card()).toBeNull();
  });

  it('stays closed once it was closed', async () => {
    await start();
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(card()).toBeNull());
  });

  it('leads on to a day that is filled, once the library has something', async () => {
    const backend = stationBackend();
    const app = await startApp(backend);
    await app.library.refresh();
    render(Provide, { props: { app, of: FirstRun } });
    expect(card()).toBeVisible();
    backend.handlers.list_assets = () => ({ total: 2, assets: [anAsset('a'), anAsset('b')] });
    const clip = { asset_id: 'a', title: 'A', category: '', duration: 24 * 3600 * 25 };
    backend.handlers.suggest_fill = () => ({ clips: [clip], filled: clip.duration, categories: [] });
    await app.library.refresh();
    await userEvent.click(await screen.findByRole('button', { name: 'Fill the day' }));
    await waitFor(() => expect(backend.argsOf('insert_items')[0]?.items).toEqual([{ asset_id: 'a' }]));
  });

  it('says nothing of a day into which somebody puts items by hand', async () => {
    const app = await start();
    app.library.total = 2;
    expect(await screen.findByRole('button', { name: 'Fill the day' })).toBeVisible();
    app.day.playlist = aDay([anItem('i')]);
    await waitFor(() => expect(screen.queryByRole('heading')).toBeNull());
  });

  it('says nothing of a day that came from the primary, also once this station leads', async () => {
    const app = await start();
    expect(card()).toBeVisible();
    app.station.update({ ...aStation(), ...SECONDARY }, redundancy('secondary_copy', 'synced', 'equal'));
    await waitFor(() => expect(card()).toBeNull());
    app.library.total = 5;
    app.station.update(aStation({ mode: 'primary' }), redundancy('primary', 'synced', 'equal'));
    expect(screen.queryByRole('heading')).toBeNull();
  });

  it('makes a sample channel on request', async () => {
    const backend = stationBackend();
    backend.handlers.make_sample = () => ({ job: 'j' });
    const app = await startApp(backend);
    await app.library.refresh();
    render(Provide, { props: { app, of: FirstRun } });
    await userEvent.click(screen.getByRole('button', { name: 'Make a sample channel' }));
    expect(backend.argsOf('make_sample')).toEqual([{ date: app.day.date }]);
  });

  it('does not take an empty search for an empty library', async () => {
    const app = await start();
    await app.library.ask({ query: 'nothing like it' });
    expect(card()).toBeNull();
  });
});
