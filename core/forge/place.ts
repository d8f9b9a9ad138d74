import { assertNever } from '../contract/errors';
import type { ForgeKind } from '../contract/remote';
import type { Settings } from '../contract/settings';

/** A repository on a forge. */
export interface ForgePlace {
  readonly kind: ForgeKind;
  /** As it stands in addresses, with the port when it has one. */
  readonly host: string;
  /** Its owner and name, or whatever leads to it there. */
  readonly path: string;
  /** Its page. */
  readonly web: string;
  /** Where the forge's REST interface is; null when it is none that is spoken here. */
  readonly api: string | null;
}

/** Where a remote is: the forge it is on, when that is a known one. */
export function forgePlace(
  remote: { readonly protocol: string; readonly host: string; readonly path: string },
  forges: Settings['forges'],
): ForgePlace | null {
  if (remote.protocol === 'file') return null;
  // By ssh a forge may be reached at another port, and GitHub and GitLab under another name.
  const bare = remote.protocol === 'ssh' ? remote.host.replace(/:\d+$/, '').replace(/^(alt)?ssh\./, '') : remote.host;
  const host = bare.replace(/:443$/, '');
  const named = forges.find((forge) => forge.host === host || forge.host === remote.host);
  const kind = named?.kind ?? known.get(host);
  if (kind === undefined || remote.path === '') return null;
  const api = kind === 'github' ? (named?.api ?? (host === 'github.com' ? 'https://api.github.com' : null)) : null;
  const place = named?.host ?? host;
  const origin = api?.startsWith('http:') ? `http://${place}` : `https://${place}`;
  const page = remote.path.split('/').map(encodeURIComponent).join('/');
  return { kind, host: place, path: remote.path, web: `${origin}/${page}`, api: api ?? apiOf(kind, place) };
}

/** The page on which a person opens a pull request of a branch into another. */
export function compareUrl(
  { kind, web }: ForgePlace,
  branches: { readonly base: string; readonly branch: string },
): string {
  const [base, branch] = [encodeURIComponent(branches.base), encodeURIComponent(branches.branch)];
  switch (kind) {
    case 'github':
      return `${web}/compare/${base}...${branch}?expand=1`;
    case 'gitea':
      return `${web}/compare/${base}...${branch}`;
    case 'gitlab':
      return `${web}/-/merge_requests/new?merge_request%5Bsource_branch%5D=${branch}&merge_request%5Btarget_branch%5D=${base}`;
    case 'bitbucket':
      return `${web}/pull-requests/new?source=${branch}&dest=${base}`;
    default:
      return assertNever(kind);
  }
}

const known: ReadonlyMap<string, ForgeKind> = new Map([
  ['github.com', 'github'],
  ['gitlab.com', 'gitlab'],
  ['codeberg.org', 'gitea'],
  ['bitbucket.org', 'bitbucket'],
]);

/** GitHub Enterprise serves its interface beneath its own host. */
function apiOf(kind: ForgeKind, host: string): string | null {
  return kind === 'github' ? `https://${host}/api/v3` : null;
}
