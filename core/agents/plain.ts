// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file removes.

/**
 * Strings the terminal would swallow whole: OSC, DCS, SOS, PM and APC, ended by BEL or ST, or by whatever begins next. Were an end
 * asked for, it would be looked for through all the rest from each beginning.
 */
const strings = /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/g;
/** CSI sequences: colours, cursor moves, queries. */
const sequences = /(?:\u001b\[|\u009b)[0-?]*[ -/]*(?:[@-~]|$)/g;
/** Two- and three-character escapes. */
const escapes = /\u001b[ -/]*[0-~]?/g;
/** What is left of C0 and C1, except tab and newline. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text without terminal control sequences and control characters; tabs and newlines stay. */
export function plainText(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(strings, '')
    .replace(sequences, '')
    .replace(escapes, '')
    .replace(controls, '');
}

/** The first `maximum` characters, with a line that says how much was left out when something was. */
export function capped(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  return `${text.slice(0, maximum)}\n… ${text.length - maximum} more characters left out`;
}
