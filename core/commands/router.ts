import { implement } from '@orpc/server';
import type { Caller } from '../contract/caller';
import { calls } from '../contract/calls';
import * as adding from './adding';
import * as askingReviews from './asking-reviews';
import * as backups from './backups';
import * as bases from './bases';
import * as changes from './changes';
import * as checkpoints from './checkpoints';
import * as checks from './checks';
import * as comments from './comments';
import * as contests from './contests';
import * as decisions from './decisions';
import * as demo from './demo';
import * as discarding from './discarding';
import * as driving from './driving';
import * as dump from './dump';
import * as editing from './editing';
import * as forges from './forges';
import * as keys from './keys';
import * as messages from './messages';
import * as parking from './parking';
import * as parts from './parts';
import * as picking from './picking';
import * as processes from './processes';
import * as publishing from './publishing';
import * as pullRequests from './pull-requests';
import * as pushed from './pushed';
import * as pushing from './pushing';
import * as radar from './radar';
import * as relay from './relay';
import * as repositories from './repositories';
import * as requests from './requests';
import * as resolving from './resolving';
import * as retention from './retention';
import * as reviews from './reviews';
import type { Room } from './room';
import * as rules from './rules';
import * as search from './search';
import * as sessions from './sessions';
import * as settings from './settings';
import * as signIns from './sign-ins';
import * as stackApproval from './stack-approval';
import * as stackCheck from './stack-check';
import * as stacking from './stacking';
import * as tasks from './tasks';
import * as terminals from './terminals';
import * as trains from './trains';
import * as worktrees from './worktrees';

