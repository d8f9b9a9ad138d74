/** How git would reach a repository elsewhere. */
const protocols = ['https', 'http', 'ssh', 'file'] as const;
export type Protocol = (typeof protocols)[number];

/** An address of a repository elsewhere, taken apart as git takes it. */
export interface RemoteAddress {
  readonly protocol: Protocol;
  /** Where it is, with the port when one is named, in small letters; empty for a folder of this machine. */
  readonly host: string;
  /** What follows the host, without slashes around it and without `.git` at its end. */
  readonly path: string;
}

/**
 * Takes an address apart. Null for what Switchyard never reaches: a helper program (`ext::…`), a protocol that proves
 * nothing (`git://`), a host that could be read as an option.
 */
export function parseRemoteUrl(url: string): RemoteAddress | null {
  if (hasControl(url) || url === '' || url.startsWith('-')) return null;
  const [, scheme, authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  if (scheme !== undefined) {
    const protocol = protocols.find((each) => each === scheme.toLowerCase());
    const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
    if (protocol === undefined || host.startsWith('-')) return null;
    if (protocol === 'file') return host === '' ? { protocol, host, path: rest } : null;
    return host === '' ? null : { protocol, host, path: trimmed(rest) };
  }
  if (/^[a-z][a-z0-9+.-]*::/i.test(url)) return null;
  if (/^(\/|\.\.?\/)/.test(url)) return { protocol: 'file', host: '', path: url };
  const [, place, path] = /^([^/:]+|(?:[^/@:]+@)?\[[^\]]+\]):(.+)$/.exec(url) ?? [];
  if (place === undefined || path === undefined) return null;
  const host = place.slice(place.lastIndexOf('@') + 1).toLowerCase();
  return host === '' || host.startsWith('-') ? null : { protocol: 'ssh', host, path: trimmed(path) };
}

/** The address as it may be shown and kept: without a password or a token in it. */
export function shownUrl(url: string): string {
  const shown = url.replace(/^(https?:\/\/)[^/?#]*@/i, '$1').replace(/^(ssh:\/\/[^/?#:@]*):[^/?#]*@/i, '$1@');
  return hasControl(shown) ? JSON.stringify(shown) : shown;
}

/** Words in which a password or token of the address may have come up, without it. */
export function withoutSecrets(words: string, url: string): string {
  const [, secret] = /^[a-z]+:\/\/([^/?#]*)@/i.exec(url) ?? [];
  if (secret === undefined || secret === '') return words;
  return [`${secret}@`, ...secret.split(':')]
    .filter((part) => part.length > 3)
    .reduce((left, part) => left.replaceAll(part, '…'), words);
}

/** Whether a host with or without a port is this very machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

function trimmed(path: string): string {
  return path
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '');
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character.charCodeAt(0) < 32 || character.charCodeAt(0) === 127);
}
