/** What is wrong with one part of an input, as its check says it. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: unknown;
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly values?: unknown;
}

/** What is wrong with an input, as sentences for whoever gave it: the first three things. */
export function refusedWords(issues: readonly Issue[]): string {
  return issues.slice(0, 3).map(issueWords).join(' ');
}

function issueWords({ message, path = [], ...issue }: Issue): string {
  const parts = path.map((part) => String(typeof part === 'object' ? part.key : part));
  const name = parts.map(inWords).join(' ');
  if (name === '') return sentence(message);
  // What a check of ours says of it is a sentence of its own.
  if (issue.code === 'custom' && /^[A-Z].*\.$/.test(message)) return message;
  const text = issue.origin === 'string';
  const list = issue.origin === 'array';
  if (issue.code === 'too_small' && text && issue.minimum === 1) return `The ${name} must not be empty.`;
  if (issue.code === 'too_big') {
    if (text) return `The ${name} must be at most ${String(issue.maximum)} characters long.`;
    return list
      ? `There may be at most ${String(issue.maximum)} of: ${name}.`
      : `The ${name} must be at most ${String(issue.maximum)}.`;
  }
  if (issue.code === 'too_small' && !text && !list) return `The ${name} must be at least ${String(issue.minimum)}.`;
  if (issue.code === 'invalid_value' && Array.isArray(issue.values))
    return `The ${name} must be one of ${issue.values.map(String).join(', ')}.`;
  return `The ${name} was refused: ${sentence(message)}`;
}

/** `permissionLevel` as `permission level`; the place in a list counts from 1. */
function inWords(part: string): string {
  if (/^\d+$/.test(part)) return `(${Number(part) + 1})`;
  return part.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
