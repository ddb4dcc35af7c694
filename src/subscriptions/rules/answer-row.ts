/** Reads one row of a spreadsheet of answers. */
import { parseMoney } from '../../kernel/money.js';
import { type Answer, ANSWERS } from './answer.js';

export const ANSWER_COLUMNS = ['offer_id', 'answer', 'up_to'] as const;

export type AnswerColumn = (typeof ANSWER_COLUMNS)[number];

export interface AnswerRow {
  readonly offerId: string;
  readonly answer: Answer;
}

/** Which column is wrong, and how: completes the sentence "<column> ...". */
export interface AnswerFault {
  readonly column: AnswerColumn;
  readonly reason: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The answer in a row, or what is wrong with it. */
export function answerOf(values: Readonly<Record<AnswerColumn, string>>, currency: string): AnswerRow | AnswerFault {
  const offerId = values.offer_id.toLowerCase();
  if (!UUID.test(offerId)) return { column: 'offer_id', reason: 'must be the offer_id of a row of offers.csv' };
  const kind = ANSWERS.find((known) => known === values.answer);
  if (kind === undefined) return { column: 'answer', reason: `must be ${ANSWERS.slice(0, -1).join(', ')} or decline` };
  if (kind !== 'accept-up-to') {
    if (values.up_to !== '') return { column: 'up_to', reason: `must be empty when the answer is ${kind}` };
    return { offerId, answer: { answer: kind } };
  }
  const upTo = parseMoney(values.up_to, currency);
  if (upTo === null) {
    return { column: 'up_to', reason: `must be the most to pay a month for each line, in ${currency}, such as 55` };
  }
  return { offerId, answer: { answer: kind, upTo } };
}
