import type { AgentStatus } from '../../core/contract/agent';

/** In one word how an agent is. Not being installed is no fault: nobody needs all of them. */
export function agentWord(agent: AgentStatus): 'ok' | 'not installed' | 'not logged in' {
  if (!agent.found) return 'not installed';
  return agent.loggedIn === false ? 'not logged in' : 'ok';
}

/** The line to type that installs an agent, without the words the core puts before it. */
export function installLine(agent: AgentStatus): string {
  return agent.install.replace(/^Install it with: /, '');
}

/** Programs that could do the work and are not on this machine, when none is but what is built in; else none. */
export function missingAgents(agents: readonly AgentStatus[]): readonly AgentStatus[] {
  const hasProgram = agents.some(({ found, path }) => found && path !== null);
  return hasProgram ? [] : agents.filter(({ found }) => !found);
}
