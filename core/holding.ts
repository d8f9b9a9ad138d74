import type { Folders } from './config';
import { createHosts } from './host/hosts';
import { createNews } from './host/news';
import { someHostLives } from './host/records';
import { type HostProgram, hostEnvironment } from './host/start';
import type { Log } from './log';
import { createPrograms } from './runner/programs';
import { version } from './version';

/** What holds the programs of a runtime: its hosts, and what is known of agents' programs on them. */
export type Holding = ReturnType<typeof createHolding>;

export function createHolding(options: {
  /** How a host is started; null where there is none. */
  readonly program: HostProgram | null;
  readonly folders: Folders;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
}) {
  const { program, folders, log } = options;
  const news = createNews();
  const hosts = createHosts({
    program,
    ...{ run: folders.run, outputs: folders.terminals, logs: folders.logs, version },
    environment: hostEnvironment(options.environment),
    news: news.tell,
    log: (message, facts) => log('warning', message, facts),
  });
  const programs = createPrograms({
    ...{ hosts, followHosts: news.follow, held: program !== null, version, outputs: folders.terminals },
    someHostLives: () => someHostLives(folders.run),
  });
  return { hosts, programs, followHosts: news.follow };
}
