/** The row of line numbers beside each row that has a height of its own. */
const besides = new WeakMap<Element, HTMLElement>();

const heights = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const beside = besides.get(target);
    if (beside !== undefined) beside.style.height = `${target.getBoundingClientRect().height}px`;
  }
});

const isNeeded = !CSS.supports('grid-template-rows', 'subgrid');

/**
 * Keeps line numbers beside their lines where something stands between lines. The view leaves that to a grid the oldest
 * runtime does not know; there each such row gives its height to the one beside it.
 */
export function alignGutter(root: ShadowRoot | null): void {
  if (!isNeeded || root === null) return;
  for (const code of root.querySelectorAll('code[data-code]')) {
    const numbers = code.querySelector('[data-gutter]')?.children;
    const lines = code.querySelector('[data-content]')?.children;
    if (numbers === undefined || lines === undefined) continue;
    for (const [index, line] of [...lines].entries()) {
      const beside = numbers[index];
      if (!line.hasAttribute('data-line-annotation') || !(beside instanceof HTMLElement)) continue;
      besides.set(line, beside);
      heights.observe(line);
    }
  }
}
