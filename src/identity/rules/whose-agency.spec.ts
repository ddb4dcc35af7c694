import type { OrganisationKind } from '../../kernel/actor.js';
import { whyNotForAgency } from './whose-agency.js';

describe('what belongs to an agency', () => {
  const why = (agencyId: string | null, organisationKind: OrganisationKind | null, organisationId: string | null) =>
    whyNotForAgency(agencyId, { organisationKind, organisationId });

  it('obeys its own people, and is refused to those of another one by the name of whose it is', () => {
    expect(why('ours', 'agency', 'ours')).toBeNull();
    expect(why('ours', 'agency', 'theirs')).toMatchObject({
      code: 'agency.not-yours',
      kind: 'forbidden',
      facts: { agencyId: 'ours' },
    });
  });

  it('obeys any of them as long as it has no agency', () => {
    expect(why(null, 'agency', 'theirs')).toBeNull();
  });

  it('leaves everybody else to what they are to it, and the system', () => {
    for (const kind of ['member', 'association', 'provider', null] as const) {
      expect(why('ours', kind, kind && 'theirs')).toBeNull();
    }
  });
});
