import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useApp } from '../state/app';
import { fileDraft, keepFileDraft } from '../state/file-edits';
import type { ChangedLines } from './changed-lines';
import type { Stored } from './edited-file';
import { type Editor, openEditor } from './editor';

/** After so long what was typed is kept. To keep a long text takes about as long as a letter may, so it waits for more of them. */
const keepMs = (length: number): number => (length > 100_000 ? 1_000 : 150);

/** What is open in an editor: the state of the file it shall replace, and the blob the text was typed over. */
interface Opened {
  readonly stored: Stored;
  readonly over: string;
}

/** The text of a file while it is edited. */
export interface OpenText {
  /** Something was typed that is not saved. */
  readonly isTyped: boolean;
  /** The file was changed since the text was begun, and not by saving it. */
  readonly isMoved: boolean;
  readonly editor: RefObject<Editor | null>;
  /** Keeps what was typed at once. */
  readonly keep: () => void;
  /** Puts what is stored now in the place of what was typed; undo brings that back. */
  readonly takeNewer: () => void;
  /** Tells that the text was saved, and as what: nothing of it is left to be kept. */
  readonly saved: (stored: Stored) => void;
}

/** Opens the text of a file in an element as soon as it is known, with what was typed into it before. */
export function useEditor(given: {
  readonly host: RefObject<HTMLElement | null>;
  readonly task: number;
  readonly path: string;
  readonly label: string;
  readonly line: number;
  readonly changed: readonly ChangedLines[];
  readonly stored: Stored | null;
}): OpenText {
  const { host, task, path, stored } = given;
  const app = useApp();
  const editor = useRef<Editor | null>(null);
  const opened = useRef<Opened | null>(null);
  const due = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [state, setState] = useState({ isTyped: false, isMoved: false });
  const keep = (): void => {
    clearTimeout(due.current);
    due.current = undefined;
    const text = editor.current?.text();
    if (text === undefined || opened.current === null) return;
    const { stored: now } = opened.current;
    const isTyped = text !== now.edited;
    if (!isTyped) opened.current = { stored: now, over: now.blob };
    const { over } = opened.current;
    keepFileDraft(app, task, path, isTyped ? { blob: over, text } : null);
    setState({ isTyped, isMoved: isTyped && over !== now.blob });
  };
  const newest = useRef({ given, keep });
  useLayoutEffect(() => {
    newest.current = { given, keep };
  });
  const onText = (): void => {
    setState((old) => (old.isTyped ? old : { ...old, isTyped: true }));
    due.current ??= setTimeout(() => newest.current.keep(), keepMs(editor.current?.length() ?? 0));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another state of the file is why it runs.
  useLayoutEffect(() => {
    if (stored === null || host.current === null) return;
    const before = opened.current;
    if (before === null || editor.current === null) {
      const draft = fileDraft(app.drafts.get(), task, path);
      const { label, line, changed } = newest.current.given;
      opened.current = { stored, over: draft?.blob ?? stored.blob };
      const text = draft?.text ?? stored.edited;
      editor.current = openEditor(host.current, { text, name: path, label, line, changed, onText });
      return keep();
    }
    const text = editor.current.text();
    const isSaved = before.stored.edited === stored.edited;
    opened.current = { stored, over: isSaved && before.over === before.stored.blob ? stored.blob : before.over };
    if (text === before.stored.edited && !isSaved) editor.current.replace(stored.edited);
    keep();
  }, [stored]);
  useEffect(() => {
    const keepNow = (): void => newest.current.keep();
    window.addEventListener('pagehide', keepNow);
    return () => {
      window.removeEventListener('pagehide', keepNow);
      keepNow();
      editor.current?.close();
      editor.current = null;
    };
  }, []);
  return {
    ...state,
    ...{ editor, keep },
    takeNewer() {
      const now = opened.current?.stored;
      if (now === undefined) return;
      opened.current = { stored: now, over: now.blob };
      editor.current?.replace(now.edited);
      keep();
    },
    saved(now) {
      opened.current = { stored: now, over: now.blob };
      keep();
    },
  };
}
