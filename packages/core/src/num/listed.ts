/** Names that a message lists before it says how many more there are. */
const MOST_LISTED = 12

/** The first dozen of a list of names, for a message; quoted where a name has a comma of its own or no visible end. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => (/^$|,|^\s|\s$/.test(name) ? `“${name}”` : name))
  return names.length > MOST_LISTED ? `${shown.join(', ')} and ${names.length - MOST_LISTED} more` : shown.join(', ')
}

/** A word as it is typed after an option, where a shell would part it in quotes. */
export function flagWord(word: string): string {
  return /^[\p{L}\d_.=-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** `--types NAME=KIND` as it is typed; a name with a mark of such lists stands in backquotes. */
export function typesFlag(name: string, kind: string): string {
  return `--types ${flagWord(`${/[,=]/.test(name) ? `\`${name}\`` : name}=${kind}`)}`
}

/** A count with its noun: `1 row`, `2 rows`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