/** The implementation of every call of the contract. Each door mounts this same router. */
export function createRouter(room: Room) {
  const on = implement(calls).$context<Caller>();
  return on.router({
    repositories: {
      list: on.repositories.list.handler(() => repositories.list(room)),
      inspect: on.repositories.inspect.handler(({ input }) => repositories.inspect(room, input.path)),
      add: on.repositories.add.handler(({ input, context }) => repositories.add(room, context, input)),
      trust: on.repositories.trust.handler(({ input, context }) => repositories.trust(room, context, input)),
      configure: on.repositories.configure.handler(({ input }) => repositories.configure(room, input)),
      remove: on.repositories.remove.handler(({ input }) => repositories.remove(room, input.repository)),
      remotes: on.repositories.remotes.handler(({ input }) => pushing.remotes(room, input)),
      branches: on.repositories.branches.handler(({ input }) => repositories.branches(room, input.repository)),
    },
    tasks: {
      list: on.tasks.list.handler(({ input }) => tasks.list(room, input)),
      get: on.tasks.get.handler(({ input }) => tasks.get(room, input.task)),
      create: on.tasks.create.handler(({ input, context }) => adding.create(room, context, input)),
      cancel: on.tasks.cancel.handler(({ input, context }) => tasks.cancel(room, context, input.task)),
      retry: on.tasks.retry.handler(({ input, context }) => tasks.retry(room, context, input.task)),
      edit: on.tasks.edit.handler(({ input: { task, ...edit } }) => tasks.edit(room, task, edit)),
      resume: on.tasks.resume.handler(({ input }) => parking.resume(room, input.task)),
      approve: on.tasks.approve.handler(({ input, context }) => picking.approve(room, context, input)),
      stack: on.tasks.stack.handler(({ input }) => stackApproval.stackOf(room, input.task)),
      approveStack: on.tasks.approveStack.handler(({ input, context }) =>
        stackApproval.approveStack(room, context, input),
      ),
      pushes: on.tasks.pushes.handler(({ input }) => pushed.pushes(room, input.task)),
      overlap: on.tasks.overlap.handler(({ input }) => radar.overlap(room, input)),
      restack: on.tasks.restack.handler(({ input }) => stacking.restackNow(room, input.task)),
      push: on.tasks.push.handler(({ input, context, signal }) => pushing.push(room, context, input, signal)),
      stopPush: on.tasks.stopPush.handler(({ input }) => pushing.stopPush(room, input.task)),
      reject: on.tasks.reject.handler(({ input, context }) => tasks.reject(room, context, input)),
      changeBase: on.tasks.changeBase.handler(({ input }) => bases.changeBase(room, input)),
      resolve: on.tasks.resolve.handler(({ input, context }) => resolving.resolve(room, context, input.task)),
      discard: on.tasks.discard.handler(({ input, context }) => discarding.discard(room, context, input.task)),
      take: on.tasks.take.handler(({ input, context }) => driving.take(room, context, input)),
      handBack: on.tasks.handBack.handler(({ input, context }) => driving.handBack(room, context, input)),
      restore: on.tasks.restore.handler(({ input, context }) => discarding.restore(room, context, input.task)),
    },
    contests: {
      create: on.contests.create.handler(({ input }) => adding.createContest(room, input)),
      compare: on.contests.compare.handler(({ input }) => contests.compare(room, input.task)),
      pick: on.contests.pick.handler(({ input, context }) => picking.pick(room, context, input.task)),
    },
    reviews: {
      get: on.reviews.get.handler(({ input }) => reviews.get(room, input.task)),
      change: on.reviews.change.handler(({ input }) => reviews.change(room, input.task)),
      patch: on.reviews.patch.handler(({ input }) => reviews.patch(room, input)),
      between: on.reviews.between.handler(({ input }) => parts.between(room, input)),
      content: on.reviews.content.handler(({ input }) => parts.content(room, input)),
      takeBack: on.reviews.takeBack.handler(({ input, context }) => editing.takeBack(room, context, input)),
      file: on.reviews.file.handler(({ input }) => editing.file(room, input)),
      write: on.reviews.write.handler(({ input, context }) => editing.write(room, context, input)),
      ask: on.reviews.ask.handler(({ input }) => askingReviews.ask(room, input)),
      asked: on.reviews.asked.handler(({ input }) => askingReviews.asked(room, input.task)),
      undo: on.reviews.undo.handler(({ input, context }) => editing.undo(room, context, input.task)),
    },
    pullRequests: {
      open: on.pullRequests.open.handler(({ input, context, signal }) => publishing.open(room, context, input, signal)),
      get: on.pullRequests.get.handler(({ input, signal }) => pullRequests.get(room, input, signal)),
      merge: on.pullRequests.merge.handler(({ input, context }) => pullRequests.merge(room, context, input)),
      reply: on.pullRequests.reply.handler(({ input }) => pullRequests.reply(room, input)),
      comment: on.pullRequests.comment.handler(({ input }) => pullRequests.comment(room, input)),
      resolve: on.pullRequests.resolve.handler(({ input }) => pullRequests.resolve(room, input)),
    },
    forges: {
      list: on.forges.list.handler(() => forges.list(room)),
      login: on.forges.login.handler(({ input, signal }) => forges.login(room, input, signal)),
      logout: on.forges.logout.handler(({ input }) => forges.logout(room, input.host)),
    },
    comments: {
      list: on.comments.list.handler(({ input }) => comments.list(room, input.task)),
      add: on.comments.add.handler(({ input, context }) => comments.add(room, context, input)),
      edit: on.comments.edit.handler(({ input }) => comments.edit(room, input)),
      remove: on.comments.remove.handler(({ input }) => comments.remove(room, input.comment)),
      accept: on.comments.accept.handler(({ input }) => comments.accept(room, input.comments)),
      dismiss: on.comments.dismiss.handler(({ input }) => comments.dismiss(room, input)),
      resolve: on.comments.resolve.handler(({ input }) => comments.resolve(room, input)),
    },
    checks: {
      run: on.checks.run.handler(({ input }) => checks.run(room, input)),
      stop: on.checks.stop.handler(({ input }) => checks.stop(room, input.task)),
      follow: on.checks.follow.handler(async function* ({ input, signal }) {
        yield* checks.follow(room, input.task, signal);
      }),
      suggest: on.checks.suggest.handler(({ input }) => checks.suggest(room, input.repository)),
      files: on.checks.files.handler(({ input }) => checks.files(room, input)),
    },
    checkpoints: {
      list: on.checkpoints.list.handler(({ input }) => checkpoints.list(room, input.task)),
      diff: on.checkpoints.diff.handler(({ input }) => checkpoints.diff(room, input)),
      back: on.checkpoints.back.handler(({ input, context }) => checkpoints.back(room, context, input)),
    },
    requests: {
      list: on.requests.list.handler(() => requests.list(room)),
      answer: on.requests.answer.handler(({ input, context }) => requests.answer(room, context, input)),
      waited: on.requests.waited.handler(({ input }) => requests.waited(room, input)),
    },
    processes: {
      list: on.processes.list.handler(({ input }) => processes.list(room, input.task)),
    },
    rules: {
      list: on.rules.list.handler(({ input }) => rules.list(room, input)),
      revoke: on.rules.revoke.handler(({ input, context }) => rules.revoke(room, context, input.rule)),
    },
    decisions: {
      list: on.decisions.list.handler(({ input }) => decisions.list(room, input)),
      check: on.decisions.check.handler(() => decisions.check(room)),
    },
    sessions: {
      list: on.sessions.list.handler(({ input }) => sessions.list(room, input.task)),
      read: on.sessions.read.handler(({ input }) => sessions.read(room, input)),
      follow: on.sessions.follow.handler(async function* ({ input, signal }) {
        yield* sessions.follow(room, input, signal);
      }),
    },
    messages: {
      list: on.messages.list.handler(({ input }) => messages.list(room, input.task)),
      add: on.messages.add.handler(({ input, context }) => messages.add(room, context, input)),
      edit: on.messages.edit.handler(({ input }) => messages.edit(room, input)),
      remove: on.messages.remove.handler(({ input }) => messages.remove(room, input.message)),
    },
    search: {
      find: on.search.find.handler(({ input }) => search.find(room, input)),
    },
    terminals: {
      list: on.terminals.list.handler(({ input }) => terminals.list(room, input.task)),
      programs: on.terminals.programs.handler(({ input }) => terminals.programs(room, input.task)),
      open: on.terminals.open.handler(({ input }) => terminals.open(room, input)),
      read: on.terminals.read.handler(({ input, signal }) => terminals.read(room, input, signal)),
      write: on.terminals.write.handler(({ input }) => room.terminals.write(input.terminal, input.text)),
      resize: on.terminals.resize.handler(({ input }) => room.terminals.resize(input.terminal, input.size)),
      close: on.terminals.close.handler(({ input }) => room.terminals.close(input.terminal)),
    },
    trains: {
      start: on.trains.start.handler(({ input, context }) => trains.start(room, context, input)),
      list: on.trains.list.handler(() => trains.list(room)),
      get: on.trains.get.handler(({ input }) => trains.get(room, input.train)),
      stop: on.trains.stop.handler(({ input }) => trains.stop(room, input.train)),
    },
    worktrees: {
      list: on.worktrees.list.handler(({ input }) => worktrees.list(room, input?.since)),
      get: on.worktrees.get.handler(({ input }) => worktrees.get(room, input.path)),
      remove: on.worktrees.remove.handler(({ input, context }) => worktrees.remove(room, context, input.path)),
      backups: on.worktrees.backups.handler(() => backups.list(room)),
      restore: on.worktrees.restore.handler(({ input, context }) => backups.restore(room, context, input)),
      removeBackup: on.worktrees.removeBackup.handler(({ input, context }) => backups.remove(room, context, input)),
      going: on.worktrees.going.handler(({ input }) => retention.going(room, input)),
    },
    settings: {
      list: on.settings.list.handler(() => room.settings()),
      set: on.settings.set.handler(({ input }) => settings.set(room, input)),
    },
    agents: {
      list: on.agents.list.handler(async ({ input }) => [...(await room.locateAgents(input.refresh))]),
    },
    relay: {
      send: on.relay.send.handler(({ input, context }) => relay.send(room, context, input)),
      takeBack: on.relay.takeBack.handler(({ input }) => relay.takeBack(room, input)),
      agents: on.relay.agents.handler(() => room.relay.agents()),
      follow: on.relay.follow.handler(async function* ({ input, signal }) {
        yield* room.relay.follow(input, signal);
      }),
      disconnect: on.relay.disconnect.handler(({ input }) => relay.disconnect(room, input)),
      status: on.relay.status.handler(() => room.relay.status()),
    },
    keys: {
      list: on.keys.list.handler(() => keys.list(room)),
      create: on.keys.create.handler(({ input, context }) => keys.create(room, context, input)),
      rotate: on.keys.rotate.handler(({ input, context }) => keys.rotate(room, context, input.key)),
      revoke: on.keys.revoke.handler(({ input, context }) => keys.revoke(room, context, input.key)),
    },
    signIns: {
      create: on.signIns.create.handler(({ input }) => signIns.create(room, input)),
      list: on.signIns.list.handler(() => signIns.list(room)),
      revoke: on.signIns.revoke.handler(({ input, context }) => signIns.revoke(room, context, input.signIn)),
    },
    services: {
      restart: on.services.restart.handler(({ input }) => room.restartService(input.name)),
    },
    runtime: {
      status: on.runtime.status.handler(() => room.status()),
      verifyStacks: on.runtime.verifyStacks.handler(() => stackCheck.verifyStacks(room)),
      dump: on.runtime.dump.handler(({ input }) => dump.dump(room, input)),
      doctor: on.runtime.doctor.handler(() => room.doctor()),
      demo: on.runtime.demo.handler(({ context }) => demo.run(room, context)),
      stop: on.runtime.stop.handler(({ input }) => room.requestStop(input)),
    },
    changes: {
      follow: on.changes.follow.handler(async function* ({ signal }) {
        yield* changes.follow(room, signal);
      }),
    },
  });
}

/** The router as a type, for doors. */
export type Router = ReturnType<typeof createRouter>;
