/**
 * What tells a line to an agent from every other one of the same process: the id of the request it makes or answers, else
 * its own words. Whoever goes over what an agent printed a second time says the same lines again, and is to say none
 * of them twice.
 */
export function nameOfLine(line: string): string {
  const said = parse(line);
  if (said === null) return line;
  const { id, method, type, request_id: request, response } = said;
  // The two protocols there are: JSON-RPC, and the control lines of Claude Code.
  if (said.jsonrpc === '2.0' && id !== undefined)
    return method === undefined ? `answer ${JSON.stringify(id)}` : `request ${JSON.stringify(id)} ${method}`;
  if (type === 'control_request') return `control ${request}`;
  if (type === 'control_response') return `answer ${(response as { readonly request_id?: unknown })?.request_id}`;
  return line;
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
