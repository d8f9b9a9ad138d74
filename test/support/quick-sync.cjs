// Runs programs for a large process that waits for them: this one is small, and a process is copied to start another.
// Requests are lines of JSON on one pipe, answers four bytes of length and JSON on the other.
const { spawnSync } = require('node:child_process');
const { openSync, readSync, writeSync } = require('node:fs');

const [asked, answered] = process.argv.slice(2).map((path, index) => openSync(path, index === 0 ? 'r' : 'w'));
const chunk = Buffer.alloc(64 * 1024);
let text = '';
for (;;) {
  const read = readSync(asked, chunk);
  // Whoever asked is gone.
  if (read === 0) break;
  text += chunk.toString('latin1', 0, read);
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
    const { program, args, cwd, env } = JSON.parse(Buffer.from(text.slice(0, end), 'latin1').toString('utf8'));
    text = text.slice(end + 1);
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    const answer = Buffer.from(JSON.stringify({ status, stdout, stderr, error: error?.message ?? null }));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(answer.length);
    for (const bytes of [size, answer]) for (let at = 0; at < bytes.length; ) at += writeSync(answered, bytes, at);
  }
}
