/**
 * Everything that can be set, read once at start from the environment and checked as a whole. A mistake stops the
 * start with one line that names the variable, the reason and what would be right.
 */
import { createPrivateKey } from 'node:crypto';
import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  isURL,
  Max,
  Min,
  ValidateBy,
  validateSync,
} from 'class-validator';
import { isDay } from '../../kernel/calendar.js';
import { invalid } from '../../kernel/refusal.js';

const onOff = ({ value }: { value: unknown }): unknown => (value === 'on' ? true : value === 'off' ? false : value);
const integer = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;

/** Is it the sealing key: 32 bytes in Base64? */
export function isSealingKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text);
}

/** Is it a signing key: an Ed25519 private key, PKCS 8 DER in Base64? */
export function isSigningKey(text: string): boolean {
  try {
    const key = createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
    return key.asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

/** Is it a secret key of Stripe, for tests or live, restricted or not? */
export function isStripeKey(text: string): boolean {
  return /^(sk|rk)_(test|live)_[A-Za-z0-9]{4,250}$/.test(text);
}

/** Is it what Stripe signs webhooks with: one secret per endpoint, and another while it is changed? */
export function areWebhookSecrets(text: string): boolean {
  return /^whsec_[A-Za-z0-9+/=_-]{8,200}(,whsec_[A-Za-z0-9+/=_-]{8,200}){0,5}$/.test(text);
}

/** Is it an address that browsers can have come from? Written in small letters, as they write it. */
function isOrigin(text: string): boolean {
  const web = { protocols: ['http', 'https'], require_protocol: true, require_tld: false, disallow_auth: true };
  return isURL(text, web) && /^https?:/.test(text) && URL.canParse(text);
}

/** Does money move with this key of Stripe? */
export function isLiveKey(text: string): boolean {
  return /^(sk|rk)_live_/.test(text);
}

function Is(what: string, fits: (text: string) => boolean): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && fits(value);
  return ValidateBy({ name: 'is', validator: { validate, defaultMessage: () => `must ${what}` } });
}

export class Settings {
  /** Port of the API; 0 takes a free one. */
  @Transform(integer)
  @IsInt({ message: 'must be a port number from 0 to 65535' })
  @Min(0, { message: 'must be a port number from 0 to 65535' })
  @Max(65_535, { message: 'must be a port number from 0 to 65535' })
  PORT = 3000;

  /** Address the API listens on; 0.0.0.0 in a container. */
  @IsString()
  HOST = '127.0.0.1';

  /** A server's PostgreSQL; without it an embedded one is started. */
  @IsOptional()
  @Is(
    'look like postgres://user:password@host:5432/database, with any of /?#[]@% in a password written as %2F and so on',
    (text) => /^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text),
  )
  DATABASE_URL?: string;

  /** A server's Redis for the queue; without it the queue lives in PostgreSQL. */
  @IsOptional()
  @Is('look like redis://host:6379', (text) => /^rediss?:\/\/\S+$/.test(text) && URL.canParse(text))
  REDIS_URL?: string;

  /**
   * Folder of the embedded database and of generated keys; by default `.pumasi` in the project, or where PostgreSQL cannot go
   * there, one for this project in /var/lib/pumasi (root) or ~/.local/share/pumasi.
   */
  @IsOptional()
  @IsString()
  PUMASI_DATA?: string;

  /** on: this process runs jobs beside the API. off: jobs are left to worker processes. */
  @Transform(onOff)
  @IsBoolean({ message: 'must be on or off' })
  PUMASI_WORKERS = true;

  /** on: the development clock may be advanced over the API. Never in production. */
  @Transform(onOff)
  @IsBoolean({ message: 'must be on or off' })
  PUMASI_ACCELERATED = false;

  /** Where browsers reach the system, for the check of the Origin header. */
  @IsOptional()
  @Is('look like https://pumasi.example', isOrigin)
  PUMASI_ORIGIN?: string;

  /** 32 bytes in Base64 that seal tariffs until opening; generated into the data folder when absent. */
  @IsOptional()
  @Is('be 32 bytes in Base64', isSealingKey)
  PUMASI_SEALING_KEY?: string;

  /** Ed25519 private key (PKCS 8 DER, Base64) that signs receipts; generated into the data folder when absent. */
  @IsOptional()
  @Is('be an Ed25519 private key, PKCS 8 DER in Base64', isSigningKey)
  PUMASI_SIGNING_KEY?: string;

  /** Secret key of Stripe; without one, everything is collected and paid out by bank transfer. */
  @IsOptional()
  @Is('be a secret key of Stripe (sk_test_.., sk_live_..) or a restricted one (rk_test_.., rk_live_..)', isStripeKey)
  PUMASI_STRIPE_KEY?: string;

  /** What Stripe signs webhooks with; several, when there are several endpoints, with commas between them. */
  @IsOptional()
  @Is('be signing secrets of webhooks: whsec_.., with commas between several', areWebhookSecrets)
  PUMASI_STRIPE_WEBHOOK_SECRET?: string;

  /** Where Stripe is asked instead of at Stripe: the tests' model of it. Never in production. */
  @IsOptional()
  @Is('look like http://127.0.0.1:12111', (text) => /^https?:\/\/[^\s/?#]+\/?$/.test(text) && URL.canParse(text))
  PUMASI_STRIPE_URL?: string;

  /** So many calendar days before a SEPA direct debit is taken, its member is told of it. */
  @Transform(integer)
  @IsInt({ message: 'must be a whole number of days from 1 to 30' })
  @Min(1, { message: 'must be a whole number of days from 1 to 30' })
  @Max(30, { message: 'must be a whole number of days from 1 to 30' })
  PUMASI_DEBIT_NOTICE_DAYS = 2;

  /** The mail server that letters are sent by; without one they are kept to be read. */
  @IsOptional()
  @Is('look like smtp://user:password@mail.example:587', (text) => /^smtps?:\/\/\S+$/.test(text) && URL.canParse(text))
  PUMASI_SMTP_URL?: string;

  /** Whom letters come from. */
  @Is('look like Pumasi <pumasi@agency.example>', (text) =>
    /^((?:[^<>":\r\n]{1,100}|"[^<>"\r\n]{1,100}") <[^\s<>"@,;:]+@[^\s<>"@,;:]+>|[^\s<>"@,;:]+@[^\s<>"@,;:]+)$/.test(
      text,
    ),
  )
  PUMASI_MAIL_FROM = 'Pumasi <pumasi@localhost>';

  /** Public holidays, on which no standstill ends: days such as 2030-01-01, with commas between them. */
  @IsOptional()
  @Is('be days such as 2030-01-01, with commas between them', (text) => text.split(',').every(isDay))
  PUMASI_HOLIDAYS?: string;

  /** What whoever reads /metrics sends as a bearer token; without one, only neighbours of this process may read them. */
  @IsOptional()
  @Is('have 16 to 200 letters, digits and -._~+/=', (text) => /^[A-Za-z0-9._~+/=-]{16,200}$/.test(text))
  PUMASI_METRICS_TOKEN?: string;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
    message: 'must be fatal, error, warn, info, debug or silent',
  })
  PUMASI_LOG = 'info';

  /** Connections to PostgreSQL that the requests of a process share. */
  @Transform(integer)
  @IsInt({ message: 'must be a whole number from 2 to 100' })
  @Min(2, { message: 'must be a whole number from 2 to 100' })
  @Max(100, { message: 'must be a whole number from 2 to 100' })
  PUMASI_POOL = 20;

  /** Connections to PostgreSQL that the jobs of a process share, beside those of requests: all can be at work at once. */
  @Transform(integer)
  @IsInt({ message: 'must be a whole number from 2 to 100' })
  @Min(2, { message: 'must be a whole number from 2 to 100' })
  @Max(100, { message: 'must be a whole number from 2 to 100' })
  PUMASI_JOB_POOL = 16;
}

/**
 * Reads the settings from an environment.
 * @throws Refusal 'settings.invalid' naming every wrong variable
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const names = Object.keys(new Settings());
  const given = Object.fromEntries(
    names.map((name) => [name, environment[name]]).filter(([, value]) => value !== undefined && value !== ''),
  ) as Record<string, string>;
  const settings = plainToInstance(Settings, given, { exposeDefaultValues: true });
  const faults = validateSync(settings).map((error) => ({
    path: error.property,
    reason: Object.values(error.constraints ?? {})[0] ?? 'is not valid',
  }));
  for (const name of Object.keys(environment)) {
    if (name.startsWith('PUMASI_') && !name.startsWith('PUMASI_TEST_') && !names.includes(name)) {
      faults.push({ path: name, reason: `is not a setting; the settings are ${names.join(', ')}` });
    }
  }
  faults.push(...stripeFaults(settings));
  if (faults.length > 0) {
    const sentence = faults.map(({ path, reason }) => `${path} ${reason}`).join('; ');
    throw invalid('settings.invalid', `The settings do not fit: ${sentence}.`, faults);
  }
  return settings;
}

/** What does not go together: money must not move by a clock, a Stripe or an inbox that is only there for tests. */
function stripeFaults(settings: Settings): { path: string; reason: string }[] {
  const { PUMASI_STRIPE_KEY: key, PUMASI_STRIPE_WEBHOOK_SECRET: secret, PUMASI_STRIPE_URL: url } = settings;
  const live = key !== undefined && isLiveKey(key);
  return [
    {
      when: live && settings.PUMASI_ACCELERATED,
      path: 'PUMASI_ACCELERATED',
      reason: 'must be off with a live key of Stripe: a clock that is moved would move money',
    },
    {
      when: live && url !== undefined,
      path: 'PUMASI_STRIPE_URL',
      reason: 'must not be set with a live key of Stripe: it would be told to whoever answers there',
    },
    {
      when: key !== undefined && secret === undefined,
      path: 'PUMASI_STRIPE_WEBHOOK_SECRET',
      reason: 'must be set with PUMASI_STRIPE_KEY: what Stripe tells is only believed when it is signed',
    },
    {
      when: key === undefined && (secret !== undefined || url !== undefined),
      path: 'PUMASI_STRIPE_KEY',
      reason: 'must be set with the other settings of Stripe',
    },
  ]
    .filter(({ when }) => when)
    .map(({ path, reason }) => ({ path, reason }));
}
