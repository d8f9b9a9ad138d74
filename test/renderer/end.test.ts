import { expect, test } from 'vitest';
import { keepEnd } from '../../renderer/conversation/end';

const view = 500;
const at = (top: number, height = 2_000) => ({ top, height, view });
const atEnd = (height: number) => at(height - view, height);

test('an end that is followed stays so while what is there grows, shrinks and is put there again', () => {
  const end = keepEnd(true);
  end.put(atEnd(2_000));
  end.see(at(1_500, 2_600));
  expect(end.followed()).toBe(true);
  end.put(atEnd(2_600));
  end.see(atEnd(2_000));
  expect(end.followed()).toBe(true);
});

test('who goes up is not pulled down by what comes before they are told of', () => {
  const end = keepEnd(true);
  end.put(atEnd(2_000));
  // It has grown since, and nothing was told of the step up yet.
  end.see(at(1_200, 2_600));
  expect(end.followed()).toBe(false);
  end.see(at(1_200, 3_000));
  expect(end.followed()).toBe(false);
});

test('the first pixels of a way up leave the end, however near it they are', () => {
  const end = keepEnd(true);
  end.put(atEnd(2_000));
  end.see(at(1_495));
  expect(end.followed()).toBe(false);
  end.see(at(1_495));
  expect(end.followed()).toBe(false);
});

test('a wheel turned upwards leaves the end before anything has moved, and only where there is something above', () => {
  const end = keepEnd(true);
  end.wheelUp(at(0, 400));
  expect(end.followed()).toBe(true);
  end.wheelUp(at(0));
  expect(end.followed()).toBe(true);
  end.put(atEnd(2_000));
  end.wheelUp(atEnd(2_000));
  expect(end.followed()).toBe(false);
  end.see(atEnd(2_000));
  end.see(at(1_500, 2_100));
  expect(end.followed()).toBe(false);
});

test('an end that is given less room is still followed, and left by the next step up', () => {
  const end = keepEnd(true);
  end.put(atEnd(2_000));
  end.see({ top: 1_480, height: 2_000, view: 460 });
  expect(end.followed()).toBe(true);
  end.see({ top: 1_470, height: 2_000, view: 460 });
  expect(end.followed()).toBe(false);
});

test('who comes down to the end follows it again', () => {
  const end = keepEnd(true);
  end.put(atEnd(2_000));
  end.see(at(900));
  end.see(at(1_400));
  expect(end.followed()).toBe(false);
  end.see(at(1_480));
  expect(end.followed()).toBe(true);
});
