import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { CallError, type AssetView, type ItemView } from '../backend';
import { DEFAULT_RATE } from '../time/frame-rate';
import AssetsInspector from './AssetsInspector.svelte';
import { asset, item } from './fixtures';
import GapInspector from './GapInspector.svelte';
import ItemsInspector from './ItemsInspector.svelte';

const READ_ONLY = 'Station B follows Station A and cannot edit.';

function items(
  selected: ItemView[],
  { readOnly = null, view = null }: { readOnly?: string | null; view?: AssetView | null } = {},
) {
  const update = vi.fn(async () => {});
  const preview = vi.fn();
  const shown = { items: selected, asset: view, rate: DEFAULT_RATE, timeZone: 'UTC', readOnly };
  const props = { ...shown, update, preview };
  return { update, preview, user: userEvent.setup(), ...render(ItemsInspector, { props }) };
}

const field = (label: string) => screen.getByLabelText(label);

describe('the inspector of one item', () => {
  it('shows every detail, and those of its asset', () => {
    items([item({ marks: [{ kind: 'cut_short', frames: 250 }], plays: 500 })], { view: asset() });
    expect(screen.getByRole('heading', { name: 'Evening news' })).toBeVisible();
    expect(field('Duration')).toHaveValue('00:00:30:00');
    expect(screen.getByText(/Cut short by/)).toBeVisible();
    expect(screen.getByText('20:00:00:00')).toBeVisible();
    expect(screen.getByText('mpeg2video, 1920 × 1080')).toBeVisible();
    expect(screen.getByText('/srv/media/news/evening.mxf (Found)')).toBeVisible();
  });

  it('commits a duration on Enter, as frames', async () => {
    const { update, user } = items([item()]);
    await user.clear(field('Duration'));
    await user.type(field('Duration'), '1:00:00{Enter}');
    expect(update).toHaveBeenCalledWith(['i1'], { duration: 1500 });
  });

  it('counts on from the present value', async () => {
    const { update, user } = items([item()]);
    await user.clear(field('Duration'));
    await user.type(field('Duration'), '+30{Enter}');
    expect(update).toHaveBeenCalledWith(['i1'], { duration: 1500 });
  });

  it('commits when the field is left, and not when nothing was changed', async () => {
    const { update, user } = items([item()]);
    await user.click(field('Title'));
    await user.tab();
    expect(update).not.toHaveBeenCalled();
    await user.type(field('Title'), '!');
    await user.tab();
    expect(update).toHaveBeenCalledWith(['i1'], { title: 'Evening news!' });
  });

  it('takes back what was typed on Escape', async () => {
    const { update, user } = items([item()]);
    await user.type(field('Title'), ' xyz{Escape}');
    expect(field('Title')).toHaveValue('Evening news');
    await user.tab();
    expect(update).not.toHaveBeenCalled();
  });

  it('says beside the field what is wrong, with the field’s units', async () => {
    const { update, user } = items([item()]);
    await user.clear(field('Duration'));
    await user.type(field('Duration'), '10:30{Enter}');
    expect(field('Duration')).toBeInvalid();
    expect(field('Duration')).toHaveAccessibleDescription(/A second has 25 frames/);
    expect(update).not.toHaveBeenCalled();
  });

  it('shows the core’s refusal beside the field and keeps what was typed', async () => {
    const { update, user } = items([item()]);
    update.mockRejectedValue(new CallError('invalid', 'The title is too long.'));
    await user.type(field('Title'), ' long{Enter}');
    expect(await screen.findByText('The title is too long.')).toHaveRole('alert');
    expect(field('Title')).toHaveValue('Evening news long');
  });

  it('keeps what is being typed when the item changes meanwhile', async () => {
    const { user, rerender } = items([item()]);
    await user.type(field('Title'), ' ab');
    await rerender({ items: [item({ title: 'Late news' })] });
    expect(field('Title')).toHaveValue('Evening news ab');
  });

  it('fixes the start at the time at which the item starts now', async () => {
    const { update, user } = items([item()]);
    await user.click(screen.getByRole('button', { name: 'Fixed' }));
    expect(update).toHaveBeenCalledWith(['i1'], { start_mode: 'fixed', fixed_start: '20:00:00:00' });
  });

  it('shows what an edit would move while it is typed, and no more once it is made or given up', async () => {
    const { update, preview, user } = items([item()]);
    await user.clear(field('Duration'));
    await user.type(field('Duration'), '15:00');
    expect(preview).toHaveBeenLastCalledWith(['i1'], { duration: 375 });
    await user.type(field('Duration'), 'x');
    expect(preview).toHaveBeenLastCalledWith(['i1'], null);
    await user.type(field('Duration'), '{Backspace}{Enter}');
    expect(preview.mock.calls.slice(-2)).toEqual([
      [['i1'], { duration: 375 }],
      [['i1'], null],
    ]);
    expect(update).toHaveBeenCalledTimes(1);
    await user.type(field('Duration'), '0{Escape}');
    expect(preview).toHaveBeenLastCalledWith(['i1'], null);
    await user.type(field('Title'), ' title{Escape}');
    expect(update).toHaveBeenCalledTimes(1);
  });

  it('shows what a start would move before it is chosen, by pointer and by keys', async () => {
    const { update, preview, user } = items([item()]);
    await user.hover(screen.getByRole('button', { name: 'Hold' }));
    expect(preview).toHaveBeenLastCalledWith(['i1'], { start_mode: 'hold' });
    await user.unhover(screen.getByRole('button', { name: 'Hold' }));
    expect(preview).toHaveBeenLastCalledWith(['i1'], null);
    screen.getByRole('button', { name: 'Follow', pressed: true }).focus();
    await user.keyboard('{ArrowRight}');
    expect(preview).toHaveBeenLastCalledWith(['i1'], { start_mode: 'fixed', fixed_start: '20:00:00:00' });
    expect(update).not.toHaveBeenCalled();
    await user.keyboard('{Enter}');
    expect(update).toHaveBeenCalledWith(['i1'], { start_mode: 'fixed', fixed_start: '20:00:00:00' });
    expect(preview).toHaveBeenLastCalledWith(['i1'], null);
  });

  it('asks for a fixed start only where there is one', () => {
    const { unmount } = items([item()]);
    expect(screen.queryByLabelText('Fixed start')).toBeNull();
    unmount();
    items([item({ start_mode: 'fixed', fixed_start: '20:00:00:00' })]);
    expect(field('Fixed start')).toHaveValue('20:00:00:00');
  });

  it('asks for no duration of a note', () => {
    items([item({ kind: 'note', asset_id: null, duration: 0 })]);
    expect(screen.queryByLabelText('Duration')).toBeNull();
  });
});

