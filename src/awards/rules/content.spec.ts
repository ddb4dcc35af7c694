import { type AwardContent, contentText } from './content.js';

const content: AwardContent = {
  tenderId: 't',
  tenderHash: 'h',
  round: 1,
  scope: null,
  excludedBids: [],
  problemHash: 'p',
  solverStatus: 'optimal',
  totalMinor: 100n,
  boundMinor: 100n,
  winners: [{ bidId: 'b', providerId: 'q', band: 0, lines: 1, heldLines: 0, costMinor: 100n, cells: [] }],
  explanation: ['The cheapest.'],
  reasons: 'The cheapest.',
};

test('the content of an award changes with anything that is decided on', () => {
  const text = contentText(content);
  const changes: Partial<AwardContent>[] = [
    { reasons: 'The best.' },
    { totalMinor: 99n },
    { boundMinor: 99n },
    { solverStatus: 'feasible' },
    { excludedBids: [{ bidId: 'c', why: 'late' }] },
    { winners: [] },
    { winners: content.winners.map((winner) => ({ ...winner, heldLines: 1 })) },
    { explanation: [] },
    { problemHash: 'r' },
    { tenderHash: 'i' },
    { round: 2 },
    { scope: [] },
    { tenderId: 'u' },
  ];
  for (const change of changes) expect(contentText({ ...content, ...change })).not.toBe(text);
});

test('what is not decided on takes no part in the content', () => {
  const row = { ...content, state: 'drafted', version: 7 };
  expect(contentText(row)).toBe(contentText(content));
});
