/** Reads a spreadsheet of answers, as far as it can be judged without the offers. */
import type { Readable } from 'node:stream';
import { readCsv } from '../platform/http/csv.js';
import type { AnswerAtLine, AnswerSheet } from './offers.service.js';
import { OFFER_COLUMNS } from './offers.queries.js';
import { ANSWER_COLUMNS, answerOf } from './rules/answer-row.js';

/** More lines than any agreement is expected to have. */
const MAX_ROWS = 500_000;
const MAX_BYTES = 100 * 1_048_576;

/**
 * Only the answers are kept while reading, not the rows. The columns of offers.csv are passed over, so that its file
 * with two columns added can be sent back as it is.
 * @throws the refusals of readCsv
 */
export async function readAnswers(file: Readable, currency: string): Promise<AnswerSheet> {
  const answers: AnswerAtLine[] = [];
  const lineOf = new Map<string, number>();
  const optional = OFFER_COLUMNS.filter((column) => column !== 'offer_id');
  const shape = { columns: ANSWER_COLUMNS, optional, maxRows: MAX_ROWS, maxBytes: MAX_BYTES, closed: true };
  const { hash } = await readCsv(file, shape, (rows, faults) => {
    for (const { line, values } of rows) {
      const row = answerOf(values, currency);
      if ('reason' in row) {
        faults.add(line, row.column, row.reason);
        continue;
      }
      const before = lineOf.get(row.offerId);
      if (before !== undefined) faults.add(line, 'offer_id', `is answered on line ${before} already`);
      lineOf.set(row.offerId, line);
      answers.push({ line, ...row });
    }
  });
  return { hash, answers };
}
