import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createAdmissions } from './admissions';
import { settleLeft } from './at-start';
import { createChanges } from './changes';
import { giveBack } from './commands/giving-back';
import { landFinished } from './commands/land-finished';
import { settleIntents } from './commands/picking';
import { createPushes } from './commands/pushes';
import { createRadar } from './commands/radar';
import { createRestacker } from './commands/restacker';
import type { Room } from './commands/room';
import { createRouter } from './commands/router';
import { createTrains } from './commands/train-driver';
import { natsServer } from './config';
import type { Settings } from './contract/settings';
import type { Status } from './contract/status';
import { diagnose } from './doctor';
import { createForges } from './forges';
import type { Git } from './git/git';
import { createHolding } from './holding';
import { hookDoorFile, openHookDoorOf } from './hook-door';
import type { Log } from './log';
import { createNamespaceChoice } from './namespace-choice';
import { outageText } from './relay-outage';
import { createRelaying } from './relaying';
import { createRoster } from './roster';
import type { Deps, DepsWithoutTerminals } from './runner/deps';
import { createHooks } from './runner/hooks';
import { leaseMs } from './runner/lease';
import { createLedger } from './runner/ledger';
import { createLiveChecks } from './runner/live-checks';
import { availableMemory, createAdmission } from './runner/memory';
import { createPool } from './runner/pool';
import { keepChildren } from './runner/processes';
import type { PullRequestDeps } from './runner/pull-requests';
import { recover } from './runner/recover';
import { createRunner } from './runner/runner';
import { createSizes } from './runner/sizes';
import { createTakes } from './runner/takes';
import { createTerminals } from './runner/terminals';
import { createUnderWay } from './runner/under-way';
import type { Runtime, RuntimeOptions } from './runtime';
import { createServerState } from './server-state';
import { createServices } from './services';
import { createSettingsNow } from './settings-now';
import { removeSignInPages } from './sign-in-page';
import { createQueueSource } from './sources/queue';
import { closeDatabase, type Database } from './store/database';
import { checkDecisions } from './store/decisions';
import { makeLogRoomSoon } from './store/log-room';
import type { SearchIndex, SearchIndexOptions } from './store/search-index';
import { dayBudget, daySpending } from './store/spending';
import { isKnownKey } from './store/takeovers';
import { countTasks } from './store/task-count';
import type { Writer } from './store/writer';
import { tellingOf } from './telling';
import { version } from './version';

/** What the rooms stand on. */
export interface Parts {
  readonly git: Git;
  readonly db: Database;
  readonly writer: Writer;
  readonly log: Log;
  readonly search: (options: SearchIndexOptions) => SearchIndex;
}

