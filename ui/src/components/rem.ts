/** What is drawn at 100 %: the size of the root's text. */
const ROOT_PX = 16;

/** A length in px, given as a number or as `"480px"`, in the unit that grows with the size of the screen (Settings, Appearance). */
export function rem(px: number | string): string {
  return `${(typeof px === 'number' ? px : Number.parseFloat(px)) / ROOT_PX}rem`;
}
