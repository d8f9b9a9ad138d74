import { useEffect, useState } from 'react';
import type { Settings } from '../../core/contract/settings';
import { darkQuery, systemTheme } from './system-theme';

/** The theme in use: the person's choice, or the system's. It is put on the page's root for the tokens. */
export function useTheme(chosen: Settings['theme']): 'light' | 'dark' {
  const [system, setSystem] = useState(systemTheme);
  useEffect(() => {
    const media = window.matchMedia(darkQuery);
    const listen = (): void => setSystem(systemTheme());
    media.addEventListener('change', listen);
    return () => media.removeEventListener('change', listen);
  }, []);
  const theme = chosen === 'system' ? system : chosen;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return theme;
}
