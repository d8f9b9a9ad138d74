import type { PermissionOption, RequestPermissionRequest, RequestPermissionResponse } from '@agentclientprotocol/sdk';
import type { Answer, RequestOption } from '../contract/request';
import type { Quirks } from './acp-quirks';
import { inputText, type KnownTool, lineOf, textOf, toolDiff } from './acp-updates';
import type { Question } from './agent';
import { capped } from './plain';
import { visibleText } from './visible';

type Kind = PermissionOption['kind'];

/** What an agent asks leave for, as a question to the person: everything that would be done, with nothing hidden. */
export function permissionQuestion(tool: KnownTool, quirks: Quirks): Question {
  const said = visibleText(textOf(tool.content)).trim();
  const diff = toolDiff(tool, quirks);
  const title = lineOf(visibleText(tool.title));
  if (tool.kind === 'switch_mode') {
    return { kind: 'plan', title, body: said, tool: null, options, allowsText: true, multiple: false };
  }
  const command = commandOf(tool.input);
  return {
    kind: 'permission',
    title,
    body: said,
    tool: {
      // Without a name of its own the tool is not known by the title of this call, which is only words.
      name: tool.name === null ? 'a tool' : lineOf(visibleText(tool.name)),
      command: command === null ? null : visibleText(command),
      // Nothing sent along is not the same as an empty input: what the tool will do is not known then.
      input: tool.input === undefined || tool.input === null ? '' : visibleText(inputText(tool.input)),
      diff: diff === null ? null : capped(visibleText(diff), 64 * 1024),
    },
    options,
    allowsText: true,
    multiple: false,
  };
}

/**
 * The two decisions there are. What an agent would keep for good by itself is not offered: it would stand where nobody
 * sees it or can take it back. Standing rules are the runner's.
 */
const options: readonly RequestOption[] = [
  { label: 'Allow', description: '', kind: 'allow_once' },
  { label: 'Deny', description: '', kind: 'reject_once' },
];

/** The command line a tool's input holds, or null. */
function commandOf(input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null;
  const { command } = input as { readonly command?: unknown };
  if (typeof command === 'string') return command;
  return Array.isArray(command) && command.every((part) => typeof part === 'string') ? command.join(' ') : null;
}

/** The permission as it goes back to the agent. Options are known by their kind: every agent names them differently. */
export function permissionOutcome(request: RequestPermissionRequest, answer: Answer): RequestPermissionResponse {
  return answer.decision === 'allow' ? allowed(request) : pick(request.options, ['reject_once', 'reject_always']);
}

/** Leave given without asking, for this one time if the agent knows such a thing. */
export function allowed(request: RequestPermissionRequest): RequestPermissionResponse {
  return pick(request.options, ['allow_once', 'allow_always']);
}

/** The question was not answered: the agent must not go on with it. */
export const unanswered: RequestPermissionResponse = { outcome: { outcome: 'cancelled' } };

function pick(options: readonly PermissionOption[], kinds: readonly Kind[]): RequestPermissionResponse {
  for (const kind of kinds) {
    const found = options.find((option) => option.kind === kind);
    if (found !== undefined) return select(found);
  }
  return unanswered;
}

function select(option: PermissionOption): RequestPermissionResponse {
  return { outcome: { outcome: 'selected', optionId: option.optionId } };
}
