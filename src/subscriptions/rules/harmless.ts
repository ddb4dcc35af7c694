/**
 * Spreadsheet programs run a cell that begins like a formula (OWASP, "CSV Injection"). An apostrophe in front makes it
 * the text that it is; whoever reads the file by program takes the apostrophe off again.
 */
export function harmless(cell: string): string {
  return /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
}
