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
    [{ PORT: '70000' }, 'PORT must be a port number'],
    [{ PORT: 'http' }, 'PORT must be a port number'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL must look like postgres://'],
    [{ DATABASE_URL: 'postgres://u:p@h:port/x' }, 'DATABASE_URL must look like postgres://'],
    [{ DATABASE_URL: 'postgres://u:a#b@h:5432/x' }, 'in a password written as %2F'],
    [{ REDIS_URL: 'redis://h:port' }, 'REDIS_URL must look like redis://'],
    [{ REDIS_URL: 'localhost' }, 'REDIS_URL must look like redis://'],
    [{ PUMASI_WORKERS: 'yes' }, 'PUMASI_WORKERS must be on or off'],
    [{ PUMASI_SEALING_KEY: '???' }, 'PUMASI_SEALING_KEY must be 32 bytes'],
    [{ PUMASI_SEALING_KEY: 'YWJj' }, 'PUMASI_SEALING_KEY must be 32 bytes'],
    [{ PUMASI_SIGNING_KEY: 'YWJj' }, 'PUMASI_SIGNING_KEY must be an Ed25519 private key'],
    [{ PUMASI_SIGNING_KEY: p256 }, 'PUMASI_SIGNING_KEY must be an Ed25519 private key'],
    [{ PUMASI_JOB_POOL: '1' }, 'PUMASI_JOB_POOL must be a whole number from 2 to 100'],
    [{ PUMASI_WORKER: 'on' }, 'PUMASI_WORKER is not a setting'],
  ])('refuses %j in one line', (environment, sentence) => {
    const refusal = whyNot(environment);
    expect(refusal.message).toContain(sentence);
    expect(refusal.message).not.toContain('\n');
  });

  it('names every mistake at once', () => {
    expect(whyNot({ PORT: 'x', PUMASI_POOL: '0' }).faults.map((fault) => fault.path)).toEqual(['PORT', 'PUMASI_POOL']);
  });
});
