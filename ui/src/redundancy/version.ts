/** Which of two semantic versions comes first: negative, zero or positive (semver.org, 11). Build metadata is ignored. */
export function compareVersions(a: string, b: string): number {
  const [coreA, preA] = parts(a);
  const [coreB, preB] = parts(b);
  const byCore = compareLists(coreA, coreB);
  if (byCore !== 0) return byCore;
  // A pre-release comes before its release.
  if (preA.length === 0 || preB.length === 0) return preB.length - preA.length;
  return compareLists(preA, preB);
}

function parts(version: string): [core: string[], pre: string[]] {
  const [withoutBuild = ''] = version.split('+');
  const dash = withoutBuild.indexOf('-');
  if (dash < 0) return [withoutBuild.split('.'), []];
  return [withoutBuild.slice(0, dash).split('.'), withoutBuild.slice(dash + 1).split('.')];
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (right === undefined) return 1;
    const difference = compareIdentifiers(left, right);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Numbers by size, before words; words by their letters. */
function compareIdentifiers(a: string, b: string): number {
  const [numericA, numericB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numericA && numericB) return Number(a) - Number(b);
  if (numericA !== numericB) return numericA ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