describe('the inspector of several items', () => {
  const two = [item(), item({ id: 'i2', duration: 250, title: 'Promo' })];

  it('shows what they share, says mixed where they differ, and sums their durations', () => {
    items(two);
    expect(screen.getByRole('heading', { name: '2 items' })).toBeVisible();
    expect(field('In point')).toHaveValue('00:00:00:00');
    expect(field('Duration')).toHaveValue('');
    expect(field('Duration')).toHaveAttribute('placeholder', 'mixed');
    expect(screen.getByText('00:00:40:00 (40 s)')).toBeVisible();
  });

  it('sets one value in all of them', async () => {
    const { update, user } = items(two);
    await user.type(field('Duration'), '10:00{Enter}');
    expect(update).toHaveBeenCalledWith(['i1', 'i2'], { duration: 250 });
  });

  it('refuses to count on from values that differ', async () => {
    const { update, user } = items(two);
    await user.type(field('Duration'), '+30{Enter}');
    expect(field('Duration')).toHaveAccessibleDescription(/They differ/);
    expect(update).not.toHaveBeenCalled();
  });
});

describe('the inspector on a secondary', () => {
  it('reads everything and edits nothing', async () => {
    const { update, user } = items([item({ start_mode: 'fixed', fixed_start: '20:00:00:00' })], {
      readOnly: READ_ONLY,
      view: asset(),
    });
    for (const label of ['Title', 'Start', 'Fixed start', 'Duration', 'In point', 'Notes']) {
      expect(field(label)).toHaveAttribute('readonly');
      expect(field(label)).toHaveAttribute('title', READ_ONLY);
    }
    await user.type(field('Title'), 'x{Enter}');
    expect(field('Title')).toHaveValue('Evening news');
    expect(update).not.toHaveBeenCalled();
  });
});

