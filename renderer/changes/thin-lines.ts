/** Coloured lines as the diff view's worker sends them: a table of texts, and numbers that say what is built of them. */
export interface Lines {
  ops: Int32Array;
  readonly offsets: Uint32Array;
  readonly strings: string[];
  readonly text: string;
}

const hole = 0;
const text = 1;
const element = 2;
const textValue = 4;

/** The colour of most of a line, which a line has by itself. */
const plain = 'color:var(--diffs-foreground, var(--text))';
const token = /^color:var\(--diffs-token-([a-z-]+), var\(--[a-z0-9-]+\)\)$/;

/** What a piece of code is, by which its colour is chosen: the class of the element it is in. */
export const tokenClass = (name: string): string => `t-${name}`;

/**
 * Makes coloured lines cheap to draw, in place: what has the colour of its line has no element of its own, and what has
 * another has a class in place of a style of its own. What it does not know it leaves as it is.
 */
export function thinLines(lines: Lines): void {
  const { ops, offsets, strings } = lines;
  const plainId = strings.indexOf(plain);
  const styleId = strings.indexOf('style');
  const spanId = strings.indexOf('span');
  if (styleId === -1 || spanId === -1) return;
  const classId = strings.push('class') - 1;
  const classes = new Map<number, number>();
  for (const [id, value] of [...strings.entries()]) {
    const name = token.exec(value)?.[1];
    if (name !== undefined) classes.set(id, strings.push(tokenClass(name)) - 1);
  }
  const thin: number[] = [];
  let at = 0;
  const next = (): number => ops[at++] ?? 0;
  /** Copies nodes, and gives back how many they have become. */
  const copy = (count: number): number => {
    let made = 0;
    let joins = -1;
    for (let index = 0; index < count; index += 1) {
      const kind = next();
      if (kind === text) {
        const length = next();
        // Two texts after one another are one.
        if (joins !== -1) thin[joins] = (thin[joins] ?? 0) + length;
        else {
          thin.push(text, length);
          joins = thin.length - 1;
          made += 1;
        }
        continue;
      }
      if (kind !== element) {
        thin.push(kind);
        if (kind !== hole) thin.push(next());
        joins = -1;
        made += 1;
        continue;
      }
      const tag = next();
      const properties = next();
      const isStyled = tag === spanId && properties === 1 && ops[at] === styleId && ops[at + 1] === textValue;
      const style = isStyled ? (ops[at + 2] ?? -1) : -1;
      if (isStyled && style === plainId && ops[at + 3] === 1 && ops[at + 4] === text) {
        at += 4;
        index -= 1;
        continue;
      }
      joins = -1;
      made += 1;
      thin.push(element, tag, properties);
      for (let left = properties; left > 0; left -= 1) {
        const key = next();
        const type = next();
        const named = isStyled ? classes.get(style) : undefined;
        thin.push(named === undefined ? key : classId, type);
        // The kinds below a text have no value of their own.
        if (type < textValue) continue;
        const value = next();
        thin.push(named ?? value);
      }
      const children = next();
      thin.push(0);
      const place = thin.length - 1;
      thin[place] = copy(children);
    }
    return made;
  };
  for (let line = 0; line < offsets.length / 2; line += 1) {
    at = offsets[line * 2] ?? 0;
    const begin = thin.length;
    copy(1);
    offsets[line * 2] = begin;
  }
  lines.ops = Int32Array.from(thin);
}
