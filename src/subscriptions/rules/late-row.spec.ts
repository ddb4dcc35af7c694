import { type LateColumn, lateRowOf } from './late-row.js';

const sound: Record<LateColumn, string> = {
  business_ref: 'shop-1',
  business_name: 'Bäckerei 김',
  region: 'KR-11',
  service_tier: 'basic',
  quantity: '2',
  up_to: '31.50',
  address: '',
};

describe('a row of lines that join later', () => {
  it('says whose they are, where, and up to which price', () => {
    expect(lateRowOf(sound, 'USD')).toEqual({
      reference: 'shop-1',
      name: 'Bäckerei 김',
      region: 'KR-11',
      tier: 'basic',
      quantity: 2,
      upTo: 3_150n,
      address: null,
    });
    expect(lateRowOf({ ...sound, address: '3 Hafenstraße, 서울' }, 'USD')).toMatchObject({
      address: '3 Hafenstraße, 서울',
    });
  });

  it.each([
    ['business_ref', ''],
    ['business_ref', 'a\tb'],
    ['business_name', 'x'.repeat(201)],
    ['quantity', '0'],
    ['quantity', '1001'],
    ['quantity', '1.5'],
    ['address', 'x'.repeat(301)],
    ['address', 'a\nb'],
    ['up_to', ''],
    ['up_to', '1,000'],
  ] as const)('says that %s cannot be "%s"', (column, value) => {
    expect(lateRowOf({ ...sound, [column]: value }, 'USD')).toMatchObject({ column });
  });
});
