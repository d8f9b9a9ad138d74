import { expect, test } from 'vitest';
import { shellEnvironment } from '../../../core/runner/terminal-program';

test('a shell has nothing of what npm says for its scripts, and all that is the person’s', () => {
  const theirs = { HOME: '/home/ada', NO_COLOR: '1', VISUAL: 'code' };
  const npm = {
    ...{ npm_lifecycle_event: 'switchyard', npm_config_cache: '/c', INIT_CWD: '/w', NODE: '/usr/bin/node', COLOR: '0' },
    PATH: '/yard/node_modules/.bin:/usr/bin',
  };
  expect(shellEnvironment({ ...theirs, ...npm, EDITOR: 'vi' })).toEqual({ ...theirs, PATH: '/usr/bin' });
  expect(shellEnvironment({ ...theirs, ...npm, EDITOR: 'nano' })).toMatchObject({ EDITOR: 'nano' });
  // By its own name nobody but the person can have said them.
  const mine = { ...theirs, NODE: '/opt/node', COLOR: '1', EDITOR: 'vi', PATH: '/usr/bin' };
  expect(shellEnvironment(mine)).toEqual(mine);
});
