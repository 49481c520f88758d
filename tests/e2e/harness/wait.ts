/** The longest that anything may take before a test gives up. Generous: a slow machine is no fault. */
export const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/**
 * Asks until the answer is neither null, undefined nor false, and returns it. What throws counts as "not yet", and is
 * named when the time is up.
 */
export async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + patienceMs;
  let last: unknown = 'it never held';
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
      last = 'it never held';
    } catch (thrown) {
      last = thrown;
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
  throw new Error(`gave up waiting until ${what}: ${last instanceof Error ? last.message : String(last)}`);
}
