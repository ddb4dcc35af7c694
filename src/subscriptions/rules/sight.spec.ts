import { sightOf } from './sight.js';

const ORGANISATION = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

describe('who sees which offers', () => {
  it.each([
    ['member', { memberId: ORGANISATION, associationId: null, providerId: null }],
    ['association', { memberId: null, associationId: ORGANISATION, providerId: null }],
    ['provider', { memberId: null, associationId: null, providerId: ORGANISATION }],
    ['agency', { memberId: null, associationId: null, providerId: null }],
  ] as const)('a %s sees its own', (organisationKind, sight) => {
    expect(sightOf({ organisationKind, organisationId: ORGANISATION })).toEqual(sight);
  });

  it('whoever is nobody sees nothing', () => {
    const { memberId } = sightOf({ organisationKind: null, organisationId: null });
    expect(memberId).toBe('00000000-0000-0000-0000-000000000000');
  });
});
