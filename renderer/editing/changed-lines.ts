import { type EditorState, RangeSet, StateField } from '@codemirror/state';
import { GutterMarker, gutter } from '@codemirror/view';

/** A stretch of lines, from 1. */
export interface ChangedLines {
  readonly first: number;
  readonly count: number;
}

class Changed extends GutterMarker {
  override readonly elementClass = 'cm-changed-line';
}
const changed = new Changed();

/** Marks lines beside their numbers, wherever they go while the text is edited. */
export function changedLines(stretches: readonly ChangedLines[]) {
  const field = StateField.define<RangeSet<GutterMarker>>({
    create: (state) => RangeSet.of(startsOf(state, stretches).map((at) => changed.range(at))),
    update: (marks, { docChanged, changes }) => (docChanged ? marks.map(changes) : marks),
  });
  return [field, gutter({ class: 'cm-changed-gutter', markers: (view) => view.state.field(field) })];
}

function startsOf({ doc }: EditorState, stretches: readonly ChangedLines[]): readonly number[] {
  return stretches.flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, index) => first + index).flatMap((line) =>
      line >= 1 && line <= doc.lines ? [doc.line(line).from] : [],
    ),
  );
}
