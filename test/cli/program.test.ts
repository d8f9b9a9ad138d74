import { expect, test } from 'vitest';
import { programOf } from '../../cli/program';

const npm = (here: string, checkout: string) =>
  programOf({ npm_lifecycle_event: 'switchyard', INIT_CWD: here, npm_package_json: `${checkout}/package.json` });

test('the next step that is suggested works where the person is', () => {
  expect(programOf({})).toBe('switchyard');
  expect(npm('/home/ada/yard', '/home/ada/yard')).toBe('npm run -s switchyard --');
  expect(npm('/home/ada/yard/docs', '/home/ada/yard')).toBe('npm run -s switchyard --');
  expect(npm('/home/ada/api', '/home/ada/yard')).toBe('npm --prefix /home/ada/yard run -s switchyard --');
  expect(npm('/home/ada', '/home/ada/yard')).toBe('npm --prefix /home/ada/yard run -s switchyard --');
  expect(npm('/home/ada/yard-2', '/home/ada/yard')).toBe('npm --prefix /home/ada/yard run -s switchyard --');
  expect(npm('/home/ada', "/home/ada/my yard's")).toBe("npm --prefix '/home/ada/my yard'\\''s' run -s switchyard --");
});
