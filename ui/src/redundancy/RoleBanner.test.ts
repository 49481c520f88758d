import { render, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { peer, redundancy, station } from './fixtures';
import RoleBannerView from './RoleBannerView.svelte';

describe('the role banner', () => {
  it('says that a primary is edited here', () => {
    const pair = redundancy('primary', 'synced', 'equal');
    render(RoleBannerView, { props: { station: station(), redundancy: pair, live: true, channel: 'One' } });
    expect(screen.getByText('Primary')).toBeVisible();
    expect(screen.getByText('Station A leads: edits are made here')).toBeVisible();
  });

  it('says whom a secondary follows, and that it is read only', () => {
    const pair = redundancy('secondary_copy', 'synced', 'equal', { peer: peer({ name: 'Station A' }) });
    const self = station({ name: 'Station B', editable: false });
    render(RoleBannerView, { props: { station: self, redundancy: pair, live: true, channel: 'One' } });
    expect(screen.getByText('Secondary')).toBeVisible();
    expect(screen.getByText('Station B follows Station A: read only')).toBeVisible();
  });

  it('never says that a primary which must not edit can be edited', () => {
    const pair = redundancy('primary', 'incompatible', 'superseded');
    render(RoleBannerView, {
      props: { station: station({ editable: false }), redundancy: pair, live: true, channel: 'One' },
    });
    expect(screen.queryByText(/edits are made here/)).toBeNull();
    expect(screen.getByText(/must not edit now/)).toBeVisible();
  });

  it('draws the three roles in three shapes', () => {
    const shapes = (['none', 'primary', 'secondary_copy'] as const).map((mode) => {
      const pair = redundancy(mode, 'synced', 'equal');
      const { container, unmount } = render(RoleBannerView, {
        props: { station: station(), redundancy: pair, live: true, channel: '' },
      });
      const shape = container.querySelector('svg')?.innerHTML;
      unmount();
      return shape;
    });
    expect(new Set(shapes).size).toBe(3);
  });

  it('promises nothing while the window hears nothing from its station', () => {
    const pair = redundancy('primary', 'synced', 'equal');
    render(RoleBannerView, { props: { station: station(), redundancy: pair, live: false, channel: 'One' } });
    expect(screen.queryByText(/edits are made here/)).toBeNull();
    expect(screen.getByText(/may be out of date/)).toBeVisible();
  });
});
