import { PERMISSIONS, ROLES_OF } from './permissions.js';
import { ROLES, whyNotPassword, whyNotRoles } from './roles.js';

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
});

describe('a password', () => {
  it.each<[string, boolean]>([
    ['', false],
    ['elevenchars', false],
    ['twelve chars', true],
    ['비밀번호열두글자이상입니다', true],
    ['😀'.repeat(11), false],
    ['x'.repeat(201), false],
  ])('%p: %p', (password, fits) => {
    expect(whyNotPassword(password) === null).toBe(fits);
  });
});
