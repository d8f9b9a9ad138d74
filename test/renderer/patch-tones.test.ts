import { expect, test } from 'vitest';
import { tonesOf } from '../../renderer/parts/patch-tones';

const tones = (patch: string) => tonesOf(patch.split('\n')).join(' ');

test('everything before the first hunk of a file leads to it', () => {
  const one = 'diff --git a/x b/x\nnew file mode 100644\nindex 0000..1111\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+one';
  expect(tones(one)).toBe('head head head head head hunk added');
  expect(tones(`${one}\n${one}`)).toBe(`${tones(one)} ${tones(one)}`);
  const bare = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b';
  expect(tones(`${bare}\n${bare}`)).toBe('head head hunk removed added head head hunk removed added');
});

test('a changed line that looks like the name of a file is a changed line', () => {
  const patch = '--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,2 @@\n--- drop the table\n+++ keep the table\n same';
  expect(tones(patch)).toBe('head head hunk removed added ');
});

test('changes without a hunk are changes', () => {
  expect(tones('-a\n+b')).toBe('removed added');
});
