import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fileOf } from '../../renderer/changes/viewed';
import { rememberedDrafts, withDraft } from '../../renderer/state/drafts';
import { keptIn } from '../../renderer/state/kept';
import { marked, readMarks, writeMarks } from '../../renderer/state/kept-marks';
import { keepSpot } from '../../renderer/state/spot';
import { rememberedSpots, type Spots, withSpot } from '../../renderer/state/spots';
import { createStore } from '../../renderer/state/store';
import { rememberedView } from '../../renderer/state/view';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A page's storage with room for so many characters. */
function storage(room = Number.POSITIVE_INFINITY) {
  const texts = new Map<string, string>();
  return {
    texts,
    getItem: (name: string) => texts.get(name) ?? null,
    setItem(name: string, text: string) {
      if (text.length > room) throw new DOMException('full', 'QuotaExceededError');
      texts.set(name, text);
    },
  } as unknown as Storage & { readonly texts: Map<string, string> };
}

describe('what is kept', () => {
  test('is flushed soon after it was written, once for a burst', () => {
    const flush = vi.fn();
    const kept = keptIn(storage(), flush);
    for (const text of ['a', 'b', 'c']) kept.write('x', text);
    expect(flush).not.toHaveBeenCalled();
    vi.advanceTimersByTime(250);
    expect(flush).toHaveBeenCalledTimes(1);
    expect(kept.read('x')).toBe('c');
    kept.write('x', 'd');
    vi.advanceTimersByTime(250);
    expect(flush).toHaveBeenCalledTimes(2);
  });

  test('that has no room is said to have none and leaves what was there', () => {
    const kept = keptIn(storage(3), () => {});
    expect(kept.write('x', 'abc')).toBe(true);
    expect(kept.write('x', 'abcd')).toBe(false);
    expect(kept.read('x')).toBe('abc');
  });
});

describe('the view', () => {
  const kept = () => keptIn(storage(), () => {});

  test('begins where the last one ended: place, task, tab, layout, and the sheet that was written on', () => {
    const one = kept();
    const before = rememberedView(one);
    before.update((view) => ({
      ...view,
      place: 'review',
      task: 7,
      tab: 'changes',
      beside: true,
      diffStyle: 'split',
      hideSpace: true,
      filter: 'x',
      drawer: true,
      sheet: { kind: 'new-task', repository: 3 },
    }));
    expect(rememberedView(one).get()).toEqual({
      place: 'review',
      task: 7,
      contest: null,
      tab: 'changes',
      beside: true,
      diffStyle: 'split',
      hideSpace: true,
      filter: '',
      drawer: false,
      part: null,
      comment: null,
      goal: null,
      edit: null,
      sheet: { kind: 'new-task', repository: 3 },
    });
    before.update((view) => ({ ...view, sheet: { kind: 'settings' } }));
    expect(rememberedView(one).get().sheet).toBeNull();
  });

  test('leaves out whatever an earlier version or another hand left that is not what it should be', () => {
    const plain = rememberedView(kept()).get();
    for (const text of ['{', 'null', '[]', '7', '{"place":"x","task":1.5,"tab":"y","sheet":{"kind":"help"}}']) {
      const one = kept();
      one.write('view', text);
      expect(rememberedView(one).get()).toEqual(plain);
    }
  });
});

describe('drafts', () => {
  test('outlive the page, and those written last outlive the rest when there is not room for all', () => {
    const one = keptIn(storage(40), () => {});
    const drafts = rememberedDrafts(one);
    drafts.update((all) => withDraft(all, 'first', 'a'.repeat(20)));
    drafts.update((all) => withDraft(all, 'second', 'b'.repeat(20)));
    expect(rememberedDrafts(one).get()).toEqual({ second: 'b'.repeat(20) });
    expect(Object.keys(drafts.get())).toEqual(['first', 'second']);
    drafts.update((all) => withDraft(all, 'second', ''));
    expect(rememberedDrafts(one).get()).toEqual({ first: 'a'.repeat(20) });
  });
});

