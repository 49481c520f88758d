import type { Backend, Reason, ReasonText } from '../backend';
import { language } from '../language/language.svelte';
import { pairOf, type Pair } from '../redundancy/pair';
import { REASONS, reasonText } from '../redundancy/reasons';
import type { StationStore } from '../stores/station.svelte';

/**
 * Has the tray and the notifications speak the screen's language. They must speak when this page is busy, too, so they get all
 * sentences that they may need beforehand: again where the language changes, or a name in them.
 */
export function followLanguage({
  backend,
  station: store,
}: {
  backend: Backend;
  station: StationStore;
}): void {
  const { desktop } = backend;
  if (!desktop) return;
  // As text: a new status about the same two stations is no change.
  const pair = $derived.by(() => {
    const { station, redundancy } = store;
    return station && redundancy ? JSON.stringify(pairOf(station, redundancy)) : null;
  });
  $effect(() => {
    // The station's own sentences are English.
    const about = pair === null || language.current === 'en' ? null : (JSON.parse(pair) as Pair);
    // Without it they go on in the language before: nothing that an operator has to mend.
    void desktop.speak(language.current, about ? sentences(about) : {}).catch(() => {});
  });
}

function sentences(pair: Pair): Partial<Record<Reason, ReasonText>> {
  const reasons = Object.keys(REASONS) as Reason[];
  return Object.fromEntries(reasons.map((reason) => [reason, reasonText(reason, pair)]));
}
