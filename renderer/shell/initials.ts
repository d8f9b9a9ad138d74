/**
 * Two letters for each name, different for each as far as two can be: the beginnings of its first two words, else of
 * the name, else its first letter and the next one nobody else has. Of a name of one letter there is only that.
 */
export function initialsOf(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const found = candidates(name).find((pair) => !taken.has(pair.toLowerCase())) ?? name.slice(0, 2);
    taken.add(found.toLowerCase());
    return found;
  });
}

function candidates(name: string): readonly string[] {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = '?', ...others] = [...words.join('')];
  const second = [...(words[1] ?? '')][0];
  return [
    ...(second === undefined ? [] : [`${first.toUpperCase()}${second.toUpperCase()}`]),
    ...others.map((letter) => `${first.toUpperCase()}${letter.toLowerCase()}`),
    // A digit would look like a count, so it only tells one from another.
    ...(others.length === 0 ? [first.toUpperCase()] : []),
    ...Array.from('23456789', (digit) => `${first.toUpperCase()}${digit}`),
    first.toUpperCase(),
  ];
}
