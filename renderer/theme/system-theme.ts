/** The question whether the system prefers dark. */
export const darkQuery = '(prefers-color-scheme: dark)';

/** What the system prefers now. */
export function systemTheme(): 'light' | 'dark' {
  return window.matchMedia(darkQuery).matches ? 'dark' : 'light';
}
