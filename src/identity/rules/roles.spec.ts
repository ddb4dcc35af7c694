import { PERMISSIONS, ROLES_OF } from './permissions.js';
import { LETTING_IN, ROLES, whyNotRoles, whyNotWithdraw } from './roles.js';

describe('roles', () => {
  it('belong to one kind of organisation each', () => {
    expect(new Set(ROLES).size).toBe(ROLES.length);
    expect(whyNotRoles('agency', ['officer', 'approver'])).toBeNull();
    expect(whyNotRoles('member', ['owner'])).toBeNull();
    const refusal = whyNotRoles('provider', ['bidder', 'admin', 'officer']);
    expect(refusal?.message).toContain('admin, officer cannot be given here');
    expect(refusal?.faults).toEqual([{ path: 'roles', reason: 'must be of bidder' }]);
  });

  it('each may do something, and every deed may be done by someone', () => {
    for (const roles of Object.values(PERMISSIONS)) expect(roles.length).toBeGreaterThan(0);
    const used = new Set(Object.values(PERMISSIONS).flat());
    for (const role of Object.values(ROLES_OF).flat()) expect(used).toContain(role);
  });

  it('of every kind of organisation have one that lets people in, which the last one cannot lose', () => {
    for (const roles of Object.values(ROLES_OF)) {
      const [first, ...others] = roles.filter((role) => LETTING_IN.includes(role));
      expect(others).toEqual([]);
      expect(first && whyNotWithdraw(first, false)).toMatchObject({ code: 'people.last', kind: 'conflict' });
      expect(first && whyNotWithdraw(first, true)).toBeNull();
    }
    expect(whyNotWithdraw('approver', false)).toBeNull();
  });
});
