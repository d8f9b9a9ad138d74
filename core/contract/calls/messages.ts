import { oc } from '@orpc/contract';
import { z } from 'zod';
import { messageIdSchema, messageSchema, messageTextSchema } from '../message';
import { taskRef } from './refs';

/** What the person says to agents. */
export const messages = {
  /** What was said to a task's agent and waits until the agent takes it, oldest first. */
  list: oc.input(taskRef).output(z.array(messageSchema)),
  /** Says something to the agent of a task that is queued, running or waiting, as its next message. */
  add: oc.input(taskRef.extend({ text: messageTextSchema })).output(messageSchema),
  /** Changes a message the agent has not been given; WRONG_STATE once it has. */
  edit: oc.input(z.strictObject({ message: messageIdSchema, text: messageTextSchema })).output(messageSchema),
  /** Takes back a message the agent has not been given; WRONG_STATE once it has. */
  remove: oc.input(z.strictObject({ message: messageIdSchema })).output(z.void()),
};
