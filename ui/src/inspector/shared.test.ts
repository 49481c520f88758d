import { describe, expect, it } from 'vitest';
import { shared } from './shared';

describe('a field over several items', () => {
  it('is the value where all share it', () => {
    expect(shared([{ kind: 'clip' }, { kind: 'clip' }], (item) => item.kind)).toEqual({
      mixed: false,
      value: 'clip',
    });
  });

  it('is mixed where one differs', () => {
    expect(shared([{ n: 1 }, { n: 1 }, { n: 2 }], (item) => item.n)).toEqual({ mixed: true });
  });

  it('takes a shared null for a value', () => {
    expect(shared([{ asset: null }, { asset: null }], (item) => item.asset)).toEqual({
      mixed: false,
      value: null,
    });
  });
});
