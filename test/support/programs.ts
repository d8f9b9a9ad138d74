import { join } from 'node:path';

/** What tests start as processes of their own: the name of each program, and the file of the checkout it begins with. */
export const programSources = {
  runtime: 'test/fault/runtime-process.ts',
  answers: 'test/fault/answers-process.ts',
  terminal: 'test/fault/terminal-process.ts',
  crash: 'test/core/store/crash-worker.ts',
  relay: 'test/fault/relay-process.ts',
  agent: 'test/support/acp-agent.ts',
  landing: 'test/core/git/landing-process.ts',
  host: 'core/host/main.ts',
  starter: 'core/starter/main.ts',
  hook: 'core/agents/hook/main.ts',
  'ask-human': 'core/agents/ask-human/main.ts',
} as const;

/**
 * Where `bundle-programs.ts` put them, each as one file: read from the sources a runtime takes three times the processor
 * to start. A program that starts another finds it beside itself.
 */
const folder = process.env.SWITCHYARD_TEST_PROGRAMS ?? import.meta.dirname;

/** The file of a program. */
export function programFile(name: keyof typeof programSources): string {
  return join(folder, `${name}.mjs`);
}

/** The arguments with which Node starts a program. */
export function programArgs(name: keyof typeof programSources, ...args: readonly string[]): string[] {
  return ['--no-warnings', '--import', join(folder, 'compile-cache.mjs'), programFile(name), ...args];
}
