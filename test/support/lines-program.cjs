/* A program on pipes that speaks JSON in lines: it answers each request with its params, and `exit` ends it with that code. */
const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
say({ method: 'ready', params: { pid: process.pid } });
require('node:readline')
  .createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === 'exit') process.exit(params);
    else say({ id, result: params });
  });
