/** A server that closes: what is in hand is answered, what only waits is let go, and it ends. */
import { Agent, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { answerLastRequests } from '../../src/platform/http/last-requests.js';

const GRACE_MILLIS = 1_500;

describe('a server that closes', () => {
  let server: FastifyInstance;
  let port: number;
  let answer: (text: string) => void;
  let asked: Promise<void>;
  const agent = new Agent({ keepAlive: true });

  beforeEach(async () => {
    server = fastify({ return503OnClosing: false });
    answerLastRequests(server, GRACE_MILLIS);
    server.get('/quick', async () => 'quick');
    asked = new Promise((ask) => {
      server.get('/slow', async () => {
        ask();
        return new Promise<string>((resolve) => {
          answer = resolve;
        });
      });
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = server.server.address() as AddressInfo);
  });

  afterEach(() => agent.destroy());

  const read = async (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path, agent }, (response: IncomingMessage) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });

  /** A connection that never says anything, as browsers open them beforehand. */
  const silent = async (): Promise<void> =>
    new Promise((connected) => {
      connect(port, '127.0.0.1', connected).on('error', () => undefined);
    });

  const millisOf = async (work: Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await work;
    return performance.now() - began;
  };

  it('answers what is in hand, and is closed as soon as that is done', async () => {
    await read('/quick');
    await silent();
    const slow = read('/slow');
    await asked;
    const closing = millisOf(server.close());
    await sleep(300);
    await expect(fetch(`http://127.0.0.1:${port}/quick`)).rejects.toThrow('fetch failed');
    answer('slow but sure');
    expect(await slow).toBe('slow but sure');
    expect(await closing).toBeLessThan(GRACE_MILLIS - 300);
  });

  it('waits for nobody when nothing is in hand', async () => {
    await read('/quick');
    await silent();
    expect(await millisOf(server.close())).toBeLessThan(GRACE_MILLIS / 2);
  });

  it('cuts what is not answered in time', async () => {
    const slow = read('/slow').catch((error: Error) => error.message);
    await asked;
    const took = await millisOf(server.close());
    expect(took).toBeGreaterThan(GRACE_MILLIS - 100);
    expect(took).toBeLessThan(GRACE_MILLIS * 3);
    expect(await slow).toBe('socket hang up');
  });
});
