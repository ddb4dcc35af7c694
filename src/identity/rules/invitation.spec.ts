import { notInvited, notThePassword, whyNotInvite } from './invitation.js';

describe('an invitation', () => {
  it('is for an organisation without people', () => {
    expect(whyNotInvite(0)).toBeNull();
    expect(whyNotInvite(1)).toMatchObject({ code: 'member.has-people', kind: 'conflict' });
  });

  it('that cannot be accepted says which field is wrong, and tells no reason from another', () => {
    expect(notInvited()).toMatchObject({ kind: 'invalid', faults: [{ path: 'token' }] });
    expect(notThePassword()).toMatchObject({ kind: 'invalid', faults: [{ path: 'password' }] });
  });
});
