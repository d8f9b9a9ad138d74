/** Gives something the focus; where it is written in, after what is written there already, so that typing goes on. */
export function focusAtEnd(element: HTMLElement): void {
  element.focus();
  if (!(element instanceof HTMLTextAreaElement)) return;
  element.setSelectionRange(element.value.length, element.value.length);
  element.scrollTop = element.scrollHeight;
}