/** Puts the rooms together, and starts nothing. `leave` closes what a runtime has open that was never started. */
export function assemble(
  options: RuntimeOptions,
  { git, db, writer, log, search: openSearch }: Parts,
): { readonly runtime: Runtime; leave(): Promise<void> } {
  const { config } = options;
  const { folders } = config;
  const changes = createChanges();
  const startedAt = Date.now();
  const server = createServerState();
  const admissions = createAdmissions({ db, writer, log, now: Date.now, run: folders.run });
  const settings = createSettingsNow(db);
  const agents = createRoster({ config, askHuman: options.askHuman, settings: settings.now, log });
  const namespace = createNamespaceChoice({ environment: config.environment, settings: settings.now, log });

  const search = openSearch({
    file: join(folders.data, 'search.db'),
    nativeBinding: config.nativeBinding,
    db,
    transcripts: folders.transcripts,
    log,
  });

  const telling = tellingOf({
    ...{ db, publish: changes.publish, onTask: () => search.wake() },
    afterTask() {
      restacker.wake();
      radar.wake();
    },
  });
  const radar = createRadar(() => room, {
    onBaseMoved() {
      restacker.wake();
      pool.wake();
    },
  });
  const restacker = createRestacker(() => room);
  const admission = createAdmission({
    floorMegabytes: () => settings.now().memoryFloorMegabytes,
    available: availableMemory,
    now: Date.now,
    onChange: () => changes.publish({ type: 'held.changed', held: admission.held() }),
  });
  const source = createQueueSource({
    db,
    writer,
    worker: 'local',
    now: Date.now,
    leaseMs,
    onReleased(released) {
      for (const { task } of released) telling.announce(task);
    },
    onHeld: (held) => held.forEach(telling.announce),
    admits: admission.admits,
    onError: (cause) => log('error', 'Expired claims could not be taken back.', { cause: String(cause) }),
  });
  const owner = createHash('sha256').update(folders.data).digest('hex').slice(0, 16);
  const { hosts, programs, followHosts } = createHolding({
    ...{ program: options.host ?? null, folders, environment: config.environment, log },
  });
  const withoutTerminals: DepsWithoutTerminals = {
    db,
    writer,
    git,
    source,
    agents: agents.all,
    settings: settings.now,
    owner,
    programs,
    ledger: createLedger({ db, owner, now: Date.now }),
    folders,
    agentEnvironment: agents.environment,
    namespace: namespace.chosen,
    checks: createLiveChecks(),
    takes: createTakes(),
    refill: () => pool.wake(),
    retirements: createUnderWay(),
    hooks: createHooks({
      program: options.hook ?? null,
      door: hookDoorFile(folders.run),
      isKnown: (keyHash) => isKnownKey(db, keyHash),
    }),
    ...telling,
    announceTurn: (ended) => relaying.announceTurn(ended),
    stopWork(task) {
      runner.cancel(task);
      // One that nobody has in hand yet has nobody else to end it.
      void terminals.screens.closeOf(task);
      void runner.over(task).then(() => giveBackSoon(task));
    },
    log,
    now: Date.now,
  };
  const terminals = createTerminals({
    ...withoutTerminals,
    folders,
    person: { shell: config.shell, environment: config.environment },
    ...{ hosts, followHosts },
    announceTerminal: (terminal) => changes.publish({ type: 'terminal.changed', terminal }),
  });
  const deps: Deps = {
    ...withoutTerminals,
    async closeTerminals(task) {
      await Promise.all([deps.checks.stop(task, 'Ended because its worktree goes.'), terminals.closeOf(task)]);
    },
    screens: terminals.screens,
  };
  const relaying = createRelaying({
    ...{ db, writer, folders, log, now: Date.now },
    nats: () => natsServer(config.environment, settings.now().natsUrl),
    announceMessages: deps.announceMessages,
  });
  const { tokens, forgeOf } = createForges({
    ...{ db, writer, settings: settings.now, environment: config.environment, execute: git.execute },
    keychain: options.keychain ?? null,
  });
  const pullRequests: Pick<PullRequestDeps, 'forgeOf' | 'announcePullRequest'> = {
    forgeOf,
    announcePullRequest: (task) => changes.publish({ type: 'pull-request.changed', task }),
  };
  const lookForAgents = (refresh: boolean) =>
    void agents
      .located(refresh)
      .then((found) => changes.publish({ type: 'agents.changed', agents: [...found] }))
      .catch((cause) => log('warning', 'Agents could not be looked for.', { cause: String(cause) }));
  const runner = createRunner(deps, { landFinished: (task) => landFinished(room, task, closing.signal) });
  const problems = (): string[] => {
    const outage = relaying.outages.now();
    return [...services.problems(), ...(outage === null ? [] : [outageText(outage)])];
  };
  const status = (): Status => ({
    pid: process.pid,
    version,
    owner: options.owner,
    foreground: options.foreground ?? false,
    dataFolder: folders.data,
    startedAt,
    tasks: countTasks(db),
    today: { spent: daySpending(db, Date.now()), budget: dayBudget(db, Date.now()) },
    workers: [runner.status()],
    held: admission.held(),
    server: server.now(),
    services: [...services.stands()],
    problems: problems(),
  });
  const pool = createPool({ ...deps, onChange: () => changes.publish({ type: 'worktrees.changed' }) });
  const sizes = createSizes({
    ...{ now: Date.now, log },
    onMeasured: () => changes.publish({ type: 'worktrees.changed' }),
  });
  const room: Room = {
    ...deps,
    sizes,
    pool,
    lookForOverlaps: radar.now,
    ...pullRequests,
    tokens,
    relay: relaying.desk,
    trains: createTrains(() => room),
    pushes: createPushes({ publish: changes.publish, now: Date.now }),
    folders,
    search,
    runner,
    terminals,
    held: admission.held,
    status,
    server: server.settled,
    admissions,
    publish: changes.publish,
    follow: changes.follow,
    agentNames: () => [...agents.all().keys()],
    knownAgents: agents.known,
    locateAgents: async (refresh) => {
      const found = await agents.located(refresh);
      if (refresh) changes.publish({ type: 'agents.changed', agents: [...found] });
      return found;
    },
    settingsChanged(next: Settings) {
      settings.changed(next);
      // A setting may name another agent, or a variable by which one is found.
      lookForAgents(true);
      runner.wake();
    },
    async doctor() {
      // What is said to be there is what the next program gets, too.
      namespace.forget();
      return diagnose({
        config,
        agents: await agents.located(true),
        desktop: options.desktop,
        decisions: await checkDecisions(db),
        variables: await agents.named(),
        pidNamespace: settings.now().pidNamespace,
        natsUrl: settings.now().natsUrl,
        server: server.now(),
        services: services.problems(),
        relay: relaying.outages.now(),
      });
    },
    restartService: (name) => services.restart(name),
    requestStop: options.onStopRequested,
  };
  /** What is not begun before the runtime closes, the next one does. */
  const giveBackSoon = (task: number): void => {
    if (closing.signal.aborted) return;
    void deps.retirements.during(() => giveBack(room, task));
  };
  const router = createRouter(room);
  const servicesLedger = keepChildren(deps, null);
  const services = createServices(options.services?.manifest ?? [], {
    ...{ environment: config.environment, owner, namespace: namespace.chosen },
    started: servicesLedger.started,
    say: options.services?.say ?? (() => {}),
  });

  let leaveLogAsItIs = () => {};
  const closing = new AbortController();
  let settling: Promise<unknown> = Promise.resolve();
  let door: { close(): Promise<void> } | undefined;
  const leave = async () => {
    source.close();
    await sizes.close();
    await search.close();
    closeDatabase(db);
  };
  const runtime: Runtime = {
    router,
    status,
    settings: settings.now,
    onSettings: settings.onChange,
    admissions,
    server,
    health() {
      const found = db.open ? problems() : ['Switchyard stops.'];
      return { ok: found.length === 0, problems: found };
    },
    log,
    terminals: terminals.running,
    relay: relaying.relay,
    onOutage: relaying.outages.onChange,
    async start() {
      removeSignInPages(folders.run);
      leaveLogAsItIs = makeLogRoomSoon(db);
      // A host that does not answer holds up what needs it, and nothing else.
      void terminals.adopt();
      const released = await recover(deps, { rebooted: options.rebooted ?? false });
      await settleIntents(room);
      // After what an earlier runtime left running was ended, and before anything needs them.
      if (options.services != null) await services.start(options.services.stopped);
      door = await openHookDoorOf(folders.run, deps.hooks.take, (line) => log('warning', line));
      runner.start(released);
      settling = settleLeft(room, closing.signal);
      restacker.start();
      radar.start();
      room.trains.start();
      pool.wake();
      lookForAgents(false);
      search.start();
      relaying.start();
    },
    async stop(limitMs = 15_000, { keepTerminals } = {}) {
      leaveLogAsItIs();
      source.close();
      closing.abort();
      admissions.close();
      await Promise.all([
        runner.stop(limitMs),
        deps.checks.close(limitMs),
        terminals.stop(keepTerminals),
        settling,
        deps.retirements.over(limitMs),
        restacker.close(),
        radar.close(),
        room.trains.close(),
        sizes.close(),
        pool.close(),
      ]);
      await programs.stop();
      await services.stop();
      await servicesLedger.over();
      hosts.detach();
      // Not before: whoever hangs up while work goes on takes its question back.
      await door?.close();
      await relaying.close();
      await writer.close();
      await search.close();
      closeDatabase(db);
    },
  };
  return { runtime, leave };
}
