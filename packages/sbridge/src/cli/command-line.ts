/** A word as a shell takes it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** The command as it was typed, quoted for a shell. */
export function commandLine(): string {
  return ['sbridge', ...process.argv.slice(2)].map(quote).join(' ')
}
