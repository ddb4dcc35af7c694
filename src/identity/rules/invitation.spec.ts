import { notInvited, notThePassword, whyNotAccept, whyNotInvite } from './invitation.js';

describe('an invitation', () => {
  it('from outside is for an organisation without people', () => {
    expect(whyNotInvite(0)).toBeNull();
    expect(whyNotInvite(1)).toMatchObject({ code: 'organisation.has-people', kind: 'conflict' });
  });

  it('is accepted by who is signed in, or gives both address and password', () => {
    const own = { email: 'a@b.example', password: 'x' };
    expect(whyNotAccept(true, {})).toBeNull();
    expect(whyNotAccept(true, own)).toBeNull();
    expect(whyNotAccept(false, own)).toBeNull();
    const paths = (signedIn: boolean, given: object): string[] =>
      (whyNotAccept(signedIn, given)?.faults ?? []).map(({ path }) => path);
    expect(paths(false, {})).toEqual(['email', 'password']);
    expect(paths(false, { password: 'x' })).toEqual(['email']);
    expect(paths(true, { email: own.email })).toEqual(['password']);
  });

  it('that cannot be accepted says which field is wrong, and tells no reason from another', () => {
    expect(notInvited()).toMatchObject({ kind: 'invalid', faults: [{ path: 'token' }] });
    expect(notThePassword()).toMatchObject({ kind: 'invalid', faults: [{ path: 'password' }] });
  });
});
