/** One configuration value laid over everything the repository, the person and the system configure. */
export type Override = readonly [key: string, value: string];

/**
 * For every command: nothing may ask, page, edit, run on in the background, print in another form, or be taken for a commit
 * that it is not.
 */
export const always: readonly Override[] = [
  ['core.fsmonitor', 'false'],
  ['core.pager', 'cat'],
  ['core.editor', 'true'],
  ['sequence.editor', 'true'],
  ['core.askPass', ''],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  // It says which tree and parents a commit has, and nobody holds that against the commit itself.
  ['core.commitGraph', 'false'],
  // That grafts are read from nowhere (`call.ts`) would be told with every command.
  ['advice.graftFileDeprecated', 'false'],
  ['submodule.recurse', 'false'],
  ['protocol.ext.allow', 'never'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  // Names are shown as they are; only quotes, backslashes and control characters in one are escaped.
  ['core.quotePath', 'false'],
  ['color.ui', 'false'],
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
];

/** For a command that is to run none of a trusted repository's programs either; the rest of what it says counts. */
export const silent: readonly Override[] = [['core.hooksPath', '/dev/null']];

/**
 * The overrides that silence programs configured under names of their own (filters, drivers, hooks by name) or without
 * a value that means none, given the keys that are configured. They go to git through its environment, because a name
 * may contain `=`.
 */
export function neutralise(keys: readonly string[]): Override[] {
  const overrides = new Map<string, string>();
  for (const key of keys) {
    if (key === 'diff.external') overrides.set(key, plainDiff);
    const [, section, name, variable] = /^(filter|merge|hook|submodule|diff)\.(.+)\.([^.]+)$/s.exec(key) ?? [];
    switch (section) {
      case 'filter':
        for (const part of ['clean', 'smudge', 'process']) overrides.set(`filter.${name}.${part}`, '');
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
      case 'submodule':
        overrides.set(`submodule.${name}.update`, 'none');
        break;
      case 'diff':
        if (variable === 'command') overrides.set(key, plainDiff);
        if (variable === 'textconv') overrides.set(key, 'cat');
        break;
      default:
    }
  }
  return [...overrides];
}

/** What git would print by itself. An empty program is not "none" to it: it would stop with an error. */
const plainDiff =
  'compare() { git --no-pager diff --no-index --no-ext-diff --no-textconv -- "$2" "$5"; return 0; }; compare';
