import { unprivilegedUser } from './server-user.js';

const machine = 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/bin/false\n';
const nobody = 'nobody:x:65534:65533:nobody:/nonexistent:/bin/false\n';

describe('who PostgreSQL runs as when we are root', () => {
  test('postgres, where it exists', () => {
    const passwd = `${machine}${nobody}postgres:x:101:104::/var/lib/postgresql:/bin/bash\n`;
    const create = (): never => {
      throw new Error('there is no need of an account');
    };
    expect(unprivilegedUser({ passwd: () => passwd, create })).toEqual({ name: 'postgres', uid: 101, gid: 104 });
  });

  test('pumasi, which is made when neither exists', () => {
    let passwd = machine + nobody;
    const create = (name: string): void => void (passwd += `${name}:x:995:994::/nonexistent:/bin/false\n`);
    expect(unprivilegedUser({ passwd: () => passwd, create })).toEqual({ name: 'pumasi', uid: 995, gid: 994 });
  });

  test('nobody, where no account can be made', () => {
    const accounts = { passwd: () => machine + nobody, create: () => undefined };
    expect(unprivilegedUser(accounts)).toEqual({ name: 'nobody', uid: 65534, gid: 65533 });
  });

  test('nobody at all is a refusal that says what to do, and root under another name does not count', () => {
    const accounts = { passwd: () => `${machine}postgres:x:0:0::/root:/bin/sh\n`, create: () => undefined };
    expect(() => unprivilegedUser(accounts)).toThrow(/add one with "useradd --system pumasi".*DATABASE_URL/);
  });
});
