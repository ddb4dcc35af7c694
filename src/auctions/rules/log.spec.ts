import { canonicalJson } from '../../kernel/canonical.js';
import { chained, contentText, eventText, FIRST_PREVIOUS, liveReceiptText } from './log.js';

const at = new Date('2026-03-02T09:00:00.123Z');
/** As good as a hash here: what differs in the text differs in it. */
const hashOf = (text: string) => `hash of ${text}`;

describe('The chain of events', () => {
  const first = chained(null, at, 'began', { endsAt: '2026-03-02T09:30:00.000Z' }, null, hashOf);
  const second = chained(first, at, 'standing', { upTo: 1, changed: false, totalMinor: 12n }, 'c', hashOf);

  it('begins with zeros and counts from 1', () => {
    expect(first).toMatchObject({ sequence: 1, at: '2026-03-02T09:00:00.123Z', previous: FIRST_PREVIOUS });
    expect(FIRST_PREVIOUS).toMatch(/^0{64}$/);
  });

  it('holds the hash of the event before', () => {
    expect(second).toMatchObject({ sequence: 2, previous: first.hash, commitment: 'c' });
  });

  it('hashes all members but the hash', () => {
    const { hash, ...others } = second;
    expect(hash).toBe(hashOf(canonicalJson(others)));
    expect(eventText(second)).toBe(eventText(others));
    for (const member of Object.keys(others)) {
      expect(eventText({ ...second, [member]: 'another' })).not.toBe(eventText(second));
    }
  });

  it('has the same text once it was written and read', () => {
    expect(eventText(JSON.parse(canonicalJson(second)) as typeof second)).toBe(eventText(second));
  });
});

describe('The texts that are hashed and signed', () => {
  it('hold a content and its salt', () => {
    const content = { status: 'optimal', totalMinor: 5n, boundMinor: 5n, awards: [], ranks: { B: 2, A: 1 } } as const;
    expect(contentText(content, 'salt')).toBe(
      '{"content":{"awards":[],"boundMinor":5,"ranks":{"A":1,"B":2},"status":"optimal","totalMinor":5},"salt":"salt"}',
    );
  });

  it('hold what a provider can show of its improvement', () => {
    expect(liveReceiptText({ auctionId: 'a', alias: 'A', revision: 2, commitment: 'c', receivedAt: at })).toBe(
      '{"alias":"A","auctionId":"a","commitment":"c","receivedAt":"2026-03-02T09:00:00.123Z","revision":2}',
    );
  });
});
