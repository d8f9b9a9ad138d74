import { expect, test } from 'vitest';
import type { Given, Surroundings } from '../../cli/command';
import { completing } from '../../cli/completing';

test('a repository is offered by its name, and one of several with the same name by its path alone', async () => {
  const list = async () => ['/a/same', '/b/same', '/b/own'].map((path) => ({ path, name: path.slice(3) }));
  const attach = async () => ({ client: { repositories: { list } }, close: () => {} });
  const asked = { name: () => 'repositories' } as unknown as Given;
  const { json } = await completing.run(asked, { attach } as unknown as Surroundings);
  expect(json).toMatchObject([{ word: '/a/same' }, { word: '/b/same' }, { word: 'own', about: '/b/own' }]);
});
