import type { Turn } from './agent';
import { reviewTools, toolServerName } from './review-tools';

/** Which conversation a process is started for. */
export type Conversation =
  | { readonly kind: 'new'; readonly id: string; readonly prompt: string }
  /** An empty prompt goes on where the conversation was cut off. */
  | { readonly kind: 'resumed'; readonly id: string; readonly prompt: string; readonly at: string | null };

/**
 * The arguments of `claude`. The prompt is no argument: it goes in by stdin, where nothing can be taken for a flag.
 * The mode is always said, because a person's own settings may have another default.
 */
export function claudeArguments(
  turn: Pick<Turn, 'trusted' | 'budgetUsd' | 'review' | 'model'>,
  conversation: Conversation,
): readonly string[] {
  return [
    ...['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'],
    ...['--include-partial-messages', '--permission-prompt-tool', 'stdio', '--permission-mode', 'default'],
    ...(conversation.kind === 'new' ? ['--session-id', conversation.id] : ['--resume', conversation.id]),
    // Without a fork what came after that place would be lost to the conversation it is in.
    ...(conversation.kind === 'resumed' && conversation.at !== null
      ? ['--resume-session-at', conversation.at, '--fork-session']
      : []),
    // It looks at what it spent after each call of its model, while we hear of it a moment later.
    ...(turn.budgetUsd === null ? [] : ['--max-budget-usd', turn.budgetUsd.toFixed(6)]),
    ...modelArguments(turn),
    ...(turn.review === null ? [] : reviewing),
    ...untrustedArguments(turn),
  ];
}

/** Whether a tool is one of the review's own, which needs no leave: it is what the agent was asked to use. */
export function isReviewTool(name: string): boolean {
  return reviewTools.some((tool) => claudeToolName(tool.name) === name);
}

/** The name Claude Code gives a tool of ours. */
function claudeToolName(tool: string): string {
  return `mcp__${toolServerName}__${tool}`;
}

/** Whoever reviews gets our tools, which this process serves itself, and none that edit files. */
const reviewing: readonly string[] = [
  ...['--mcp-config', JSON.stringify({ mcpServers: { [toolServerName]: { type: 'sdk', name: toolServerName } } })],
  ...['--disallowed-tools', 'Edit,MultiEdit,Write,NotebookEdit'],
];

/** Says which model to use; nothing leaves that to the person's own settings. */
export function modelArguments({ model }: Pick<Turn, 'model'>): readonly string[] {
  return model === null ? [] : ['--model', model];
}

/** What keeps out what a repository brings for agents, which is code: settings with hooks and allow rules, and tool servers. */
export function untrustedArguments({ trusted }: Pick<Turn, 'trusted'>): readonly string[] {
  return trusted ? [] : ['--setting-sources', 'user', '--strict-mcp-config'];
}

/** What the process sees: the turn's environment, the status events, and leave to go on with a turn that was cut off. */
export function claudeEnvironment(
  turn: Pick<Turn, 'environment'>,
  conversation: Conversation,
): Readonly<Record<string, string>> {
  return {
    ...turn.environment,
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
    ...(goesOn(conversation) ? { CLAUDE_CODE_RESUME_INTERRUPTED_TURN: '1' } : {}),
  };
}

/** Whether the conversation goes on where it was cut off, with nothing new said. */
export function goesOn(conversation: Conversation): boolean {
  return conversation.kind === 'resumed' && conversation.prompt === '';
}
