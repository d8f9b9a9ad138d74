/** One configuration value laid over everything the repository, the person and the system configure. */
export type Override = readonly [key: string, value: string];

/** For every command: nothing may ask, page, edit, run on in the background, or print in another form. */
export const always: readonly Override[] = [
  ['core.fsmonitor', 'false'],
  ['core.pager', 'cat'],
  ['core.editor', 'true'],
  ['sequence.editor', 'true'],
  ['core.askPass', ''],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['submodule.recurse', 'false'],
  ['protocol.ext.allow', 'never'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['color.ui', 'false'],
  ['diff.external', ''],
  ['log.showSignature', 'false'],
  ['i18n.commitEncoding', 'UTF-8'],
  ['i18n.logOutputEncoding', 'UTF-8'],
];

/** For a repository that is not trusted: nothing it names may run. */
export const untrusted: readonly Override[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.sshCommand', 'ssh'],
  ['core.gitProxy', ''],
  ['core.alternateRefsCommand', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['credential.helper', ''],
  ['commit.gpgSign', 'false'],
  ['tag.gpgSign', 'false'],
  ['gpg.program', 'false'],
  ['gpg.openpgp.program', 'false'],
  ['gpg.x509.program', 'false'],
  ['gpg.ssh.program', 'false'],
  ['gpg.ssh.defaultKeyCommand', ''],
  ['merge.renormalize', 'false'],
  ['protocol.allow', 'never'],
];

/**
 * The overrides that silence programs configured under names of their own (filters, merge drivers, hooks by name),
 * given the keys that are configured. They go to git through its environment, because a name may contain `=`.
 */
export function neutralise(keys: readonly string[]): Override[] {
  const overrides = new Map<string, string>();
  for (const key of keys) {
    const named = /^(filter|merge|hook|submodule)\.(.+)\.([^.]+)$/s.exec(key);
    if (!named) continue;
    const [, section, name] = named;
    switch (section) {
      case 'filter':
        for (const variable of ['clean', 'smudge', 'process']) overrides.set(`filter.${name}.${variable}`, '');
        // A required filter without a program would stop the command instead of passing the bytes through.
        overrides.set(`filter.${name}.required`, 'false');
        break;
      case 'merge':
        overrides.set(`merge.${name}.driver`, 'false');
        break;
      case 'hook':
        overrides.set(`hook.${name}.enabled`, 'false');
        overrides.set(`hook.${name}.command`, 'false');
        break;
      default:
        overrides.set(`submodule.${name}.update`, 'none');
    }
  }
  return [...overrides];
}
