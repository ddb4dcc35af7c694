import type { Refusal } from '../../kernel/refusal.js';
import { whyNotBring, whyNotRun, whyNotSee } from './whose-pool.js';

const opened = { sponsorId: 'chamber', openedAt: new Date('2030-01-01T00:00:00Z') };
const draft = { sponsorId: 'chamber', openedAt: null };
const chamber = { organisationId: 'chamber', organisationKind: 'association' } as const;
const other = { organisationId: 'other', organisationKind: 'association' } as const;
const agency = { organisationId: 'agency', organisationKind: 'agency' } as const;
const kind = (refusal: Refusal | null): string | undefined => refusal?.kind;

describe('whose a pool is', () => {
  it('is seen by all once it was opened, before that by its sponsor and the agency', () => {
    for (const viewer of [chamber, agency, other, null]) expect(whyNotSee(opened, viewer)).toBeNull();
    for (const viewer of [chamber, agency]) expect(whyNotSee(draft, viewer)).toBeNull();
    for (const viewer of [other, null]) expect(kind(whyNotSee(draft, viewer))).toBe('not-found');
  });

  it('is run by its sponsor and the agency', () => {
    for (const actor of [chamber, agency]) expect(whyNotRun(opened, actor)).toBeNull();
    expect(kind(whyNotRun(opened, other))).toBe('forbidden');
    expect(kind(whyNotRun(draft, other))).toBe('not-found');
  });

  it("takes in the members of its own association, and everybody's when the agency sponsors it", () => {
    expect(whyNotBring(opened, false, chamber)).toBeNull();
    expect(kind(whyNotBring(opened, false, other))).toBe('forbidden');
    expect(whyNotBring(opened, true, other)).toBeNull();
    expect(kind(whyNotBring(draft, true, other))).toBe('not-found');
  });
});
