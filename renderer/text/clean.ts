/**
 * Text from agents and repositories as it may be shown: terminal sequences and control characters are gone, and
 * characters that would reorder or hide text are written out, for example as ‹U+202E›.
 */
export function clean(text: string): string {
  if (!suspicious.test(text)) return text;
  return text
    .replace(terminalSequences, '')
    .replace(/\r\n?/g, '\n')
    .replace(controls, '')
    .replace(invisible, (character) => `‹U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}›`);
}

/** The same for one line: line breaks and tabs become spaces. */
export function cleanLine(text: string): string {
  return clean(text).replace(/[\n\t\u2028\u2029]+/g, ' ');
}

/**
 * The same for a patch, where each line's first character and each line's end mean something: nothing is taken away,
 * every control character is shown as its picture, so that a hidden one is seen in review; and so is whatever others than
 * git would take for a line's end.
 */
export function cleanPatch(patch: string): string {
  if (!suspicious.test(patch)) return patch;
  return patch
    .replace(/\r(?!\n)/g, '␍')
    .replace(controls, (character) => {
      const code = character.charCodeAt(0);
      return code < 0x20
        ? String.fromCharCode(0x2400 + code)
        : code === 0x7f
          ? '␡'
          : `‹U+${code.toString(16).toUpperCase()}›`;
    })
    .replace(written, (character) => `‹U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}›`);
}

// Tab, line feed and carriage return are text; the joiners U+200C and U+200D are needed by emoji and many scripts.
const controlClass = '\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F';
const invisibleClass =
  '\\u061C\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u2069\\uFEFF\\u{E0000}-\\u{E007F}';
// Line ends to a browser and to a pattern, and none to git.
const lineEndClass = '\\u2028\\u2029';
const suspicious = new RegExp(`[\\r${controlClass}${lineEndClass}${invisibleClass}]`, 'u');
const controls = new RegExp(`[${controlClass}]`, 'gu');
const invisible = new RegExp(`[${invisibleClass}]`, 'gu');
const written = new RegExp(`[${lineEndClass}${invisibleClass}]`, 'gu');

// In this order: OSC, DCS, SOS, PM and APC strings with their end, CSI sequences, and the two- and three-byte rest. None of the
// strings has another's beginning in it: from each of many its end would be looked for through all the rest.
const terminalSequences = new RegExp(
  [
    '(?:\\u001B[\\]PX^_]|[\\u009D\\u0090\\u0098\\u009E\\u009F])[^\\u0007\\u001B\\u009C\\u009D\\u0090\\u0098\\u009E\\u009F]{0,65536}(?:\\u0007|\\u001B\\\\|\\u009C)',
    '(?:\\u001B\\[|\\u009B)[0-?]*[ -/]*[@-~]',
    '\\u001B[ -/]*[0-~]',
  ].join('|'),
  'gu',
);
