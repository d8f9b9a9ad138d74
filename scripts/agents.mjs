import { agentEnvironment, ensureAgents } from './setup/agents.mjs';
import { runScript } from './setup/failure.mjs';

await runScript(async () => {
  const agents = agentEnvironment(await ensureAgents());
  for (const [name, path] of Object.entries(agents)) console.log(`${name}=${path}`);
  return 0;
}, 'Fetches the agents the tests drive, some 270 MB where they are not there yet, and prints where they are, as NAME=PATH for env.');
