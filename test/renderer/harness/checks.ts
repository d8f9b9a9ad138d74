import type { Check, RepositoryCheck } from '../../../core/contract/check';

/** Ten checks of a repository, some required, some with much to read. */
export const tenChecks: readonly RepositoryCheck[] = [
  { name: 'format', command: 'npx biome format .', required: false },
  { name: 'lint', command: 'npx biome check . --error-on-warnings', required: true },
  { name: 'typecheck', command: 'npx tsc --noEmit', required: true },
  { name: 'unit tests of everything on this machine', command: 'npm test -- --run', required: true },
  { name: 'build', command: `npm run build && ${'node scripts/verify.mjs --all '.repeat(12)}`, required: true },
  { name: 'docs', command: 'make docs', required: false },
  { name: 'صفحة', command: 'make rtl', required: false },
  { name: 'licences', command: 'make licences', required: false },
  { name: 'links', command: 'make links', required: true },
  { name: 'bench', command: 'make bench', required: false },
];

/** A run of each of them but the last two: passed, failed, stale, running. */
export function tenRuns(at: number): readonly Check[] {
  return tenChecks.slice(0, 8).map(({ name, command }, index) => {
    const state = index === 7 ? 'running' : index === 2 || index === 3 ? 'failed' : 'passed';
    return {
      ...{
        run: index + 1,
        name,
        command,
        state,
        head: 'd'.repeat(40),
        clean: index !== 5,
        stale: index === 4 || index === 5,
      },
      ...{ exitCode: state === 'running' ? null : state === 'failed' ? 2 : 0, startedAt: at - (8 - index) * 60_000 },
      endedAt: state === 'running' ? null : at - (8 - index) * 60_000 + 8400,
      train: null,
      leftBehind: index === 0 ? ['package-lock.json', 'src/formatted by it.ts'] : [],
    };
  });
}

/** As much as is kept of what a check printed, with many places in it and lines without an end. */
export function muchPrinted(): string {
  const lines = Array.from(
    { length: 900 },
    (_, at) => `src/members/member-${at % 12}.tsx:${at + 1}:7 - error TS2322: no such thing`,
  );
  return `${lines.join('\n')}\n${'x'.repeat(4000)}\n\u001b[31m\u202eevil\u0007`.slice(0, 64 * 1024);
}
