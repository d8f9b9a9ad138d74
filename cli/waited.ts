import type { Client } from '../core/client';
import { startOfDay, type Waited } from '../core/contract/waited';

/** How long agents waited for the person since their day began, in this terminal's time zone. */
export function waitedToday(client: Client): Promise<Waited> {
  return client.requests.waited({ since: startOfDay(Date.now()) });
}
