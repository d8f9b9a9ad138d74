import { severities } from '../contract/agent-review';

/** One thing the echo agent is told to do by a line of its prompt. */
export type EchoStep =
  | { readonly do: 'ask'; readonly question: string; readonly options: readonly string[] }
  | { readonly do: 'permission'; readonly command: string }
  | { readonly do: 'plan'; readonly entries: readonly string[] }
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'print'; readonly bytes: number; readonly escapes: boolean }
  | { readonly do: 'wait'; readonly milliseconds: number }
  | { readonly do: 'fail'; readonly reason: string; readonly once: boolean }
  | { readonly do: 'spend'; readonly usd: number; readonly tokens: number }
  | { readonly do: 'limit'; readonly seconds: number | null; readonly once: boolean }
  | { readonly do: 'hang' }
  | { readonly do: 'comment'; readonly input: Readonly<Record<string, unknown>> }
  | { readonly do: 'verdict'; readonly input: Readonly<Record<string, unknown>> }
  /** Writes the prompt itself down: what the agent does unless told otherwise. */
  | { readonly do: 'note' };

/** The steps a prompt asks for, in order, ending with the note unless the prompt says what to write or that nothing is to be written. */
export function parseEcho(prompt: string): readonly EchoStep[] {
  const directives = prompt.split('\n').flatMap((line) => {
    const found = directive.exec(line);
    return found === null ? [] : [{ name: found[1] ?? '', rest: (found[2] ?? '').trim() }];
  });
  const escapes = directives.some(({ name }) => name === 'escape');
  const steps = directives.flatMap(({ name, rest }) => stepOf(name, rest, escapes));
  const silent = directives.some(({ name }) => ['nothing', 'write', 'comment', 'verdict'].includes(name));
  return silent ? steps : [...steps, { do: 'note' }];
}

/** The prompt without the lines that are directives. */
export function wordsOf(prompt: string): string {
  const words = prompt
    .split('\n')
    .filter((line) => !directive.test(line))
    .join('\n')
    .trim();
  return words === '' ? prompt.trim() : words;
}

/** The lines that look like directives and are none, at most 100 characters of each. */
export function notUnderstood(prompt: string): readonly string[] {
  return prompt
    .split('\n')
    .filter((line) => looksLikeOne.test(line) && !directive.test(line))
    .map((line) => line.trim().slice(0, 100));
}

const looksLikeOne = /^\s*\[[a-z][a-z-]*(?::.*)?\]\s*$/;

const directive =
  /^\s*\[(ask|permission|plan|write|say|print|escape|wait|fail|fail-once|spend|limit|limit-once|hang|comment|verdict|nothing)(?::[ \t]*(.*?))?\]\s*$/;

function stepOf(name: string, rest: string, escapes: boolean): readonly EchoStep[] {
  const [first = '', ...others] = rest.split('|').map((part) => part.trim());
  switch (name) {
    case 'ask':
      return [{ do: 'ask', question: first, options: others }];
    case 'permission':
      // A command may hold pipes of its own.
      return [{ do: 'permission', command: rest }];
    case 'plan':
      return [{ do: 'plan', entries: [first, ...others] }];
    case 'write':
      return [{ do: 'write', path: first, text: others.join(' | ').replace(/\\n/g, '\n') }];
    case 'say':
      return [{ do: 'say', text: rest }];
    case 'print':
      return [{ do: 'print', bytes: Math.max(0, Number.parseInt(rest, 10) || 0), escapes }];
    case 'wait':
      return [{ do: 'wait', milliseconds: milliseconds(rest) }];
    case 'fail':
    case 'fail-once':
      return [{ do: 'fail', reason: rest, once: name === 'fail-once' }];
    case 'spend':
      return [{ do: 'spend', usd: Number(first) || 0, tokens: Math.round(Number(others[0] ?? 0)) || 0 }];
    case 'limit':
    case 'limit-once':
      return [{ do: 'limit', seconds: rest === '' ? null : milliseconds(rest) / 1000, once: name === 'limit-once' }];
    case 'hang':
      return [{ do: 'hang' }];
    case 'comment':
      return [{ do: 'comment', input: commentInput(first, others.join(' | ')) }];
    case 'verdict':
      return [{ do: 'verdict', input: { verdict: first, summary: others.join(' | ') } }];
    default:
      return [];
  }
}

/** `a.txt:3-5 old problem`: the file, its lines, whether they are those before the change, and the severity. */
function commentInput(place: string, text: string): Readonly<Record<string, unknown>> {
  const [, path = place, line, last, more = ''] =
    /^(.*?)(?::(\d+)(?:-(\d+))?)?((?: (?:old|problem|suggestion|nit))*)$/.exec(place) ?? [];
  const words = more.trim().split(' ');
  const severity = severities.find((one) => words.includes(one));
  return {
    path,
    text: text.replace(/\\n/g, '\n'),
    ...(line !== undefined && { line: Number(line) }),
    ...(last !== undefined && { last_line: Number(last) }),
    ...(words.includes('old') && { side: 'old' }),
    ...(severity !== undefined && { severity }),
  };
}

/** `2s`, `500ms`, `1m`; a bare number is seconds. At most a day. */
function milliseconds(text: string): number {
  const [, amount = '0', unit = 's'] = /^([\d.]+)\s*(ms|s|m)?$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1000, m: 60_000 }[unit] ?? 1000;
  return Math.min(Number(amount) * factor || 0, 86_400_000);
}

/** The file that notes on a task are kept in, relative to the worktree, named after its first words. */
export function noteFile(prompt: string): string {
  return `echo/${slugOf(wordsOf(prompt))}.md`;
}

/** A short file name made of the first words. */
function slugOf(text: string): string {
  const slug = (text.split('\n')[0] ?? '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return slug === '' ? 'task' : slug;
}
