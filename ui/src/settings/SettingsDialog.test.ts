import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '../backend';
import { redundancy, station } from '../redundancy/fixtures';
import { appearance } from './appearance.svelte';
import SettingsDialogView from './SettingsDialogView.svelte';
import { countsInWords } from './counts';
import type { SettingsSection } from './strings';

const READ_ONLY = 'Station B follows Station A and cannot edit.';
const backups = [
  { id: 'b1', at: '2026-11-22T17:58:44Z', reason: 'by hand', size_bytes: 18_240_512, path: '/b1.db' },
];
const roots = [
  { name: 'media', path: '/srv/media', present: true, assets: 3 },
  { name: 'promos', path: null, present: false, assets: 1 },
];

function settings(
  section: SettingsSection,
  readOnly: string | null = null,
  verified = true,
  damaged = false,
) {
  const answers: Record<string, unknown> = {
    list_backups: { backups },
    get_data: {
      dir: '/d',
      size_bytes: 52_400_000,
      database_bytes: 34_100_000,
      journal: { entries: 4_812, bytes: 9_700_000, entries_min: 100_000, unacknowledged_bytes_max: 4e9 },
    },
    list_media_roots: { roots, watched: [] },
    set_media_root: { roots, watched: [] },
    restore_backup: { damaged },
    verify: { ok: verified, sum: 'a', scanned_sum: 'a', cells: 182_000, ms: 88 },
  };
  const call = vi.fn(async (command: string) => answers[command] ?? {});
  const onsection = vi.fn();
  render(SettingsDialogView, {
    props: {
      open: true,
      section,
      station: station(),
      redundancy: redundancy('none', 'no_redundancy', 'no_redundancy'),
      channel: {
        name: 'One',
        frame_rate: '25',
        drop_frame: false,
        time_zone: 'UTC',
        day_start: '06:00:00:00',
      },
      readOnly,
      backend: { call } as unknown as Pick<Backend, 'call'>,
      onclose: vi.fn(),
      onsection,
      onredundancy: vi.fn(),
      onchannel: vi.fn(),
    },
  });
  return { call, onsection, user: userEvent.setup() };
}

describe('the settings', () => {
  afterEach(() => {
    appearance.theme = 'system';
  });

  it('move between their sections by click and by arrow keys', async () => {
    const { user, onsection } = settings('redundancy');
    await user.click(screen.getByRole('tab', { name: 'Data' }));
    expect(onsection).toHaveBeenLastCalledWith('data');
    screen.getByRole('tab', { name: 'Redundancy' }).focus();
    await user.keyboard('{ArrowDown}');
    expect(onsection).toHaveBeenLastCalledWith('channel');
  });

  it('tell where the data lies, how much there is and how far the journal reaches', async () => {
    settings('data');
    expect(await screen.findByText('52 MB, 34 MB of it the database')).toBeVisible();
    expect(screen.getByText(/4,812 entries, 9\.7 MB/)).toBeVisible();
    expect(screen.getByText(/At least 100,000 entries are kept.*up to 4\.0 GB/)).toBeVisible();
    expect(screen.getByText('/home/op/.local/share/tandem')).toBeVisible();
  });

  it('list, make and restore backups', async () => {
    const { call, user } = settings('data');
    const restore = await screen.findByRole('button', {
      name: /Restore the backup of Nov 22, 2026 17:58:44/,
    });
    await user.click(screen.getByRole('button', { name: 'Back up now' }));
    expect(call).toHaveBeenCalledWith('create_backup', {});
    await user.click(restore);
    expect(call).toHaveBeenCalledWith('restore_backup', { id: 'b1' });
  });

  it('say of a restored backup that it was made of damaged data', async () => {
    const { user } = settings('data', null, true, true);
    await user.click(await screen.findByRole('button', { name: /Restore the backup/ }));
    expect(await screen.findByText(/made of damaged data: check the playlists/)).toBeVisible();
  });

  it('restore nothing on a secondary and say why; backing up stays possible', async () => {
    const { call, user } = settings('data', READ_ONLY);
    const restore = await screen.findByRole('button', { name: /Restore the backup/ });
    expect(restore).toHaveAccessibleDescription(READ_ONLY);
    await user.click(restore);
    expect(call).not.toHaveBeenCalledWith('restore_backup', expect.anything());
    await user.click(screen.getByRole('button', { name: 'Back up now' }));
    expect(call).toHaveBeenCalledWith('create_backup', {});
  });

  it.each([
    [true, /All data is as it should be: 182,000 values/],
    [false, /does not match its checksum/],
  ])('tell the outcome of a check: %s', async (ok, says) => {
    const { user } = settings('data', null, ok);
    await user.click(screen.getByRole('button', { name: 'Verify now' }));
    expect(await screen.findByText(says)).toBeVisible();
  });

  it('map media folders on this station, on a secondary too', async () => {
    const { call, user } = settings('media', READ_ONLY);
    const field = await screen.findByLabelText('Folder of “promos” on this station');
    expect(screen.getByText(/No folder set on this station · 1 asset/)).toBeVisible();
    await user.type(field, '/mnt/promos');
    const form = field.closest('form') as HTMLFormElement;
    await user.click(within(form).getByRole('button', { name: 'Set' }));
    expect(call).toHaveBeenCalledWith('set_media_root', { name: 'promos', path: '/mnt/promos' });
  });

  it('keep the chosen theme on this machine', async () => {
    const { user } = settings('appearance');
    await user.click(screen.getByRole('radio', { name: 'Light' }));
    expect(document.documentElement.dataset['theme']).toBe('light');
    appearance.restore();
    expect(appearance.theme).toBe('light');
    await user.click(screen.getByRole('radio', { name: 'System' }));
    expect(document.documentElement.dataset['theme']).toBeUndefined();
  });
});

describe('density and size', () => {
  afterEach(() => {
    appearance.density = 'comfortable';
    appearance.size = '100';
  });

  it('are kept on this machine, told to the style sheets, and make rows higher and lower', async () => {
    const { user } = settings('appearance');
    expect([appearance.px(26), appearance.rowPx(28)]).toEqual([26, 28]);
    await user.click(screen.getByRole('radio', { name: '130 %' }));
    expect([appearance.px(26), appearance.rowPx(28)]).toEqual([34, 36]);
    await user.click(screen.getByRole('radio', { name: 'Compact' }));
    expect(appearance.rowPx(28)).toBe(31);
    appearance.restore();
    expect(document.documentElement.dataset).toMatchObject({ density: 'compact', size: '130' });
    await user.click(screen.getByRole('radio', { name: '100 %' }));
    expect(appearance.rowPx(28)).toBe(24);
  });
});

describe('the counts of a conflict in words', () => {
  it.each([
    [{ playlists: 1, items: 1204 }, '1 playlist and 1,204 items'],
    [{ counts: { assets: 2, media_roots: 1 } }, '2 assets and 1 media folder'],
    [{ items: 0 }, null],
    [null, null],
  ])('%j', (details, words) => {
    expect(countsInWords(details)).toBe(words);
  });
});
