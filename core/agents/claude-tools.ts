import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { z } from 'zod';
import { capped, plainText } from './plain';
import { unifiedDiff } from './unified-diff';

type Input = Readonly<Record<string, unknown>>;

/** What a tool call is, for people. */
export interface ToolView {
  readonly title: string;
  readonly kind: string;
  readonly paths: readonly string[];
  /** What an edit changes, as far as its input tells. */
  readonly diff: string | null;
}

const kinds: Readonly<Record<string, string>> = {
  Read: 'read',
  NotebookRead: 'read',
  Write: 'edit',
  Edit: 'edit',
  MultiEdit: 'edit',
  NotebookEdit: 'edit',
  Bash: 'execute',
  BashOutput: 'execute',
  KillShell: 'execute',
  Grep: 'search',
  Glob: 'search',
  LS: 'search',
  ToolSearch: 'search',
  WebFetch: 'fetch',
  WebSearch: 'fetch',
  Task: 'think',
  Agent: 'think',
};

/** The most of a file that is compared with what is to be written over it. */
const maximumCompared = 1024 * 1024;

/** Describes a tool call by its input; paths in the worktree are given relative to it. */
export function viewTool(name: string, input: Input, directory: string): ToolView {
  const path = text(input.file_path) ?? text(input.notebook_path) ?? text(input.path);
  const shown = path === null ? null : shorten(path, directory);
  return {
    title: capped(
      plainText(titleOf(name, input, shown))
        .replace(/\s+/g, ' ')
        .trim(),
      300,
    ),
    kind: kinds[name] ?? 'other',
    paths: shown === null ? [] : [shown],
    diff: shown === null ? null : diffOf(name, input, shown, null),
  };
}

/** The change a `Write` would make to the file as it is now, or what `viewTool` tells of another edit. */
export async function diffForDecision(name: string, input: Input, directory: string): Promise<string | null> {
  const path = text(input.file_path) ?? text(input.notebook_path);
  if (path === null) return null;
  const absolute = resolve(directory, path);
  return diffOf(name, input, shorten(path, directory), await currentText(absolute, directory));
}

const patchSchema = z.object({
  filePath: z.string(),
  structuredPatch: z
    .array(
      z.object({
        oldStart: z.number(),
        oldLines: z.number(),
        newStart: z.number(),
        newLines: z.number(),
        lines: z.array(z.string()),
      }),
    )
    .min(1),
});

/** The diff an edit reports once it is done, with true line numbers; null when it reports none. */
export function reportedDiff(result: unknown, directory: string): string | null {
  const parsed = patchSchema.safeParse(result);
  if (!parsed.success) return null;
  const path = shorten(parsed.data.filePath, directory);
  const hunks = parsed.data.structuredPatch.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines,
  ]);
  return [`--- a/${path}`, `+++ b/${path}`, ...hunks, ''].join('\n');
}

function titleOf(name: string, input: Input, path: string | null): string {
  if (name === 'Bash') return text(input.command) ?? 'Run a command';
  if (path !== null) return `${name} ${path}`;
  const detail = text(input.pattern) ?? text(input.query) ?? text(input.url) ?? text(input.description);
  return detail === null ? name : `${name} ${detail}`;
}

function diffOf(name: string, input: Input, path: string, before: string | null): string | null {
  if (name === 'Write') {
    const after = text(input.content);
    return after === null ? null : unifiedDiff({ path, before, after });
  }
  const edits = name === 'MultiEdit' && Array.isArray(input.edits) ? (input.edits as readonly Input[]) : [input];
  const diffs = edits.flatMap((edit) => {
    const [old, now] = [text(edit.old_string), text(edit.new_string)];
    return old === null || now === null ? [] : [unifiedDiff({ path, before: old, after: now })];
  });
  return diffs.length === 0 ? null : diffs.join('');
}

/** A file in the worktree, when it is small enough; nothing outside it is read on the agent's word. */
async function currentText(path: string, directory: string): Promise<string | null> {
  if (!isInside(path, directory)) return null;
  try {
    const facts = await stat(path);
    return facts.isFile() && facts.size <= maximumCompared ? await readFile(path, 'utf8') : null;
  } catch {
    return null;
  }
}

function shorten(path: string, directory: string): string {
  return isAbsolute(path) && isInside(path, directory) ? relative(directory, path) : path;
}

function isInside(path: string, directory: string): boolean {
  const inside = relative(directory, path);
  return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
