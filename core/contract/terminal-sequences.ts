// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file removes.

/**
 * In this order: OSC, DCS, SOS, PM and APC strings, which a terminal swallows whole, ended by BEL or ST, or by whatever begins
 * next; CSI sequences (colours, cursor moves, questions); the two- and three-character rest (ECMA-48). Were the end of a string
 * asked for, it would be looked for through all the rest from each beginning.
 */
const sequences =
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;

/** The text without the sequences of a terminal, also those that do not end: whole, so that nothing of them is left as words. */
export function withoutSequences(text: string): string {
  return text.replace(sequences, '');
}
