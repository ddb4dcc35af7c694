/** Letters on their way to a mail server of the test's own. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { systemActor } from '../../src/kernel/actor.js';
import { refuse } from '../../src/kernel/refusal.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { type Letter, Mail } from '../../src/platform/mail/mail.js';
import { MailServer } from '../support/mail-server.js';
import { System } from '../support/system.js';

describe('letters to a mail server that says nothing', () => {
  const callers: Socket[] = [];
  const silent = createServer((caller) => void callers.push(caller));
  let system: System;

  beforeAll(async () => {
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    system = await System.start({ PUMASI_SMTP_URL: `smtp://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    silent.close();
    for (const caller of callers) caller.destroy();
    await system.stop();
  });

  it('are not taken again by another process while they are being brought', async () => {
    await system.source.query(
      `insert into mail_message (recipient, subject, body, about)
       select 'kim@shop.example', 'A letter', 'Your price falls.', 'test' from generate_series(1, 200)`,
    );
    const taken = async (): Promise<{ letters: number; seconds: number }[]> =>
      system.source.query(
        `select count(*)::int as letters, min(extract(epoch from next_try_at - clock_timestamp()))::float8 as seconds
         from mail_message where attempts > 0 having count(*) > 0`,
      );
    let [row] = await taken();
    while (row === undefined) [row] = await taken();
    // Two at a time, and twenty seconds for a greeting that does not come.
    expect((row.letters / 2) * 20).toBeLessThan(row.seconds);
  });
});

describe('letters', () => {
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

  const letter = (subject: string): Letter => ({
    to: 'kim@shop.example',
    subject,
    text: 'Your price falls from 36,845 to 33,351 won a month.',
    about: `agreement ${randomUUID()}`,
  });
  const write = async (letters: Letter[], why?: string): Promise<void> =>
    system.app.get(Deeds, { strict: false }).run(systemActor('test'), 'test.write', null, async ({ tx }) => {
      await system.app.get(Mail, { strict: false }).send(tx, letters);
      if (why !== undefined) throw refuse('test.no', why);
    });
  const arrived = (subject: string): Promise<string> => server.arrived(`Subject: ${subject}`);

  it('are sent after the deed that they tell of, once', async () => {
    await write([letter('Cheaper from next month')]);
    const message = await arrived('Cheaper from next month');
    expect(message).toContain('To: kim@shop.example');
    expect(message).toContain('From: Pumasi <pumasi@localhost>');
    expect(message).toContain('36,845 to 33,351 won');
    expect(message).toMatch(/Message-ID: <letter-\d+@pumasi>/);
    expect(server.received.filter((each) => each.includes('Cheaper from next month'))).toHaveLength(1);
  });

  it('do not exist when their deed was refused', async () => {
    await expect(write([letter('Never happened')], 'Not so.')).rejects.toThrow('Not so.');
    await write([letter('Happened')]);
    await arrived('Happened');
    expect(server.received.some((each) => each.includes('Never happened'))).toBe(false);
  });

  it('are tried again when the server does not take them, and tell what it said', async () => {
    const admin = await system.someone('admin');
    server.refusals = 1;
    await write([letter('At the second attempt')]);
    const waiting = await system.eventually(
      () => admin.get('/api/v1/mail?state=waiting'),
      ({ body }) =>
        (body as { items: { lastError: string | null }[] }).items.some(({ lastError }) => lastError !== null),
    );
    const [first] = (waiting.body as { items: { attempts: number; lastError: string }[] }).items;
    expect(first).toMatchObject({ attempts: 1 });
    expect(first?.lastError).toContain('mailbox busy');
    await system.source.query('update mail_message set next_try_at = clock_timestamp() where sent_at is null');
    await arrived('At the second attempt');
    await system.eventually(
      () => admin.get('/api/v1/mail?state=sent&recipient=Kim@shop.example&limit=1'),
      ({ body }) => (body as { items: { subject: string }[] }).items[0]?.subject === 'At the second attempt',
    );
  });

  it('are read by administrators and auditors alone, page by page', async () => {
    const admin = await system.someone('auditor');
    const page = await admin.get('/api/v1/mail?limit=1').expect(200);
    const { items, next } = page.body as { items: { id: string }[]; next: string };
    const following = await admin.get(`/api/v1/mail?limit=1&cursor=${next}`).expect(200);
    expect(Number((following.body as { items: { id: string }[] }).items[0]?.id)).toBeLessThan(Number(items[0]?.id));
    for (const role of ['owner', 'manager', 'bidder', 'officer', 'approver'] as const) {
      await (await system.someone(role)).get('/api/v1/mail').expect(403);
    }
  });
});
