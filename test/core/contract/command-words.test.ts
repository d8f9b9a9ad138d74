import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commandPrefix, commandWords } from '../../../core/contract/command-words';

/** What a real shell passes on: the arguments, one a line, when the line is one simple command. */
function shellWords(command: string): string[] {
  const out = execFileSync('/bin/sh', ['-c', `set -- ${command}\nprintf '%s\\n' "$@"`], { encoding: 'utf8' });
  return out.split('\n').slice(0, -1);
}

describe('the words of a command line', () => {
  test.each([
    'npm test',
    "npm test -- --grep 'login page'",
    'npm test -- --grep "it\'s fine; really | yes > no"',
    'go test ./... -run TestX',
    "printf '%s' '$HOME `id`'",
    'cargo  build   --release',
    'make a=b',
    `echo a"b c"'d e'f`,
  ])('are the ones the shell makes of it: %s', (command) => {
    expect(commandWords(command)).toEqual(shellWords(command));
  });

  test.each([
    'npm test; rm -rf /',
    'npm test && curl evil',
    'npm test | sh',
    'npm test > /etc/passwd',
    'npm test < secrets',
    'npm test &',
    'npm test $(id)',
    'npm test `id`',
    'npm test "$HOME"',
    'npm test "`id`"',
    'npm test $HOME',
    'npm test *',
    'npm test ?',
    'npm test [a]',
    'npm test {a,b}',
    'npm test ~root',
    'npm test\nrm -rf /',
    'npm test\rrm -rf /',
    'npm test \\\nrm',
    'npm test #rest',
    'npm test !!',
    'NODE_OPTIONS=--require=evil npm test',
    "NODE_OPTIONS='x' npm test",
    'npm test "open',
    "npm test 'open",
    '(npm test)',
    '! npm test',
    'npm\ttest',
    'npm test \u00a0x',
    'npm test \u202e',
    "'' npm",
    '',
    '   ',
  ])('are none when a shell would do more than run one program: %j', (command) => {
    expect(commandWords(command)).toBeNull();
  });
});

describe('how commands of a kind begin', () => {
  test.each([
    ['npm test', ['npm', 'test']],
    ['npm test -- --watch', ['npm', 'test']],
    ['npm run test:unit -- x', ['npm', 'run', 'test:unit']],
    ['cargo clippy --all', ['cargo', 'clippy']],
    ['go test ./...', ['go', 'test']],
    ['make build', ['make', 'build']],
    ['pytest tests/test_a.py -q', ['pytest']],
    ['pnpm lint --fix', ['pnpm', 'lint']],
  ])('%s', (command, prefix) => {
    expect(commandPrefix(command)).toEqual(prefix);
  });

  test.each([
    'rm -rf build',
    'rm build',
    'sh build.sh',
    'bash -c x',
    'sudo make install',
    'env make build',
    'git push',
    'npx vitest',
    'npm exec vitest',
    'npm run',
    'npm --prefix / test',
    'go run main.go',
    './gradlew test',
    '/usr/bin/make build',
    'python setup.py',
    'ls',
    'ls -la',
    'cat secrets.txt',
    'npm test | tail',
    'npm run node evil.js',
    'npm run deploy',
    'uv run python -c x',
    'poetry run bash',
    'busybox sh',
    'yarn node x',
    'cat Makefile',
    'tar cf a b',
    'flock a b',
  ])('is not told of what reaches further than it says: %s', (command) => {
    expect(commandPrefix(command)).toBeNull();
  });
});