describe('the inspector of assets', () => {
  const props = { rate: DEFAULT_RATE, timeZone: 'UTC', readOnly: null };

  it('shows everything about one, and edits it in place', async () => {
    const update = vi.fn(async () => {});
    render(AssetsInspector, { props: { ...props, assets: [asset()], count: 1, view: asset(), update } });
    expect(screen.getByText('pcm_s24le, stereo, 48 kHz')).toBeVisible();
    expect(screen.getByText('3 times')).toBeVisible();
    const user = userEvent.setup();
    await user.clear(field('Category'));
    await user.type(field('Category'), 'Promo{Enter}');
    expect(update).toHaveBeenCalledWith({ category: 'Promo' });
  });

  it('says when the file is not there, or its folder is not mapped', () => {
    const view = asset({ present: false });
    const { unmount } = render(AssetsInspector, {
      props: { ...props, assets: [view], count: 1, view, update: vi.fn() },
    });
    expect(screen.getByText(/\(The file is not there\.\)/)).toBeVisible();
    unmount();
    const unmapped = asset({ present: null, local_path: null });
    render(AssetsInspector, {
      props: { ...props, assets: [unmapped], count: 1, view: unmapped, update: vi.fn() },
    });
    expect(screen.getByText(/set it under Settings/)).toBeVisible();
  });

  describe('of several', () => {
    const several = [
      asset({ title: 'A', notes: 'HD' }),
      asset({ id: 'a2', title: 'B', notes: 'HD', category: 'Promo', duration: 250 }),
    ];
    const shown = (count = 2) => {
      const update = vi.fn(async () => {});
      render(AssetsInspector, { props: { ...props, assets: several, count, view: null, update } });
      return { update, user: userEvent.setup() };
    };

    it('shows what they share, and that the rest is mixed', () => {
      shown();
      expect(screen.getByRole('heading', { name: '2 assets' })).toBeVisible();
      expect(field('Notes')).toHaveValue('HD');
      for (const mixed of ['Title', 'Category', 'Duration']) {
        expect(field(mixed)).toHaveAttribute('placeholder', 'mixed');
        expect(field(mixed)).toHaveValue('');
      }
    });

    it('sets one value in all of them, and counts on from none that differ', async () => {
      const { update, user } = shown();
      await user.type(field('Duration'), '+30{Enter}');
      expect(field('Duration')).toHaveAccessibleDescription(/They differ/);
      expect(update).not.toHaveBeenCalled();
      await user.clear(field('Duration'));
      await user.type(field('Duration'), '10:00{Enter}');
      await user.type(field('Category'), 'News{Enter}');
      expect(update.mock.calls).toEqual([[{ duration: 250 }], [{ category: 'News' }]]);
    });

    it('claims nothing of those that are not known here', () => {
      shown(3);
      expect(screen.getByRole('heading', { name: '3 assets' })).toBeVisible();
      expect(field('Notes')).toHaveAttribute('placeholder', 'mixed');
    });
  });
});

describe('the inspector of a gap', () => {
  it('says how long it is and between what', () => {
    const after = item({ ends_at: '20:00:30:00' });
    render(GapInspector, {
      props: { frames: 750, after, before: null, dayStart: '06:00:00:00', rate: DEFAULT_RATE },
    });
    expect(screen.getByText('00:00:30:00')).toBeVisible();
    expect(screen.getByText('20:00:30:00')).toBeVisible();
    expect(screen.getByText('06:00:00:00 (end of the day)')).toBeVisible();
  });
});
