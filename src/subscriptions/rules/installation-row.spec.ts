import { installationOf } from './installation-row.js';

describe('a row of installations', () => {
  it('names a contract and a day', () => {
    expect(installationOf({ number: 'CO-FA-2030-0001-000001', works_on: '2030-01-31' })).toEqual({
      number: 'CO-FA-2030-0001-000001',
      worksOn: '2030-01-31',
    });
  });

  it('says which of them is none', () => {
    expect(installationOf({ number: '', works_on: '2030-01-31' })).toMatchObject({ column: 'number' });
    expect(installationOf({ number: 'CO-1', works_on: '31.01.2030' })).toMatchObject({ column: 'works_on' });
    expect(installationOf({ number: 'CO-1', works_on: '2030-02-30' })).toMatchObject({ column: 'works_on' });
  });
});
