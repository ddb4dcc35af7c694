/** What a message to the inbox must be before anything of it is believed. */

/** How far the time of a signature may be from ours, in both directions. */
export const TOLERANCE_SECONDS = 300;

/** What Stripe signs with: a time, and a signature for each secret in use. */
export interface SignatureHeader {
  readonly at: number;
  readonly signatures: readonly string[];
}

/** Reads "t=..,v1=..,v1=.."; schemes other than v1 are passed over. @returns null when it is no such header */
export function readSignature(header: string): SignatureHeader | null {
  const pairs = header.split(',').map((pair) => pair.trim().split('=') as [string, string | undefined]);
  const times = pairs.filter(([name]) => name === 't').map(([, value]) => value ?? '');
  const signatures = pairs.filter(([name]) => name === 'v1').map(([, value]) => value ?? '');
  const [time = ''] = times;
  if (times.length !== 1 || !/^\d{1,12}$/.test(time)) return null;
  if (signatures.length === 0 || signatures.length > 10 || !signatures.every((each) => /^[0-9a-f]{64}$/.test(each))) {
    return null;
  }
  return { at: Number(time), signatures };
}

/** Was it signed near enough to now? One from the future could be kept back to be believed later. */
export function whyNotTime(at: number, nowSeconds: number): 'old-signature' | 'future-signature' | null {
  if (nowSeconds - at > TOLERANCE_SECONDS) return 'old-signature';
  return at - nowSeconds > TOLERANCE_SECONDS ? 'future-signature' : null;
}

/** What of an event is kept. */
export interface Notice {
  readonly id: string;
  readonly type: string;
  readonly objectKind: string;
  readonly objectId: string | null;
  readonly account: string | null;
  readonly livemode: boolean;
  readonly createdAt: Date;
}

const EVENT_ID = /^evt_[0-9A-Za-z_]{1,200}$/;
const WORD = /^[0-9A-Za-z_.]{1,200}$/;
const KIND = /^[0-9a-z_.]{1,80}$/;
const ID = /^[0-9A-Za-z_.-]{1,255}$/;
/** the year 2100 */
const LATEST_SECONDS = 4_102_444_800;

/** Reads an event. @returns null when it is none */
export function readNotice(json: unknown): Notice | null {
  const event = recordOf(json);
  const object = recordOf(recordOf(event?.['data'])?.['object']);
  if (event === null || object === null || event['object'] !== 'event') return null;
  const { id, type, account = null, livemode, created } = event;
  const { object: objectKind, id: objectId = null } = object;
  if (typeof livemode !== 'boolean' || typeof created !== 'number' || !Number.isInteger(created)) return null;
  if (created < 0 || created > LATEST_SECONDS) return null;
  if (!fits(id, EVENT_ID) || !fits(type, WORD) || !fits(objectKind, KIND)) return null;
  if ((objectId !== null && !fits(objectId, ID)) || (account !== null && !fits(account, ID))) return null;
  return { id, type, objectKind, objectId, account, livemode, createdAt: new Date(created * 1_000) };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function fits(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
