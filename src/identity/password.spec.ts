import { stat } from 'node:fs/promises';
import { verify } from '@node-rs/argon2';
import { areSamePassword, hashPassword, isPassword } from './password.js';

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

  it('are the same password as what is typed on another keyboard, and no other', () => {
    expect(areSamePassword('암호는 길어야 한다 é', '암호는 길어야 한다 é'.normalize('NFD'))).toBe(true);
    expect(areSamePassword('a long enough password', 'A long enough password')).toBe(false);
  });

  it('leave threads for other work, however many are hashed or compared at the same moment', async () => {
    const kept = await hashPassword('correct horse battery');
    let done = 0;
    const many = Array.from({ length: 10 }, async (_x, n) => {
      await (n % 2 === 0 ? hashPassword('a password') : isPassword('a password', kept));
      done += 1;
    });
    await stat('.');
    expect(done).toBe(0);
    await Promise.all(many);
  });

  it('cost the same work when nobody has the address', async () => {
    // What argon2 is given decides its work; times, and even processor times, vary with what else the machine does.
    const kept = await hashPassword('correct horse battery');
    const compared: string[] = [];
    const compare = async (hash: string | Uint8Array, password: string | Uint8Array): Promise<boolean> => {
      compared.push(String(hash));
      return verify(hash, password);
    };
    await isPassword('a wrong password', kept, compare);
    await isPassword('a wrong password', null, compare);
    expect(compared).toHaveLength(2);
    const [known, nobodys] = compared.map((against) => against.split('$').slice(0, 4));
    expect(nobodys).toEqual(known);
    expect(compared[1]).not.toBe(kept);
  });
});
