import { readRegion, readTier } from './catalogue-row.js';

const tier = { code: 'fibre-1000', name: 'Fibre', down_mbps: '1000', up_mbps: '500', repair_hours: '8' };

describe('rows of the catalogue', () => {
  it('reads a region, at the top or under another', () => {
    expect(readRegion({ code: 'KR-11', parent: '', name: '서울' })).toEqual({
      code: 'KR-11',
      parentCode: null,
      name: '서울',
    });
    expect(readRegion({ code: 'KR-11', parent: 'KR', name: '서울' })).toMatchObject({ parentCode: 'KR' });
  });

  it('tells everything that is wrong with a region', () => {
    expect(readRegion({ code: 'no code', parent: '-', name: '' })).toEqual([
      { column: 'code', reason: expect.stringContaining('letters') as string },
      { column: 'name', reason: 'must have 1 to 200 characters' },
      { column: 'parent', reason: expect.stringContaining('letters') as string },
    ]);
  });

  it('reads a tier; without the column it has no static addresses', () => {
    expect(readTier({ ...tier, static_addresses: '' })).toEqual({
      code: 'fibre-1000',
      name: 'Fibre',
      downMbps: 1000,
      upMbps: 500,
      repairHours: 8,
      staticAddresses: 0,
    });
    expect(readTier({ ...tier, static_addresses: '5' })).toMatchObject({ staticAddresses: 5 });
  });

  it.each(['', '0', '-1', '1.5', '1e3', '１０', '10000001', '99999999999999999999'])(
    'refuses a speed of %p',
    (text) => {
      expect(readTier({ ...tier, static_addresses: '', down_mbps: text })).toEqual([
        { column: 'down_mbps', reason: 'must be a whole number from 1 to 10000000' },
      ]);
    },
  );
});
