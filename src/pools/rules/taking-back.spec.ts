import { type Standing, whyNotTakeBack } from './taking-back.js';

describe('taking back', () => {
  const standings = new Map<string, Standing>([
    ['A-1', 'brought'],
    ['A-2', 'members-own'],
    ['A-3', 'absent'],
  ]);

  it('is for what the association brought, and may be asked again', () => {
    expect(whyNotTakeBack(['A-1', 'A-3'], standings)).toBeNull();
  });

  it("names the place of what is a member's own, and of what is not of the list", () => {
    expect(whyNotTakeBack(['A-1', 'A-2', 'B-1'], standings)).toMatchObject({
      code: 'take-back.invalid',
      faults: [
        { path: 'references.1', reason: expect.stringContaining('only the member can leave') as string },
        { path: 'references.2', reason: expect.stringContaining('not a business of your list') as string },
      ],
    });
  });
});
