/** The command as it was typed, quoted for a shell. */
export function commandLine(): string {
  const quote = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
  return ['sbridge', ...process.argv.slice(2).map(quote)].join(' ')
}
