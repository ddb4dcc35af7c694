/** How a server stops: requests in hand are answered, and nobody else is waited for. */
import type { FastifyInstance } from 'fastify';

/** Requests in hand have this long to be answered; then they are cut, and their keys make asking again safe. */
const LAST_REQUESTS_MILLIS = 10_000;

/**
 * From its closing on the server takes no new connection and lets go of those that are idle, as Node does. It lets go
 * of all when the last request in hand is answered, or when the time is over.
 */
export function answerLastRequests(fastify: FastifyInstance, millis = LAST_REQUESTS_MILLIS): void {
  const { server } = fastify;
  let inHand = 0;
  let closing = false;
  const cutWhenDone = (): void => {
    if (closing && inHand === 0) server.closeAllConnections();
  };
  server.on('request', (_request, response) => {
    inHand += 1;
    response.once('close', () => {
      inHand -= 1;
      cutWhenDone();
    });
  });
  fastify.addHook('preClose', (done) => {
    closing = true;
    const late = setTimeout(() => server.closeAllConnections(), millis);
    server.once('close', () => clearTimeout(late));
    // Once it is closing: Node takes a connection on which nothing was sent yet for a busy one.
    setImmediate(cutWhenDone);
    done();
  });
}
