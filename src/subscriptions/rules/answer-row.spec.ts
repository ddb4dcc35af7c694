import { answerOf } from './answer-row.js';

const offer_id = '3F2504E0-4F89-41D3-9A0C-0305E82C3301';
const id = offer_id.toLowerCase();

describe('a row of answers', () => {
  it('says which offer is answered how', () => {
    expect(answerOf({ offer_id, answer: 'accept', up_to: '' }, 'USD')).toEqual({
      offerId: id,
      answer: { answer: 'accept' },
    });
    expect(answerOf({ offer_id, answer: 'accept-up-to', up_to: '55.5' }, 'USD')).toEqual({
      offerId: id,
      answer: { answer: 'accept-up-to', upTo: 5_550n },
    });
  });

  it.each([
    ['x', 'accept', '', 'offer_id'],
    ['', 'accept', '', 'offer_id'],
    [offer_id, 'yes', '', 'answer'],
    [offer_id, '', '', 'answer'],
    [offer_id, 'accept', '55.00', 'up_to'],
    [offer_id, 'decline', '1', 'up_to'],
    [offer_id, 'accept-up-to', '', 'up_to'],
    [offer_id, 'accept-up-to', '-5', 'up_to'],
    [offer_id, 'accept-up-to', '5.555', 'up_to'],
    [offer_id, 'accept-up-to', '1,000', 'up_to'],
  ])('names the column at fault: %s | %s | %s', (offer, answer, upTo, column) => {
    expect(answerOf({ offer_id: offer, answer, up_to: upTo }, 'USD')).toMatchObject({ column });
  });

  it('counts in the currency: no part of a won exists', () => {
    expect(answerOf({ offer_id, answer: 'accept-up-to', up_to: '30000.5' }, 'KRW')).toMatchObject({ column: 'up_to' });
  });
});
