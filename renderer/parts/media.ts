import { useEffect, useState } from 'react';

/** The width of a phone, up to which there is one place at a time. shell.css knows it, too. */
const phoneQuery = '(max-width: 600px)';

/** Whether the window is as this media query says, now and whenever that changes. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const listen = (): void => setMatches(media.matches);
    listen();
    media.addEventListener('change', listen);
    return () => media.removeEventListener('change', listen);
  }, [query]);
  return matches;
}

/** Whether the window is as narrow as a phone: then there is one place at a time, and what ends a task stands at the foot. */
export function usePhone(): boolean {
  return useMedia(phoneQuery);
}
