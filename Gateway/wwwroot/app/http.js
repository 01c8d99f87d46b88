import { ChatError } from '../chat-client.js';

/** An answer that takes longer than this will not come. */
const withinMs = 15_000;

/** How far the server's clock is ahead of this browser's, in milliseconds; to the second, as its answers tell the time. */
let ahead = 0;

/** The time as the server has it, for what it is to end then. @returns {number} milliseconds since 1970 */
export const serverTime = () => Date.now() + ahead;

/**
 * Asks the server's HTTP API.
 * @param {string} path
 * @param {{body?: object, bearer?: string}} [request] with a body it is posted
 * @returns {Promise<any>} the answer; none of a 204
 * @throws {ChatError} with the server's own code and words
 */
export async function ask(path, { body, bearer } = {}) {
  const headers = { accept: 'application/json' };
  if (body) headers['content-type'] = 'application/json';
  if (bearer) headers.authorization = `Bearer ${bearer}`;
  let response;
  try {
    response = await fetch(path, {
      method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body), credentials: 'omit', cache: 'no-store',
      signal: AbortSignal.timeout(withinMs),
    });
  } catch {
    throw new ChatError('disconnected', 'The server cannot be reached.', { retryable: true });
  }
  const at = Date.parse(response.headers.get('date'));
  if (Number.isFinite(at)) ahead = at - Date.now();
  if (response.ok) return response.status === 204 ? undefined : response.json();
  throw await refusal(response);
}

/** A problem (RFC 9457), or what something between here and the server said instead. */
async function refusal(response) {
  const { status, headers } = response;
  const problem = await response.json().catch(() => null);
  const retryable = status === 429 || status >= 500;
  const afterSeconds = Number(headers.get('retry-after'));
  return new ChatError(problem?.code ?? (retryable ? 'unavailable' : 'internal'), problem?.detail ?? `The server answered ${status}.`, {
    retryable, field: problem?.field, retryAfterMs: problem?.retryAfterMs ?? (afterSeconds > 0 ? afterSeconds * 1000 : undefined),
  });
}
