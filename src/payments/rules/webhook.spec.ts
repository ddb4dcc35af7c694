import fc from 'fast-check';
import { nextNight } from './nightly.js';
import { readNotice, readSignature, TOLERANCE_SECONDS, whyNotTime } from './webhook.js';

const HEX = 'a'.repeat(64);
const EVENT = {
  id: 'evt_1',
  object: 'event',
  type: 'invoice.paid',
  created: 1_764_000_000,
  livemode: false,
  data: { object: { object: 'invoice', id: 'in_1', amount_due: 5 } },
};

describe('a signature', () => {
  it('has one time and some signatures, in any order, whatever else is there', () => {
    expect(readSignature(`t=12,v1=${HEX}`)).toEqual({ at: 12, signatures: [HEX] });
    expect(readSignature(`v0=x, v1=${HEX},v1=${HEX}, t=12`)).toEqual({ at: 12, signatures: [HEX, HEX] });
  });

  it.each(['', 't=12', `v1=${HEX}`, `t=x,v1=${HEX}`, `t=1,t=2,v1=${HEX}`, 't=1,v1=abc', `t=-1,v1=${HEX}`])(
    'is none: %p',
    (header) => {
      expect(readSignature(header)).toBeNull();
    },
  );

  it('is believed near its time only', () => {
    const now = 1_764_000_000;
    expect(whyNotTime(now - TOLERANCE_SECONDS, now)).toBeNull();
    expect(whyNotTime(now + TOLERANCE_SECONDS, now)).toBeNull();
    expect(whyNotTime(now - TOLERANCE_SECONDS - 1, now)).toBe('old-signature');
    expect(whyNotTime(now + TOLERANCE_SECONDS + 1, now)).toBe('future-signature');
  });
});

describe('an event', () => {
  it('is read without its content', () => {
    expect(readNotice(EVENT)).toEqual({
      id: 'evt_1',
      type: 'invoice.paid',
      objectKind: 'invoice',
      objectId: 'in_1',
      account: null,
      livemode: false,
      createdAt: new Date(1_764_000_000_000),
    });
    expect(readNotice({ ...EVENT, data: { object: { object: 'balance' } } })).toMatchObject({ objectId: null });
  });

  it.each([
    null,
    [],
    'event',
    { ...EVENT, object: 'list' },
    { ...EVENT, id: 'in_1' },
    { ...EVENT, id: "evt_1'; drop" },
    { ...EVENT, livemode: 'false' },
    { ...EVENT, created: 'now' },
    { ...EVENT, created: 1e20 },
    { ...EVENT, data: {} },
    { ...EVENT, data: { object: { object: 'invoice', id: 7 } } },
    { ...EVENT, account: 7 },
  ])('is none: %j', (json) => {
    expect(readNotice(json)).toBeNull();
  });

  it('is read or is none, whatever is sent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(() => readNotice(json)).not.toThrow();
      }),
    );
  });
});

describe('the next night', () => {
  it.each([
    ['2026-03-01T17:59:59Z', '2026-03-01T18:00:00Z'],
    ['2026-03-01T18:00:00Z', '2026-03-02T18:00:00Z'],
    ['2026-03-01T23:00:00Z', '2026-03-02T18:00:00Z'],
  ])('after %s is %s', (after, night) => {
    expect(nextNight(new Date(after)).toISOString()).toBe(new Date(night).toISOString());
  });
});
