const { spawn } = require('node:child_process');
const { randomInt } = require('node:crypto');
const { createInterface } = require('node:readline');

/*
 * An agent that starts programs in every way by which a process leaves whoever started it, and then works for ever. Each
 * notes in the folder given that it is there. Told "now" it does so unasked, as a program on a terminal.
 */
const [folder, when] = process.argv.slice(2);
// Its process id would not do: in a pid namespace every one of them has the same.
const me = randomInt(2 ** 47);
const program = (kind) => [
  '-c',
  'trap "" TERM HUP INT; : > "$1"; while :; do sleep 1; done',
  `escaped-${me}`,
  `${folder}/${me}.${kind}`,
];
const quiet = { stdio: 'ignore' };
const letEscape = () => {
  spawn('setsid', ['sh', ...program('setsid')], quiet).unref();
  spawn('nohup', ['sh', ...program('nohup')], { ...quiet, detached: true }).unref();
  const twice = 'sh "$@" & exit 0';
  spawn('sh', ['-c', `(setsid sh -c '${twice}' sh "$@" &)`, 'sh', ...program('twice')], quiet).unref();
};

const reply = (id, result) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => {});
if (when === 'now') letEscape();
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (method === 'initialize') reply(id, { protocolVersion: 1, agentCapabilities: { loadSession: true } });
  else if (method === 'session/new') reply(id, { sessionId: `session-${process.pid}` });
  else if (method === 'session/load') reply(id, {});
  else if (method === 'session/prompt') letEscape();
});
