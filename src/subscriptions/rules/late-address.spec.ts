import { type AddressedLine, whyNotTellAddress } from './late-address.js';

const LINE: AddressedLine = {
  state: 'called-off',
  joinedLater: true,
  memberId: 'shop',
  toldBy: 'chamber',
  knownOfSite: false,
};
const why = (line: Partial<AddressedLine>, by: string): string | null =>
  whyNotTellAddress({ ...LINE, ...line }, by)?.code ?? null;

describe('the address of a line that joined later', () => {
  it('is told by its member whoever told it before, and by its association unless the member did', () => {
    for (const toldBy of ['chamber', 'shop', null]) expect(why({ toldBy }, 'shop')).toBeNull();
    expect(why({}, 'chamber')).toBeNull();
    expect(why({ toldBy: null }, 'chamber')).toBeNull();
    expect(why({ toldBy: 'shop' }, 'chamber')).toBe('subscription.address-of-member');
    expect(why({ toldBy: null, knownOfSite: true }, 'chamber')).toBe('subscription.address-of-member');
    expect(why({ toldBy: null, knownOfSite: true }, 'shop')).toBeNull();
  });

  it('is told until the line is installed, and not of one that was pledged', () => {
    for (const state of ['active', 'suspended', 'ended', 'cancelled'] as const) {
      expect(why({ state }, 'shop')).toBe('subscription.address-used');
    }
    expect(why({ joinedLater: false }, 'shop')).toBe('subscription.address-of-site');
  });
});
