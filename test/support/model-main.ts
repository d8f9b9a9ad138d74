import { startModelServer } from './model-server';

// Stands alone: `node --experimental-strip-types`-free runners such as vite-node start it; the port is the argument.
const server = await startModelServer({ port: Number(process.argv[2] ?? 0), maximumRequests: 100_000 });
process.stdout.write(`${server.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close());
}
