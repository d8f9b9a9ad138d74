/** What is chosen or pressed, and not written in: letters do nothing there but what they do in the window. */
const pressed = ['checkbox', 'radio', 'button', 'submit', 'reset', 'range', 'color', 'file'];

/** The field somebody writes in, or chooses in by letters, there; null where letters are keys of the window. */
export function fieldOf(element: Element | null): Element | null {
  const field = element?.closest('input, textarea, select, [contenteditable="true"]') ?? null;
  return field?.tagName === 'INPUT' && pressed.includes(field.getAttribute('type') ?? 'text') ? null : field;
}
