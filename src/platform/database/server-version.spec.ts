import { whyNotServer } from './server-version.js';

describe('the version of a server', () => {
  it.each([150_000, 150_004, 180_004])('%i is taken', (version) => {
    expect(whyNotServer(version)).toBeNull();
  });

  it.each([
    [140_022, 14],
    [90_624, 9],
  ])('%i is refused in one line that says what to do', (version, major) => {
    const refusal = whyNotServer(version);
    expect(refusal?.code).toBe('database.too-old');
    expect(refusal?.message).toBe(`The server of DATABASE_URL is PostgreSQL ${major}. Use PostgreSQL 15 or later.`);
  });
});
