import { whyNotPassword } from './passwords.js';

describe('a password', () => {
  it.each<[string, boolean]>([
    ['', false],
    ['elevenchars', false],
    ['twelve chars', true],
    ['비밀번호열두글자이상입니다', true],
    ['😀'.repeat(11), false],
    ['x'.repeat(201), false],
  ])('%p: %p', (password, fits) => {
    expect(whyNotPassword(password) === null).toBe(fits);
  });
});
