/** What a page says and whether it fits: read off the page itself. */
import type { Page } from '@playwright/test';

/** Every text that is shown or read out: text, names, hints and descriptions. */
export function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const said = new Set<string>();
    const add = (text: string | null) => {
      const tidy = (text ?? '').replace(/\s+/g, ' ').trim();
      if (tidy) said.add(tidy);
    };
    const shown = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
    for (const element of shown.querySelectorAll<HTMLElement>('*')) {
      if (!element.checkVisibility() || element.closest('[data-selectable], option, [lang=en]:not(html)')) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) add(element.getAttribute(name));
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) add(node.textContent);
    }
    return [...said];
  });
}

/** What does not fit: texts that are cut off without saying so, controls that lie on one another, a page wider than its window. */
export function misfitsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const misfits: string[] = [];
    const name = (element: Element) =>
      `${element.tagName.toLowerCase()} “${(element.getAttribute('aria-label') ?? element.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 50)}”`;
    if (document.documentElement.scrollWidth > window.innerWidth) misfits.push('the page is wider than its window');
    const shown = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
    const visible = (element: Element) =>
      element.checkVisibility() && !element.closest('.visually-hidden') && element.getBoundingClientRect().width > 1;
    for (const element of shown.querySelectorAll<HTMLElement>('button, [role=tab], h2, h3, legend, label, dt, th, [role=columnheader]')) {
      if (!visible(element) || element.clientWidth === 0) continue;
      const { overflowX, textOverflow } = getComputedStyle(element);
      if (element.scrollWidth > element.clientWidth + 1 && !(overflowX === 'hidden' && textOverflow === 'ellipsis')) {
        misfits.push(`${name(element)} is ${element.scrollWidth - element.clientWidth} px too wide for its place`);
      }
    }
    for (const field of shown.querySelectorAll('input')) {
      if (visible(field) && /^[\d:;]+$/.test(field.value) && field.scrollWidth > field.clientWidth + 1) {
        misfits.push(`“${field.value}” does not fit into its field`);
      }
    }
    const controls = [...shown.querySelectorAll('button, input, select, textarea, a[href]')].filter(visible);
    for (const [index, one] of controls.entries()) {
      const a = one.getBoundingClientRect();
      const cut = one.closest('header, footer, main > section, dialog')?.getBoundingClientRect();
      if (cut && (a.left < cut.left - 1 || a.right > cut.right + 1) && !one.closest('[class*=scroll]')) {
        misfits.push(`${name(one)} reaches out of its panel`);
      }
      for (const other of controls.slice(index + 1)) {
        if (one.contains(other) || other.contains(one)) continue;
        const b = other.getBoundingClientRect();
        const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (width > 2 && height > 2 && sameLayer(one, other)) misfits.push(`${name(one)} lies on ${name(other)}`);
      }
    }
    return misfits;

    /** Whether neither is scrolled out of sight, or stands in something that floats above the rest. */
    function sameLayer(one: Element, other: Element): boolean {
      const layer = (element: Element) => element.closest('[role=dialog], [role=menu], dialog');
      const scroller = (element: Element) => {
        for (let at: Element | null = element.parentElement; at; at = at.parentElement) {
          if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
        }
        return null;
      };
      return layer(one) === layer(other) && scroller(one) === scroller(other);
    }
  });
}
