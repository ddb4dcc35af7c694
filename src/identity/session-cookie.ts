/** The prefix makes browsers insist on Secure, Path=/ and no Domain. They treat http://localhost as secure. */
export const SESSION_COOKIE = '__Host-pumasi';
