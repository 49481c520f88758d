import { describe, expect, it } from 'vitest';
import { compareVersions } from './version';

describe('the order of versions', () => {
  // The example of semver.org, 11.4, between two releases.
  const ascending = [
    '0.9.12',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.10.0',
  ];

  it('is that of semver.org', () => {
    const shuffled = [...ascending].reverse();
    expect(shuffled.sort(compareVersions)).toEqual(ascending);
  });

  it('ignores build metadata', () => {
    expect(compareVersions('1.2.3+debian1', '1.2.3')).toBe(0);
  });
});
