import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import {
  relayAgentSchema,
  relayHeardSchema,
  relayMessageSchema,
  relayNameSchema,
  relayPatternSchema,
  relayStatusSchema,
} from '../relay';

const agentRef = { session: relayNameSchema, role: relayNameSchema };

/** The bus that agents and other machines connect to. */
export const relay = {
  /**
   * Gives a work message to an agent, connected or not, and says its number once it is kept, and whether the agent is there. One for a
   * session of the runner becomes a message of its task. LIMIT when too much waits for the agent.
   */
  send: oc
    .input(z.strictObject({ ...agentRef, message: relayMessageSchema }))
    .output(z.object({ seq: z.number().int().positive(), connected: z.boolean() })),
  /**
   * Takes back work that an agent has not answered: the one of an id, or without one all there is. Says the ids. Whoever waits for an
   * answer is told, as type `taken-back`. NOT_FOUND when none waits; WRONG_STATE for a session of the runner, whose messages are its task's.
   */
  takeBack: oc
    .input(z.strictObject({ ...agentRef, id: relayMessageSchema.shape.id.optional() }))
    .output(z.object({ ids: z.array(z.string()) })),
  /** The agents that are connected, those of the runner that are at work, and those that are not there and for whom work waits. */
  agents: oc.output(z.array(relayAgentSchema)),
  /**
   * What is published on the subjects of a pattern, from now on, or after the number `after`. A follower that is too slow is told
   * what it missed.
   */
  follow: oc
    .input(
      z.strictObject({
        pattern: relayPatternSchema.default('sessions.>'),
        after: z.number().int().nonnegative().optional(),
      }),
    )
    .output(eventIterator(relayHeardSchema)),
  /** Hangs up on a connected agent, which is told not to come back. NOT_FOUND. */
  disconnect: oc.input(z.strictObject(agentRef)).output(z.void()),
  /** What carries the messages. */
  status: oc.output(relayStatusSchema),
};
