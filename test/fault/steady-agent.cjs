const { appendFileSync } = require('node:fs');
const { createInterface } = require('node:readline');

/*
 * An agent that talks on and on in a new conversation, and is done at once in one that is loaded. What it is asked it
 * notes in the file given. It heeds no cancelling, no polite signal and no end of its input unless told to be polite.
 */
const [notes, manners] = process.argv.slice(2);
const polite = manners === 'polite';
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const note = (what, session) => appendFileSync(notes, `${JSON.stringify({ pid: process.pid, what, session })}\n`);
const say = (sessionId, text) =>
  send({
    method: 'session/update',
    params: { sessionId, update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } } },
  });

for (const signal of polite ? [] : ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => {});
process.stdout.on('error', () => {});
setInterval(() => {}, 60_000);
let loaded = false;
let word = 0;
let prompted = null;
const lines = createInterface({ input: process.stdin });
if (polite) lines.on('close', () => process.exit(0));
lines.on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') send({ id, result: { protocolVersion: 1, agentCapabilities: { loadSession: true } } });
  else if (method === 'session/new') send({ id, result: { sessionId: `session-${process.pid}` } });
  else if (method === 'session/load') {
    loaded = true;
    note('load', params.sessionId);
    send({ id, result: {} });
  } else if (method === 'session/prompt' && loaded) {
    say(params.sessionId, 'Back again.');
    send({ id, result: { stopReason: 'end_turn' } });
  } else if (method === 'session/prompt') {
    prompted = id;
    note('work', params.sessionId);
    setInterval(() => {
      word += 1;
      say(params.sessionId, `${word} `);
    }, 10);
  } else if (method === 'session/cancel' && polite) send({ id: prompted, result: { stopReason: 'cancelled' } });
});
