import { registerCustomCSSVariableTheme } from '@pierre/diffs';
import { tokenClass } from './thin-lines';

/** The name of our palette in the diff view: every colour is one of the window's own variables. */
const palette = 'switchyard';

/** How the code of diffs is coloured, and what in a line that was changed is marked. */
export const colouringOptions = {
  theme: palette,
  preferredHighlighter: 'shiki-js',
  lineDiffType: 'word',
  maxLineDiffLength: 500,
  tokenizeMaxLineLength: 1_000,
  useTokenTransformer: false,
} as const;

/** What pieces of code are, as the palette knows them, and their colours. */
export const tokens: Readonly<Record<string, string>> = {
  comment: 'var(--code-comment)',
  string: 'var(--code-string)',
  'string-expression': 'var(--code-string)',
  constant: 'var(--code-number)',
  keyword: 'var(--code-keyword)',
  parameter: 'var(--text)',
  function: 'var(--code-function)',
  punctuation: 'var(--text-2)',
  link: 'var(--accent-text)',
  inserted: 'var(--added)',
  deleted: 'var(--removed)',
};

registerCustomCSSVariableTheme(palette, {
  foreground: 'var(--text)',
  background: 'var(--panel)',
  ...Object.fromEntries(Object.entries(tokens).map(([name, colour]) => [`token-${name}`, colour])),
});

/** The rules by which lines are coloured that were made cheap to draw. */
const tokenRules = Object.entries(tokens)
  .map(([name, colour]) => `[data-line] .${tokenClass(name)} { color: ${colour}; }`)
  .join('\n');

/**
 * The view's own sheet mixes its colours with light-dark() and relative colours, which the oldest runtime does not
 * know; there it would stay without any. All of them are given here, from the tokens, so both runtimes show the same.
 */
export const sheet = `
:host {
  --diffs-font-family: var(--mono);
  --diffs-header-font-family: var(--face);
  --diffs-mixer: var(--text);
  --diffs-bg: var(--panel);
  --diffs-fg: var(--text);
  --diffs-fg-number: var(--text-3);
  --diffs-bg-buffer: var(--raised);
  --diffs-bg-context: var(--panel);
  --diffs-bg-context-gutter: var(--panel);
  --diffs-bg-separator: var(--raised);
  --diffs-deletion-base: var(--removed);
  --diffs-addition-base: var(--added);
  --diffs-modified-base: var(--accent-text);
  --diffs-bg-deletion: var(--removed-soft);
  --diffs-bg-deletion-emphasis: var(--removed-strong);
  --diffs-bg-addition: var(--added-soft);
  --diffs-bg-addition-emphasis: var(--added-strong);
  --diffs-selection-number-fg: var(--accent-text);
  background-color: var(--panel);
  color: var(--text);
}
[data-line], [data-no-newline], [data-gutter-buffer], [data-column-number] {
  --diffs-line-bg: var(--diffs-computed-diff-line-bg);
}
[data-background] [data-line-type='change-deletion'] { --diffs-computed-diff-line-bg: var(--removed-soft); }
[data-background] [data-line-type='change-addition'] { --diffs-computed-diff-line-bg: var(--added-soft); }
code[data-code]:focus-visible, button:focus-visible { outline: 2px solid var(--accent-text); outline-offset: -2px; }
[data-column-number][data-selected-line] {
  --diffs-line-bg: var(--accent-soft);
  color: var(--accent-text);
  box-shadow: inset 2px 0 var(--accent);
}
${tokenRules}
[data-accepted] { --diffs-line-bg: var(--raised); }
[data-line][data-accepted] { color: var(--text-3); }
[data-line][data-accepted] :is(span, [data-diff-span]) { color: var(--text-3) !important; background: none !important; }
[data-column-number][data-accepted] { box-shadow: inset -2px 0 var(--border-strong); }
[data-gutter] { align-content: start; }
/* That a file ends without a line break is said of its last line; it is no line of its own that was added or removed. */
[data-background] :is([data-no-newline], [data-gutter-buffer='metadata']) { --diffs-line-bg: var(--panel); }
[data-indicators] [data-no-newline]::before { content: none; }
[data-indicators] [data-no-newline] { padding-inline-start: 2ch; }
[data-no-newline] span { color: var(--text-2); font: 400 12px / 20px var(--face); opacity: 1; }
[data-ended] [data-expand-button] { visibility: hidden; }
[data-annotation-content] { font: 400 13px / 20px var(--face); }
[data-metadata] > [data-additions-count] { order: -1; }
/* Of a file whose lines are not here, or that has none, nothing was counted: what the view says of it is no count. */
:host([data-uncounted]) :is([data-additions-count], [data-deletions-count]) { visibility: hidden; }
[data-diffs-header] { border-block-start: 1px solid var(--border); background: var(--raised); }
`;
