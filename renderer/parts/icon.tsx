import type { ReactNode } from 'react';

const paths = {
  inbox: 'M2.5 9.5 4.2 3h7.6l1.7 6.5V13h-11zM2.5 9.5h3l1 1.8h3l1-1.8h3',
  repository: 'M3 2.5h9.5v11H4.2A1.2 1.2 0 0 1 3 12.3zM3 12.2a1.2 1.2 0 0 1 1.2-1.1h8.3',
  worktree: 'M4.5 13.5v-11M4.5 9.5h3.8a3.2 3.2 0 0 0 3.2-3.2V2.5M2.5 4.5l2-2 2 2M9.5 4.5l2-2 2 2',
  add: 'M8 3v10M3 8h10',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  close: 'm4 4 8 8m0-8-8 8',
  chevron: 'm6 3.5 4.5 4.5L6 12.5',
  down: 'm3.5 6 4.5 4.5L12.5 6',
  list: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2',
  settings: 'M2.5 5h5m4 0h2M2.5 11h2m4 0h5M9.5 3.2v3.6M6.5 9.2v3.6',
  keys: 'M2 4.5h12v7H2zM4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5.5 9.5h5',
  beside: 'M2.5 3h11v10h-11zM8 3v10',
  warning: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3v.01',
  person: 'M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM3 13.5c.4-2.4 2.4-3.6 5-3.6s4.6 1.2 5 3.6',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  copy: 'M5.5 5.5h7v8h-7zM3.5 10.5v-8h7',
  space: 'M2.5 6.5V11h11V6.5',
  comment: 'M2.5 3.5h11v7.5H8L5 13.5V11H2.5z',
  undo: 'M5.5 3 3 5.5 5.5 8M3 5.5h6.2a3.4 3.4 0 0 1 0 6.8H6',
  pulse: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  check: 'm3 8.5 3.2 3.2L13 4.5',
} as const;

/** A small drawing beside or instead of a word; always silent, the control that holds it has the name. */
export function Icon({ name }: { readonly name: keyof typeof paths }): ReactNode {
  return (
    <svg className="icon" data-icon={name} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
