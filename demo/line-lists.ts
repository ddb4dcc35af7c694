/** Lines that work, as their provider reports them: the spreadsheet of the agreement's lines, with a day beside each. */
import { parse } from 'csv-parse';
import type { Agreement } from './contracting.js';
import type { Play } from './play.js';

/**
 * Reports that every line of an agreement that waits for it works since a day. @returns how many contracts these are
 * @param worksOn lines called off after it are not meant: a story that was cut off comes by here with latecomers waiting
 */
export async function install(play: Play, agreement: Agreement, worksOn: string, key: string): Promise<number> {
  const provider = play.cast.providers.get(agreement.providerName);
  if (!provider) throw new Error(`${agreement.providerName} has no account`);
  const sheet = await provider.stream(`/api/v1/agreements/${agreement.id}/lines.csv`);
  let rows = 'number,works_on\n';
  let waiting = 0;
  for await (const line of sheet.pipe(parse({ columns: true })) as AsyncIterable<Readonly<Record<string, string>>>) {
    if (line['state'] !== 'called-off' || (line['called_off_on'] ?? '') > worksOn) continue;
    rows += `${line['number'] ?? ''},${worksOn}\n`;
    waiting += 1;
  }
  // Nothing waits when the story was cut off behind this.
  if (waiting === 0) return 0;
  const whole = async function* (): AsyncIterable<string> {
    yield rows;
  };
  await provider.postCsv(`/api/v1/agreements/${agreement.id}/installations`, whole, key, () => {});
  return waiting;
}
