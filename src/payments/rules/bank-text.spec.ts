import fc from 'fast-check';
import { bankRow } from './bank-row.js';
import { holdsAccountNumber, masked, numbersIn } from './bank-text.js';

describe('the text of a booking', () => {
  it.each([
    ['INV-2026-000001', ['INV-2026-000001']],
    ['Rechnung inv 2026 000001, danke', ['INV-2026-000001']],
    ['INV2026000001 DEP00000007', ['INV-2026-000001', 'DEP-00000007']],
    ['DEP-00000007/INV-2026-000002/DEP-00000007', ['DEP-00000007', 'INV-2026-000002']],
    ['\uff29\uff2e\uff36\uff0d2026\uff0d000001 INV-2026-\u200b000002', ['INV-2026-000001', 'INV-2026-000002']],
    ['RE INV-2026-1234567890123', []],
    ['CN-2026-000001 rent', []],
  ])('names our numbers: %s', (text, numbers) => {
    expect(numbersIn(text)).toEqual(numbers);
  });

  it('keeps our numbers and hides account numbers but for their last characters', () => {
    expect(masked('INV-2026-000001 from DE89 3704 0044 0532 0130 00')).toBe('INV-2026-000001 from ****3000');
    expect(masked('KB 110-123-456789 INV2026000001')).toBe('KB ****6789 INV2026000001');
    expect(masked('card 4242 4242 4242 4242')).toBe('card ****4242');
    expect(masked('room 12, 2026-03-01')).toBe('room 12, 2026-03-01');
    expect(masked('20260301 and 2026.03.01')).toBe('20260301 and 2026.03.01');
    expect(masked('sort 12-34-56, acct 31926819')).toBe('sort 12-34-56, acct ****6819');
    expect(masked('1234567, 12 345 678, 20261399')).toBe('****4567, ****5678, ****1399');
    expect(masked('150000')).toBe('150000');
    expect(masked('on 31/12/2026 and 1.2.2026')).toBe('on 31/12/2026 and 1.2.2026');
  });

  it.each([
    ['double spaces', '4111  1111  1111  1111'],
    ['dashes between spaces', '110 - 123 - 456789'],
    ['slashes', '110/123/456789'],
    ['commas', '110,123,456789'],
    ['underscores', '4111_1111_1111_1111'],
    ['long dashes', '4111\u20131111\u20131111\u20131111'],
    ['digits of full width', '\uff11\uff11\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19'],
    ['digits of another script', '\u0661\u0661\u0660\u0661\u0662\u0663\u0664\u0665\u0666'],
    ['spaces of no width', '4111\u200b1111\u200b1111\u200b1111'],
    ['soft hyphens', 'DE89\u00ad3704\u00ad0044\u00ad0532\u00ad0130\u00ad00'],
    ['an international number with double spaces', 'DE89  3704  0044  0532  0130  00'],
    ['what only begins like an invoice', 'INV1101234567890'],
  ])('hides a number written with %s', (_how, number) => {
    expect(masked(`from ${number} thanks`).replaceAll(/[^\p{N}]/gu, '').length).toBeLessThanOrEqual(4);
  });

  it('hides numbers however their groups are separated', () => {
    const groups = fc.array(fc.stringMatching(/^\d{2,5}$/), { minLength: 4, maxLength: 6 });
    const between = fc.constantFrom(' ', '  ', '-', ' - ', '.', '/', ' / ', '_', ',', '\u2013', '\u00a0', '|', ':');
    fc.assert(
      fc.property(groups, between, (parts, sign) => {
        const shown = masked(`acct ${parts.join(sign)}`).replaceAll(/\D/g, '');
        const isDay = masked(parts.join(sign)) === parts.join(sign);
        expect(isDay || shown.length <= 4).toBe(true);
      }),
    );
  });

  it('never keeps seven digits that are neither ours nor a day, wherever they stand', () => {
    const digits = fc.stringMatching(/^[3-9]\d{6,18}$/);
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), digits, fc.string({ maxLength: 20 }), (before, account, after) => {
        expect(masked(`${before} ${account} ${after}`)).not.toContain(account);
      }),
    );
  });

  it('knows account numbers and cards by their check digits, and lets other references be', () => {
    expect(
      ['DE89370400440532013000', 'GB33 BUKB 2020 1555 5555 55', '4242424242424242'].map(holdsAccountNumber),
    ).toEqual([true, true, true]);
    expect(
      ['DE88370400440532013000', 'FT26330ABCDEF', '20261126000123', '4242424242424243'].map(holdsAccountNumber),
    ).toEqual([false, false, false, false]);
  });

  it('finds them within a reference', () => {
    const found = ['DE89370400440532013000 2030', '4111111111111111-1', 'B7/4111 1111 1111 1111', '30569309025904'];
    expect(found.map(holdsAccountNumber)).toEqual([true, true, true, true]);
    expect(['2026-03-01/000123456', 'FT26330ABCDEF 0001'].map(holdsAccountNumber)).toEqual([false, false]);
  });

  it('takes no random id for one, whatever its groups would make together', () => {
    const ids = ['c35e4aca-3a22-4e38-be91-1cbf80102b49', 'CARD eb636118-c60c-4870-bfc3-7149e203926d'];
    expect(ids.map(holdsAccountNumber)).toEqual([false, false]);
    expect(holdsAccountNumber(`${ids[0]} 4242424242424242`)).toBe(true);
  });
});

describe('a row of a statement', () => {
  const row = { reference: 'B1', booked_on: '2026-03-01', amount: '55.00', currency: 'USD', text: 'INV-2026-000001' };

  it('is a booking of money that came in', () => {
    expect(bankRow(row)).toEqual({
      reference: 'B1',
      bookedOn: '2026-03-01',
      currency: 'USD',
      minor: 5_500n,
      text: 'INV-2026-000001',
      numbers: ['INV-2026-000001'],
    });
    expect(bankRow({ ...row, amount: '-55.00' })).toBeNull();
    expect(bankRow({ ...row, amount: '+1', currency: 'KRW' })).toMatchObject({ minor: 1n });
  });

  it.each([
    ['reference', ''],
    ['reference', 'DE89370400440532013000'],
    ['booked_on', '2026-02-30'],
    ['amount', '1,000.00'],
    ['amount', '0'],
    ['amount', '--5'],
    ['currency', 'XXX'],
  ])('is refused at %s: %s', (column, value) => {
    expect(bankRow({ ...row, [column]: value })).toMatchObject({ column });
  });
});
