/** What measures in the page itself: bodies of functions, the same for Chromium and for the app's window. */

/** Remembers what the focused row says of its duration, and waits for a key press and for the frame that shows another one. */
export const AWAIT_EDIT = `
  const grid = document.querySelector('[role=grid]');
  const text = () => {
    const row = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
    return row?.querySelector('input') ? null : (row?.children[2]?.textContent ?? null);
  };
  const before = window.shownBefore;
  window.measured = new Promise((resolve) => {
    let pressed = 0;
    window.addEventListener(
      'keydown',
      (event) => {
        pressed = event.timeStamp;
        window.pressedAt = Date.now() - (performance.now() - pressed);
      },
      { capture: true, once: true },
    );
    const observer = new MutationObserver(() => {
      const now = text();
      if (pressed === 0 || now === null || now === before) return;
      observer.disconnect();
      painted(() => resolve(performance.now() - pressed));
    });
    observer.observe(grid, { subtree: true, childList: true, characterData: true });
  });
  // After the next frame is handed over, the message is handled.
  function painted(then) {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(null);
    });
  }`;

export const REMEMBER_DURATION = `
  const grid = document.querySelector('[role=grid]');
  const row = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
  window.shownBefore = row?.children[2]?.textContent;`;

/** Waits for a key press in the library's search and for the frame that shows another answer. */
export const AWAIT_SEARCH = `
  const panel = document.querySelector('[data-scope=library]');
  const said = () => panel.querySelector('.count')?.textContent ?? '';
  const before = said();
  window.measured = new Promise((resolve) => {
    let pressed = 0;
    window.addEventListener(
      'keydown',
      (event) => {
        pressed = event.timeStamp;
        window.pressedAt = Date.now() - (performance.now() - pressed);
      },
      { capture: true, once: true },
    );
    const observer = new MutationObserver(() => {
      if (pressed === 0 || said() === before) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - pressed);
        port2.postMessage(null);
      });
    });
    observer.observe(panel, { subtree: true, childList: true, characterData: true });
  });`;

export const MEASURED = 'return window.measured;';

/** When the key was pressed that was waited for, in milliseconds since 1970. */
export const PRESSED_AT = 'return window.pressedAt;';

/** Where the duration of the focused row stands. */
export const DURATION_BOX = `
  const grid = document.querySelector('[role=grid]');
  const { x, y, width, height } = document.getElementById(grid.getAttribute('aria-activedescendant')).children[2].getBoundingClientRect();
  return { x, y, width, height };`;

/** Where the library says how much it found, and the first of it. */
export const FOUND_BOXES = `
  const panel = document.querySelector('[data-scope=library]');
  const { left, width, bottom } = panel.querySelector('header').getBoundingClientRect();
  const count = panel.querySelector('.count').getBoundingClientRect();
  return [
    { x: count.x, y: count.y, width: count.width, height: count.height },
    { x: left, y: bottom, width: width - 20, height: 132 },
  ];`;

/** Where a few titles of the day stand: more than a row's height of them, in the middle. */
export const TITLES_BOX = `
  const { x, y, width, height } = document.querySelector('[role=grid]').getBoundingClientRect();
  return { x: x + 120, y: y + height / 2, width: width / 3, height: 28 };`;

/** Scrolls the day from its top, by two rows and more in each frame; answers the frames a second and the longest one's time. */
export const scroll = (frames: number) => `
  const grid = document.querySelector('[role=grid]');
  grid.scrollTop = 0;
  const FRAMES = ${frames};
  return await new Promise((resolve) => {
    let frames = 0;
    let longest = 0;
    let last = performance.now();
    const began = last;
    const step = (now) => {
      longest = Math.max(longest, now - last);
      last = now;
      grid.scrollTop += 60;
      frames += 1;
      if (frames < FRAMES) requestAnimationFrame(step);
      else resolve({ fps: (frames * 1000) / (performance.now() - began), longest_ms: longest });
    };
    requestAnimationFrame(step);
  });`;

/** Frames a second of a page that does nothing: what the machine gives at most. */
export const IDLE = `
  const FRAMES = 120;
  return await new Promise((resolve) => {
    let frames = 0;
    const began = performance.now();
    const step = () => (++frames < FRAMES ? requestAnimationFrame(step) : resolve((frames * 1000) / (performance.now() - began)));
    requestAnimationFrame(step);
  });`;

/** How many rows of the day are in the document. */
export const ROWS = `return document.querySelectorAll('[role=grid] [role=row]').length;`;

/** When the first day and the library stood on the screen, in milliseconds since 1970; null before that. */
export const USABLE = `
  const [mark] = performance.getEntriesByName('usable');
  return mark ? performance.timeOrigin + mark.startTime : null;`;
