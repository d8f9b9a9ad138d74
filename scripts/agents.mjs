import { agentEnvironment, ensureAgents } from './setup/agents.mjs';
import { runScript } from './setup/failure.mjs';

// Fetches the agents the tests drive and prints where they are, ready for eval or env.
await runScript(async () => {
  const agents = agentEnvironment(await ensureAgents());
  for (const [name, path] of Object.entries(agents)) console.log(`${name}=${path}`);
  return 0;
});
