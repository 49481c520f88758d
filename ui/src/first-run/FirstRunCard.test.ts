import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import FirstRunCard from './FirstRunCard.svelte';

describe('the first run', () => {
  it('says what to do first and leads there', async () => {
    const steps = {
      onfolder: vi.fn(),
      onsample: vi.fn(),
      onbyhand: vi.fn(),
      onchannel: vi.fn(),
      onredundancy: vi.fn(),
      onclose: vi.fn(),
    };
    render(FirstRunCard, { props: steps });
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: 'Choose a folder of media…' }));
    await user.click(screen.getByRole('button', { name: 'Make a sample channel' }));
    await user.click(screen.getByRole('link', { name: 'Or add an asset by hand' }));
    await user.click(screen.getByRole('link', { name: 'Check the channel' }));
    await user.click(screen.getByRole('link', { name: 'redundancy settings' }));
    await user.click(screen.getByRole('button', { name: 'Close' }));
    for (const step of Object.values(steps)) expect(step).toHaveBeenCalledOnce();
  });
});
