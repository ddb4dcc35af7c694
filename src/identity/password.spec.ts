import { hashPassword, isPassword } from './password.js';

describe('passwords', () => {
  it('are kept as argon2id with the parameters of OWASP, never the same twice', async () => {
    const kept = await hashPassword('correct horse battery');
    expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hashPassword('correct horse battery')).not.toBe(kept);
  });

  it('are recognised, in whatever form their characters come', async () => {
    const kept = await hashPassword('암호는 길어야 한다 é');
    expect(await isPassword('암호는 길어야 한다 é'.normalize('NFD'), kept)).toBe(true);
    expect(await isPassword('암호는 길어야 한다 e', kept)).toBe(false);
  });

  it('are never right for nobody, nor for a hash that is none', async () => {
    expect(await isPassword('correct horse battery', null)).toBe(false);
    expect(await isPassword('cannot sign in by password', 'cannot sign in by password')).toBe(false);
  });

  it('cost the same work when nobody has the address', async () => {
    const kept = await hashPassword('correct horse battery');
    await isPassword('a wrong password', null);
    // Processor time rather than time: a busy machine lets one of the two wait.
    const leastWork = async (hash: string | null): Promise<number> => {
      const work: number[] = [];
      for (let i = 0; i < 7; i += 1) {
        const before = process.cpuUsage();
        await isPassword('a wrong password', hash);
        const { user, system } = process.cpuUsage(before);
        work.push(user + system);
      }
      return Math.min(...work);
    };
    const [known, nobody] = [await leastWork(kept), await leastWork(null)];
    expect(nobody).toBeGreaterThan(known / 3);
    expect(nobody).toBeLessThan(known * 3);
  });
});
