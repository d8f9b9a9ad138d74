import { expect, test } from 'vitest';
import { listedStarts, sameBoot, startOf, startsOf } from '../../../core/git/live';

test('the starts of several processes are what each is said to be alone, without those that are gone', async () => {
  const gone = 2 ** 30;
  const starts = await startsOf([process.pid, gone, process.ppid]);
  expect(starts).toEqual(new Map([process.pid, process.ppid].map((pid) => [pid, expect.stringMatching(/./)])));
  expect(starts.get(process.pid)).toBe(await startOf(process.pid));
  // As macOS prints it.
  expect(listedStarts('   12 Tue Nov 17 10:00:01 2026    \n  340 Sun Nov  1 09:08:07 2026    \n')).toEqual(
    new Map([
      [12, 'Tue Nov 17 10:00:01 2026'],
      [340, 'Sun Nov  1 09:08:07 2026'],
    ]),
  );
});

test('two starts are of one boot only where the system names the boot', () => {
  const [boot, other] = ['0d9bd4ff-60a0-4ba0-9ae5-1ab2f4cbd0f4', '7e0a7d0c-10a5-4b0c-8a5e-2f5a3c1b9d11'];
  expect(sameBoot(`${boot}:1`, `${boot}:22`)).toBe(true);
  expect(sameBoot(`${boot}:1`, `${other}:1`)).toBe(false);
  // Within one hour, and maybe with a start of the machine in between.
  expect(sameBoot('Tue Nov 17 10:00:01 2026', 'Tue Nov 17 10:59:59 2026')).toBe(false);
  expect(sameBoot(':1', ':2')).toBe(false);
});
