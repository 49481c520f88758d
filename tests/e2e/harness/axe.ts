/** axe-core in a page that is looked at often: it is put in once, and runs there. */
import axe from 'axe-core';

/** The body of a function for the page: whether axe is there already. */
export const HAS_AXE = 'return typeof window.axe === "object";';
export const AXE = axe.source;

/**
 * The body of a function for the page, with the selector of a part of it (or null) and the only rules to hold it against (or
 * null) as its arguments: answers what axe finds.
 */
export const RUN_AXE = `
  const [part, rules] = arguments;
  // What has just changed is drawn first.
  await new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume)));
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
  const { violations } = await window.axe.run(part ?? document, options);
  return violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | '));`;
