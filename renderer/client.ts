import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Calls } from '../core/contract/calls';

/** Everything the core can be asked, typed by the contract. */
export type Client = ContractRouterClient<Calls>;

/** A client of the core over one port. The port is started here and belongs to the client from then on. */
export function clientOver(port: MessagePort): Client {
  const client: Client = createORPCClient(new RPCLink({ port }));
  port.start();
  return client;
}