describe('spots', () => {
  test('are remembered, the newest three hundred of them', () => {
    const one = keptIn(storage(), () => {});
    const spots = rememberedSpots(one);
    for (let at = 0; at < 320; at += 1)
      spots.update((all) => withSpot(all, `session:${at}`, { at: `${at}`, offset: at }));
    const again = rememberedSpots(one).get();
    expect(Object.keys(again)).toHaveLength(300);
    expect(again['session:319']).toEqual({ at: '319', offset: 319 });
    expect(again['session:19']).toBeUndefined();
    expect(withSpot(again, 'session:319', null)['session:319']).toBeUndefined();
    expect(withSpot(again, 'nowhere', null)).toBe(again);
  });

  test('that make no sense are forgotten', () => {
    const one = keptIn(storage(), () => {});
    one.write('spots', '{"a":{"at":"1","offset":2},"b":{"at":1,"offset":2},"c":null,"d":{"at":"1","offset":"2"}}');
    expect(rememberedSpots(one).get()).toEqual({ a: { at: '1', offset: 2 } });
  });

  const goal = { at: '7', offset: 12 };
  function keeper(kept: Spots) {
    const spots = createStore<Spots>(kept);
    const onArrival = vi.fn();
    const page = new EventTarget();
    const spot = keepSpot({ spots, name: 'a', onArrival });
    return { spots, onArrival, page, spot, leave: spot.watch(page) };
  }

  test('are gone back to until nothing grows any more, and only then noted anew', () => {
    const { spot, spots, onArrival } = keeper({ a: goal });
    spot.reached();
    vi.advanceTimersByTime(200);
    expect(spot.goal()).toEqual(goal);
    spot.note({ at: '1', offset: 0 });
    spot.reached();
    vi.advanceTimersByTime(299);
    expect(onArrival).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(spot.goal()).toBeNull();
    expect(onArrival).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(spots.get()).toEqual({ a: goal });
    spot.note({ at: '9', offset: 3 });
    vi.advanceTimersByTime(150);
    expect(spots.get()).toEqual({ a: { at: '9', offset: 3 } });
  });

  test('give way to the hand of the person at once', () => {
    const { spot, page, onArrival } = keeper({ a: goal });
    page.dispatchEvent(new Event('wheel'));
    expect(spot.goal()).toBeNull();
    expect(onArrival).toHaveBeenCalledTimes(1);
  });

  test('are gone back to again when what is shown is built anew', () => {
    const { spot } = keeper({});
    spot.again();
    expect(spot.goal()).toBeNull();
    spot.note(goal);
    spot.again();
    expect(spot.goal()).toEqual(goal);
    spot.note(null);
    spot.reached();
    vi.advanceTimersByTime(300);
    expect(spot.goal()).toBeNull();
    spot.again();
    expect(spot.goal()).toEqual(goal);
    vi.advanceTimersByTime(10_000);
    expect(spot.goal()).toBeNull();
  });

  test('that are nowhere any more are given up after a while', () => {
    const { spot } = keeper({ a: goal });
    vi.advanceTimersByTime(10_000);
    expect(spot.goal()).toBeNull();
  });

  test('noted last are written when the page of the task is left', () => {
    const { spot, spots, leave } = keeper({});
    spot.note({ at: '2', offset: 5 });
    leave();
    expect(spots.get()).toEqual({ a: { at: '2', offset: 5 } });
    spot.note(null);
  });
});

describe('marks that are kept', () => {
  const oid = (number: number): string => `${number}`.padStart(40, 'a');
  const of = (path: string, number: number): string => `100644 ${oid(number)} ${path}`;
  const add = (marks: ReadonlySet<string>, which: string) => marked(marks, { which, isMarked: true, alike: fileOf });

  test('are of no more than the last four contents of a file, which may be those of a part of its change', () => {
    const other = of('my src/a.ts', 1);
    let marks = add(new Set(), other);
    for (let number = 1; number <= 9; number += 1) marks = add(marks, of('src/a.ts', number));
    marks = add(marks, of('src/a.ts', 7));
    expect([...marks]).toEqual([other, ...[6, 8, 9, 7].map((number) => of('src/a.ts', number))]);
    expect([...marked(marks, { which: of('src/a.ts', 9), isMarked: false, alike: fileOf })]).toEqual([
      other,
      ...[6, 8, 7].map((number) => of('src/a.ts', number)),
    ]);
  });

  test('are the last five thousand of a task', () => {
    const many = new Set(Array.from({ length: 5_000 }, (_, at) => `${at}`));
    const next = marked(many, { which: 'new', isMarked: true });
    expect([next.size, next.has('0'), next.has('1'), next.has('new')]).toEqual([5_000, false, true, true]);
  });

  test('push those of older tasks out where there is no room', () => {
    const kept = keptIn(storage(220), () => {});
    for (const key of ['1', '2', '3', '4', '5', '6', '7', '8'])
      writeMarks(kept, 'marks', { key, marks: new Set([`${key.repeat(30)}`]) });
    expect([...readMarks(kept, 'marks', '8')]).toEqual(['8'.repeat(30)]);
    expect([...readMarks(kept, 'marks', '7')]).toEqual(['7'.repeat(30)]);
    expect(readMarks(kept, 'marks', '1').size).toBe(0);
  });
});
