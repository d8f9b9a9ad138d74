import { beginsWith, commandPrefix } from './command-words';
import type { RequestKind, RequestTool } from './request';
import type { RuleMatch, RuleOffer } from './rule';

/** What of a request decides which rules cover it. */
export interface Asked {
  readonly kind: RequestKind;
  readonly tool: RequestTool | null;
}

/** A command longer than this is read by nobody before it is allowed for good. */
const longestCommand = 2000;

/** The parts of a tool's input that change nothing of what a command does. */
const remarks = new Set(['command', 'description', 'timeout', 'timeout_secs', 'timeoutMs']);

/** What tools are sent that is no place: the text of a file, what is looked for, words for a model. */
const texts = new Set(
  'content old_string new_string old_str new_str before after text file_text insert_text new_source pattern query prompt description message'.split(
    ' ',
  ),
);

/** A tool says its own name in these letters; anything else is a sentence about the call. */
const toolName = /^[\w.:/-]{1,200}$/;

/**
 * The rules that may be made of a request, the narrowest first; none for what is no permission. The same request has
 * always the same offers.
 */
export function ruleOffers(asked: Asked): readonly RuleOffer[] {
  const match = matchOf(asked);
  if (match === null) return [];
  return [
    { scope: 'session', match },
    { scope: 'repository', match },
  ];
}

/**
 * Whether a rule covers what is asked. A use on files is covered only when `staysInside`: whoever asks has looked where
 * the paths it names lead on this disk.
 */
export function covers(match: RuleMatch, asked: Asked, staysInside: boolean): boolean {
  const { tool } = asked;
  if (asked.kind !== 'permission' || tool === null || tool.name !== match.tool) return false;
  switch (match.by) {
    case 'command':
      return tool.command === match.command && besideCommand(tool) === match.beside;
    case 'prefix':
      return tool.command !== null && beginsWith(tool.command, match.words) && besideCommand(tool) === match.beside;
    case 'files':
      return tool.command === null && namedPaths(tool).length > 0 && staysInside;
    case 'tool':
      // A tool that got a command line or a file is never allowed by its name alone.
      return tool.command === null && tool.diff === null && namedPaths(tool).length === 0;
  }
}

/** Whether two offers would make the same rule. */
export function isSameOffer(one: RuleOffer, other: RuleOffer): boolean {
  return one.scope === other.scope && sameText(one.match) === sameText(other.match);
}

function sameText(match: RuleMatch): string {
  return JSON.stringify(Object.entries(match).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The files a tool is used on, as its input names them. */
export function namedPaths(tool: RequestTool): readonly string[] {
  return placesIn(inputOf(tool) ?? {});
}

function placesIn(input: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(input).flatMap(([name, value]) => {
    if (texts.has(name)) return [];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => {
      if (typeof one === 'string') return /path$|^file$|^filename$/i.test(name) || isPlace(one) ? [one] : [];
      return typeof one === 'object' && one !== null ? placesIn(one as Readonly<Record<string, unknown>>) : [];
    });
  });
}

/** Whether a text may be a place on the disk: one word with a separator or a home in it, and no address of the web. */
function isPlace(text: string): boolean {
  return /^\S*[\\/~]\S*$/.test(text) && !/^https?:\/\//.test(text);
}

function matchOf({ kind, tool }: Asked): RuleMatch | null {
  if (kind !== 'permission' || tool === null || !toolName.test(tool.name)) return null;
  if (tool.command !== null) {
    const beside = besideCommand(tool);
    if (beside === null || tool.command.length > longestCommand) return null;
    const words = commandPrefix(tool.command);
    return words === null
      ? { by: 'command', tool: tool.name, command: tool.command, beside }
      : { by: 'prefix', tool: tool.name, words: [...words], beside };
  }
  if (namedPaths(tool).length > 0) return { by: 'files', tool: tool.name };
  // What changes a file without saying which cannot be held to the worktree.
  return tool.diff === null && inputOf(tool) !== null ? { by: 'tool', tool: tool.name } : null;
}

/** What is sent beside a command and could change what it does, as one text; null when the input cannot be read. */
function besideCommand(tool: RequestTool): string | null {
  const input = inputOf(tool);
  if (input === null || input.command !== tool.command) return null;
  const rest = Object.entries(input).filter(([name]) => !remarks.has(name));
  return JSON.stringify(rest.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A tool's input as it was kept; null when it was too long to be kept whole, or is no object. */
function inputOf(tool: RequestTool): Readonly<Record<string, unknown>> | null {
  try {
    const input: unknown = JSON.parse(tool.input);
    return typeof input === 'object' && input !== null && !Array.isArray(input)
      ? (input as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}
