import { z } from 'zod';
import { isQuestion, questionsOf } from './claude-questions';
import type { HookDesk, HookListener, HookProgram } from './screen';

/** A year would overflow the timer that counts it. */
const patienceSeconds = 2_000_000;

/** The settings that make Claude Code pass on what it asks, and what tells that it was answered on the screen. */
export function hookSettings({ command, args, env }: HookProgram): string {
  const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  // What Claude Code itself starts must not see what only this program needs.
  const line = entries.length === 0 ? [command, ...args] : ['/usr/bin/env', ...entries, command, ...args];
  const [program, ...rest] = line;
  const hook = { type: 'command', command: program, args: rest, timeout: patienceSeconds };
  const told = { ...hook, timeout: 30, async: true };
  return JSON.stringify({
    hooks: {
      PermissionRequest: [{ hooks: [hook] }],
      ...Object.fromEntries(tellers.map((name) => [name, [{ hooks: [told] }]])),
    },
  });
}

/** The hooks after which nothing that was asked before is open on the screen, of one call or of all. */
const tellers = ['PostToolUse', 'PostToolUseFailure', 'Stop', 'UserPromptSubmit'] as const;

const eventSchema = z.discriminatedUnion('hook_event_name', [
  z.looseObject({
    hook_event_name: z.literal('PermissionRequest'),
    tool_name: z.string(),
    tool_input: z.record(z.string(), z.unknown()),
  }),
  z.looseObject({
    hook_event_name: z.enum(['PostToolUse', 'PostToolUseFailure']),
    tool_name: z.string(),
    tool_input: z.record(z.string(), z.unknown()),
  }),
  z.looseObject({ hook_event_name: z.enum(['Stop', 'UserPromptSubmit']) }),
]);

const modeSchema = z.looseObject({ permission_mode: z.string() });

/** The modes in which it asks for leave as in a turn. */
const asking: readonly string[] = ['default', 'manual', 'plan'];

interface Open {
  readonly tool: string;
  readonly input: string;
  readonly withdrawn: AbortController;
}

/** Begins to listen to the hooks of a screen. */
export function listenToClaude(desk: HookDesk): HookListener {
  const open = new Set<Open>();
  let mode: string | null = null;
  let quiet = false;

  /** A person can tell the screen to ask less, which holds on it and nowhere else. */
  function seeMode(event: unknown): void {
    const parsed = modeSchema.safeParse(event);
    if (!parsed.success || parsed.data.permission_mode === mode) return;
    mode = parsed.data.permission_mode;
    const asks = asking.includes(mode);
    if (asks && !quiet) return;
    quiet = !asks;
    const text = quiet
      ? `Claude Code was set to its mode ${mode} on the screen: there it runs more than before without asking.`
      : 'Claude Code asks for leave on the screen again.';
    desk.notice(text, quiet ? 'warning' : 'info');
  }

  async function ask(tool: string, input: Readonly<Record<string, unknown>>, over: AbortSignal): Promise<unknown> {
    const request = { subtype: 'can_use_tool' as const, tool_name: tool, input };
    if (desk.permissionLevel === 'autonomous' && !isQuestion(request)) return decided({ behavior: 'allow' });
    const withdrawn = new AbortController();
    const asked: Open = { tool, input: JSON.stringify(input), withdrawn };
    const end = () => withdrawn.abort();
    open.add(asked);
    over.addEventListener('abort', end, { once: true });
    if (over.aborted) end();
    try {
      const { questions, decide } = await questionsOf(request, desk.directory);
      if (withdrawn.signal.aborted) return null;
      return decided(decide(await Promise.all(questions.map((question) => desk.ask(question, withdrawn.signal)))));
    } catch (error) {
      if (withdrawn.signal.aborted) return null;
      throw error;
    } finally {
      open.delete(asked);
      over.removeEventListener('abort', end);
    }
  }

  return {
    async take(event, over) {
      seeMode(event);
      const parsed = eventSchema.safeParse(event);
      // A newer version may say more than is understood.
      if (!parsed.success) return null;
      const told = parsed.data;
      if (told.hook_event_name === 'PermissionRequest') return ask(told.tool_name, told.tool_input, over);
      if (told.hook_event_name === 'Stop' || told.hook_event_name === 'UserPromptSubmit') {
        for (const { withdrawn } of open) withdrawn.abort();
        desk.settled();
        return null;
      }
      const input = JSON.stringify(told.tool_input);
      for (const asked of open) {
        // A question is answered in its own input, which is then another one.
        const isIt = asked.tool === told.tool_name && (asked.input === input || told.tool_name === 'AskUserQuestion');
        if (isIt) asked.withdrawn.abort();
      }
      return null;
    },
  };
}

function decided(decision: object): object {
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } };
}
