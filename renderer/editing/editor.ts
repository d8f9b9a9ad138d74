import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  LanguageDescription,
  syntaxHighlighting,
} from '@codemirror/language';
import { languages } from '@codemirror/language-data';
import { unifiedMergeView } from '@codemirror/merge';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorSelection, EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { type ChangedLines, changedLines } from './changed-lines';
import { colours, look } from './look';

/** A text that is edited on screen. Lines end with `\n` in it. */
export interface Editor {
  text(): string;
  /** How long it is, in characters. */
  length(): number;
  /** The line the cursor is on, from 1. */
  line(): number;
  focus(): void;
  /** Puts another text in the place of this one; undo brings it back. */
  replace(text: string): void;
  /** Shows what differs from another text, between the lines; null ends that. */
  compare(other: string | null): void;
  close(): void;
}

/** Shows a text to be edited in an element, at a line and with the focus. */
export function openEditor(
  parent: HTMLElement,
  given: {
    readonly text: string;
    /** The name of its file, by which its language is known. */
    readonly name: string;
    readonly label: string;
    /** The line to begin on, from 1. */
    readonly line: number;
    /** The lines that the change has changed or added. */
    readonly changed: readonly ChangedLines[];
    readonly onText: () => void;
  },
): Editor {
  const language = new Compartment();
  const comparison = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: given.text,
      extensions: [
        lineNumbers(),
        changedLines(given.changed),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of(indentOf(given.text)),
        bracketMatching(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
        EditorState.phrases.of(phrases),
        syntaxHighlighting(colours),
        look,
        EditorView.contentAttributes.of({ 'aria-label': given.label, spellcheck: 'false' }),
        EditorView.updateListener.of((update) => update.docChanged && given.onText()),
        language.of([]),
        comparison.of([]),
      ],
    }),
  });
  let isOpen = true;
  // Without its language it can be edited all the same, only without colours.
  const found = LanguageDescription.matchFilename(languages, given.name);
  void found?.load().then(
    (support) => isOpen && view.dispatch({ effects: language.reconfigure(support) }),
    () => {},
  );
  const at = view.state.doc.line(Math.max(1, Math.min(given.line, view.state.doc.lines))).from;
  view.dispatch({
    selection: EditorSelection.cursor(at),
    effects: EditorView.scrollIntoView(at, { y: 'center' }),
  });
  // Code that scrolls sideways must be reachable by keyboard.
  view.scrollDOM.tabIndex = 0;
  view.focus();
  return {
    text: () => view.state.doc.toString(),
    length: () => view.state.doc.length,
    line: () => view.state.doc.lineAt(view.state.selection.main.head).number,
    focus: () => view.focus(),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    compare: (other) =>
      view.dispatch({
        effects: comparison.reconfigure(
          other === null ? [] : unifiedMergeView({ original: other, mergeControls: control }),
        ),
      }),
    close() {
      isOpen = false;
      view.destroy();
    },
  };
}

/** The buttons at a place that differs: it stays as it was typed, or becomes what is stored. */
function control(type: 'accept' | 'reject', act: (event: MouseEvent) => void): HTMLElement {
  const button = document.createElement('button');
  button.className = 'cm-button';
  button.textContent = type === 'accept' ? 'Keep yours' : 'Take theirs';
  button.onclick = act;
  return button;
}

/** What the editor says of its own, as the window writes it. */
const phrases = {
  next: 'Next',
  previous: 'Previous',
  all: 'Select all',
  'match case': 'Match case',
  regexp: 'Pattern',
  'by word': 'Whole words',
  replace: 'Replace',
  'replace all': 'Replace all',
  close: 'Close',
};

/** What a text is indented with: a tab, or as many spaces as its least indented line; two of them when nothing is. */
export function indentOf(text: string): string {
  const indents: readonly string[] = text.match(/^(?:\t| {2,8})(?=\S)/gm) ?? [];
  if (indents.length === 0) return '  ';
  return indents.includes('\t') ? '\t' : indents.reduce((least, one) => (one.length < least.length ? one : least));
}
