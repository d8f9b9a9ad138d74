import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The colours of code, from the window's own tokens, so that they follow its theme. */
export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.heading, tags.tagName],
    color: 'var(--code-function)',
  },
  { tag: [tags.typeName, tags.className, tags.attributeName], color: 'var(--code-type)' },
  { tag: [tags.comment, tags.meta], color: 'var(--code-comment)' },
  { tag: [tags.punctuation, tags.operator], color: 'var(--text-2)' },
  { tag: [tags.link, tags.url], color: 'var(--accent-text)' },
  { tag: tags.invalid, color: 'var(--failed)' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
]);

/** Typeface, sizes and colours of an editor, as those of the diff. */
export const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--panel)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller::-webkit-scrollbar-corner': { background: 'transparent' },
  '.cm-scroller': { font: '400 12px / 20px var(--mono)', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '4px 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--text-3)', border: '0' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '44px', padding: '0 8px 0 12px' },
  '.cm-changed-gutter': { width: '3px' },
  '.cm-changed-line': { backgroundColor: 'var(--added)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--raised)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--accent-soft)',
  },
  // The line at hand lies over what is selected in it, so that it must let it through.
  '&.cm-focused .cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--raised) 60%, transparent)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--pressed)' },
  '&.cm-focused .cm-matchingBracket, .cm-matchingBracket': {
    backgroundColor: 'transparent',
    outline: '1px solid var(--border-strong)',
  },
  '&.cm-focused .cm-nonmatchingBracket, .cm-nonmatchingBracket': {
    backgroundColor: 'transparent',
    color: 'var(--failed)',
  },
  '.cm-specialChar': { color: 'var(--failed)' },
  '.cm-searchMatch': { backgroundColor: 'var(--found)', outline: 'none' },
  '.cm-searchMatch-selected': { outline: '1px solid var(--found-line)' },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--text)' },
  '.cm-panels-top': { borderBottom: 'var(--hair)' },
  '.cm-panel.cm-search': { padding: '6px 36px 6px 12px', font: '400 12px / 20px var(--face)' },
  '.cm-panel.cm-search label': { fontSize: '12px', marginInline: '4px' },
  '.cm-panel.cm-search [name=close]': { insetInlineEnd: '8px', top: '6px', fontSize: '18px', color: 'var(--text-2)' },
  '.cm-textfield': {
    backgroundColor: 'var(--panel)',
    color: 'var(--text)',
    border: '1px solid var(--border-strong)',
    borderRadius: 'var(--radius)',
    font: 'inherit',
    padding: '1px 8px',
  },
  '.cm-button, .cm-deletedChunk .cm-chunkButtons .cm-button': {
    background: 'var(--panel)',
    color: 'var(--text)',
    border: '1px solid var(--border-strong)',
    borderRadius: 'var(--radius)',
    font: '400 12px / 18px var(--face)',
    padding: '0 8px',
  },
  '.cm-changedLine': { backgroundColor: 'var(--added-soft) !important' },
  '.cm-deletedChunk': { backgroundColor: 'var(--removed-soft)', padding: '0 12px 0 6px' },
  '.cm-changedText, .cm-deletedText, .cm-insertedLine, .cm-deletedLine, .cm-deletedLine del': {
    background: 'none !important',
    textDecoration: 'none !important',
  },
  '.cm-chunkButtons': { display: 'flex', gap: '4px', insetInlineEnd: '8px' },
  '.cm-changeGutter': { width: '3px', paddingInlineStart: '1px' },
  '.cm-changedLineGutter': { background: 'var(--added)' },
  '.cm-deletedLineGutter': { background: 'var(--removed)' },
});
