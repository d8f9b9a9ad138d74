import { startModelServer } from './model-server';

// For trying the product against the scripted model by hand:
//   npx node --import ./test/support/typescript.mjs test/support/model-main.ts [PORT]
// It prints its address; ANTHROPIC_BASE_URL or OPENAI_HOST takes it. test/support/model-script.ts says what it understands.
const server = await startModelServer({ port: Number(process.argv[2] ?? 0), maximumRequests: 100_000 });
process.stdout.write(`${server.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close());
}
