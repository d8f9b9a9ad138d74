import type { PageBridge } from '../bridge';

/** What a plain browser has around the page. What only the desktop app can do is not there. */
export function webBridge(signOut: () => void): PageBridge {
  return {
    platform: 'browser',
    mac: /^(Mac|iP)/.test(navigator.platform),
    openLink(text) {
      const url = linkOf(text);
      // Where it leads is shown first: what is written on a link may say something else.
      if (url !== null && window.confirm(`Open ${url.host} in a new tab?\n\n${shortened(url.href)}`))
        window.open(url.href, '_blank', 'noopener,noreferrer');
    },
    flush: () => {},
    onCommand: () => () => {},
    folders: null,
    signOut,
  };
}

function linkOf(text: string): URL | null {
  if (text.length > 4096 || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url : null;
}

function shortened(address: string): string {
  return address.length > 500 ? `${address.slice(0, 500)}…` : address;
}
