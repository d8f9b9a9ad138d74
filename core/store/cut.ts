/** The value as it is, with every text and list in it longer than `limit` cut to that; a cut text says so. */
export function cut<T>(value: T, limit: number): T {
  return cutAny(value, limit) as T;
}

/** The first `limit` characters, with a line that says how much was cut off when something was. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A pair of surrogates stays whole, or the last character would turn into a question mark.
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return `${text.slice(0, end)}\n[${text.length - end} more characters were cut off here.]`;
}

function cutAny(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return cutText(value, limit);
  if (Array.isArray(value)) return value.slice(0, limit).map((item) => cutAny(item, limit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cutAny(item, limit)]));
}
