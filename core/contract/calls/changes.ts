import { eventIterator, oc } from '@orpc/contract';
import { changeSchema } from '../change';

/** What happens, as it does. */
export const changes = {
  /** One snapshot, then every change until the follower leaves. */
  follow: oc.output(eventIterator(changeSchema)),
};
