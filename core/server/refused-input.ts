/** What is wrong with one part of an input, as its check says it. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: unknown;
  readonly expected?: unknown;
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: unknown;
  readonly values?: unknown;
  readonly options?: unknown;
  readonly keys?: unknown;
  readonly errors?: unknown;
}

/** What is wrong with an input, as sentences for whoever gave it: the first three things, each with what was expected and what was given. */
export function refusedWords(issues: readonly Issue[], input: unknown): string {
  return issues
    .slice(0, 3)
    .map((issue) => issueWords(issue, input))
    .join(' ');
}

function issueWords(issue: Issue, input: unknown): string {
  const { message, path = [], code } = issue;
  const parts = path.map((part) => (typeof part === 'object' ? part.key : part));
  const name = nameOf(parts);
  const value = valueAt(input, parts);
  const given = givenWords(value);
  // What a check of ours says of it is a sentence of its own.
  if (code === 'custom' && (parts.length === 0 || isSentence(message))) return sentence(message);
  switch (code) {
    case 'too_small':
    case 'too_big':
      return sizeWords(issue, name, given);
    case 'invalid_type':
      if (value === undefined) return `The ${name} is missing: it must be ${kindOf(issue.expected)}.`;
      return `The ${name} must be ${kindOf(issue.expected)}, not ${given}.`;
    case 'invalid_value':
      return oneOfWords(name, issue.values, given, value);
    case 'invalid_union': {
      if (Array.isArray(issue.options)) return oneOfWords(name, issue.options, given, value);
      if (isSentence(message)) return `The ${name} is none of what it may be. ${message}`;
      const kinds = kindsOf(issue.errors);
      return kinds === ''
        ? `The ${name} is none of what it may be: ${given}.`
        : `The ${name} must be ${kinds}, not ${given}.`;
    }
    case 'unrecognized_keys': {
      const keys = Array.isArray(issue.keys) ? issue.keys.map((key) => shortened(String(key))) : [];
      return `The ${name} has no ${keys.join(' and no ')}: leave that out.`;
    }
    case 'invalid_key':
      return `The ${nameOf(parts.slice(0, -1))} cannot have ${givenWords(String(parts.at(-1)))}.`;
    case 'invalid_format':
      if (isSentence(message)) return `The ${name} cannot be ${given}. ${message}`;
      // What the library says of a form by itself is the form as programs write it.
      return message.startsWith('Invalid')
        ? `The ${name} cannot be ${given}: it has another form.`
        : `The ${name} ${message}, not ${given}.`;
    case 'custom':
      return `The ${name} was refused: ${sentence(message)}`;
    default:
      return `The ${name} cannot be ${given}.`;
  }
}

function sizeWords({ code, origin, minimum, maximum, inclusive }: Issue, name: string, given: string): string {
  const text = origin === 'string';
  const list = origin === 'array';
  if (code === 'too_big') {
    if (text) return `The ${name} must be at most ${String(maximum)} characters long.`;
    if (list) return `There may be at most ${String(maximum)} of: ${name}.`;
    return `The ${name} must be ${inclusive === false ? 'less than' : 'at most'} ${String(maximum)}, not ${given}.`;
  }
  if (text) {
    return minimum === 1
      ? `The ${name} must not be empty.`
      : `The ${name} must be at least ${String(minimum)} characters long.`;
  }
  if (list) return `There must be at least ${String(minimum)} of: ${name}.`;
  return `The ${name} must be ${inclusive === false ? 'more than' : 'at least'} ${String(minimum)}, not ${given}.`;
}

function oneOfWords(name: string, allowed: unknown, given: string, value: unknown): string {
  const words = Array.isArray(allowed) ? allowed.map(String) : [];
  const must = `must be ${words.length === 1 ? '' : 'one of '}${words.join(', ')}`;
  return value === undefined ? `The ${name} is missing: it ${must}.` : `The ${name} ${must}, not ${given}.`;
}

/** What each form of a value must be as a whole, where that is what is wrong with all of them. */
function kindsOf(errors: unknown): string {
  const forms = (Array.isArray(errors) ? errors : []) as readonly (readonly Issue[])[];
  const kinds = forms.map(([first]) =>
    first?.code === 'invalid_type' && (first.path ?? []).length === 0 ? kindOf(first.expected) : null,
  );
  return kinds.includes(null) ? '' : [...new Set(kinds)].join(' or ');
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function kindOf(expected: unknown): string {
  return kinds[String(expected)] ?? 'something else';
}

function valueAt(input: unknown, parts: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of parts) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, part) ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return value;
}

function givenWords(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return value === undefined ? 'nothing' : String(value);
}

/** Of what was given this many characters tell which it is. */
const longestGiven = 60;

function shortened(text: string): string {
  return text.length <= longestGiven ? text : `${text.slice(0, longestGiven)}…`;
}

function nameOf(parts: readonly PropertyKey[]): string {
  return parts.length === 0 ? 'input' : parts.map((part) => inWords(String(part))).join(' ');
}

/** `permissionLevel` as `permission level`; the place in a list counts from 1. */
function inWords(part: string): string {
  if (/^\d+$/.test(part)) return `(${Number(part) + 1})`;
  return shortened(part).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function isSentence(text: string): boolean {
  return /^[A-Z].*\.$/.test(text);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
