import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PermissionLevel } from '../contract/task';
import { createAcpAgent } from './acp';
import type { AskHuman } from './acp-program';
import type { Edit, Quirks } from './acp-quirks';
import type { Agent } from './agent';
import { createGooseScreen } from './goose-screen';
import { toolServerName } from './review-tools';

/** Goose, driven over the Agent Client Protocol. Built against 1.52.0; of older ones seen, 1.37 cannot ask the person anything but leave. */
export function createGoose({ askHuman }: { readonly askHuman: AskHuman | null }): Agent {
  const agent = createAcpAgent({
    name: 'goose',
    label: 'Goose',
    command: 'goose',
    args: ['acp', '--with-builtin', 'developer'],
    install: installGoose,
    signIn: 'Run `goose configure` in a terminal to set up its provider and key',
    askHuman,
    quirks: gooseQuirks,
    notes: (version) => [
      'Goose tells the tokens of its last model call only, so a task used more than is shown.',
      ...(version !== null && /^(?:0|1\.[1-4]?\d)\./.test(version)
        ? [`Goose ${version} cannot pass on what an agent wants to ask a person. Update it to 1.50 or newer.`]
        : []),
    ],
  });
  const { environment, repositoryPrograms, kindOf } = gooseQuirks;
  return {
    ...agent,
    models: true,
    screen: createGooseScreen({ install: installGoose, environment, repositoryPrograms, kindOf }),
  };
}

const installGoose =
  'Install it with: curl -fsSL https://github.com/aaif-goose/goose/releases/download/stable/download_cli.sh | bash';

const modeOf = (level: PermissionLevel) => (level === 'autonomous' ? 'auto' : 'approve');

const yearSeconds = 365 * 24 * 60 * 60;

const gooseQuirks: Quirks = {
  environment: (level, model) => ({
    ...(model !== null && { GOOSE_MODEL: model }),
    // Everything is asked: the other asking mode lets a model decide what is sensitive.
    GOOSE_MODE: modeOf(level),
    GOOSE_TELEMETRY_OFF: '1',
    // A title costs a model call, and the task has one.
    GOOSE_DISABLE_SESSION_NAMING: 'true',
    // A person who is asked may take longer than the five minutes after which Goose drops a tool call, heard of or not.
    GOOSE_DEFAULT_EXTENSION_TIMEOUT: String(yearSeconds),
  }),
  mode: modeOf,
  repositoryPrograms: pluginsOf,
  failureText: /^(?:\*\*)?(?:Ran into this error:|Network error:)/,
  toolName: (meta) => {
    const parsed = toolMeta.safeParse(meta);
    return parsed.success ? parsed.data.goose.toolCall.toolName : null;
  },
  liveOutput: (meta) => {
    const parsed = liveMeta.safeParse(meta);
    return parsed.success ? parsed.data.toolNotification.params.chunks.map((chunk) => chunk.output).join('') : null;
  },
  kindOf: (toolName) => kinds[toolName] ?? null,
  editOf: (toolName, input) => (toolName === 'edit' ? edit(input) : null),
  // Those that cannot, the last of which seen is 1.37, do not introduce themselves either.
  passesQuestions: (introduction) => introduction.agentInfo != null,
  steer: {
    method: '_goose/unstable/session/steer',
    runOf: (meta) => {
      const parsed = runMeta.safeParse(meta);
      return parsed.success ? parsed.data.goose.activeRunId : undefined;
    },
    params: (sessionId, expectedRunId, text) => ({ sessionId, expectedRunId, prompt: [{ type: 'text', text }] }),
  },
  toolNames: (tool) => [`${toolServerName}__${tool}`],
};

const toolMeta = z.object({ goose: z.object({ toolCall: z.object({ toolName: z.string() }) }) });

const runMeta = z.object({ goose: z.object({ activeRunId: z.string().nullable() }) });

const liveMeta = z.object({
  toolNotification: z.object({
    type: z.literal('live_output'),
    params: z.object({ chunks: z.array(z.object({ output: z.string() })) }),
  }),
});

const kinds: Readonly<Record<string, string>> = {
  shell: 'execute',
  write: 'edit',
  edit: 'edit',
  tree: 'read',
  analyze: 'read',
  read_image: 'read',
  switchyard__ask_human: 'think',
};

const editInput = z.object({ path: z.string(), before: z.string(), after: z.string() });

function edit(input: unknown): Edit | null {
  const parsed = editInput.safeParse(input);
  return parsed.success ? parsed.data : null;
}

/** Goose runs a repository's plug-ins and their hooks without a question. */
async function pluginsOf(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(join(directory, '.agents', 'plugins'));
    return entries.sort().map((entry) => `.agents/plugins/${entry}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
