/** The way back in for who has lost a password: a letter with a token, by a mail server of the test's own. */
import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { MailServer } from '../support/mail-server.js';
import { System } from '../support/system.js';

const PASSWORD = 'another long password';

describe('a lost password', () => {
  let system: System;
  let server: MailServer;
  beforeAll(async () => {
    server = await MailServer.start();
    system = await System.start({ PUMASI_SMTP_URL: server.url });
  });
  afterAll(async () => {
    await system.stop();
    await server.stop();
  });
  beforeEach(async () => {
    server.received.length = 0;
    await system.source.query('delete from attempt');
  });

  async function post(path: string, body: object, key: string = randomUUID()): Promise<Response> {
    return system.anonymous().post(`/api/v1/lost-passwords${path}`).set('idempotency-key', key).send(body);
  }

  const addressOf = ({ personId }: { personId: string }): string => `${personId}@example.test`;

  async function tokenFor(email: string): Promise<string> {
    const letter = await server.arrived(`To: ${email}`);
    // Quoted-printable may break a line within it.
    return /\b[0-9a-f]{64}\b/.exec(letter.replaceAll('=\r\n', ''))?.[0] ?? '';
  }

  async function signIn(email: string, password: string): Promise<number> {
    return (await system.anonymous().post('/api/v1/sessions').send({ email, password })).status;
  }

  it('is replaced once by who gets the letter, and all sessions end', async () => {
    const approver = await system.someone('approver');
    await system.source.query('update person set password_temporary = true where id = $1', [approver.personId]);
    const bystander = await system.someone('owner');
    const asked = await post('', { email: addressOf(approver) });
    expect([asked.status, asked.text]).toEqual([204, '']);
    const token = await tokenFor(addressOf(approver));

    const key = randomUUID();
    expect((await post('/choose', { token, password: PASSWORD }, key)).status).toBe(204);
    expect((await post('/choose', { token, password: PASSWORD }, key)).status).toBe(204);
    const again = await post('/choose', { token, password: 'a third long password' });
    expect([again.status, again.body.code]).toEqual([422, 'password.token']);
    expect(again.body.faults).toMatchObject([{ path: 'token' }]);
    expect((await approver.get('/api/v1/me')).status).toBe(401);
    expect((await bystander.get('/api/v1/me')).status).toBe(200);
    expect(await signIn(addressOf(approver), PASSWORD)).toBe(201);
    await server.arrived('Subject: Your password has been changed');

    const auditor = await system.someone('auditor');
    const audit = await auditor.get(`/api/v1/audit?subjectType=person&subjectId=${approver.personId}`);
    const deeds = (audit.body.items as { deed: string; personName: string }[]).map((each) => each.deed);
    expect(deeds.toSorted()).toEqual(['password.choose', 'password.lose']);
  });

  it('leaves its token nowhere but in the letter', async () => {
    const owner = await system.someone('owner');
    await post('', { email: addressOf(owner) });
    const token = await tokenFor(addressOf(owner));
    expect(token).toHaveLength(64);
    const admin = await system.someone('admin');
    const kept = await admin.get(`/api/v1/mail?recipient=${addressOf(owner)}`);
    expect(kept.body.items).toMatchObject([{ subject: 'Choose another password' }]);
    expect(kept.body.items[0].text).toContain('{token}');
    const rows: { row: string }[] = await system.source.query(
      `select m::text as row from mail_message m union all select i::text from idempotency i
       union all select a::text from audit_entry a union all select l::text from lost_password l`,
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
  });

  it('is not replaced with an earlier, a made up or a late token', async () => {
    const owner = await system.someone('owner');
    const email = addressOf(owner);
    await post('', { email });
    const earlier = await tokenFor(email);
    server.received.length = 0;
    await post('', { email });
    const last = await tokenFor(email);
    expect(last).not.toBe(earlier);
    for (const token of [earlier, 'made up']) {
      expect((await post('/choose', { token, password: PASSWORD })).body.code).toBe('password.token');
    }
    await system.source.query('update lost_password set expires_at = clock_timestamp() where person_id = $1', [
      owner.personId,
    ]);
    expect((await post('/choose', { token: last, password: PASSWORD })).body.code).toBe('password.token');
    expect((await owner.get('/api/v1/me')).status).toBe(200);
  });

  it('is chosen once, though it is chosen twice at the same moment', async () => {
    const email = addressOf(await system.someone('bidder'));
    await post('', { email });
    const token = await tokenFor(email);
    const answers = await Promise.all([
      post('/choose', { token, password: PASSWORD }),
      post('/choose', { token, password: 'a third long password' }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 422]);
  });

  it('tells nobody which addresses have accounts, and fills no mailbox', async () => {
    const email = addressOf(await system.someone('owner'));
    const statuses: number[] = [];
    for (const address of [email, email, email, email, 'nobody@example.test']) {
      statuses.push((await post('', { email: address })).status);
    }
    expect(statuses).toEqual([204, 204, 204, 429, 204]);
    const letters: { recipient: string }[] = await system.source.query(
      'select recipient from mail_message where recipient = any($1)',
      [[email, 'nobody@example.test']],
    );
    expect(letters.map(({ recipient }) => recipient)).toEqual([email, email, email]);
  });

  it('is slow to be guessed', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 101; n += 1) {
      statuses.push((await post('/choose', { token: `guess ${n}`, password: PASSWORD })).status);
    }
    expect([statuses[0], statuses[99], statuses[100]]).toEqual([422, 422, 429]);
  });

  it.each<[string, string, object]>([
    ['', 'email', { email: 'nobody' }],
    ['/choose', 'token', { password: PASSWORD }],
    ['/choose', 'password', { token: 'a', password: 'elevenchars' }],
  ])('%p names what is wrong with %p', async (path, field, body) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(422);
    expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toEqual([field]);
  });

  it('cannot be replaced where no letters are sent', async () => {
    const silent = await System.start({ PUMASI_WORKERS: false });
    try {
      const owner = await silent.someone('owner');
      const answer = await silent
        .anonymous()
        .post('/api/v1/lost-passwords')
        .set('idempotency-key', 'k')
        .send({ email: addressOf(owner) });
      expect([answer.status, answer.body.code]).toEqual([409, 'password.no-letters']);
    } finally {
      await silent.stop();
    }
  });
});
