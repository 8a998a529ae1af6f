/** Finding by words. */

/** Whether one of the `texts` holds each word of `sought`, whatever the case. */
export function holdsWords(texts: readonly string[], sought: string): boolean {
  const all = texts.join("\n").toLowerCase();
  return wordsOf(sought).every((word) => all.includes(word));
}

export const wordsOf = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean);
