import type { Edit } from './acp-quirks';

const context = 3;

/**
 * A unified diff of one edit, with one hunk from the first line that differs to the last. Line numbers count from the
 * start of the texts given, which for a part of a file is not the start of the file.
 */
export function unifiedDiff({ path, before, after }: Edit): string {
  const old = linesOf(before ?? '');
  const now = linesOf(after);
  const shared = Math.min(old.length, now.length);
  let head = 0;
  while (head < shared && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shared - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  if (head === old.length && head === now.length) return '';
  const from = Math.max(0, head - context);
  const oldEnd = Math.min(old.length, old.length - tail + context);
  const nowEnd = Math.min(now.length, now.length - tail + context);
  const name = path.replace(/^\/+/, '');
  return [
    before === null ? '--- /dev/null' : `--- a/${name}`,
    `+++ b/${name}`,
    `@@ -${range(from, oldEnd)} +${range(from, nowEnd)} @@`,
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, oldEnd).map((line) => ` ${line}`),
    '',
  ].join('\n');
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  // A text's last newline ends its last line and does not begin another one.
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function range(from: number, end: number): string {
  const count = end - from;
  return `${count === 0 ? from : from + 1},${count}`;
}
