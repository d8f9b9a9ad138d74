import type { FileDiffContentsLoader, FileDiffMetadata } from '@pierre/diffs';
import type { CodeViewHandle } from '@pierre/diffs/react';
import { type RefObject, useCallback } from 'react';
import { useApp } from '../state/app';
import { complain } from '../state/commands';
import { failureOf } from '../state/failure';
import { bytesOf } from '../text/base64';
import { cleanLine, cleanPatch } from '../text/clean';
import type { Annotation } from './annotations';
import type { HunkAt } from './current-hunk';
import { fileOf } from './items';
import type { Compared } from './patches';

/** As many lines as are shown more at a time. */
export const moreLines = 20;
/** More lines than a file that is shown has, so that what was opened by hand is left when they are taken away again. */
const allLines = 100_000_000;

/** Reads both whole files of a diff, by which the lines between its hunks can be shown. A failure is said. */
export function useWholeFiles({ task, mergeBase, head }: Compared): FileDiffContentsLoader {
  const app = useApp();
  return useCallback(
    async (diff) => {
      const file = fileOf(diff);
      const read = async (commit: string, path: string): Promise<string> => {
        const { bytes } = await app.line.client().reviews.content({ task, commit, path });
        if (bytes === null) throw new Error(`${cleanLine(path)} is too large to show more of it here.`);
        return cleanPatch(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(bytes)));
      };
      try {
        if (file === undefined) throw new Error('This file is not in the change any more.');
        const [before, after] = await Promise.all([read(mergeBase, file.oldPath ?? file.path), read(head, file.path)]);
        const name = cleanLine(file.path);
        return { oldFile: { name, contents: before }, newFile: { name, contents: after } };
      } catch (error) {
        complain(app, failureOf(error));
        throw error;
      }
    },
    [app, task, mergeBase, head],
  );
}

/** Files whose every line is shown. */
const whole = new WeakSet<FileDiffMetadata>();

/** Shows more lines of a diff than those around its hunks. Each is false where there are none to show. */
export function useExpanding(given: {
  readonly view: RefObject<CodeViewHandle<Annotation, undefined> | null>;
  /** The hunk at hand, and the file at the top. */
  readonly atHand: HunkAt | null;
  readonly path: string | null;
  /** Whether the lines between hunks can be read. */
  readonly canExpand: boolean;
}): { readonly around: () => boolean; readonly file: () => boolean } {
  const { view, atHand, path, canExpand } = given;
  const drawn = (id: string | null) => {
    const found = view.current
      ?.getInstance()
      ?.getRenderedItems()
      .find((each) => each.id === id);
    return found?.type === 'diff' && canExpand && mayExpand(found.item.fileDiff) ? found : null;
  };
  return {
    around: () => {
      const found = drawn(atHand?.path ?? null);
      if (found === null || atHand === null) return false;
      // The lines between two hunks go by the number of the one after them.
      found.instance.expandHunk(atHand.index, 'down', moreLines);
      found.instance.expandHunk(atHand.index + 1, 'up', moreLines);
      return true;
    },
    file: () => {
      const found = drawn(path);
      if (found === null) return false;
      const { fileDiff } = found.item;
      const lines = whole.has(fileDiff) ? -allLines : allLines;
      if (lines > 0) whole.add(fileDiff);
      else whole.delete(fileDiff);
      for (let index = 0; index <= fileDiff.hunks.length; index += 1) found.instance.expandHunk(index, 'up', lines);
      return true;
    },
  };
}

/** Whether a file has lines that are not in its patch: one that came or went has none, nor has one without lines. */
function mayExpand({ type, hunks }: FileDiffMetadata): boolean {
  return hunks.length > 0 && (type === 'change' || type === 'rename-changed');
}

/** As many lines that are alike as stand around a difference in a patch, where the file has as many. */
const linesAround = 3;

/** Whether the last hunk of a patch goes to the end of its file. Where it may or may not, it is false. */
export function reachesEnd({ hunks }: Pick<FileDiffMetadata, 'hunks'>): boolean {
  const last = hunks.at(-1);
  if (last === undefined) return false;
  const after = last.hunkContent.at(-1);
  return last.noEOFCRAdditions || last.noEOFCRDeletions || after?.type !== 'context' || after.lines < linesAround;
}

/**
 * Gives the buttons between the hunks of a diff, which the view draws for the mouse alone, their names and the keyboard, and
 * says what is under the last hunk: the view offers more lines there whether or not the file has ended, and only the whole file
 * tells whether there are any.
 */
export function nameExpanders(root: ShadowRoot | null, diff: FileDiffMetadata): void {
  // Each is drawn beside the numbers and again beside the lines; of the two that are alike one is hidden.
  const buttons = '[data-gutter] [data-expand-button], [data-content] [data-expand-all-button]';
  for (const button of root?.querySelectorAll<HTMLElement>(buttons) ?? []) {
    button.tabIndex = 0;
    button.setAttribute('aria-label', nameOf(button));
    button.onkeydown = (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      event.stopPropagation();
      button.click();
    };
  }
  for (const words of root?.querySelectorAll('[data-unmodified-lines]') ?? [])
    if (words.textContent?.startsWith('More ')) {
      const ended = reachesEnd(diff);
      words.textContent = ended ? 'The file ends here' : 'To the end of the file';
      words.closest('[data-separator]')?.toggleAttribute('data-ended', ended);
    }
}

function nameOf(button: HTMLElement): string {
  if (button.hasAttribute('data-expand-up')) return 'Show more lines after the hunk above';
  return button.hasAttribute('data-expand-down')
    ? 'Show more lines before the hunk below'
    : 'Show all lines between the hunks';
}
