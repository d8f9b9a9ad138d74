import type { RepositoryCheck } from '../contract/check';
import { readBlob } from '../git/blob';
import type { Place } from '../git/checkout';

/** More of a file than this says nothing about how a repository is checked. */
const maxBytes = 512 * 1024;

/**
 * Checks that fit what a commit brings: scripts of package.json, targets of a Makefile, what cargo, go and Python projects
 * are tested with. Only reads files of the commit; runs nothing.
 */
export async function suggestChecks(place: Place, commit: string): Promise<RepositoryCheck[]> {
  const read = async (path: string) => (await readBlob(place, { commit, path, maxBytes }))?.toString('utf8') ?? null;
  const [packageJson, makefile, cargo, go, python] = await Promise.all(
    ['package.json', 'Makefile', 'Cargo.toml', 'go.mod', 'pyproject.toml'].map(read),
  );
  const lock = async (path: string, runner: string) => ((await read(path)) === null ? null : runner);
  const runner =
    packageJson == null
      ? 'npm'
      : ((await lock('pnpm-lock.yaml', 'pnpm')) ?? (await lock('yarn.lock', 'yarn')) ?? 'npm');
  const found = [
    ...(packageJson == null ? [] : scriptsOf(packageJson).map((name) => [name, `${runner} run ${name}`] as const)),
    ...(makefile == null ? [] : targetsOf(makefile).map((name) => [name, `make ${name}`] as const)),
    ...(cargo == null
      ? []
      : ([
          ['test', 'cargo test'],
          ['lint', 'cargo clippy'],
        ] as const)),
    ...(go == null
      ? []
      : ([
          ['test', 'go test ./...'],
          ['lint', 'go vet ./...'],
        ] as const)),
    ...(python == null ? [] : pythonChecks(python)),
  ];
  const seen = new Set<string>();
  return found
    .filter(([name]) => !seen.has(name) && seen.add(name))
    .map(([name, command]) => ({ name, command, required: false }));
}

/** The names by which projects call what checks them, in the order in which one would run them. */
const known = ['check', 'lint', 'typecheck', 'test', 'build'] as const;

function scriptsOf(text: string): readonly string[] {
  try {
    const { scripts } = JSON.parse(text) as { readonly scripts?: Readonly<Record<string, unknown>> };
    return known.filter((name) => {
      const script = scripts?.[name];
      // What npm itself writes into a new package says only that there is no test.
      return typeof script === 'string' && script.trim() !== '' && !script.includes('no test specified');
    });
  } catch {
    return [];
  }
}

function targetsOf(text: string): readonly string[] {
  return known.filter((name) => new RegExp(`^${name}\\s*:(?!=)`, 'm').test(text));
}

function pythonChecks(text: string): readonly (readonly [string, string])[] {
  const has = (tool: string) => text.includes(tool);
  return [
    ...(has('ruff') ? ([['lint', 'ruff check .']] as const) : []),
    ...(has('mypy') ? ([['typecheck', 'mypy .']] as const) : []),
    ...(has('pytest') ? ([['test', 'pytest']] as const) : []),
  ];
}
