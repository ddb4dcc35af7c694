import { generateKeyPairSync } from 'node:crypto';
import { Refusal } from '../../kernel/refusal.js';
import { readSettings } from './settings.js';

function whyNot(environment: Record<string, string>): Refusal {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'der' })
  .toString('base64');

const stripe = { PUMASI_STRIPE_KEY: 'sk_test_abcdef', PUMASI_STRIPE_WEBHOOK_SECRET: 'whsec_abcdefgh,whsec_ijklmnop' };
const live = { ...stripe, PUMASI_STRIPE_KEY: 'sk_live_liveliveabc' };
const restricted = { ...stripe, PUMASI_STRIPE_KEY: 'rk_live_liveliveabc' };

describe('settings', () => {
  it('needs none', () => {
    expect(readSettings({ HOME: '/root' })).toMatchObject({
      PORT: 3000,
      PUMASI_WORKERS: true,
      PUMASI_ACCELERATED: false,
    });
    expect(readSettings({}).DATABASE_URL).toBeUndefined();
  });

  it('reads what is set, and takes an empty variable for unset', () => {
    expect(
      readSettings({ PORT: '0', PUMASI_WORKERS: 'off', DATABASE_URL: '', REDIS_URL: 'redis://h:1' }),
    ).toMatchObject({
      PORT: 0,
      PUMASI_WORKERS: false,
      REDIS_URL: 'redis://h:1',
    });
  });

  it.each([
    { PUMASI_ORIGIN: 'https://pumasi.example', PUMASI_MAIL_FROM: 'a@b' },
    { PUMASI_ORIGIN: 'http://localhost:3000/', PUMASI_MAIL_FROM: '"Pumasi, Seoul" <pumasi@agency.example>' },
    { PUMASI_ORIGIN: 'http://127.0.0.1', PUMASI_MAIL_FROM: "Agency's Pumasi, Seoul <pumasi@agency.example>" },
    { PUMASI_ORIGIN: 'http://[::1]:3000', PUMASI_MAIL_FROM: '품앗이 <pumasi@localhost>' },
  ])('takes %j', (environment) => {
    expect(readSettings(environment)).toMatchObject(environment);
  });

  it.each([
    [{ PORT: '70000' }, 'PORT must be a port number'],
    [{ PORT: 'http' }, 'PORT must be a port number'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL must look like postgres://'],
    [{ DATABASE_URL: 'postgres://u:p@h:port/x' }, 'DATABASE_URL must look like postgres://'],
    [{ DATABASE_URL: 'postgres://u:a#b@h:5432/x' }, 'in a password written as %2F'],
    [{ REDIS_URL: 'redis://h:port' }, 'REDIS_URL must look like redis://'],
    [{ REDIS_URL: 'localhost' }, 'REDIS_URL must look like redis://'],
    [{ PUMASI_ORIGIN: 'ftp://pumasi.example' }, 'PUMASI_ORIGIN must look like https://pumasi.example'],
    [{ PUMASI_ORIGIN: 'HTTPS://pumasi.example' }, 'PUMASI_ORIGIN must look like https://pumasi.example'],
    [{ PUMASI_ORIGIN: 'https://xn--a' }, 'PUMASI_ORIGIN must look like https://pumasi.example'],
    [{ PUMASI_MAIL_FROM: 'Pumasi <a@b' }, 'PUMASI_MAIL_FROM must look like Pumasi <pumasi@agency.example>'],
    [{ PUMASI_MAIL_FROM: '"Pumasi <a@b>' }, 'PUMASI_MAIL_FROM must look like Pumasi <pumasi@agency.example>'],
    [{ PUMASI_MAIL_FROM: 'Agency: Pumasi <a@b>' }, 'PUMASI_MAIL_FROM must look like Pumasi <pumasi@agency.example>'],
    [{ PUMASI_MAIL_FROM: 'a@b, c@d' }, 'PUMASI_MAIL_FROM must look like Pumasi <pumasi@agency.example>'],
    [{ PUMASI_WORKERS: 'yes' }, 'PUMASI_WORKERS must be on or off'],
    [{ PUMASI_SEALING_KEY: '???' }, 'PUMASI_SEALING_KEY must be 32 bytes'],
    [{ PUMASI_SEALING_KEY: 'YWJj' }, 'PUMASI_SEALING_KEY must be 32 bytes'],
    [{ PUMASI_SIGNING_KEY: 'YWJj' }, 'PUMASI_SIGNING_KEY must be an Ed25519 private key'],
    [{ PUMASI_SIGNING_KEY: p256 }, 'PUMASI_SIGNING_KEY must be an Ed25519 private key'],
    [{ PUMASI_JOB_POOL: '1' }, 'PUMASI_JOB_POOL must be a whole number from 2 to 100'],
    [{ PUMASI_DEBIT_NOTICE_DAYS: '0' }, 'PUMASI_DEBIT_NOTICE_DAYS must be a whole number of days from 1 to 30'],
    [{ PUMASI_WORKER: 'on' }, 'PUMASI_WORKER is not a setting'],
    [{ ...stripe, PUMASI_STRIPE_KEY: 'pk_test_abcdef' }, 'PUMASI_STRIPE_KEY must be a secret key of Stripe'],
    [{ ...stripe, PUMASI_STRIPE_WEBHOOK_SECRET: 'secret' }, 'PUMASI_STRIPE_WEBHOOK_SECRET must be signing secrets'],
    [{ ...stripe, PUMASI_STRIPE_URL: 'localhost' }, 'PUMASI_STRIPE_URL must look like http://'],
    [{ PUMASI_STRIPE_KEY: 'sk_test_abcdef' }, 'PUMASI_STRIPE_WEBHOOK_SECRET must be set with PUMASI_STRIPE_KEY'],
    [{ PUMASI_STRIPE_URL: 'http://127.0.0.1:1' }, 'PUMASI_STRIPE_KEY must be set with the other settings of Stripe'],
    [{ ...live, PUMASI_ACCELERATED: 'on' }, 'PUMASI_ACCELERATED must be off with a live key of Stripe'],
    [{ ...restricted, PUMASI_ACCELERATED: 'on' }, 'PUMASI_ACCELERATED must be off with a live key of Stripe'],
    [{ ...live, PUMASI_STRIPE_URL: 'http://127.0.0.1:1' }, 'PUMASI_STRIPE_URL must not be set with a live key'],
  ])('refuses %j in one line', (environment, sentence) => {
    const refusal = whyNot(environment);
    expect(refusal.message).toContain(sentence);
    expect(refusal.message).not.toContain('\n');
  });

  it('takes a key for tests with a moved clock, and a live one without', () => {
    const where = { PUMASI_STRIPE_URL: 'http://127.0.0.1:12111', PUMASI_ACCELERATED: 'on' };
    expect(readSettings({ ...stripe, ...where })).toMatchObject({ ...stripe, PUMASI_ACCELERATED: true });
    expect(readSettings(live)).toMatchObject(live);
  });

  it('tells no key of Stripe when it does not fit', () => {
    const refusal = whyNot({ ...live, PUMASI_ACCELERATED: 'on', PUMASI_STRIPE_URL: 'http://h' });
    expect(JSON.stringify([refusal.message, refusal.facts])).not.toMatch(/liveliveabc|whsec_abc/);
  });

  it('names every mistake at once', () => {
    expect(whyNot({ PORT: 'x', PUMASI_POOL: '0' }).faults.map((fault) => fault.path)).toEqual(['PORT', 'PUMASI_POOL']);
  });
});
