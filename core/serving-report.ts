import type { Client } from './client';
import { type Metric, metricsText, metricsType } from './server/metrics';
import { createResources } from './server/resources';
import type { Readable } from './server/state-routes';
import { version } from './version';

/** What a runtime's server tells of it, by path. */
export function reportsOf(runtime: {
  readonly client: Client;
  readonly data: string;
}): Readonly<Record<string, Readable>> {
  const { client, data } = runtime;
  const resources = createResources(data);
  return {
    '/status': {
      call: 'runtime.status',
      async read() {
        const { tasks, workers, startedAt, owner } = await client.runtime.status();
        const atWork = await client.tasks.list({ states: ['running', 'waiting'], limit: 1000 });
        return {
          version,
          owner,
          started_at: startedAt,
          workers,
          sessions: atWork.map(({ id, agent, state }) => ({ task: id, agent, state })),
          queue: tasks,
          sources: [{ name: 'queue', state: 'connected' }],
          versions: { switchyard: version, node: process.versions.node, electron: process.versions.electron ?? null },
          resources: await resources(),
        };
      },
    },
    '/api/agents': {
      call: 'relay.agents',
      async read() {
        const [agents, programs] = await Promise.all([client.relay.agents(), client.agents.list({ refresh: false })]);
        return {
          agents,
          programs: programs.map(({ name, label, found, version: of }) => ({ name, label, found, version: of })),
        };
      },
    },
    '/metrics': {
      call: 'runtime.status',
      type: metricsType,
      async read() {
        const { tasks, workers, today, services, problems } = await client.runtime.status();
        const { user, system } = process.cpuUsage();
        const gauge = (name: string, help: string, value: number): Metric => ({
          ...{ name, help, type: 'gauge' },
          samples: [{ value }],
        });
        const ofWorkers = (
          name: string,
          help: string,
          value: (worker: (typeof workers)[number]) => number,
        ): Metric => ({
          ...{ name, help, type: 'gauge' },
          samples: workers.map((worker) => ({ labels: { worker: worker.name }, value: value(worker) })),
        });
        return metricsText([
          {
            ...{ name: 'switchyard_tasks', help: 'Tasks by their state.', type: 'gauge' },
            samples: Object.entries(tasks).map(([state, value]) => ({ labels: { state }, value })),
          },
          ofWorkers('switchyard_worker_running', 'Tasks that run.', ({ running }) => running),
          ofWorkers('switchyard_worker_waiting', 'Tasks that wait for a person.', ({ waiting }) => waiting),
          ofWorkers('switchyard_worker_limit', 'Tasks that may run at once.', ({ limit }) => limit),
          {
            ...{ name: 'switchyard_service_up', help: 'Services of up that run, 1, or do not, 0.', type: 'gauge' },
            samples: services.map(({ name, state }) => ({
              labels: { service: name },
              value: state === 'running' || state === 'elsewhere' ? 1 : 0,
            })),
          },
          {
            ...{
              name: 'switchyard_service_restarts_total',
              help: 'How often each was started again.',
              type: 'counter',
            },
            samples: services.map(({ name, restarts }) => ({ labels: { service: name }, value: restarts })),
          },
          gauge('switchyard_problems', 'What has failed for good, as /health counts it.', problems.length),
          gauge(
            'switchyard_spent_today_usd',
            'What agents spent since midnight, as far as they said.',
            today.spent.usd,
          ),
          gauge('switchyard_spent_today_tokens', 'Tokens since midnight, as far as agents said.', today.spent.tokens),
          gauge('process_resident_memory_bytes', 'Memory of the runtime.', process.memoryUsage.rss()),
          {
            ...{ name: 'process_cpu_seconds_total', help: 'Processor time of the runtime.', type: 'counter' },
            samples: [{ value: (user + system) / 1e6 }],
          },
          gauge('process_uptime_seconds', 'For how long the runtime has run.', Math.round(process.uptime())),
        ]);
      },
    },
  };
}
