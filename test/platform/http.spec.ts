/** What every route answers when the request, or the house, is not what it should be. */
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.js';
import { readSettings, Settings } from '../../src/platform/config/settings.js';
import { type ClonedDatabase, cloneDatabase } from '../support/database.js';
import { System } from '../support/system.js';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Record<string, unknown>;
}

/** Sends bytes that no client of HTTP would. */
async function send(base: string, bytes: string): Promise<Answer & { readonly head: string }> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return {
    head,
    status: Number(/^HTTP\/1.1 (\d+) /.exec(head)?.[1]),
    type: /^content-type: (.*)$/im.exec(head)?.[1] ?? '',
    body: JSON.parse(body) as Record<string, unknown>,
  };
}

/** Sends a path as it is; other clients correct it first. */
async function ask(base: string, path: string): Promise<Answer> {
  const { hostname, port } = new URL(base);
  return new Promise((answered, failed) => {
    httpRequest({ hostname, port, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        answered({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          body: JSON.parse(text) as Record<string, unknown>,
        }),
      );
    })
      .on('error', failed)
      .end();
  });
}

describe('a request that does not fit', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ PUMASI_ORIGIN: 'https://pumasi.example', PUMASI_WORKERS: false });
  });
  afterAll(() => system.stop());

  it.each(['/api/v1/sessions', '/api/v1/organisations/register'])(
    'as a spreadsheet where JSON is wanted (%s) is told so, and nothing about us',
    async (path) => {
      const answer = await system
        .anonymous()
        .post(path)
        .set('idempotency-key', 'k')
        .set('content-type', 'text/csv')
        .send('email,password\na@b.example,x\n');
      expect(answer.status).toBe(415);
      expect(answer.body).toMatchObject({ code: 'body.content-type' });
      expect(answer.text).not.toContain('client');
    },
  );

  it.each([
    ['with a broken escape in its address', '/api/v1/pools/%zz', 400],
    ['with an id that is too long', `/api/v1/pools/${'a'.repeat(500)}`, 414],
    ['for something that is not there', '/api/v1/nothing', 404],
  ])('%s is answered with a problem like any other', async (_what, path, status) => {
    const answer = await ask(system.url, path);
    expect(answer).toMatchObject({ status, body: { status, code: `http.${status}`, requestId: expect.any(String) } });
    expect(answer.type).toContain('application/problem+json');
  });

  it.each([
    ['that is no HTTP', 'What is this?\r\n\r\n', 400],
    ['with too many cookies', `GET / HTTP/1.1\r\nhost: a\r\ncookie: ${'c'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is answered with a problem like any other, and hung up on', async (_what, bytes, status) => {
    const answer = await send(system.url, bytes);
    const { requestId } = answer.body;
    expect(answer).toMatchObject({ status, body: { status, code: `http.${status}`, requestId: expect.any(String) } });
    expect(answer.type).toContain('application/problem+json');
    expect(answer.head).toContain(`x-request-id: ${String(requestId)}`);
  });

  it('does not choose the address that it comes from', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const answer = await system
        .anonymous()
        .post('/api/v1/sessions')
        .set('x-forwarded-for', `192.0.2.${n}, 198.51.100.7`)
        .send({ email: 'somebody@example.test', password: 'guess' });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    const elsewhere = await system
      .anonymous()
      .post('/api/v1/sessions')
      .set('x-forwarded-for', '198.51.100.8')
      .send({ email: 'somebody@example.test', password: 'guess' });
    expect(elsewhere.status).toBe(401);
  });
});

describe('an answer', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ PUMASI_WORKERS: false });
  });
  afterAll(() => system.stop());

  it('is kept by no cache, where the next to ask may be somebody else', async () => {
    const officer = await system.someone('officer');
    for (const path of ['/api/v1/clock', '/api/v1/pools', '/api/v1/people', '/api/v1/nothing']) {
      const answers = [await system.anonymous().get(path), await officer.get(path)];
      expect([path, ...answers.map((answer) => answer.headers['cache-control'])]).toEqual([
        path,
        'no-store',
        'no-store',
      ]);
    }
    const refused = await officer.post('/api/v1/regions', { code: '' });
    expect([refused.status, refused.headers['cache-control']]).toEqual([422, 'no-store']);
  });

  it.each(['2030', '20300131', '2030-W05-1', '2030-02-30T09:00:00Z', '2030-01-31T09:00:00'])(
    'to move the clock to %s is refused, for that is no instant',
    async (to) => {
      const answer = await (await system.someone('admin')).post('/api/v1/clock/advance', { to });
      expect([answer.status, answer.body]).toMatchObject([422, { faults: [{ path: 'to' }] }]);
    },
  );

  it('names the place in an address that should hold an id', async () => {
    const officer = await system.someone('officer');
    const answer = await officer.get('/api/v1/tenders/mine').expect(400);
    expect(answer.body).toMatchObject({ code: 'address.id', faults: [{ path: 'id' }] });
    const other = await officer.get('/api/v1/agreements/7/round').expect(400);
    expect(other.body).toMatchObject({ code: 'address.id', faults: [{ path: 'agreementId' }] });
  });

  it('has a version that can be sent back as a compressing proxy names it', async () => {
    const officer = await system.someone('officer');
    await officer.post('/api/v1/regions', { code: 'PROXY', name: 'Province' });
    const path = '/api/v1/regions/PROXY';
    const read = (known: string) => system.anonymous().get(path).set('if-none-match', known);
    expect((await read('W/"1"')).status).toBe(304);
    expect((await read('"7", W/"1"')).status).toBe(304);
    expect((await read('W/"7"')).status).toBe(200);
    const write = (seen: string) => officer.patch(path, { name: 'City' }).set('if-match', seen);
    expect((await write('W/"2"')).status).toBe(412);
    expect((await write('"1", "2"')).body).toMatchObject({ code: 'version.missing' });
    expect((await write('W/"one"')).body).toMatchObject({ code: 'version.missing' });
    expect(await write('W/"1"')).toMatchObject({ status: 200, body: { version: 2 }, headers: { etag: '"2"' } });
  });
});

/** Stands between the house and its database, and can be cut. */
class Cable {
  private readonly sockets = new Set<Socket>();
  private whole = true;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to(target: URL): Promise<Cable> {
    const server = createServer();
    await new Promise<void>((listening) => {
      server.listen(0, '127.0.0.1', listening);
    });
    const cable = new Cable(server, (server.address() as AddressInfo).port);
    server.on('connection', (near) => cable.join(near, connect(Number(target.port || 5432), target.hostname)));
    return cable;
  }

  private join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
    if (!this.whole) near.destroy();
    near.pipe(far).pipe(near);
  }

  cut(): void {
    this.whole = false;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.whole = true;
  }

  async remove(): Promise<void> {
    this.cut();
    await new Promise((closed) => {
      this.server.close(closed);
    });
  }
}

describe('a house without its database', () => {
  let database: ClonedDatabase;
  let cable: Cable;
  let app: NestFastifyApplication;
  let base: string;

  beforeAll(async () => {
    database = await cloneDatabase();
    const url = new URL(database.url);
    cable = await Cable.to(new URL(database.url));
    url.hostname = '127.0.0.1';
    url.port = String(cable.port);
    app = await createApp(
      readSettings({
        DATABASE_URL: url.href,
        PUMASI_LOG: 'fatal',
        PUMASI_WORKERS: 'off',
        PUMASI_SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
      }),
    );
    await app.listen(0, '127.0.0.1');
    base = await app.getUrl();
  });

  afterAll(async () => {
    await app.close();
    await cable.remove();
    await database.drop();
  });

  it('shows its metrics to neighbours, and to whoever sends the token where one is set', async () => {
    const status = async (headers: Record<string, string> = {}): Promise<number> =>
      (await fetch(`${base}/metrics`, { headers })).status;
    const settings = app.get(Settings);
    expect(await status()).toBe(200);
    expect(await status({ 'x-forwarded-for': '203.0.113.7' })).toBe(403);
    settings.PUMASI_METRICS_TOKEN = 'a-token-of-the-watchers';
    try {
      expect(await status()).toBe(403);
      expect(await status({ authorization: 'Bearer a-token-of-the-watcher' })).toBe(403);
      const sent = { authorization: 'Bearer a-token-of-the-watchers', 'x-forwarded-for': '203.0.113.7' };
      expect(await status(sent)).toBe(200);
    } finally {
      delete settings.PUMASI_METRICS_TOKEN;
    }
  });

  it('says so to everyone, tells how it is, and goes on when the database is back', async () => {
    expect((await ask(base, '/api/v1/clock')).status).toBe(200);
    cable.cut();
    for (let n = 0; n < 3; n += 1) {
      const answer = await ask(base, '/api/v1/clock');
      expect(answer).toMatchObject({ status: 503, body: { code: 'database.unavailable', status: 503 } });
    }
    expect(await ask(base, '/health/ready')).toMatchObject({ status: 503, body: { status: 'down' } });
    expect((await ask(base, '/health/live')).status).toBe(200);
    expect((await fetch(`${base}/metrics`)).status).toBe(200);
    cable.mend();
    expect((await ask(base, '/api/v1/clock')).status).toBe(200);
    expect((await ask(base, '/health/ready')).status).toBe(200);
  });
});
