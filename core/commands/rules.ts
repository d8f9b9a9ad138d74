import type { Caller } from '../contract/caller';
import { type Rule, ruleWords, scopeWords } from '../contract/rule';
import { listRules, revokeRule } from '../store/rules';
import * as decisions from './decisions';
import type { Room } from './room';

/** More rules than a person could have made; the newest are shown. */
const mostShown = 1000;

/** The standing rules, newest first; with `revoked` also those that were taken back. */
export function list(room: Room, { revoked }: { revoked: boolean }): Rule[] {
  return listRules(room.db, { revoked, limit: mostShown });
}

/** Takes a rule back: from now on the person is asked again. What it allowed stays allowed. Throws NOT_FOUND. */
export async function revoke(room: Room, { by }: Caller, id: number): Promise<Rule> {
  const { rule } = await room.writer.write((db) => {
    const revoked = revokeRule(db, { rule: id, by, at: room.now() });
    if (revoked.changed) {
      const { scope, agent, match, repository, uses } = revoked.rule;
      const words = `${ruleWords(match)} ${scopeWords(scope)}`;
      decisions.record(room, db, {
        by,
        kind: 'revoke',
        repository,
        shown: { rule: id, agent, scope, match, words, uses },
        answered: null,
      });
    }
    return revoked;
  });
  room.publish({ type: 'rule.changed', rule });
  return rule;
}
