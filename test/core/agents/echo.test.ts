import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEcho } from '../../../core/agents/echo';
import { exerciseAgent } from '../../suites/agent';

exerciseAgent({
  name: 'echo',
  process: false,
  failures: [
    { name: 'a failure for good', prompt: 'Try.\n[fail: out of ink]', says: /out of ink/, retryable: false },
    { name: 'a failure that passes', prompt: 'Try.\n[fail-once: jammed]', says: /jammed/, retryable: true },
  ],
  async make(root) {
    const folder = join(root, 'echo');
    const memories = () =>
      readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { told: string[] });
    return {
      agent: createEcho({ folder }),
      environment: {},
      told: (text) =>
        memories()
          .flatMap(({ told }) => told)
          .filter((each) => each.includes(text)).length,
      kept: () => readdirSync(folder).length > 0,
      close: async () => {},
    };
  },
});
