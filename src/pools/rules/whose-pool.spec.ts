import type { Refusal } from '../../kernel/refusal.js';
import { whyNotBring, whyNotRun, whyNotSee } from './whose-pool.js';

const opened = { sponsorId: 'chamber', agencyId: null, openedAt: new Date('2030-01-01T00:00:00Z') };
const draft = { sponsorId: 'chamber', agencyId: null, openedAt: null };
const chamber = { organisationId: 'chamber', organisationKind: 'association' } as const;
const other = { organisationId: 'other', organisationKind: 'association' } as const;
const agency = { organisationId: 'agency', organisationKind: 'agency' } as const;
const otherAgency = { organisationId: 'other agency', organisationKind: 'agency' } as const;
const kind = (refusal: Refusal | null): string | undefined => refusal?.kind;

describe('whose a pool is', () => {
  it('is seen by all once it was opened, before that by its sponsor and the agency', () => {
    for (const viewer of [chamber, agency, other, null]) expect(whyNotSee(opened, viewer)).toBeNull();
    for (const viewer of [chamber, agency]) expect(whyNotSee(draft, viewer)).toBeNull();
    for (const viewer of [other, null]) expect(kind(whyNotSee(draft, viewer))).toBe('not-found');
  });

  it('is run by the association that drafted it, with whichever agency helps', () => {
    for (const actor of [chamber, agency, otherAgency]) expect(whyNotRun(opened, actor)).toBeNull();
    expect(kind(whyNotRun(opened, other))).toBe('forbidden');
    expect(kind(whyNotRun(draft, other))).toBe('not-found');
    expect(kind(whyNotRun(draft, null))).toBe('not-found');
  });

  it('is run by the agency that drafted it, or published its tender, and by nobody else', () => {
    for (const pool of [
      { sponsorId: 'agency', agencyId: 'agency', openedAt: null },
      { ...opened, agencyId: 'agency' },
    ]) {
      expect(whyNotRun(pool, agency)).toBeNull();
      expect(whyNotRun(pool, otherAgency)?.code).toBe('agency.not-yours');
      expect(whyNotSee(pool, otherAgency)).toBeNull();
    }
    expect(whyNotRun({ ...opened, agencyId: 'agency' }, chamber)?.code).toBe('pool.not-yours');
  });

  it("takes in the members of its own association, and everybody's when the agency sponsors it", () => {
    expect(whyNotBring(opened, false, chamber)).toBeNull();
    expect(kind(whyNotBring(opened, false, other))).toBe('forbidden');
    expect(whyNotBring(opened, true, other)).toBeNull();
    expect(kind(whyNotBring(draft, true, other))).toBe('not-found');
  });
});
