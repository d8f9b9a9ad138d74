/** The one-time code in the page's own address, taken out of it at once so that it stays in no history; null for none. */
export function takeCode(page: Pick<Window, 'location' | 'history'>): string | null {
  const { hash, pathname } = page.location;
  if (!hash.startsWith('#code=')) return null;
  page.history.replaceState(null, '', pathname);
  try {
    return decodeURIComponent(hash.slice('#code='.length));
  } catch {
    return null;
  }
}
