/** Lines as their provider and the chamber hand them over: spreadsheets of what works, and of who joins later. */
import { pause } from '../src/platform/patience.js';
import type { Agreement } from './contracting.js';
import { type Play } from './play.js';

interface Subscription {
  readonly number: string;
  readonly state: string;
}

/** Enough for one piece of a spreadsheet. */
const PIECE_ROWS = 2_000;

/** Reports that every line of an agreement that waits for it works since a day. @returns how many contracts these are */
export async function install(play: Play, agreement: Agreement, worksOn: string, key: string): Promise<number> {
  const provider = play.cast.providers.get(agreement.providerName);
  if (!provider) throw new Error(`${agreement.providerName} has no account`);
  const waiting: string[] = [];
  for await (const { number, state } of provider.all<Subscription>(
    `/api/v1/subscriptions?agreementId=${agreement.id}`,
  )) {
    if (state === 'called-off') waiting.push(number);
  }
  // Nothing waits when the story was cut off behind this.
  if (waiting.length === 0) return 0;
  const rows = waiting.map((number) => `${number},${worksOn}\n`);
  await provider.postCsv(
    `/api/v1/agreements/${agreement.id}/installations`,
    () => csv('number,works_on', rows),
    key,
    () => {},
  );
  return waiting.length;
}

/** A spreadsheet in pieces. */
export async function* csv(header: string, rows: readonly string[]): AsyncIterable<string> {
  yield `${header}\n`;
  for (let from = 0; from < rows.length; from += PIECE_ROWS) {
    yield rows.slice(from, from + PIECE_ROWS).join('');
    await pause(0);
  }
}
