/** Configuration by which git starts a program of somebody's choosing, set to what starts none. */
const harmless: readonly (readonly [string, string])[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.sshCommand', 'ssh'],
  ['core.pager', 'cat'],
  ['core.editor', 'true'],
  ['core.askPass', ''],
  ['credential.helper', ''],
  ['commit.gpgSign', 'false'],
  ['tag.gpgSign', 'false'],
  ['gpg.program', 'false'],
  ['diff.external', ''],
  ['core.attributesFile', '/dev/null'],
  ['submodule.recurse', 'false'],
  ['protocol.ext.allow', 'never'],
];

/**
 * Environment entries for an agent in an untrusted repository: with them the agent's own git runs none of the
 * repository's hooks, fsmonitor, pagers, signers or the named filters. The names come from the repository's
 * configuration, since git can silence a filter only by its name.
 */
export function gitGuards(filterNames: readonly string[]): Readonly<Record<string, string>> {
  const filters = filterNames.flatMap((name) => [
    [`filter.${name}.clean`, ''] as const,
    [`filter.${name}.smudge`, ''] as const,
    [`filter.${name}.process`, ''] as const,
    [`filter.${name}.required`, 'false'] as const,
  ]);
  const entries = [...harmless, ...filters];
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(entries.length)],
    ['GIT_TERMINAL_PROMPT', '0'],
    ...entries.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}
