/** Whether everything that can be clicked can be reached by keys alone: found out by pressing Tab. */
import type { Page } from '@playwright/test';

/** Around it Tab leads to one place of these, and arrows to the others. */
const WALKED = '[role=grid], [role=listbox], [role=tablist], [role=toolbar], [role=menu], [role=radiogroup]';
const CONTROLS = 'button, a[href], input, select, textarea, summary, [role=button], [role=tab], [role=option]';

/** The controls of the open dialog, or else of the page, that Tab never comes to, nor leads into the list that they stand in. */
export async function unreachable(page: Page): Promise<string[]> {
  const most = await page.evaluate((controls) => {
    const seen = new Set<EventTarget>();
    if (document.activeElement) seen.add(document.activeElement);
    document.addEventListener('focusin', ({ target }) => target && seen.add(target), { capture: true });
    (window as unknown as { seen: typeof seen }).seen = seen;
    return document.querySelectorAll(controls).length;
  }, CONTROLS);
  // Once around, whatever holds several places for Tab.
  for (let n = 0; n < most + 5; n++) {
    await page.keyboard.press('Tab');
    if (n % 20 === 19 && (await missed(page)).length === 0) break;
  }
  return missed(page);
}

function missed(page: Page): Promise<string[]> {
  return page.evaluate(
    ([controls, walked]) => {
      const { seen } = window as unknown as { seen: Set<EventTarget> };
      const layer = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
      const reached = (element: Element): boolean => {
        if (seen.has(element)) return true;
        const list = element.closest(walked!);
        if (list && [...seen].some((target) => target instanceof Node && list.contains(target))) return true;
        // One radio button of a group has the keyboard for all.
        return (
          element instanceof HTMLInputElement &&
          element.type === 'radio' &&
          [...seen].some((one) => one instanceof HTMLInputElement && one.name === element.name)
        );
      };
      return [...layer.querySelectorAll<HTMLElement>(controls!)]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]'))
        .filter((element) => !(element as HTMLButtonElement).disabled && !element.closest('.visually-hidden'))
        .filter((element) => !element.classList.contains('visually-hidden') && !reached(element))
        .map((element) => `${element.tagName.toLowerCase()} “${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim()}”`);
    },
    [CONTROLS, WALKED],
  );
}
