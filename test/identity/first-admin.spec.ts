import { FirstAdminService } from '../../src/identity/first-admin.service.js';
import { System } from '../support/system.js';

describe('the first admin', () => {
  let system: System;
  beforeEach(async () => {
    system = await System.start({ PUMASI_WORKERS: false });
  });
  afterEach(() => system.stop());

  it('is made once, however many processes start, and told to one of them only', async () => {
    const service = system.app.get(FirstAdminService, { strict: false });
    const told = await Promise.all([service.ensure(), service.ensure(), service.ensure(), service.ensure()]);
    const [first, ...others] = told.filter((answer) => answer !== null);
    expect(others).toEqual([]);
    expect(first?.password).toMatch(/^[\w-]{20}$/);
    expect(await service.ensure({ email: 'other@agency.example', password: 'another long password' })).toBeNull();

    const answer = await system.anonymous().post('/api/v1/sessions').send(first);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      organisation: { kind: 'agency', name: 'Agency' },
      roles: ['admin'],
      passwordTemporary: true,
    });
    const agencies: unknown[] = await system.source.query(`select 1 from organisation where kind = 'agency'`);
    expect(agencies).toHaveLength(1);
  });

  it('takes the address and the password it is given, if the password is long enough', async () => {
    const service = system.app.get(FirstAdminService, { strict: false });
    const email = 'Boss@Agency.example';
    await expect(service.ensure({ email, password: 'too short' })).rejects.toMatchObject({ code: 'password.length' });
    const made = await service.ensure({ email, password: 'together we buy better' });
    expect(made).toEqual({ email: 'boss@agency.example', password: 'together we buy better' });
    const answer = await system
      .anonymous()
      .post('/api/v1/sessions')
      .send(made ?? {});
    expect([answer.status, answer.body.passwordTemporary]).toEqual([201, false]);
  });
});
