import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { type Someone, System } from '../support/system.js';

describe('a command', () => {
  let system: System;
  let officer: Someone;
  beforeAll(async () => {
    system = await System.start();
    officer = await system.someone('officer');
  });
  afterAll(() => system.stop());

  function region(): { code: string; name: string } {
    return { code: `R-${randomUUID().slice(0, 8)}`, name: 'Somewhere' };
  }

  async function send(headers: Record<string, string>): Promise<Response> {
    return officer.post('/api/v1/regions', region()).set(headers);
  }

  describe('from another site', () => {
    it.each<[string, Record<string, string>]>([
      ['its origin', { origin: 'https://evil.example' }],
      ['an origin that hides', { origin: 'null' }],
      ['the same host on another port', { origin: 'http://127.0.0.1:1' }],
      ['a fetch across sites', { 'sec-fetch-site': 'cross-site' }],
      ['a fetch from a sibling', { 'sec-fetch-site': 'same-site' }],
    ])('is refused by %s', async (_what, headers) => {
      const answer = await send(headers);
      expect([answer.status, answer.body.code]).toEqual([403, 'request.cross-site']);
    });

    it('cannot even sign a browser in or out', async () => {
      const foreign = { origin: 'https://evil.example' };
      const signIn = await system.anonymous().post('/api/v1/sessions').set(foreign).send({});
      expect(signIn.body.code).toBe('request.cross-site');
      const signOut = await officer.delete('/api/v1/sessions/current').set(foreign);
      expect(signOut.body.code).toBe('request.cross-site');
      expect((await officer.get('/api/v1/me')).status).toBe(200);
    });

    it('may still read what a link leads to', async () => {
      const answer = await officer.get('/api/v1/me').set('sec-fetch-site', 'cross-site');
      expect(answer.status).toBe(200);
    });
  });

  it('from our own pages is taken, and from programs, which send neither header', async () => {
    expect((await send({ origin: system.url, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await send({})).status).toBe(201);
  });

  it('from the public address is taken when one is set, whatever the proxy calls us', async () => {
    const behindProxy = await System.start({ PUMASI_ORIGIN: 'https://pumasi.example/', PUMASI_WORKERS: false });
    try {
      const someone = await behindProxy.someone('officer');
      const own = await someone.post('/api/v1/regions', region()).set('origin', 'https://pumasi.example');
      expect(own.status).toBe(201);
      const other = await someone.post('/api/v1/regions', region()).set('origin', behindProxy.url);
      expect(other.body.code).toBe('request.cross-site');
    } finally {
      await behindProxy.stop();
    }
  });

  describe('under a key', () => {
    it.each(['', ' ', 'two words', 'ключ', 'k'.repeat(201)])('that is %p is not taken', async (key) => {
      const answer = await officer.post('/api/v1/regions', region(), Buffer.from(key).toString('latin1'));
      expect([answer.status, answer.body.code]).toEqual([422, 'idempotency.key-missing']);
    });

    it('must have one, signed in or not, and an editing command may', async () => {
      const without = await system.anonymous().post('/api/v1/organisations/register').send({});
      expect(without.body.code).toBe('idempotency.key-missing');
      const made = await officer.post('/api/v1/regions', region());
      const path = `/api/v1/regions/${String(made.body.code)}`;
      const tooLong = await officer.patch(path, { name: 'A' }, 1).set('idempotency-key', 'k'.repeat(201));
      expect(tooLong.body.code).toBe('idempotency.key-missing');
      const key = randomUUID();
      const first = await officer.patch(path, { name: 'A' }, 1).set('idempotency-key', key);
      const again = await officer.patch(path, { name: 'A' }, 1).set('idempotency-key', key);
      expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
      expect(again.body.version).toBe(2);
    });

    it('is done once and answered alike, repeated later or at the same moment', async () => {
      const [key, body] = [randomUUID(), region()];
      const answers = await Promise.all(Array.from({ length: 5 }, () => officer.post('/api/v1/regions', body, key)));
      const later = await officer.post('/api/v1/regions', body, key);
      for (const answer of [...answers, later]) {
        expect(answer.status).toBe(201);
        expect(answer.body).toEqual(later.body);
      }
      const audit: unknown[] = await system.source.query('select 1 from audit_entry where subject_id = $1', [
        body.code,
      ]);
      expect(audit).toHaveLength(1);
    });

    it('used for another command is refused, and another person may use it', async () => {
      const [key, body] = [randomUUID(), region()];
      await officer.post('/api/v1/regions', body, key);
      const other = await officer.post('/api/v1/regions', { ...body, name: 'Elsewhere' }, key);
      expect([other.status, other.body.code]).toEqual([422, 'idempotency.key-reused']);
      const colleague = await system.someone('officer');
      expect((await colleague.post('/api/v1/regions', region(), key)).status).toBe(201);
    });

    it('that was refused may be mended and sent again', async () => {
      const [key, body] = [randomUUID(), region()];
      const parent = `P-${randomUUID().slice(0, 8)}`;
      expect((await officer.post('/api/v1/regions', { ...body, parent }, key)).status).toBe(422);
      await officer.post('/api/v1/regions', { code: parent, name: 'Parent' });
      expect((await officer.post('/api/v1/regions', { ...body, parent }, key)).status).toBe(201);
    });
  });

  describe('with a body', () => {
    it('of unknown members is refused, not trimmed', async () => {
      const answer = await officer.post('/api/v1/regions', { ...region(), colour: 'red' });
      expect([answer.status, answer.body.faults]).toEqual([
        422,
        [{ path: 'colour', reason: expect.stringContaining('not known here') as string }],
      ]);
    });

    it.each<[string, string]>([
      ['a NUL', '{"code":"A","name":"a\\u0000b"}'],
      ['half a character', '{"code":"A","name":"a\\ud800b"}'],
      ['half a character as a key', '{"code":"A","name":"b","\\ud800":1}'],
    ])('that holds %s is refused', async (_what, text) => {
      const answer = await officer.post('/api/v1/regions', text).set('content-type', 'application/json');
      expect([answer.status, answer.body.code]).toEqual([422, 'input.invalid']);
      expect(answer.body.detail).toContain('holds a character that cannot be kept');
    });

    it('nested without end is refused', async () => {
      const text = `{"code":"A","name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
      const answer = await officer.post('/api/v1/regions', text).set('content-type', 'application/json');
      expect([answer.status, answer.body.code]).toEqual([422, 'input.invalid']);
    });

    it.each<[string, string, string, number]>([
      ['that is no JSON', '{"code":', 'application/json', 400],
      ['of another format', '<region/>', 'application/xml', 415],
      ['beyond the limit', JSON.stringify({ name: 'x'.repeat(1_100_000) }), 'application/json', 413],
    ])('%s is refused', async (_what, text, type, status) => {
      const answer = await officer.post('/api/v1/regions', text).set('content-type', type);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ status, requestId: answer.headers['x-request-id'] as string });
    });
  });
});
