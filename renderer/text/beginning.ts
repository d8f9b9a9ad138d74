import { cleanLine } from './clean';

/** As much of a patch is drawn at most where only its beginning is looked at. */
const most = { lines: 500, characters: 60_000 };

/** The beginning of a patch as it may be shown, and how many lines are left out; of a line that is too long its beginning. */
export function beginningOf(text: string): { readonly shown: string; readonly left: number } {
  const all = text.trimEnd();
  const lines = all.slice(0, most.characters).split('\n').slice(0, most.lines);
  const rest = all.slice(lines.join('\n').length);
  return { shown: lines.map(cleanLine).join('\n'), left: rest.split('\n').length - 1 };
}
