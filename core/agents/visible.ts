// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file makes visible.

/** Control characters except tab and newline, and what turns the direction of text or has no width. */
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * The text with every character that a screen would act on or hide written out as `\u001b`. For what a person decides
 * about: there, removing a character would show something else than what would be done.
 */
export function visibleText(text: string): string {
  return text.replace(hidden, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
